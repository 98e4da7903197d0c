//! Names of the model's values: the id of a message for each.

use mamori_model::action::ActionKind;
use mamori_model::audit::{AuditActor, AuditVerb};
use mamori_model::bulk::BulkState;
use mamori_model::case::CaseEventKind;
use mamori_model::sign_in::CredentialKind;
use mamori_model::staff::{BlurStrength, PictureSize, Scheme, Tint, ViewMode};
use mamori_model::webhook::{DeliveryState, EventKind};
use mamori_model::{
    Action, ActionState, Backdrop, CaseState, Clarity, DecisionState, DisputeState, Feature,
    Outcome, Purpose, StaffRole, Surface, Transform, Transforms, Urgency, Verdict, Viewing,
};
use mamori_model::{Narrowing, Reason};

use crate::messages::MessageId;

macro_rules! message_ids {
    ($($(#[$doc:meta])* $name:ident: $Type:ident { $($variant:ident $id:literal,)* })*) => {$(
        $(#[$doc])*
        pub fn $name(value: $Type) -> MessageId {
            match value { $($Type::$variant => MessageId($id),)* }
        }
    )*};
}

message_ids! {
    /// Names a kind of sign-in method.
    sign_in_method: CredentialKind {
        Passkey "method-passkey",
        Password "method-password",
        Totp "method-codes",
        Oidc "method-oidc",
    }
    /// Names an urgency: how soon a case must be reviewed.
    urgency: Urgency {
        ChildInDanger "urgency-child-in-danger",
        NewMaterial "urgency-new-material",
        KnownMaterial "urgency-known-material",
    }
    /// Names the state of a case.
    case_state: CaseState {
        Open "case-state-open",
        Proposed "case-state-proposed",
        Decided "case-state-decided",
    }
    /// Names the outcome of a decision.
    outcome: Outcome {
        Violates "outcome-violates",
        Allowed "outcome-allowed",
        NotAMatch "outcome-not-a-match",
    }
    /// Names the state of a decision.
    decision_state: DecisionState {
        Proposed "decision-state-proposed",
        Standing "decision-state-standing",
        Refused "decision-state-refused",
        Undone "decision-state-undone",
    }
    /// Names an action that a decision requests of a service.
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
    /// Names the state of an action.
    action_state: ActionState {
        Proposed "action-state-proposed",
        Waiting "action-state-waiting",
        Done "action-state-done",
        Cannot "action-state-cannot",
        Superseded "action-state-superseded",
        Overdue "action-state-overdue",
        Dropped "action-state-dropped",
    }
    /// Names the state of a webhook delivery.
    delivery_state: DeliveryState {
        Waiting "delivery-state-waiting",
        Delivered "delivery-state-delivered",
        Failed "delivery-state-failed",
    }
    /// Names a feature that an account can use at a service.
    feature: Feature {
        Upload "feature-upload",
        Comment "feature-comment",
        Message "feature-message",
        LiveStream "feature-live-stream",
        Search "feature-search",
    }
    /// Names an event in the history of a case.
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
        DecisionOpened "event-decision-opened",
        BulkOpened "event-bulk-opened",
        ContextOpened "event-context-opened",
        Approved "event-approved",
        Refused "event-refused",
        Decided "event-decided",
        Undone "event-undone",
        Reopened "event-reopened",
        Disputed "event-disputed",
        DisputeAgreed "event-dispute-agreed",
        UrgencyLowered "event-urgency-lowered",
        UrgencyLoweringProposed "event-urgency-lowering-proposed",
        UrgencyLoweringRefused "event-urgency-lowering-refused",
        InBulk "event-in-bulk",
        OutOfBulk "event-out-of-bulk",
        RequestedAgain "event-requested-again",
    }
    /// Says what a person viewed before a decision.
    viewing: Viewing {
        Viewed "viewing-viewed",
        InPart "viewing-in-part",
        NotNeeded "viewing-not-needed",
        NotKept "viewing-not-kept",
        NotViewed "viewing-not-viewed",
    }
    /// Names a role of a staff member.
    role: StaffRole {
        Reviewer "role-reviewer",
        Lead "role-lead",
        PolicyEditor "role-policy-editor",
        Auditor "role-auditor",
        Administrator "role-administrator",
    }
    /// Describes what a staff member in the role does.
    role_about: StaffRole {
        Reviewer "role-reviewer-about",
        Lead "role-lead-about",
        PolicyEditor "role-policy-editor-about",
        Auditor "role-auditor-about",
        Administrator "role-administrator-about",
    }
    /// Names a change that needs a second actor.
    change_reason: Reason {
        DeleteService "change-delete-service",
        DeleteBank "change-delete-bank",
        CreateActingBank "change-create-acting-bank",
        RaiseAction "change-raise-action",
        EnableActingBank "change-enable-acting-bank",
        AddActingEntries "change-add-acting-entries",
        ApproveSource "change-approve-source",
        OpenBenignBank "change-open-benign-bank",
        AddBenignEntries "change-add-benign-entries",
        PostponeEnd "change-postpone-end",
        MassWithdrawal "change-mass-withdrawal",
        WidenReach "change-widen-reach",
        OpenPrivateMessages "change-open-private-messages",
        RaiseDistance "change-raise-distance",
        LowerQuality "change-lower-quality",
        WidenTransforms "change-widen-transforms",
        IssueAdminKey "change-issue-admin-key",
        RevokeOtherKey "change-revoke-other-key",
    }
    /// Names a change that narrowed.
    narrowing: Narrowing {
        BankDisabled "change-bank-disabled",
        ActionLowered "change-action-lowered",
        ReachNarrowed "change-reach-narrowed",
        ComparisonNarrowed "change-comparison-narrowed",
        EntriesWithdrawn "change-entries-withdrawn",
        EntryShortened "change-entry-shortened",
    }
    /// Names what was done, in the audit record.
    audit_verb: AuditVerb {
        BankCreated "audit-bank-created",
        BankChanged "audit-bank-changed",
        BankDeleted "audit-bank-deleted",
        EntriesAdded "audit-entries-added",
        EntriesRestored "audit-entries-restored",
        EntryChanged "audit-entry-changed",
        EntriesWithdrawn "audit-entries-withdrawn",
        EntriesExported "audit-entries-exported",
        ImportBegun "audit-import-begun",
        ImportEnded "audit-import-ended",
        ServiceCreated "audit-service-created",
        ServiceChanged "audit-service-changed",
        ServiceLeaving "audit-service-leaving",
        ServiceDeleted "audit-service-deleted",
        KeyIssued "audit-key-issued",
        KeyRevoked "audit-key-revoked",
        EndpointAdded "audit-endpoint-added",
        EndpointRemoved "audit-endpoint-removed",
        EndpointTested "audit-endpoint-tested",
        EndpointDisabled "audit-endpoint-disabled",
        EndpointEnabled "audit-endpoint-enabled",
        EndpointSecretRotated "audit-endpoint-secret-rotated",
        DeliveryResent "audit-delivery-resent",
        ActionAnswered "audit-action-answered",
        StaffAdded "audit-staff-added",
        StaffRolesChanged "audit-staff-roles-changed",
        StaffAssignmentChanged "audit-staff-assignment-changed",
        StaffLimitsChanged "audit-staff-limits-changed",
        StaffLinkMade "audit-staff-link-made",
        CredentialAdded "audit-credential-added",
        CredentialRemoved "audit-credential-removed",
        StaffEnded "audit-staff-ended",
        SignedInWithLink "audit-signed-in-with-link",
        SessionReplayed "audit-session-replayed",
        PolicyChanged "audit-policy-changed",
        ReasonsChanged "audit-reasons-changed",
        DisputeResolved "audit-dispute-resolved",
        VaultRewrapped "audit-vault-rewrapped",
        CaseChanged "audit-case-changed",
        BulkPrepared "audit-bulk-prepared",
        BulkConfirmed "audit-bulk-confirmed",
        BulkDiscarded "audit-bulk-discarded",
        BulkApproved "audit-bulk-approved",
        BulkRefused "audit-bulk-refused",
        BulkUndone "audit-bulk-undone",
        ApprovalRequested "audit-approval-requested",
        ApprovalApproved "audit-approval-approved",
        ApprovalMadeAlone "audit-approval-made-alone",
        ApprovalRefused "audit-approval-refused",
        ApprovalCancelled "audit-approval-cancelled",
        ApprovalLapsed "audit-approval-lapsed",
        NoticeAcknowledged "audit-notice-acknowledged",
    }
    /// Names a purpose, of a bank or of a policy.
    purpose: Purpose {
        ChildSexualAbuse "purpose-child-sexual-abuse",
        ChildExploitation "purpose-child-exploitation",
        MinorIntimateRemoval "purpose-minor-intimate-removal",
        IntimateImageAbuse "purpose-intimate-image-abuse",
        KnownBenign "purpose-known-benign",
        Rehearsal "purpose-rehearsal",
    }
    /// Names the event that a webhook delivery reports.
    webhook_event: EventKind {
        MatchCreated "webhook-event-match-created",
        MatchChanged "webhook-event-match-changed",
        ActionRequested "webhook-event-action-requested",
        EndpointTest "webhook-event-endpoint-test",
    }
    /// Names the state of a bulk decision.
    bulk_state: BulkState {
        Prepared "bulk-state-prepared",
        Proposed "bulk-state-proposed",
        Standing "bulk-state-standing",
        Refused "bulk-state-refused",
        Undone "bulk-state-undone",
        Lapsed "bulk-state-lapsed",
    }
    /// Names what a match in a bank may do without a person.
    bank_action: Action {
        None "bank-action-none",
        Hold "bank-action-hold",
        Block "bank-action-block",
    }
    /// Names the state of a dispute.
    dispute_state: DisputeState {
        Open "dispute-state-open",
        Upheld "dispute-state-upheld",
        Rejected "dispute-state-rejected",
        TakenBack "dispute-state-taken-back",
    }
    /// Names the verdict on an item.
    verdict: Verdict {
        Allow "verdict-allow",
        Hold "verdict-hold",
        Block "verdict-block",
    }
    /// Names the surface of an item: who can see it at the service.
    surface: Surface {
        Public "surface-public",
        Shared "surface-shared",
        PrivateMessage "surface-private-message",
    }
    /// Names the clarity of a view.
    clarity: Clarity {
        Blurred "clarity-blurred",
        Clear "clarity-clear",
        Context "clarity-context",
    }
    /// Names a colour scheme of the pages.
    scheme: Scheme {
        System "scheme-system",
        Light "scheme-light",
        Dark "scheme-dark",
    }
    /// Names a way in which reviewers view pictures.
    view: ViewMode {
        Hold "view-hold",
        Toggle "view-toggle",
        Text "view-text",
    }
    /// Names the colours of clear pictures.
    tint: Tint {
        Grey "tint-grey",
        Colour "tint-colour",
    }
    /// Names the size of clear pictures.
    picture_size: PictureSize {
        Medium "size-medium",
        Large "size-large",
    }
    /// Names how strongly pictures are blurred.
    blur: BlurStrength {
        Standard "blur-standard",
        Strong "blur-strong",
        Strongest "blur-strongest",
    }
}

/// Names how a frame was rotated or mirrored to match; `None` if it was not.
pub fn transform(transform: Transform) -> Option<MessageId> {
    Some(MessageId(match transform {
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

/// Names the colour behind the transparent pixels of a frame; `None` if transparency was ignored.
pub fn backdrop(backdrop: Backdrop) -> Option<MessageId> {
    match backdrop {
        Backdrop::None => None,
        Backdrop::White => Some(MessageId("backdrop-white")),
        Backdrop::Black => Some(MessageId("backdrop-black")),
    }
}

/// Names whether a bank compares rotated and mirrored frames.
pub fn transforms(transforms: Transforms) -> MessageId {
    MessageId(match transforms {
        Transforms::All => "transforms-all",
        Transforms::None => "transforms-none",
    })
}

/// Names a kind of actor.
pub fn actor_kind(actor: &AuditActor) -> MessageId {
    match actor {
        AuditActor::Key { .. } => MessageId("audit-actor-key"),
        AuditActor::Staff(_) => MessageId("audit-actor-staff"),
        AuditActor::LocalCli => MessageId("audit-actor-command-line"),
        AuditActor::Mamori => MessageId("audit-actor-mamori"),
    }
}
