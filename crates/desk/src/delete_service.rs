//! Deletes a service: its keys stop working, and nothing is sent to it any more.

use jiff::Timestamp;
use mamori_model::approval_request::{ApprovalVerb, GuardedChange};
use mamori_model::key::Scope;
use mamori_model::{AuditActor, AuditVerb, ServiceId};
use mamori_store::Tx;

use crate::approvals::request_approval::Proposal;
use crate::audit::{self, Change, values};
use crate::{Admin, Desk, Error};
use crate::{actions, banks, cases, decisions, evidence, services, viewing, webhooks};

impl Desk {
    /// Deletes a service: revokes its keys, removes its endpoints with their URLs and secrets, and
    /// fails the deliveries that wait for them. This applies at this node before the call returns,
    /// at other nodes within a second.
    ///
    /// The service's matches and deliveries are kept for their retention terms. No API key can read
    /// them any more; staff members still find them in the console's records. Undecided cases end
    /// without a decision, evidence of the service's items expires at once, and the service is
    /// asked for nothing more.
    ///
    /// [`Error::NotFound`] if there is no such service, [`Error::Waits`] if it takes a second actor.
    pub async fn delete_service(&self, who: &Admin, id: ServiceId) -> Result<(), Error> {
        who.require(&[Scope::Services])?;
        let now = self.clock().now();

        let mut tx = self.store().begin("delete_service").await?;
        let service = tx.service(id).await?.ok_or(Error::NotFound("service"))?;
        let change =
            || Ok(Proposal::of(ApprovalVerb::DeleteService, id, values::service(&service)));
        let guarded = GuardedChange::ServiceDeletion;
        let mut tx = self.unless_guarded(tx, who, &guarded, change, now).await?;
        self.delete_service_in(&mut tx, &who.actor(), id, now).await?;
        tx.commit().await?;

        self.wait_until_applied().await;
        Ok(())
    }

    /// Deletes a service, for itself or as an approved request.
    pub(crate) async fn delete_service_in(
        &self,
        tx: &mut Tx,
        who: &AuditActor,
        id: ServiceId,
        now: Timestamp,
    ) -> Result<(), Error> {
        let before = tx.service(id).await?.ok_or(Error::NotFound("service"))?;
        if !tx.delete_service(id, now).await? {
            return Err(Error::NotFound("service"));
        }
        let change = Change::of(who.clone(), AuditVerb::ServiceDeleted, id);
        audit::record(self, tx, change.before(values::service(&before)), now).await?;
        services::end_for_service(tx, id, now).await?;
        webhooks::end_for_service(tx, id, now).await?;
        // Locks the cases before the rows that belong to them, as every transaction that decides a
        // case does.
        cases::end_for_service(self, tx, id, now).await?;
        decisions::end_for_service(tx, id, now).await?;
        actions::end_for_service(tx, id).await?;
        banks::end_for_service(tx, id, now).await?;
        evidence::end_for_service(tx, id, now).await?;
        viewing::end_for_service(tx, id, now).await
    }
}
