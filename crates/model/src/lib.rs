//! The words of Mamori and the rules between them: ids, hashes, banks, verdicts, jobs.
//!
//! Pure: no clock, no network, no database. What time it is, and every id, is handed in, so that
//! a decision can be replayed a year later and come out the same.

pub mod bank;
pub mod entry;
pub mod given;
pub mod hash;
pub mod id;
pub mod import;
pub mod item;
pub mod job;
pub mod key;
pub mod matched;
pub mod page;
pub mod place;
pub mod retention;
pub mod sensitive;
pub mod text;
pub mod verdict;
pub mod webhook;

pub use bank::{Action, Bank, BankName, PrivateBasis, Purpose, Reach};
pub use entry::{Entry, EntryChange, EntryState};
pub use given::Given;
pub use hash::{Distance, Hash, HashKind, Md5, Pdq, Quality, Sha256};
pub use id::{
    BankId, DeliveryId, EndpointId, EntryId, EvidenceId, ImportId, JobId, KeyId, MatchId, ServiceId,
};
pub use item::{Account, Item, ItemName};
pub use place::{Country, Jurisdictions, Surface};
pub use sensitive::Sensitive;
pub use text::Line;
pub use verdict::{Hit, Judgement, NotLooked, Verdict};
