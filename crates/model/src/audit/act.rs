//! The table of acts: who may do each, and whether one actor alone may do it. `docs/rights.md` shows
//! it to the public.

use super::rule::{ActRule, ActorRole, Alone, Condition, First};
use crate::approval_request::ApprovalVerb;
use crate::case::CaseEventKind;
use crate::{AuditVerb, Reason, StaffRole};

use ActorRole::{AdminKey, LocalCli, Mamori, ServiceKey, Staff};
use Alone::{Always, AsSecond, ByCaseEvent, Never, Unless};
use Condition::{
    ChildInDanger, GraveMeasure, NotViewed, OwnAssignment, OwnRoles, Request, SeveralAccounts,
};
use StaffRole::{Administrator, Auditor, Lead, PolicyEditor, Reviewer};

/// One act that the audit record can name: a verb, or for [`AuditVerb::CaseChanged`] the event of
/// the case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditAct {
    /// What the verb says.
    Verb(AuditVerb),
    /// What happened to a case.
    Case(CaseEventKind),
}

impl AuditAct {
    /// Returns the verb of the audit record.
    pub fn verb(self) -> AuditVerb {
        match self {
            Self::Verb(verb) => verb,
            Self::Case(_) => AuditVerb::CaseChanged,
        }
    }

    /// Returns the word of the verb, or of the case's history.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Verb(verb) => verb.as_str(),
            Self::Case(kind) => kind.as_str(),
        }
    }

    /// Returns who may do it, and whether alone.
    pub fn rule(self) -> ActRule {
        match self {
            Self::Verb(verb) => of_verb(verb),
            Self::Case(kind) => of_case_event(kind),
        }
    }
}

impl From<AuditVerb> for AuditAct {
    fn from(verb: AuditVerb) -> Self {
        Self::Verb(verb)
    }
}

impl From<CaseEventKind> for AuditAct {
    fn from(kind: CaseEventKind) -> Self {
        Self::Case(kind)
    }
}

/// The act that an approval request makes, once it is approved. The approval of a source permits
/// imports.
impl From<ApprovalVerb> for AuditAct {
    fn from(verb: ApprovalVerb) -> Self {
        Self::Verb(match verb {
            ApprovalVerb::DeleteService => AuditVerb::ServiceDeleted,
            ApprovalVerb::CreateBank => AuditVerb::BankCreated,
            ApprovalVerb::ChangeBank => AuditVerb::BankChanged,
            ApprovalVerb::DeleteBank => AuditVerb::BankDeleted,
            ApprovalVerb::AddEntries => AuditVerb::EntriesAdded,
            ApprovalVerb::RestoreEntries => AuditVerb::EntriesRestored,
            ApprovalVerb::ApproveSource => AuditVerb::ImportBegun,
            ApprovalVerb::ChangeEntry => AuditVerb::EntryChanged,
            ApprovalVerb::WithdrawEntry | ApprovalVerb::WithdrawSource => {
                AuditVerb::EntriesWithdrawn
            }
            ApprovalVerb::IssueKey => AuditVerb::KeyIssued,
            ApprovalVerb::RevokeKey => AuditVerb::KeyRevoked,
        })
    }
}

/// The administrators of banks, services and keys.
const ADMINS: &[ActorRole] = &[AdminKey, LocalCli];
/// Those who may be the second actor of an approval request.
const OVERSEERS: &[ActorRole] = &[AdminKey, LocalCli, Staff(Lead), Staff(Auditor)];
/// The administrators of staff accounts.
const STAFF_ADMINS: &[ActorRole] = &[Staff(Administrator), LocalCli];
/// Those who decide cases.
const REVIEWERS: &[ActorRole] = &[Staff(Reviewer), Staff(Lead)];
/// Those who decide cases, and the end of a time.
const REVIEWERS_AND_TIME: &[ActorRole] = &[Staff(Reviewer), Staff(Lead), Mamori];
/// Those who give the second approval.
const LEADS: &[ActorRole] = &[Staff(Lead)];
/// Every staff member.
const STAFF: &[ActorRole] =
    &[Staff(Reviewer), Staff(Lead), Staff(PolicyEditor), Staff(Auditor), Staff(Administrator)];

/// The conditions under which a decision waits for a second approval.
const GRAVE: &[Condition] = &[GraveMeasure, SeveralAccounts, NotViewed];

