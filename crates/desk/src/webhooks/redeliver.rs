//! Sends a finished webhook delivery again, under the same id.

use mamori_model::key::Scope;
use mamori_model::{AuditActor, AuditVerb, DeliveryId, ServiceId};

use crate::audit::{self, Change};
use crate::staff::member::Resender;
use crate::{Caller, Desk, Error};

impl Desk {
    /// Enqueues a finished delivery of the caller again. [`Error::NotFound`] if the caller has no
    /// such delivery; [`Error::Conflict`] if it is still waiting, if its endpoint was removed or is
    /// disabled, or if it is a test message while another one to the same endpoint waits.
    /// [`Error::Resends`] if the caller's service had too many messages sent within a minute.
    pub async fn redeliver(&self, caller: &Caller, id: DeliveryId) -> Result<(), Error> {
        caller.require(&[Scope::Webhooks])?;
        let most = self.settings().webhooks.resends_minute_max;
        self.inner.resends.take(caller.service(), most, self.clock().running())?;
        self.redeliver_of(caller.actor(), Some(caller.service()), id).await
    }

    /// Enqueues a finished delivery of any service again, for the console; otherwise as
    /// [`Self::redeliver`], without that limit.
    pub async fn redeliver_for(&self, who: &Resender, id: DeliveryId) -> Result<(), Error> {
        self.redeliver_of(who.staff().into(), None, id).await
    }

    async fn redeliver_of(
        &self,
        by: AuditActor,
        of: Option<ServiceId>,
        id: DeliveryId,
    ) -> Result<(), Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("redeliver").await?;
        let service = match of {
            Some(service) => service,
            None => tx.service_of_delivery(id).await?.ok_or(Error::NotFound("delivery"))?,
        };
        let endpoint = tx.reset_delivery(service, id).await?;
        self.enqueue_delivery_job(&mut tx, id, (service, endpoint), now).await?;
        let change = Change::of(by, AuditVerb::DeliveryResent, id);
        audit::record(self, &mut tx, change, now).await?;
        tx.commit().await?;

        self.inner.enqueued.notify_one();
        Ok(())
    }
}
