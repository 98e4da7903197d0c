//! Deletes a service: its keys stop working, and nothing is sent to it any more.

use jiff::Timestamp;
use mamori_model::ServiceId;
use mamori_model::case::{About, CaseEventKind, CaseState};
use mamori_store::Tx;

use crate::{Admin, Desk, Error};

impl Desk {
    /// Deletes a service: revokes its keys, removes its endpoints with their URLs and secrets, and
    /// fails the deliveries that wait for them. This applies at this node before the call returns,
    /// at other nodes within a second.
    ///
    /// The service's matches and deliveries are kept for their retention terms. No API key can read
    /// them any more; staff members still find them in the console's records. Undecided cases end
    /// without a decision, evidence of the service's items expires at once, and the service is
    /// asked for nothing more.
    pub async fn delete_service(&self, _: &Admin, id: ServiceId) -> Result<(), Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("delete_service").await?;
        if !tx.delete_service(id, now).await? {
            return Err(Error::NotFound("service"));
        }
        tx.revoke_keys_of(id, now).await?;
        tx.remove_endpoints_of(id, now).await?;
        self.end_cases_of(&mut tx, id, now).await?;
        tx.commit().await?;

        self.settle().await;
        Ok(())
    }
    /// Ends the undecided cases of a service that is being deleted.
    async fn end_cases_of(
        &self,
        tx: &mut Tx,
        service: ServiceId,
        now: Timestamp,
    ) -> Result<(), Error> {
        // Locks the cases first, as every transaction that decides a case does.
        let undecided = tx.lock_undecided_cases_of(service).await?;
        tx.refuse_decisions_of(service, now).await?;
        tx.supersede_actions_of_service(service).await?;
        tx.take_back_disputes_of(service, now).await?;
        tx.shorten_evidence_of_service(service, now).await?;
        for case in undecided {
            tx.close_case(case, CaseState::Ended, Some(now)).await?;
            tx.close_looks_of(case, now).await?;
            self.note(tx, case, CaseEventKind::Ended, About::default(), now).await?;
        }
        Ok(())
    }
}
