//! A lead agrees to a reviewer's dispute, which from then on reaches the whole service.

use jiff::Timestamp;
use mamori_model::case::{About, CaseEventKind};
use mamori_model::{Decision, Dispute, DisputeId, Refusal, StaffId};
use mamori_store::Tx;

use crate::cases::record_event::{NewEvent, record_event};
use crate::staff::independence::require_independent;
use crate::staff::member::Lead;
use crate::{Desk, Error};

impl Desk {
    /// Agrees to an open dispute: from the commit on, the entry does not act by itself at this
    /// service, until a policy editor resolves the dispute.
    ///
    /// Refused by name: [`Refusal::DisputeResolved`]; [`Refusal::DisputeAgreed`] if a lead agreed to
    /// this dispute, or to another one about the entry at this service;
    /// [`Refusal::ApproverIsAuthor`] for the lead who made the decision, and a namesake;
    /// [`Refusal::ApproverTooNew`] as for a second approver; [`Refusal::DisputeViewNeeded`] if an item that
    /// the entry held can be viewed and the lead has viewed none of them clear.
    pub async fn agree_dispute(&self, who: &Lead, id: DisputeId) -> Result<(), Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("agree_dispute").await?;
        let (dispute, decision) = lock_open_dispute(&mut tx, who, id).await?;
        require_independent(&mut tx, decision.made_by, who.staff(), now).await?;
        if self.must_view(&mut tx, who.staff(), &dispute, &decision, now).await? {
            return Err(Refusal::DisputeViewNeeded.into());
        }
        match tx.agree_dispute(id, who.staff(), now).await {
            Ok(true) => {}
            // Another transaction ended it, or a lead agreed to another dispute about the entry.
            Ok(false) | Err(mamori_store::Error::Conflict(_)) => {
                return Err(Refusal::DisputeAgreed.into());
            }
            Err(other) => return Err(other.into()),
        }
        let about = About { dispute: Some(id), ..About::default() };
        let event = NewEvent::of(decision.case, CaseEventKind::DisputeAgreed);
        record_event(self, &mut tx, event.by(who.staff()).about(about), now).await?;
        tx.commit().await?;

        Ok(())
    }

    /// Checks whether the lead must still view an item before agreeing: one of the case that has a
    /// hit on the entry, if the bytes of any of them can be read.
    pub(super) async fn must_view(
        &self,
        tx: &mut Tx,
        who: StaffId,
        dispute: &Dispute,
        decision: &Decision,
        now: Timestamp,
    ) -> Result<bool, Error> {
        if self.settings().vault.is_none() {
            return Ok(false);
        }
        let mut can_view = false;
        for (item, evidence) in tx.evidence_of_case(decision.case).await? {
            can_view |= evidence.is_readable(now) && tx.has_hit(item, dispute.entry).await?;
        }
        Ok(can_view && !tx.has_clear_view_of_entry(decision.case, who, dispute.entry).await?)
    }
}

/// Locks and returns a dispute to which `who` may agree, with the decision that opened it. Locks the
/// case of the decision too, and first, as an undo does.
///
/// [`Error::NotFound`] if the dispute or its decision is not stored, or the lead's assignment does not
/// cover it; otherwise as [`Dispute::can_be_agreed`], and [`Refusal::ApproverIsAuthor`] for the maker
/// of the decision.
pub(crate) async fn lock_open_dispute(
    tx: &mut Tx,
    who: &Lead,
    id: DisputeId,
) -> Result<(Dispute, Decision), Error> {
    let not_found = || Error::NotFound("dispute");
    let within = who.assignment();
    if let Some(case) = tx.case_of_dispute(id).await? {
        tx.lock_case(case, within).await?.ok_or_else(not_found)?;
    }
    let dispute = tx.lock_dispute(id, within).await?.ok_or_else(not_found)?;
    dispute.can_be_agreed()?;
    let decision = dispute.decision.ok_or_else(not_found)?;
    let decision = tx.decision(decision, within).await?.ok_or_else(not_found)?;
    if decision.made_by == who.staff() {
        Err(Refusal::ApproverIsAuthor.into())
    } else {
        Ok((dispute, decision))
    }
}