macro_rules! rules {
    ($($(#[$doc:meta])* $of:ident($list:ident) { $($name:ident: $who:expr, $alone:expr;)* })*) => {$(
        $(#[$doc])*
        fn $of(what: $list) -> ActRule {
            match what { $($list::$name => ActRule { who: $who, alone: $alone },)* }
        }
    )*};
}

rules! {
    /// Returns the rule of a verb.
    of_verb(AuditVerb) {
        BankCreated: ADMINS, Unless(&[
            Request(Reason::CreateActingBank),
            Request(Reason::OpenBenignBank),
            Request(Reason::OpenPrivateMessages),
            Request(Reason::RaiseDistance),
            Request(Reason::LowerQuality),
        ]);
        BankChanged: ADMINS, Unless(&[
            Request(Reason::RaiseAction),
            Request(Reason::EnableActingBank),
            Request(Reason::OpenBenignBank),
            Request(Reason::WidenReach),
            Request(Reason::OpenPrivateMessages),
            Request(Reason::RaiseDistance),
            Request(Reason::LowerQuality),
            Request(Reason::WidenTransforms),
        ]);
        BankDeleted: ADMINS, Never(Request(Reason::DeleteBank));
        EntriesAdded: ADMINS, Unless(&[
            Request(Reason::AddActingEntries),
            Request(Reason::AddBenignEntries),
            Request(Reason::MassWithdrawal),
        ]);
        EntriesRestored: ADMINS, Unless(&[
            Request(Reason::AddActingEntries),
            Request(Reason::AddBenignEntries),
            Request(Reason::MassWithdrawal),
        ]);
        EntryChanged: ADMINS,
            Unless(&[Request(Reason::PostponeEnd), Request(Reason::MassWithdrawal)]);
        EntriesWithdrawn: ADMINS, Unless(&[Request(Reason::MassWithdrawal)]);
        EntriesExported: ADMINS, Always;
        ImportBegun: ADMINS, Unless(&[
            Request(Reason::ApproveSource),
            Request(Reason::AddBenignEntries),
        ]);
        ImportEnded: ADMINS, Always;
        ServiceCreated: ADMINS, Always;
        ServiceChanged: ADMINS, Always;
        ServiceLeaving: ADMINS, Never(Request(Reason::DeleteService));
        ServiceDeleted: &[AdminKey, LocalCli, Mamori], Never(Request(Reason::DeleteService));
        KeyIssued: ADMINS, Unless(&[Request(Reason::IssueAdminKey)]);
        KeyRevoked: &[AdminKey, LocalCli, Staff(Lead), Staff(Auditor), Mamori],
            Unless(&[Request(Reason::RevokeOtherKey)]);
        EndpointAdded: &[ServiceKey], Always;
        EndpointRemoved: &[ServiceKey], Always;
        EndpointTested: &[ServiceKey], Always;
        EndpointDisabled: &[Mamori], Always;
        EndpointEnabled: &[ServiceKey], Always;
        EndpointSecretRotated: &[ServiceKey], Always;
        DeliveryResent: &[ServiceKey, Staff(Lead), Staff(Administrator)], Always;
        ActionAnswered: &[ServiceKey], Always;
        StaffAdded: STAFF_ADMINS, Always;
        StaffRolesChanged: STAFF_ADMINS, Unless(&[OwnRoles]);
        StaffLimitsChanged: STAFF_ADMINS, Always;
        StaffAssignmentChanged: STAFF_ADMINS, Unless(&[OwnAssignment]);
        StaffLinkMade: STAFF_ADMINS, Always;
        CredentialAdded: STAFF, Always;
        CredentialRemoved: STAFF, Always;
        StaffEnded: STAFF_ADMINS, Always;
        SignedInWithLink: STAFF, Always;
        SessionReplayed: &[Mamori], Always;
        PolicyChanged: &[Staff(PolicyEditor)], Always;
        ReasonsChanged: LEADS, Always;
        DisputeResolved: &[Staff(PolicyEditor)], AsSecond(First::Author);
        VaultRewrapped: &[LocalCli], Always;
        CaseChanged: REVIEWERS_AND_TIME, ByCaseEvent;
        BulkPrepared: REVIEWERS, Always;
        BulkConfirmed: REVIEWERS, Unless(GRAVE);
        BulkDiscarded: REVIEWERS, Always;
        BulkApproved: LEADS, AsSecond(First::Author);
        BulkRefused: LEADS, AsSecond(First::Author);
        BulkUndone: REVIEWERS, Always;
        ApprovalRequested: ADMINS, Always;
        ApprovalApproved: OVERSEERS, AsSecond(First::Requester);
        ApprovalMadeAlone: ADMINS, Always;
        ApprovalRefused: OVERSEERS, AsSecond(First::Requester);
        ApprovalCancelled: ADMINS, Always;
        ApprovalLapsed: &[Mamori], Always;
        NoticeAcknowledged: OVERSEERS, AsSecond(First::Maker);
    }

    /// Returns the rule of an event of a case.
    of_case_event(CaseEventKind) {
        Opened: &[Mamori], Always;
        ItemAdded: &[Mamori], Always;
        Claimed: REVIEWERS, Always;
        Released: REVIEWERS, Always;
        Lapsed: &[Mamori], Always;
        Skipped: REVIEWERS, Always;
        Escalated: REVIEWERS, Always;
        HandedOver: REVIEWERS, Always;
        Noted: REVIEWERS, Always;
        Proposed: REVIEWERS, Always;
        DecisionOpened: LEADS, AsSecond(First::Author);
        BulkOpened: LEADS, AsSecond(First::Author);
        ContextOpened: REVIEWERS, Always;
        Approved: LEADS, AsSecond(First::Author);
        Refused: LEADS, AsSecond(First::Author);
        Decided: REVIEWERS,
            Unless(&[GraveMeasure, SeveralAccounts, NotViewed, ChildInDanger]);
        Undone: REVIEWERS, Always;
        Reopened: &[Mamori], Always;
        Disputed: &[Mamori], Always;
        DisputeAgreed: LEADS, AsSecond(First::Author);
        UrgencyLowered: REVIEWERS, Unless(&[ChildInDanger]);
        UrgencyLoweringProposed: REVIEWERS, Always;
        UrgencyLoweringRefused: LEADS, AsSecond(First::Proposer);
        InBulk: REVIEWERS, Always;
        OutOfBulk: REVIEWERS_AND_TIME, Always;
        RequestedAgain: LEADS, Always;
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::AuditActor;
    use crate::key::Role;

    fn acts() -> impl Iterator<Item = AuditAct> {
        let verbs = AuditVerb::ALL.iter().copied().map(AuditAct::Verb);
        verbs.chain(CaseEventKind::ALL.iter().copied().map(AuditAct::Case))
    }

    #[test]
    fn each_act_has_an_actor_and_each_list_names_an_actor_once() {
        for act in acts() {
            let ActRule { who, alone } = act.rule();
            assert!(!who.is_empty(), "{act:?}");
            for (place, role) in who.iter().enumerate() {
                assert!(!who[..place].contains(role), "{act:?}: {role:?}");
            }
            assert_ne!(alone, Unless(&[]), "{act:?}");
        }
    }

    #[test]
    fn each_reason_for_a_second_actor_is_one_of_a_verb() {
        for &reason in Reason::ALL {
            let mut verbs = ApprovalVerb::ALL.iter().map(|verb| AuditAct::from(*verb));
            assert!(verbs.any(|act| act.rule().has(reason)), "{reason:?}");
        }
    }

    #[test]
    fn a_key_of_a_service_and_a_staff_member_may_not_do_what_an_administrators_key_may() {
        let id = Uuid::from_u128(7);
        let key = AuditActor::Key { id: id.into(), name: "a key".parse().unwrap() };
        let (staff, service) = (AuditActor::Staff(id.into()), Some(Role::Service(id.into())));
        let bank = AuditAct::Verb(AuditVerb::BankCreated).rule();
        let endpoint = AuditAct::Verb(AuditVerb::EndpointAdded).rule();

        assert!(bank.permits(&key, Some(Role::Admin)) && endpoint.permits(&key, service));
        assert!(bank.permits(&AuditActor::LocalCli, None));
        assert!(!bank.permits(&key, service) && !endpoint.permits(&key, Some(Role::Admin)));
        assert!(!bank.permits(&key, None) && !endpoint.permits(&key, None));
        assert!(!bank.permits(&staff, None) && !bank.permits(&AuditActor::Mamori, None));
        assert!(!endpoint.permits(&AuditActor::LocalCli, None));
    }

    #[test]
    fn an_act_on_a_case_is_permitted_by_its_event_and_never_by_the_verb_alone() {
        let staff = AuditActor::Staff(Uuid::from_u128(7).into());
        let permits = |act: AuditAct, actor| act.rule().permits(actor, None);

        assert_eq!(AuditAct::Case(CaseEventKind::Noted).verb(), AuditVerb::CaseChanged);
        assert!(permits(CaseEventKind::Noted.into(), &staff));
        assert!(!permits(CaseEventKind::Noted.into(), &AuditActor::LocalCli));
        assert!(!permits(CaseEventKind::Lapsed.into(), &staff));
        assert!(permits(CaseEventKind::Lapsed.into(), &AuditActor::Mamori));
        assert!(!permits(AuditVerb::CaseChanged.into(), &staff));
    }
}
