//! A delivery is sent again, with the same id.

use mamori_model::DeliveryId;

use crate::{Caller, Desk, Error};

impl Desk {
    /// Sends a settled delivery of the caller's again; [`Error::Conflict`] if it still waits.
    pub async fn redeliver(&self, caller: &Caller, id: DeliveryId) -> Result<(), Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("redeliver").await?;
        let endpoint = tx.reset_delivery(caller.service(), id).await?;
        self.enqueue_delivery(&mut tx, id, (caller.service(), endpoint), now).await?;
        tx.commit().await?;

        self.inner.enqueued.notify_one();
        Ok(())
    }
}
