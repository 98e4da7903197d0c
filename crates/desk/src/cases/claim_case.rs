//! A reviewer claims a case: the next one of the case queue, or a named one.

use jiff::Timestamp;
use mamori_model::case::{CaseEventKind, Level, Step};
use mamori_model::{Case, CaseId, Purpose, Refusal, Urgency};
use mamori_store::{Claiming, Tx};

use crate::cases::record_event::{NewEvent, record_event};
use crate::staff::member::Reviewer;
use crate::{Desk, Error};

/// Which cases of the case queue a reviewer wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Queue {
    /// Only cases under this policy; `None` for any.
    pub purpose: Option<Purpose>,
}

/// A claimed case. The reviewer's page sends the claim and the version with every request, so that
/// changes since then are noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// The id of the claimed case.
    pub case: CaseId,
    /// Which claim of this case it is, from 1.
    pub number: u32,
    /// The version of the case at the time of the claim.
    pub version: u32,
    /// When the claim lapses, unless the reviewer's page extends it.
    pub until: Timestamp,
}

impl Claimed {
    fn of(case: &Case) -> Option<Self> {
        let claim = case.claim?;
        let (number, until) = (claim.number, claim.until);
        Some(Self { case: case.id, number, version: case.version, until })
    }
}

impl Desk {
    /// Returns the case that the reviewer has claimed already, or claims the next one: by urgency,
    /// within one urgency first a case that a colleague handed over to this reviewer, then by age.
    /// Cases that the reviewer skipped come last, and only for leads and a reviewer who works
    /// alone. Cases that the reviewer's assignment does not cover are not for this reviewer. `None` if
    /// there is no case for this reviewer. No other reviewer gets the case until
    /// it is decided, released, or the claim lapses.
    ///
    /// [`Refusal::BreakDue`] if a break is due, [`Refusal::OwnBreak`] during a break that the
    /// reviewer asked for, [`Refusal::ExposureSpent`] if the exposure limit is reached; a case that
    /// the reviewer has claimed then goes back to the queue.
    /// [`Refusal::ClaimLimit`] or [`Refusal::LeaveLimit`] if a pace limit is reached; a case in
    /// which a child may be in danger is claimed all the same.
    pub async fn claim_next(&self, who: &Reviewer, queue: Queue) -> Result<Option<Claimed>, Error> {
        // Tries again if a concurrent request of the same reviewer claimed a case first.
        match self.try_claim_next(who, queue).await {
            Err(Error::Conflict(_)) => self.try_claim_next(who, queue).await,
            claimed => claimed,
        }
    }

    async fn try_claim_next(&self, who: &Reviewer, queue: Queue) -> Result<Option<Claimed>, Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("claim_next").await?;
        if let Some(due) = self.break_due(&mut tx, who.staff(), now).await? {
            return Err(self.begin_break(tx, who, due, now).await?);
        }
        self.lapse(&mut tx, now).await?;
        let mut case = self.lock_claimed_case(&mut tx, who, now).await?;
        if case.is_none() {
            let reached = self.pace_reached(&mut tx, who.staff(), now).await?;
            let mut claiming = self.claiming(who, queue.purpose, now);
            if reached.is_some() {
                claiming.least_urgency = Urgency::ChildInDanger;
            }
            case = tx.claim_next(&claiming).await?;
            if let (Some(reached), None) = (reached, &case) {
                return Err(reached.refuse(who.staff()));
            }
            self.record_claim(&mut tx, case.as_ref(), who, now).await?;
        }
        tx.commit().await?;

