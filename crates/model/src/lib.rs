//! Vocabulary of Mamori: ids, hashes, banks, cases, decisions, jobs, and the rules between them.
//!
//! Pure: no clock, no network, no database. The caller passes in the current time and every new id,
//! so that a decision can be replayed a year later with the same result.

pub mod action;
pub mod approval;
pub mod approval_request;
pub mod audit;
pub mod bank;
pub mod bulk;
pub mod case;
pub mod change_notice;
pub mod decision;
pub mod dispute;
pub mod distances;
pub mod entry;
pub mod evidence;
pub mod exposure;
pub mod free_text;
pub mod hash;
pub mod id;
pub mod import;
pub mod item;
pub mod item_context;
pub mod job;
pub mod key;
pub mod looked;
pub mod matched;
pub mod notification;
pub mod page;
pub mod patch;
pub mod place;
pub mod policy;
pub mod readable;
pub mod refusal;
pub mod retention;
pub mod saved_reasons;
pub mod sensitive;
pub mod sign_in;
pub mod staff;
pub mod text;
pub mod variant;
pub mod verdict;
pub mod view;
pub mod view_rule;
pub mod webhook;

pub use action::{ActionRequest, ActionState, Answer, Feature, Measures, ServiceAction};
pub use approval::Approval;
pub use approval_request::{ApprovalRequest, ApprovalState, ApprovalVerb, Guard, Reason};
pub use audit::{AuditActor, AuditEvent, AuditTarget, AuditVerb};
pub use bank::{
    Action, Bank, BankName, BankSettings, NotAPrivateBasis, PrivateBasis, Purpose, Reach,
    Transforms,
};
pub use bulk::{Bulk, BulkState};
pub use case::{Case, CaseEvent, CaseState, Claim, Level, Subject, Urgency};
pub use change_notice::{ChangeNotice, Narrowing};
pub use decision::{Decision, DecisionState, Outcome};
pub use dispute::{Dispute, DisputeScope, DisputeState};
pub use distances::{Distances, HitView, ShownHit, ShownHits};
pub use entry::{Entry, EntryChange, EntryState};
pub use evidence::{Evidence, EvidenceStatus, NotStored};
pub use free_text::FreeText;
pub use hash::{Distance, Hash, HashBytes, HashFlaw, HashKind, Md5, Pdq, Quality, Sha1, Sha256};
pub use id::{
    ActionId, ApprovalId, AttemptId, AuditId, BankId, BreakId, BulkId, CaseId, CeremonyId,
    CredentialId, DecisionId, DeliveryId, DisputeId, EndpointId, EntryId, EventId, EvidenceId,
    ImportId, JobId, KeyId, MatchId, NoticeId, NotificationId, ServiceId, SessionId, SignInLinkId,
    StaffId, ViewId,
};
pub use item::{Account, Item, ItemName};
pub use item_context::{ContextUrl, ItemContext, ItemText};
pub use looked::{Gap, Looked, NotCompared};
pub use patch::Patch;
pub use place::{Country, Jurisdictions, Surface};
pub use policy::{Policy, PolicyTexts};
pub use refusal::{Refusal, RefusalKind};
pub use saved_reasons::SavedReasons;
pub use sensitive::Sensitive;
pub use staff::{Assignment, Language, RoleSet, Staff, StaffName, StaffRole};
pub use text::Line;
pub use variant::{Backdrop, Transform, Variant};
pub use verdict::{Hit, Judgement, NotLooked, Verdict};
pub use view::{Clarity, View, Viewing};
