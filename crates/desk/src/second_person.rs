//! What the rules of the second person are asked about: a decision, or several as one.

use jiff::Timestamp;
use mamori_model::{Bulk, Decision, Refusal, Second, StaffId, second};
use mamori_store::Tx;

use crate::Error;
use crate::member::{Recently, Reviewer};

/// What waits for a second person.
pub(crate) struct Waiting {
    second: Second,
    made_by: StaffId,
    made_at: Timestamp,
    /// What it is called where it cannot be found.
    name: &'static str,
}

impl Waiting {
    /// Whether `who` may settle it now, where they last read it at `looked_again_at`.
    ///
    /// Who may not be a second person does not learn that one is waited for.
    pub fn may(
        &self,
        who: &Reviewer,
        looked_again_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let roles = who.member().roles();
        match second::may(self.second, self.made_by, who.staff(), roles, looked_again_at, now) {
            Err(Refusal::NotALead) => Err(Error::NotFound(self.name)),
            other => Ok(other?),
        }
    }

    /// Whether `who` may settle it, now or later; so they may read it now.
    pub fn may_in_time(&self, who: &Reviewer, now: Timestamp) -> Result<(), Error> {
        match self.may(who, None, now) {
            Err(Error::Refused(Refusal::SecondTooSoon | Refusal::LookNeeded)) => Ok(()),
            other => other,
        }
    }

    /// Whether `who` is somebody else than its maker in earnest, and no name that an administrator
    /// made or took a moment ago. [`Refusal::SecondIsFirst`] for a namesake of whoever made it, also
    /// where that one left; [`Refusal::SecondTooNew`] for whom an administrator let in, or gave roles
    /// or a link, within the day before.
    pub async fn is_for(&self, tx: &mut Tx, who: &Reviewer, now: Timestamp) -> Result<(), Error> {
        if self.second != Second::Colleague {
            return Ok(());
        }
        let maker = tx.staff(self.made_by).await?.ok_or(Error::NotFound("staff"))?;
        let other = tx.staff(who.staff()).await?.ok_or(Error::NotFound("staff"))?;
        if maker.name == other.name {
            return Err(Refusal::SecondIsFirst.into());
        }
        let since = now.checked_sub(second::WAIT_NEW).unwrap_or(Timestamp::MIN);
        if tx.was_given(who.staff(), since).await? {
            return Err(Refusal::SecondTooNew.into());
        }
        Ok(())
    }

    /// Whether reading it now is to be written down: once by everybody, when it can count.
    pub fn is_unread(&self, last_read: Option<Timestamp>, now: Timestamp) -> bool {
        let since = self.second.not_before().unwrap_or(self.made_at);
        now >= since && last_read.is_none_or(|last| last < since)
    }
}

impl From<&Decision> for Waiting {
    fn from(decision: &Decision) -> Self {
        let (second, made_by, made_at) = (decision.second, decision.made_by, decision.made_at);
        Self { second, made_by, made_at, name: "decision" }
    }
}

impl From<&Bulk> for Waiting {
    fn from(bulk: &Bulk) -> Self {
        let (second, made_by, made_at) = (bulk.second, bulk.made_by, bulk.made_at);
        Self { second, made_by, made_at, name: "bulk decision" }
    }
}

/// Both proofs are one person's.
pub(crate) fn is_same(who: &Reviewer, recently: &Recently) -> Result<(), Refusal> {
    if who.staff() == recently.staff() { Ok(()) } else { Err(Refusal::ProofStale) }
}
