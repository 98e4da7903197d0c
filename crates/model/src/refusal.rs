//! Refusals: named reasons why a person may not do what they asked for.

/// What a person can do about a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// Something changed meanwhile: load it again.
    Conflict,
    /// The request is not valid: change it.
    Invalid,
    /// This person may not do it, or not yet.
    Forbidden,
    /// It was there, and is used up or ended.
    Over,
    /// It was never there.
    Missing,
    /// Stored data are damaged: tell the operator.
    Broken,
    /// The operator has to configure something.
    Unavailable,
    /// There were too many attempts: wait.
    Wait,
}

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident: $kind:ident = $code:literal, $sentence:literal;)*) => {
        /// A reason why a request is refused. The codes are a contract: pages have their texts
        /// under them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, thiserror::Error)]
        pub enum Refusal {
            $($(#[$doc])* #[error($sentence)] $name,)*
        }

        impl Refusal {
            /// Every refusal, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Returns the stable code, such as `case.claimed`.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// Returns what the person can do about it.
            pub fn kind(self) -> RefusalKind {
                match self { $(Self::$name => RefusalKind::$kind,)* }
            }
        }
    };
}

refusals! {
    /// The claim has expired, or the case was given back.
    ClaimLapsed: Conflict = "case.claim_lapsed", "the claim on this case has lapsed: claim it again";
    /// A colleague holds the claim.
    ClaimedByOther: Conflict = "case.claimed", "a colleague has claimed this case: claim another one";
    /// The case has changed since the page was loaded.
    CaseStale: Conflict = "case.stale", "this case has changed since it was shown: load it again";
    /// The case is decided, waits for a second approver, or has ended.
    CaseClosed: Conflict = "case.closed", "this case is no longer open: read the decision";
    /// The case is part of a bulk decision that is not resolved.
    InBulk: Conflict = "case.in_bulk", "this case is part of a bulk decision: resolve that first";
    /// The staff member has claimed as many cases within an hour as the operator permits.
    ClaimLimit: Forbidden = "case.claim_limit",
        "too many cases were claimed within an hour: the page of the queue says when to come back";
    /// The staff member has left as many claimed cases within an hour, or 24 hours, as the operator
    /// permits.
    LeaveLimit: Forbidden = "case.leave_limit",
        "too many cases were left undecided: the page of the queue says when to come back";
    /// The case was to be escalated, but no staff member is a lead.
    NoLead: Conflict = "case.no_lead", "there is no lead: decide it, or hand it over";
    /// An escalation would have lowered the urgency.
    UrgencyLower: Invalid = "case.urgency_lower",
        "escalating cannot lower the urgency: keep it or raise it, or lower it first";
    /// The urgency that was chosen is not below that of the case.
    UrgencyNotLower: Invalid = "case.urgency_not_lower",
        "this urgency is not lower: choose a lower one, or escalate the case";
    /// A proposal to lower the urgency of the case waits already.
    LoweringWaits: Conflict = "case.lowering_waits",
        "a proposal to lower the urgency waits already: a lead agrees or refuses it first";
    /// There is no proposal to lower the urgency of the case, or it was resolved.
    NoLowering: Conflict = "case.no_lowering",
        "no proposal to lower the urgency waits: read the history of the case";
    /// Another decision was made first.
    AlreadyDecided: Conflict = "decision.already", "this was decided already: read the decision";
    /// A violation without any measure has no effect.
    NoMeasure: Invalid = "decision.no_measure", "a violation needs at least one measure: choose one";
    /// A restriction was chosen although the outcome is not a violation.
    MeasureWithoutViolation: Invalid = "decision.measure_without_violation",
        "without a violation no measure may be taken: leave the measures out";
    /// A measure against an account was chosen, but the service named no account.
    NoAccount: Invalid = "decision.no_account",
        "the service named no account: choose a measure for the items";
    /// The last day of a restriction is in the past.
    UntilPast: Invalid = "decision.until_past", "the last day is past: choose a later one";
    /// The decision is not in effect, or this staff member may not undo it any more.
    NotUndoable: Conflict = "decision.not_undoable", "you can no longer undo this decision";
    /// The second approver, or the policy editor who resolves a dispute, made the decision
    /// themselves.
    ApproverIsAuthor: Forbidden = "approval.is_author",
        "a decision cannot be approved by its author: ask a colleague";
    /// The staff member does not have the role that a second approver needs.
    NotALead: Forbidden = "approval.not_a_lead", "only a lead can give the second approval";
    /// A staff member who works alone must wait until a day has passed.
    ApprovalTooSoon: Forbidden = "approval.too_soon",
        "in single-person operation, approval waits a day: come back later";
    /// An administrator created the second approver's account, or gave them roles or a link, within
    /// the last day, and so could act under that name.
    ApproverTooNew: Forbidden = "approval.too_new",
        "an administrator added you, or gave you roles or a link, within a day: ask a colleague";
    /// The decision asks this staff member for views that they have not made, or that a staff member
    /// who works alone has not made a second time.
    ViewNeeded: Forbidden = "decision.view_needed",
        "this needs views: view the items that the page names";
    /// The approval request was approved, refused or cancelled, or has lapsed.
    RequestResolved: Conflict = "approval_request.resolved",
        "this request is resolved: read what became of it";
    /// The time in which a second actor may approve the request, or the requester may act alone, is
    /// over.
    RequestExpired: Over = "approval_request.expired",
        "the time to approve this request is over: request the change again";
    /// The actor who requested the change may not approve or refuse it.
    RequestOwn: Forbidden = "approval_request.own",
        "this is your own request: another actor must approve it, and you can cancel it";
    /// The key created the requesting key, or was created by it.
    RequestRelated: Forbidden = "approval_request.related",
        "this key created the requesting key, or was created by it: use an independent key";
    /// The key or account is younger than the request, or was changed or issued within a day.
    RequestTooNew: Forbidden = "approval_request.too_new",
        "this key or account is too new to approve the request: ask another actor";
    /// Only the requester may have the change take effect alone.
    RequestNotOwn: Forbidden = "approval_request.not_own",
        "only the requester can have this change take effect alone: approve it instead";
    /// The delay before the requester may act alone has not passed.
    RequestTooSoon: Forbidden = "approval_request.too_soon",
        "the delay has not passed: wait, or ask a second actor";
    /// The bank was changed, or the requesting key was revoked, after the request; it lapsed.
    RequestStale: Conflict = "approval_request.stale",
        "the bank was changed, or the requesting key was revoked: request the change again";
    /// The actor has too many requests that wait.
    RequestsFull: Conflict = "approval_request.full",
        "too many of your requests wait for a second actor: have some resolved first";
    /// A case of the bulk decision has changed since the preview.
    BulkStale: Conflict = "bulk.stale", "a case changed since this was prepared: prepare it again";
    /// The bulk decision was prepared too long ago, or is resolved.
    BulkLapsed: Conflict = "bulk.lapsed", "this bulk decision can no longer be confirmed: prepare it again";
    /// No case was chosen.
    BulkEmpty: Invalid = "bulk.empty", "no case was chosen: choose at least one";
    /// More cases or actions than one person can check at once.
    BulkTooLarge: Invalid = "bulk.too_large", "these are too many at once: choose fewer";
    /// The cases are under several policies.
    BulkMixed: Invalid = "bulk.mixed", "a bulk decision has one policy: choose cases of one";
    /// A child may be in danger now: such a case must be decided on its own.
    BulkUrgent: Invalid = "bulk.urgent", "a case in which a child may be in danger is decided by itself";
    /// A break is due, or one that was due is in progress.
    BreakDue: Forbidden = "exposure.break", "a break is due: come back when it is over";
    /// A break is in progress that the reviewer asked for.
    OwnBreak: Forbidden = "exposure.own_break", "your break is not over: come back when it is";
    /// The exposure limit within 24 hours is reached.
    ExposureSpent: Forbidden = "exposure.spent",
        "the exposure limit within 24 hours is reached: come back later";
    /// The view has ended, or its picture was sent already.
    ViewClosed: Over = "view.closed", "this view is over: begin another";
    /// The bytes of the item were never stored.
    EvidenceNone: Missing = "evidence.none", "the bytes of this item were not stored";
    /// The retention term of the item's bytes has ended.
    EvidenceGone: Over = "evidence.gone",
        "the bytes of this item can no longer be read: their retention term has ended";
    /// The bytes of the item cannot be unsealed.
    EvidenceBroken: Broken = "evidence.broken",
        "the bytes of this item cannot be unsealed: tell the operator";
    /// The vault has no key.
    VaultClosed: Unavailable = "vault.closed", "the vault has no key here: tell the operator";
    /// Name, password or code is wrong.
    SignInWrong: Forbidden = "sign_in.wrong", "name, password or code is wrong: try again";
    /// Too many failed sign-in attempts.
    SignInWait: Wait = "sign_in.wait", "too many attempts: wait some minutes";
    /// The link was used already, or has expired.
    LinkUsed: Over = "sign_in.link_used", "this link was used or has expired: ask for another";
    /// The password is too easy to guess.
    PasswordWeak: Invalid = "sign_in.password_weak",
        "this password is too easy to guess: take 12 characters or more";
    /// The passkey response took too long.
    CeremonyOver: Over = "sign_in.ceremony_over", "that took too long: begin again";
    /// The organisation's sign-in provider does not answer.
    ProviderSilent: Unavailable = "sign_in.provider_silent",
        "the sign-in provider does not answer: try again, or use another sign-in method";
    /// The answer of the provider is not right, was given before, or came too late.
    ProviderRefused: Forbidden = "sign_in.provider_refused",
        "the answer of the sign-in provider was refused: begin again";
    /// The account at the provider belongs to no staff account, or to another one.
    IdentityUnknown: Forbidden = "sign_in.identity_unknown",
        "this account is not connected to a staff account: ask an administrator for a link";
    /// The account at the provider is connected to another staff account.
    IdentityTaken: Conflict = "sign_in.identity_taken",
        "this account is connected to another staff account: use your own";
    /// The staff member signed out, was inactive for too long, or was deactivated.
    SessionEnded: Forbidden = "session.ended", "you are signed out: sign in again";
    /// Two browsers used cookies of the same session.
    SessionReplayed: Forbidden = "session.replayed",
        "this session was used in two browsers, so it was ended: sign in again";
    /// The cookie was replaced while the request was on its way.
    CookieReplaced: Conflict = "session.cookie_replaced",
        "the cookie was replaced while this request was on its way: load the page again";
    /// The staff member must prove their identity again: the last proof is too old.
    ProofStale: Forbidden = "session.proof_stale", "prove your identity again";
    /// Roles that one person must not have together.
    RolesClash: Invalid = "staff.roles_clash", "one person cannot have these roles together: choose others";
    /// An administrator tried to change their own roles or assignment.
    OwnRoles: Forbidden = "staff.own_roles",
        "an administrator cannot change their own roles or assignment: ask another administrator";
    /// No administrator would be left.
    LastAdministrator: Conflict = "staff.last_administrator",
        "this is the last administrator: make another one first";
    /// An auditor or an administrator was to be limited to some services or policies.
    AssignmentOfRole: Invalid = "staff.assignment_of_role",
        "an auditor or an administrator cannot be limited to services or policies: leave all of them";
    /// A staff member was to be limited to no service, or to no policy.
    AssignmentEmpty: Invalid = "staff.assignment_empty",
        "no service or no policy was chosen: choose at least one, or all";
    /// The change reaches services that the assignment of the staff member does not cover.
    AssignmentTooNarrow: Forbidden = "staff.assignment_too_narrow",
        "this reaches every service, and you are limited to some: ask a colleague who is not";
    /// The service gave another answer before.
    ActionAnswered: Conflict = "action.answered", "this action already has a different answer";
    /// The dispute was resolved before.
    DisputeResolved: Conflict = "dispute.resolved", "this dispute was resolved already";
    /// A lead agreed to the dispute, or to another one about the entry at the same service, before.
    DisputeAgreed: Conflict = "dispute.agreed",
        "a lead agreed already: the entry is disputed for the whole service";
    /// An item that the entry held can be viewed, and the lead has viewed none of them clear.
    DisputeViewNeeded: Forbidden = "dispute.view_needed",
        "view an item that the entry held before you agree";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_refusal_has_a_name_of_its_own_and_a_sentence() {
        let codes: BTreeSet<&str> = Refusal::ALL.iter().map(|refusal| refusal.code()).collect();

        assert_eq!(codes.len(), Refusal::ALL.len());
        for refusal in Refusal::ALL {
            let sentence = refusal.to_string();
            assert!(!sentence.is_empty() && !sentence.ends_with('.'), "{sentence}");
        }
    }
}
