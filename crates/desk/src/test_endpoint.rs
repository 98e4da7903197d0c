//! Somebody asks whether an endpoint works: it is sent a message that says so.

use mamori_model::webhook::EventKind;
use mamori_model::{DeliveryId, EndpointId};

use crate::{Caller, Desk, Error, payload};

impl Desk {
    /// Promises a test message to an endpoint of the caller's; its delivery tells how it went.
    pub async fn test_endpoint(
        &self,
        caller: &Caller,
        id: EndpointId,
    ) -> Result<DeliveryId, Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("test_endpoint").await?;
        let endpoints = tx.live_endpoints(caller.service()).await?;
        if !endpoints.iter().any(|endpoint| endpoint.id == id) {
            return Err(Error::NotFound("endpoint"));
        }
        let delivery =
            self.promise(&mut tx, id, EventKind::EndpointTest, payload::of_test(now), now).await?;
        tx.commit().await?;

        self.inner.enqueued.notify_one();
        Ok(delivery)
    }
}
