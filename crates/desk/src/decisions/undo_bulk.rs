//! Undoes a bulk decision, as one.

use mamori_model::bulk::{Bulk, BulkState};
use mamori_model::{AuditVerb, BulkId, CaseId, DecisionState, FreeText};

use crate::audit::{self, Change};
use crate::decisions::undo_decision::keeps_service;
use crate::staff::member::Reviewer;
use crate::{Desk, Error};

/// The result of undoing a bulk decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undone {
    /// How many decisions were undone with it.
    pub decisions: u32,
    /// The cases that were left as they are: their decision had been undone before, and they may
    /// have been decided again since; or their service is deleted.
    pub left: Vec<CaseId>,
}

impl Desk {
    /// Undoes a bulk decision that is in effect, with each of its decisions that is still in
    /// effect and whose service is not deleted. Allowed to the reviewer who made it within
    /// [`crate::settings::CaseSettings::undo_window`], and to a lead for as long as it is kept;
    /// [`mamori_model::Refusal::NotUndoable`] otherwise.
    pub async fn undo_bulk(
        &self,
        who: &Reviewer,
        id: BulkId,
        why: &FreeText,
    ) -> Result<Undone, Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("undo_bulk").await?;
        let bulk = tx.lock_bulk(id, who.assignment()).await?;
        let bulk = bulk.ok_or(Error::NotFound("bulk decision"))?;
        let window = self.settings().cases.undo_window;
        bulk.may_undo(who.member().roles(), who.staff(), now, window)?;
        tx.lock_cases_of_bulk(bulk.id).await?;
        let mut undone = Undone { decisions: 0, left: Vec::new() };
        for decision in tx.decisions_of_bulk(bulk.id).await? {
            let is_standing = decision.state == DecisionState::Standing;
            if is_standing && keeps_service(&mut tx, decision.service).await? {
                self.undo_one(&mut tx, who, decision.id, why, now).await?;
                undone.decisions = undone.decisions.saturating_add(1);
            } else {
                undone.left.push(decision.case);
            }
        }
        let (undone_by, undone_at) = (Some(who.staff()), Some(now));
        tx.set_bulk(&Bulk { state: BulkState::Undone, undone_by, undone_at, ..bulk }).await?;
        let change = Change::of(who.staff(), AuditVerb::BulkUndone, id);
        audit::record(self, &mut tx, change, now).await?;
        tx.commit().await?;

        self.inner.enqueued.notify_one();
        Ok(undone)
    }
}
