//! Lowers the urgency of a case. Where a child may be in danger it stays until a lead agrees.

use jiff::Timestamp;
use mamori_model::case::lowering::{self, Lowering};
use mamori_model::case::{About, CaseEventKind};
use mamori_model::{Approval, Case, CaseId, FreeText, Refusal, Urgency, approval};
use mamori_store::Tx;

use crate::cases::colleagues::has_lead_of;
use crate::cases::record_event::{NewEvent, record_event};
use crate::staff::independence::require_independent;
use crate::staff::member::{RecentlyAuthenticated, Reviewer};
use crate::{Desk, Error};

/// What became of a reviewer's wish to lower the urgency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lowered {
    /// The case has the lower urgency.
    Now,
    /// The urgency stays until a lead agrees.
    Proposed,
}

impl Desk {
    /// Lowers the urgency of a case that the reviewer has claimed; the claim continues. In a case in
    /// which a child may be in danger this only proposes it: a lead who did not propose it agrees or
    /// refuses, or in single-person operation the same person a day later. `number` is the number
    /// of the claim.
    ///
    /// Refused as [`Case::claimed_by`] says; [`Refusal::UrgencyNotLower`];
    /// [`Refusal::LoweringWaits`] if a proposal waits; [`Refusal::NoLead`] if a lead must agree and
    /// none covers the case.
    pub async fn lower_urgency(
        &self,
        who: &Reviewer,
        case: CaseId,
        number: u32,
        to: Urgency,
        why: &FreeText,
    ) -> Result<Lowered, Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("lower_urgency").await?;
        let case = tx.lock_case(case, who.assignment()).await?.ok_or(Error::NotFound("case"))?;
        case.claimed_by(who.staff(), number, now)?;
        let approval = lowering::required(case.urgency, to, self.settings().is_single_person, now)?;
        let lowered = if approval == Approval::None {
            self.set_urgency(&mut tx, who, &case, (to, Some(why)), now).await?;
            Lowered::Now
        } else {
            let (by, reason) = (who.staff(), why.clone());
            let lowering = Lowering { case: case.id, to, reason, by, at: now, approval };
            self.propose_lowering(&mut tx, &case, &lowering).await?;
            Lowered::Proposed
        };
        tx.commit().await?;

        Ok(lowered)
    }

    /// Agrees to lower the urgency of a case as proposed.
    ///
    /// [`Refusal::NoLowering`] if no proposal waits; [`Error::NotFound`] for a reviewer who may not
    /// agree; [`Refusal::ApproverIsAuthor`] for the reviewer who proposed it, and a namesake;
    /// [`Refusal::ApproverTooNew`] as for a second approver; [`Refusal::ApprovalTooSoon`] for a
    /// person who works alone, within a day.
    pub async fn agree_to_lowering(
        &self,
        who: &Reviewer,
        recently: &RecentlyAuthenticated,
        case: CaseId,
    ) -> Result<(), Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("agree_to_lowering").await?;
        let (case, lowering) = lock_lowering(&mut tx, who, recently, case).await?;
        can_agree(who, &lowering, now)?;
        if lowering.approval == Approval::Colleague {
            require_independent(&mut tx, lowering.by, who.staff(), now).await?;
        }
        self.set_urgency(&mut tx, who, &case, (lowering.to, None), now).await?;
        tx.delete_lowering(case.id).await?;
        tx.commit().await?;

        Ok(())
    }

    /// Refuses to lower the urgency of a case: it stays. Refused as [`Self::agree_to_lowering`],
    /// except that a person who works alone need not wait.
    pub async fn refuse_lowering(
        &self,
        who: &Reviewer,
        recently: &RecentlyAuthenticated,
        case: CaseId,
        why: &FreeText,
    ) -> Result<(), Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("refuse_lowering").await?;
        let (case, lowering) = lock_lowering(&mut tx, who, recently, case).await?;
        can_refuse(who, &lowering, now)?;
        tx.delete_lowering(case.id).await?;
        let about = About { urgency: Some(lowering.to), ..About::default() };
        let event = NewEvent::of(case.id, CaseEventKind::UrgencyLoweringRefused).by(who.staff());
        record_event(self, &mut tx, event.note(why).about(about), now).await?;
        tx.commit().await?;

        Ok(())
    }

    /// Checks whether the reviewer may refuse this proposal now, and so may agree to it now or
    /// later.
    pub fn may_judge_lowering(&self, who: &Reviewer, lowering: &Lowering) -> bool {
        can_refuse(who, lowering, self.clock().now()).is_ok()
    }

    async fn set_urgency(
        &self,
        tx: &mut Tx,
        who: &Reviewer,
        case: &Case,
        (to, why): (Urgency, Option<&FreeText>),
        now: Timestamp,
    ) -> Result<(), Error> {
        tx.set_urgency(case.id, to).await?;
        let about = About { urgency: Some(to), ..About::default() };
        let event = NewEvent::of(case.id, CaseEventKind::UrgencyLowered).by(who.staff());
        record_event(self, tx, event.note(why).about(about), now).await
    }

    async fn propose_lowering(
        &self,
        tx: &mut Tx,
        case: &Case,
        lowering: &Lowering,
    ) -> Result<(), Error> {
        let of = (case.service, case.purpose);
        if lowering.approval == Approval::Colleague && !has_lead_of(&tx.colleagues().await?, of) {
            return Err(Refusal::NoLead.into());
        }
        if !tx.insert_lowering(lowering).await? {
            return Err(Refusal::LoweringWaits.into());
        }
        let about = About { urgency: Some(lowering.to), ..About::default() };
        let kind = CaseEventKind::UrgencyLoweringProposed;
        let event = NewEvent::of(lowering.case, kind).by(lowering.by);
        record_event(self, tx, event.note(&lowering.reason).about(about), lowering.at).await
    }
}

/// Locks a case and returns it with the proposal that waits.
async fn lock_lowering(
    tx: &mut Tx,
    who: &Reviewer,
    recently: &RecentlyAuthenticated,
    case: CaseId,
) -> Result<(Case, Lowering), Error> {
    if who.staff() != recently.staff() {
        return Err(Refusal::ProofStale.into());
    }
    let case = tx.lock_case(case, who.assignment()).await?.ok_or(Error::NotFound("case"))?;
    let lowering = tx.lowering(case.id).await?.ok_or(Refusal::NoLowering)?;
    Ok((case, lowering))
}

/// Checks whether `who` may agree now. Reading the case is enough for a person who works alone.
fn can_agree(who: &Reviewer, lowering: &Lowering, now: Timestamp) -> Result<(), Error> {
    let roles = who.member().roles();
    match approval::can_approve(lowering.approval, lowering.by, who.staff(), roles, true, now) {
        Err(Refusal::NotALead) => Err(Error::NotFound("case")),
        other => Ok(other?),
    }
}

fn can_refuse(who: &Reviewer, lowering: &Lowering, now: Timestamp) -> Result<(), Error> {
    match can_agree(who, lowering, now) {
        Err(Error::Refused(Refusal::ApprovalTooSoon)) => Ok(()),
        other => other,
    }
}
