//! Deletes a service: its keys stop working, and nothing is sent to it any more.

use mamori_model::key::Scope;
use mamori_model::{AuditVerb, ServiceId};

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
    pub async fn delete_service(&self, who: &Admin, id: ServiceId) -> Result<(), Error> {
        who.require(&[Scope::Services])?;
        let now = self.clock().now();

        let mut tx = self.store().begin("delete_service").await?;
        let before = tx.service(id).await?.ok_or(Error::NotFound("service"))?;
        if !tx.delete_service(id, now).await? {
            return Err(Error::NotFound("service"));
        }
        let change = Change::of(who.actor(), AuditVerb::ServiceDeleted, id);
        audit::record(self, &mut tx, change.before(values::service(&before)), now).await?;
        services::end_for_service(&mut tx, id, now).await?;
        webhooks::end_for_service(&mut tx, id, now).await?;
        // Locks the cases before the rows that belong to them, as every transaction that decides a
        // case does.
        cases::end_for_service(self, &mut tx, id, now).await?;
        decisions::end_for_service(&mut tx, id, now).await?;
        actions::end_for_service(&mut tx, id).await?;
        banks::end_for_service(&mut tx, id, now).await?;
        evidence::end_for_service(&mut tx, id, now).await?;
        viewing::end_for_service(&mut tx, id, now).await?;
        tx.commit().await?;

        self.wait_until_applied().await;
        Ok(())
    }
}
