//! A service leaves: its keys open nothing any more, and nothing is sent to it.

use jiff::Timestamp;
use mamori_model::ServiceId;
use mamori_model::case::{About, CaseEventKind, CaseState};
use mamori_store::Tx;

use crate::{Admin, Desk, Error};

impl Desk {
    /// Deletes a service: its keys are revoked, its endpoints forgotten with their addresses and
    /// secrets, and what waits for them fails. At this node before this returns, at the others
    /// within a second. Its matches and deliveries can be read by nobody, and go by their terms. Its
    /// cases end undecided, what was kept of its items reaches its term, and nothing more is asked of
    /// it.
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
    /// Ends the cases of a service that leaves: nobody is asked about them any more.
    async fn end_cases_of(
        &self,
        tx: &mut Tx,
        service: ServiceId,
        now: Timestamp,
    ) -> Result<(), Error> {
        // The cases first: whoever decides holds them.
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
