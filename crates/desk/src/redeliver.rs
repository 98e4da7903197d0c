//! A delivery is sent again, with the same id.

use mamori_model::{DeliveryId, ServiceId};

use crate::member::Resender;
use crate::{Caller, Desk, Error};

impl Desk {
    /// Sends a settled delivery of the caller's again; [`Error::Conflict`] if it still waits.
    pub async fn redeliver(&self, caller: &Caller, id: DeliveryId) -> Result<(), Error> {
        self.redeliver_of(Some(caller.service()), id).await
    }

    /// The same with any service's, for the console.
    pub async fn redeliver_for(&self, _: &Resender, id: DeliveryId) -> Result<(), Error> {
        self.redeliver_of(None, id).await
    }

    async fn redeliver_of(&self, of: Option<ServiceId>, id: DeliveryId) -> Result<(), Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("redeliver").await?;
        let service = match of {
            Some(service) => service,
            None => tx.service_of_delivery(id).await?.ok_or(Error::NotFound("delivery"))?,
        };
        let endpoint = tx.reset_delivery(service, id).await?;
        self.enqueue_delivery(&mut tx, id, (service, endpoint), now).await?;
        tx.commit().await?;

        self.inner.enqueued.notify_one();
        Ok(())
    }
}