        Ok(case.as_ref().and_then(Claimed::of))
    }

    /// Claims this case; another case that the reviewer has claimed goes back to the queue.
    ///
    /// [`Refusal::ClaimedByOther`] if a colleague has claimed it, [`Refusal::CaseClosed`] if it is
    /// not open, [`Refusal::InBulk`] if it waits in a bulk decision, [`Error::NotFound`] if only a
    /// lead may claim it, or the reviewer's assignment does not cover it; otherwise as [`Self::claim_next`]. At a pace limit the reviewer keeps the
    /// case that they have claimed.
    pub async fn claim_case(&self, who: &Reviewer, case: CaseId) -> Result<Claimed, Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("claim_case").await?;
        if let Some(due) = self.break_due(&mut tx, who.staff(), now).await? {
            return Err(self.begin_break(tx, who, due, now).await?);
        }
        self.lapse(&mut tx, now).await?;
        let wanted = tx.lock_case(case, who.assignment()).await?.ok_or(Error::NotFound("case"))?;
        wanted.state.after(Step::Claim)?;
        if wanted.bulk.is_some() {
            return Err(Refusal::InBulk.into());
        }
        if wanted.level == Level::Lead && !self.acts_as_lead(who) {
            return Err(Error::NotFound("case"));
        }
        let claimed = match wanted.claim {
            Some(claim) if claim.by == who.staff() => Some(wanted),
            Some(_) => return Err(Refusal::ClaimedByOther.into()),
            None => {
                self.release_current_claim(&mut tx, who, now).await?;
                if wanted.urgency != Urgency::ChildInDanger
                    && let Some(reached) = self.pace_reached(&mut tx, who.staff(), now).await?
                {
                    return Err(reached.refuse(who.staff()));
                }
                let claimed = tx.claim_case(case, &self.claiming(who, None, now)).await?;
                self.record_claim(&mut tx, claimed.as_ref(), who, now).await?;
                claimed
            }
        };
        tx.commit().await?;

        claimed.as_ref().and_then(Claimed::of).ok_or(Error::Refused(Refusal::ClaimedByOther))
    }

    /// Returns the case that the reviewer has claimed, locked in `tx`. If the claim has lapsed, or the
    /// reviewer's assignment does not cover the case any more, ends it and returns `None`.
    pub(super) async fn lock_claimed_case(
        &self,
        tx: &mut Tx,
        who: &Reviewer,
        now: Timestamp,
    ) -> Result<Option<Case>, Error> {
        let Some(case) = tx.lock_claim_of(who.staff()).await? else { return Ok(None) };
        let is_covered = who.assignment().covers(case.service, case.purpose);
        if is_covered && case.claim.is_some_and(|claim| claim.until > now) {
            return Ok(Some(case));
        }
        self.lapse_one(tx, &case, now).await?;
        Ok(None)
    }

    /// Puts the case that the reviewer has claimed, if there is one, back into the queue.
    pub(crate) async fn release_current_claim(
        &self,
        tx: &mut Tx,
        who: &Reviewer,
        now: Timestamp,
    ) -> Result<(), Error> {
        let Some(case) = self.lock_claimed_case(tx, who, now).await? else { return Ok(()) };
        let then = crate::cases::release_case::as_it_was(&case);
        tx.release_claim(case.id, then).await?;
        tx.close_views_of(case.id, now).await?;
        let event = NewEvent::of(case.id, CaseEventKind::Released).by(who.staff());
        record_event(self, tx, event, now).await
    }

    async fn record_claim(
        &self,
        tx: &mut Tx,
        case: Option<&Case>,
        who: &Reviewer,
        now: Timestamp,
    ) -> Result<(), Error> {
        let Some(case) = case else { return Ok(()) };
        let event = NewEvent::of(case.id, CaseEventKind::Claimed).by(who.staff());
        record_event(self, tx, event, now).await
    }

    fn claiming(&self, who: &Reviewer, purpose: Option<Purpose>, now: Timestamp) -> Claiming {
        Claiming {
            by: who.staff(),
            within: who.assignment().clone(),
            is_lead: self.acts_as_lead(who),
            purpose,
            least_urgency: Urgency::KnownMaterial,
            now,
            until: self.claim_until(now),
        }
    }

    /// Checks whether the reviewer may claim escalated cases: a lead, or a reviewer who works
    /// alone.
    pub(super) fn acts_as_lead(&self, who: &Reviewer) -> bool {
        who.member().roles().is_lead() || self.settings().is_single_person
    }

    /// Returns when a claim lapses that is made or extended at `now`.
    pub(crate) fn claim_until(&self, now: Timestamp) -> Timestamp {
        now.checked_add(self.settings().cases.lease).unwrap_or(Timestamp::MAX)
    }
}
