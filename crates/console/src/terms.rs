//! What the values of the model are called: the id of a message for each.

use mamori_model::action::ActionKind;
use mamori_model::bulk::BulkState;
use mamori_model::case::CaseEventKind;
use mamori_model::sign_in::StaffEventKind;
use mamori_model::staff::{Scheme, View};
use mamori_model::webhook::{DeliveryState, EventKind};
use mamori_model::{
    Action, ActionState, Backdrop, CaseState, Clarity, DecisionState, DisputeState, Feature,
    Outcome, Purpose, StaffRole, Surface, Transform, Transforms, Urgency, Verdict,
};

use crate::words::Id;

macro_rules! called {
    ($($(#[$doc:meta])* $name:ident: $Type:ident { $($variant:ident $id:literal,)* })*) => {$(
        $(#[$doc])*
        pub fn $name(value: $Type) -> Id {
            match value { $($Type::$variant => Id($id),)* }
        }
    )*};
}

called! {
    /// How soon somebody must look.
    urgency: Urgency {
        ChildInDanger "urgency-child-in-danger",
        NewMaterial "urgency-new-material",
        KnownMaterial "urgency-known-material",
    }
    /// Where a case stands.
    case_state: CaseState {
        Open "case-state-open",
        Proposed "case-state-proposed",
        Decided "case-state-decided",
        Ended "case-state-ended",
    }
    /// What a person answered.
    outcome: Outcome {
        Violates "outcome-violates",
        Allowed "outcome-allowed",
        NotAMatch "outcome-not-a-match",
    }
    /// Where a decision stands.
    decision_state: DecisionState {
        Proposed "decision-state-proposed",
        Standing "decision-state-standing",
        Refused "decision-state-refused",
        Undone "decision-state-undone",
    }
    /// What the service is asked to do.
    action: ActionKind {
        RemoveItem "action-remove-item",
        RestoreItem "action-restore-item",
        HoldItem "action-hold-item",
        LimitItem "action-limit-item",
        LimitFeature "action-limit-feature",
        RestoreFeature "action-restore-feature",
        SuspendAccount "action-suspend-account",
        RestoreAccount "action-restore-account",
    }
    /// What became of it.
    action_state: ActionState {
        Proposed "action-state-proposed",
        Waiting "action-state-waiting",
        Done "action-state-done",
        Cannot "action-state-cannot",
        Superseded "action-state-superseded",
        Overdue "action-state-overdue",
        Dropped "action-state-dropped",
    }
    /// How far a message has come.
    delivery_state: DeliveryState {
        Waiting "delivery-state-waiting",
        Delivered "delivery-state-delivered",
        Failed "delivery-state-failed",
    }
    /// One thing that an account can do at a service.
    feature: Feature {
        Upload "feature-upload",
        Comment "feature-comment",
        Message "feature-message",
        LiveStream "feature-live-stream",
        Search "feature-search",
    }
    /// What happened to a case.
    event: CaseEventKind {
        Opened "event-opened",
        ItemAdded "event-item-added",
        Claimed "event-claimed",
        Released "event-released",
        Lapsed "event-lapsed",
        Skipped "event-skipped",
        Escalated "event-escalated",
        HandedOver "event-handed-over",
        Noted "event-noted",
        Proposed "event-proposed",
        ReadAgain "event-read-again",
        Approved "event-approved",
        Refused "event-refused",
        Decided "event-decided",
        Undone "event-undone",
        Reopened "event-reopened",
        Disputed "event-disputed",
        InBulk "event-in-bulk",
        OutOfBulk "event-out-of-bulk",
        AskedAgain "event-asked-again",
        Ended "event-ended",
    }
    /// What somebody may do.
    role: StaffRole {
        Reviewer "role-reviewer",
        Lead "role-lead",
        PolicyEditor "role-policy-editor",
        Auditor "role-auditor",
        Administrator "role-administrator",
    }
    /// What whoever has the role does.
    role_about: StaffRole {
        Reviewer "role-reviewer-about",
        Lead "role-lead-about",
        PolicyEditor "role-policy-editor-about",
        Auditor "role-auditor-about",
        Administrator "role-administrator-about",
    }
    /// What happened to somebody of the staff.
    staff_event: StaffEventKind {
        Added "staff-event-added",
        Roles "staff-event-roles",
        Dose "staff-event-dose",
        Ticket "staff-event-ticket",
        CredentialAdded "staff-event-credential-added",
        CredentialRemoved "staff-event-credential-removed",
        Ended "staff-event-ended",
        Entered "staff-event-entered",
        Left "staff-event-left",
        SessionEnded "staff-event-session-ended",
    }
    /// The question of a case.
    purpose: Purpose {
        ChildSexualAbuse "purpose-child-sexual-abuse",
        ChildExploitation "purpose-child-exploitation",
        MinorIntimateRemoval "purpose-minor-intimate-removal",
        IntimateImageAbuse "purpose-intimate-image-abuse",
        KnownBenign "purpose-known-benign",
        Rehearsal "purpose-rehearsal",
    }
    /// What a message tells.
    told: EventKind {
        MatchCreated "told-match-created",
        MatchChanged "told-match-changed",
        ActionRequested "told-action-requested",
        EndpointTest "told-endpoint-test",
    }
    /// How far a bulk decision has come.
    bulk_state: BulkState {
        Prepared "bulk-state-prepared",
        Proposed "bulk-state-proposed",
        Standing "bulk-state-standing",
        Refused "bulk-state-refused",
        Undone "bulk-state-undone",
        Lapsed "bulk-state-lapsed",
    }
    /// What a match in a bank may do by itself.
    bank_action: Action {
        None "bank-action-none",
        Hold "bank-action-hold",
        Block "bank-action-block",
    }
    /// How far a dispute has come.
    dispute_state: DisputeState {
        Open "dispute-state-open",
        Upheld "dispute-state-upheld",
        Rejected "dispute-state-rejected",
        TakenBack "dispute-state-taken-back",
    }
    /// What the machine answered.
    verdict: Verdict {
        Allow "verdict-allow",
        Hold "verdict-hold",
        Block "verdict-block",
    }
    /// Who could see an item.
    surface: Surface {
        Public "surface-public",
        Shared "surface-shared",
        PrivateMessage "surface-private-message",
    }
    /// How somebody looked.
    clarity: Clarity {
        Veiled "clarity-veiled",
        Clear "clarity-clear",
    }
    /// The colours of the pages.
    scheme: Scheme {
        System "scheme-system",
        Light "scheme-light",
        Dark "scheme-dark",
    }
    /// How somebody looks at pictures.
    view: View {
        Hold "view-hold",
        Toggle "view-toggle",
        Text "view-text",
    }
}

/// How a frame was turned to match; nothing for one that was not.
pub fn transform(transform: Transform) -> Option<Id> {
    Some(Id(match transform {
        Transform::None => return None,
        Transform::Rotate90 => "transform-rotate-90",
        Transform::Rotate180 => "transform-rotate-180",
        Transform::Rotate270 => "transform-rotate-270",
        Transform::FlipLeftRight => "transform-flip-left-right",
        Transform::FlipTopBottom => "transform-flip-top-bottom",
        Transform::Transpose => "transform-transpose",
        Transform::Transverse => "transform-transverse",
    }))
}

/// What stood behind a frame's transparent pixels; nothing where they were ignored.
pub fn backdrop(backdrop: Backdrop) -> Option<Id> {
    match backdrop {
        Backdrop::None => None,
        Backdrop::White => Some(Id("backdrop-white")),
        Backdrop::Black => Some(Id("backdrop-black")),
    }
}

/// Whether a bank compares turned and mirrored frames.
pub fn transforms(transforms: Transforms) -> Id {
    Id(match transforms {
        Transforms::All => "transforms-all",
        Transforms::None => "transforms-none",
    })
}
