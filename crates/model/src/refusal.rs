//! Why a person may not do what they asked for: the named answers.

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $sentence:literal;)*) => {
        /// Why not. The names are a contract: pages have their words under them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, thiserror::Error)]
        pub enum Refusal {
            $($(#[$doc])* #[error($sentence)] $name,)*
        }

        impl Refusal {
            /// Every refusal.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stable name.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
        }
    };
}

refusals! {
    /// The claim's time ran out, or it was given back.
    ClaimLapsed = "case.claim_lapsed", "the claim on this case has lapsed: claim it again";
    /// A colleague has it.
    ClaimedByOther = "case.claimed", "a colleague has this case in hand: take another one";
    /// Something came to the case since it was shown.
    CaseStale = "case.stale", "something came to this case since it was shown: look again";
    /// It is decided, waits for a second person, or ended.
    CaseClosed = "case.closed", "this case is not open any more: read what was decided";
    /// It waits in a bulk decision.
    InBulk = "case.in_bulk", "this case waits in a bulk decision: settle that first";
    /// A lead was asked for, and nobody is one.
    NoLead = "case.no_lead", "nobody here is a lead: decide it, or hand it over";
    /// Somebody decided it first.
    AlreadyDecided = "decision.already", "this was decided already: read the decision";
    /// Nothing would follow.
    NoMeasure = "decision.no_measure", "a violation needs at least one measure: choose one";
    /// Nobody is accused, and yet something is taken.
    MeasureWithoutViolation = "decision.measure_without_violation",
        "nothing is taken from anybody without a violation: leave the measures out";
    /// A measure against an account that nobody knows.
    NoAccount = "decision.no_account",
        "the service named no account: choose a measure for the items";
    /// A restriction that would end before it begins.
    UntilPast = "decision.until_past", "the last day is past: choose a later one";
    /// Not standing, or its time for that is over.
    NotUndoable = "decision.not_undoable", "this decision cannot be undone by you any more";
    /// The second person is the first.
    SecondIsFirst = "second.is_first", "nobody is their own second person: ask a colleague";
    /// Not one who may be the second person.
    NotALead = "second.not_a_lead", "only a lead is a second person";
    /// The day is not over.
    SecondTooSoon = "second.too_soon", "who works alone waits a day: come back later";
    /// An administrator could be behind them.
    SecondTooNew = "second.too_new",
        "an administrator let you in, or gave you roles or a link, within a day: ask a colleague";
    /// The second look is missing.
    LookNeeded = "second.look_needed", "look at the case once more before you approve it";
    /// A case of the bulk changed.
    BulkStale = "bulk.stale", "a case changed since this was prepared: prepare it again";
    /// Prepared too long ago, or settled.
    BulkLapsed = "bulk.lapsed", "this bulk decision waits no more: prepare it again";
    /// Not one case was chosen.
    BulkEmpty = "bulk.empty", "no case was chosen: choose at least one";
    /// More than can be overlooked.
    BulkTooLarge = "bulk.too_large", "these are too many at once: choose fewer";
    /// Cases of several policies.
    BulkMixed = "bulk.mixed", "a bulk decision has one policy: choose cases of one";
    /// A child may be in danger: that is decided by itself.
    BulkUrgent = "bulk.urgent", "a case in which a child may be in danger is decided by itself";
    /// A break is due.
    RestDue = "exposure.rest", "a break is due: come back when it is over";
    /// The day's dose is spent.
    DoseSpent = "exposure.spent", "you have seen enough within 24 hours: no more for now";
    /// The look is over, was used, or is another's.
    LookClosed = "look.closed", "this look is over: begin another";
    /// The item's bytes were never kept.
    EvidenceNone = "evidence.none", "the bytes of this item were not kept";
    /// The item's bytes reached their term.
    EvidenceGone = "evidence.gone", "the bytes of this item are gone: their term has ended";
    /// The item's bytes do not open.
    EvidenceBroken = "evidence.broken", "the bytes of this item do not open: tell the operator";
    /// There is no key for the vault.
    VaultClosed = "vault.closed", "the vault has no key here: tell the operator";
    /// Name, password or code.
    SignInWrong = "sign_in.wrong", "name, password or code is wrong: try again";
    /// Too many attempts.
    SignInWait = "sign_in.wait", "too many attempts: wait some minutes";
    /// A link that was used, or ran out.
    TicketUsed = "sign_in.ticket_used", "this link was used or has run out: ask for another";
    /// Too easy to guess.
    PasswordWeak = "sign_in.password_weak",
        "this password is too easy to guess: take 12 characters or more";
    /// The passkey took too long.
    CeremonyOver = "sign_in.ceremony_over", "that took too long: begin again";
    /// Signed out, or away for too long.
    SessionEnded = "session.ended", "you are signed out: sign in again";
    /// Two browsers showed the same session.
    SessionReplayed = "session.replayed",
        "this session was used in two places, so it was ended: sign in again";
    /// The cookie changed while this was on its way.
    CookieReplaced = "session.cookie_replaced",
        "the session went on while this was on its way: load the page again";
    /// It was too long ago that they proved who they are.
    ProofStale = "session.proof_stale", "prove once more who you are";
    /// A form that our page did not make.
    CsrfWrong = "form.forged", "this form did not come from this page: load it again";
    /// A form beyond the limit.
    FormTooLarge = "form.too_large", "this form is too large: write less";
    /// A form with a missing, wrong or unknown field.
    FormShape = "form.shape", "a field of this form is missing or wrong";
    /// Roles that nobody may have together.
    RolesClash = "staff.roles_clash", "these roles cannot be one person's: choose others";
    /// Nobody gives themselves roles.
    OwnRoles = "staff.own_roles", "nobody changes their own roles: ask another administrator";
    /// Nobody would be left to let others in.
    LastAdministrator = "staff.last_administrator",
        "this is the last administrator: make another one first";
    /// The service said otherwise before.
    ActionAnswered = "action.answered", "this action was answered otherwise before";
    /// The bank's owner settled it.
    DisputeSettled = "dispute.settled", "this dispute was settled already";
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
