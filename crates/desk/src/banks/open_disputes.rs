//! "Not a match": opens disputes about the entries that led to a case, for the subject of the case.

use jiff::Timestamp;
use mamori_model::case::{About, CaseEventKind};
use mamori_model::{Assignment, Decision, Dispute, DisputeState, Outcome};
use mamori_store::Tx;

use crate::cases::record_event::{NewEvent, record_event};
use crate::{Desk, Error};

impl Desk {
    /// Opens a dispute about each entry that held or blocked an item of the case, which `tx` has
    /// locked, if `decision`, which is now in effect, says "not a match"; does nothing otherwise.
    /// From the commit on the entry no longer acts by itself on items of the case's subject at this
    /// service; on all others it acts as before.
    pub(crate) async fn open_disputes(
        &self,
        tx: &mut Tx,
        decision: &Decision,
        now: Timestamp,
    ) -> Result<(), Error> {
        if decision.outcome != Outcome::NotAMatch {
            return Ok(());
        }
        let case = tx.lock_case(decision.case, &Assignment::EVERYTHING).await?;
        let case = case.ok_or(Error::NotFound("case"))?;
        for (bank, entry) in tx.accusing_entries(decision.case).await? {
            let dispute = Dispute {
                id: self.clock().mint()?.into(),
                bank,
                entry,
                service: decision.service,
                subject: Some(case.subject.clone()),
                decision: Some(decision.id),
                reason: decision.reason.clone(),
                state: DisputeState::Open,
                opened_at: now,
                agreed: None,
                resolved_by: None,
                resolved_at: None,
                resolved_note: None,
            };
            if tx.insert_dispute(&dispute).await? {
                let about = About { dispute: Some(dispute.id), ..About::default() };
                record_event(
                    self,
                    tx,
                    NewEvent::of(decision.case, CaseEventKind::Disputed).about(about),
                    now,
                )
                .await?;
            }
        }
        Ok(())
    }
}
