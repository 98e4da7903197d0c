//! Compares the table of acts, which `docs/rights.md` shows, with the access matrix: staff members can
//! do an act on the routes of the console that their roles open, and on no other.

use std::collections::BTreeSet;

use mamori_model::AuditVerb;
use mamori_model::audit::{ActorRole, AuditAct};
use mamori_model::case::CaseEventKind;
use mamori_model::staff::StaffRole;

use crate::matrix::matrix;
use crate::world::MATRIX_COLUMNS;

/// The routes that change nothing which the audit record keeps; `docs/rights.md` names what they do.
const UNRECORDED: &[&str] = &[
    "/console/sign-in",
    "/console/sign-in/passkey/begin",
    "/console/sign-in/passkey/finish",
    "/console/sign-out",
    "/console/prove",
    "/console/prove/passkey/begin",
    "/console/prove/passkey/finish",
    "/console/me",
    "/console/me/break",
    "/console/me/sign-out-elsewhere",
    "/console/enroll/{token}/passkey/begin",
    "/console/me/passkey/begin",
    "/console/cases/{case}/extend-claim",
    "/console/cases/{case}/views",
    "/console/views/{view}/heartbeat",
    "/console/views/{view}/close",
];

/// The routes on which staff members do an act; none if only keys, the command line and Mamori do it.
fn routes(act: AuditAct) -> &'static [&'static str] {
    match act {
        AuditAct::Verb(verb) => routes_of_verb(verb),
        AuditAct::Case(kind) => routes_of_case_event(kind),
    }
}

fn routes_of_verb(verb: AuditVerb) -> &'static [&'static str] {
    use AuditVerb::*;
    match verb {
        BankCreated
        | BankChanged
        | BankDeleted
        | EntriesAdded
        | EntriesRestored
        | EntryChanged
        | EntriesWithdrawn
        | EntriesExported
        | ImportBegun
        | ImportEnded
        | ServiceCreated
        | ServiceChanged
        | ServiceLeaving
        | ServiceDeleted
        | KeyIssued
        | EndpointAdded
        | EndpointRemoved
        | EndpointTested
        | EndpointDisabled
        | EndpointEnabled
        | EndpointSecretRotated
        | ActionAnswered
        | SessionReplayed
        | VaultRewrapped
        | ApprovalRequested
        | ApprovalMadeAlone
        | ApprovalCancelled
        | ApprovalLapsed
        | CaseChanged => &[],
        KeyRevoked => &["/console/changes/{request}/approve", "/console/changes/{request}/refuse"],
        DeliveryResent => &["/console/deliveries/{delivery}/redeliver"],
        StaffAdded => &["/console/staff"],
        StaffRolesChanged
        | StaffAssignmentChanged
        | StaffLimitsChanged
        | StaffLinkMade
        | StaffEnded => &["/console/staff/{staff}"],
        CredentialAdded => &[
            "/console/enroll/{token}",
            "/console/enroll/{token}/passkey/finish",
            "/console/sign-in/oidc/finish",
            "/console/me/passkey/finish",
            "/console/me/password",
            "/console/me/code",
        ],
        CredentialRemoved => &["/console/me/credentials/{credential}/remove"],
        SignedInWithLink => &["/console/enroll/{token}"],
        PolicyChanged => &["/console/policies/{purpose}"],
        ReasonsChanged => &["/console/reasons"],
        DisputeResolved => &["/console/disputes/{dispute}/resolve"],
        BulkPrepared => &["/console/bulk"],
        BulkConfirmed => &["/console/bulk/{bulk}/confirm"],
        BulkDiscarded => &["/console/bulk/{bulk}/drop"],
        BulkApproved => &["/console/bulk/{bulk}/approve"],
        BulkRefused => &["/console/bulk/{bulk}/refuse"],
        BulkUndone => &["/console/bulk/{bulk}/undo"],
        ApprovalApproved => &["/console/changes/{request}/approve"],
        ApprovalRefused => &["/console/changes/{request}/refuse"],
        NoticeAcknowledged => &["/console/notices/{notice}/acknowledge"],
    }
}

