//! Ends claims whose time ran out because the reviewer's page sent no keep-alive, so that another
//! reviewer can claim the case.

use jiff::Timestamp;
use mamori_model::case::CaseEventKind;
use mamori_model::{Assignment, Case, StaffId};
use mamori_store::{Released, Tx};

use crate::cases::record_event::{NewEvent, record_event};
use crate::sweep_summary::ROWS_AT_ONCE;
use crate::{Desk, Error};

impl Desk {
    /// Ends claims whose time ran out at or before `now`, at most `ROWS_AT_ONCE` of them, and
    /// records each in its case's history. Returns how many it ended.
    pub(super) async fn lapse(&self, tx: &mut Tx, now: Timestamp) -> Result<u64, Error> {
        let lapsed = tx.lock_lapsed_claims(now, ROWS_AT_ONCE).await?;
        for case in &lapsed {
            self.lapse_one(tx, case, now).await?;
        }
        Ok(u64::try_from(lapsed.len()).unwrap_or(u64::MAX))
    }

    /// Ends the open views of a staff member whose assignment has changed, the bulk decisions that they
    /// prepared, and their claim, if `assignment` does not cover the case.
    pub(crate) async fn lapse_uncovered(
        &self,
        tx: &mut Tx,
        who: StaffId,
        assignment: &Assignment,
        now: Timestamp,
    ) -> Result<(), Error> {
        tx.close_views_by(who, now).await?;
        for bulk in tx.lock_prepared_bulks_of(who).await? {
            self.end_prepared(tx, bulk, None, now).await?;
        }
        if let Some(case) = tx.lock_claim_of(who).await?
            && !assignment.covers(case.service, case.purpose)
        {
            self.lapse_one(tx, &case, now).await?;
        }
        Ok(())
    }

    /// Ends the claim on `case`, which `tx` has locked, and the views of its items, and records the
    /// lapse in the case's history.
    pub(super) async fn lapse_one(
        &self,
        tx: &mut Tx,
        case: &Case,
        now: Timestamp,
    ) -> Result<(), Error> {
        let then = Released { level: case.level, urgency: case.urgency, handed: None };
        tx.release_claim(case.id, then).await?;
        tx.close_views_of(case.id, now).await?;
        let whose = case.claim.map(|claim| claim.by);
        let event = NewEvent::of(case.id, CaseEventKind::Lapsed).by(whose);
        record_event(self, tx, event, now).await
    }
}