fn routes_of_case_event(kind: CaseEventKind) -> &'static [&'static str] {
    use CaseEventKind::*;
    match kind {
        Opened | ItemAdded | Lapsed | Reopened | Disputed => &[],
        Claimed => &["/console/queue/next", "/console/cases/{case}/claim"],
        Released => &["/console/cases/{case}/release", "/console/cases/{case}/claim"],
        Skipped | Escalated | HandedOver => &["/console/cases/{case}/release"],
        Noted => &["/console/cases/{case}/note"],
        Proposed | Decided => &["/console/cases/{case}/decide", "/console/bulk/{bulk}/confirm"],
        // The page of a decision records that it was opened by a person who may approve it.
        DecisionOpened => &["/console/decisions/{decision}/approve"],
        Approved => &["/console/decisions/{decision}/approve", "/console/bulk/{bulk}/approve"],
        ContextOpened => &["/console/cases/{case}/items/{item}/context"],
        BulkOpened => &["/console/bulk/{bulk}/approve"],
        Refused => &["/console/decisions/{decision}/refuse", "/console/bulk/{bulk}/refuse"],
        Undone => &["/console/decisions/{decision}/undo", "/console/bulk/{bulk}/undo"],
        DisputeAgreed => &["/console/disputes/{dispute}/agree"],
        UrgencyLowered => {
            &["/console/cases/{case}/lower-urgency", "/console/cases/{case}/lowering/agree"]
        }
        UrgencyLoweringProposed => &["/console/cases/{case}/lower-urgency"],
        UrgencyLoweringRefused => &["/console/cases/{case}/lowering/refuse"],
        InBulk => &["/console/bulk"],
        OutOfBulk => &["/console/bulk/{bulk}/drop"],
        RequestedAgain => &["/console/decisions/{decision}/actions/{action}/request-again"],
    }
}

/// Every act: each verb, and each event of a case instead of the verb that comprises them.
fn acts() -> impl Iterator<Item = AuditAct> {
    let verbs = AuditVerb::ALL.iter().copied().filter(|verb| *verb != AuditVerb::CaseChanged);
    let verbs = verbs.map(AuditAct::Verb);
    verbs.chain(CaseEventKind::ALL.iter().copied().map(AuditAct::Case))
}

#[test]
fn each_act_of_a_staff_member_is_open_to_the_roles_of_its_rule_and_to_no_other() {
    let matrix = matrix();
    let opened = |path: &&'static str| {
        let row = &matrix[&("POST", *path)];
        let roles = MATRIX_COLUMNS.into_iter().zip(row).filter(|(_, word)| **word == "yes");
        roles.filter_map(|(role, _)| role).collect::<Vec<_>>()
    };

    for act in acts() {
        let opened: BTreeSet<StaffRole> = routes(act).iter().flat_map(opened).collect();
        let permitted = act.rule().who.iter().filter_map(|who| match who {
            ActorRole::Staff(role) => Some(*role),
            ActorRole::AdminKey
            | ActorRole::ServiceKey
            | ActorRole::LocalCli
            | ActorRole::Mamori => None,
        });
        assert_eq!(opened, permitted.collect(), "{act:?}: {:?}", routes(act));
    }
}

#[test]
fn each_form_of_the_console_does_an_act_or_is_listed_as_unrecorded() {
    let of_acts: BTreeSet<_> = acts().flat_map(|act| routes(act).iter().copied()).collect();
    let unrecorded: BTreeSet<_> = UNRECORDED.iter().copied().collect();
    let forms = matrix().into_keys().filter(|(method, _)| *method == "POST");

    assert!(of_acts.is_disjoint(&unrecorded));
    let all: BTreeSet<_> = of_acts.union(&unrecorded).copied().collect();
    assert_eq!(all, forms.map(|(_, path)| path).collect());
}
