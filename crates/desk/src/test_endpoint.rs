//! Somebody asks whether an endpoint works: it is sent a message that says so.

use mamori_model::webhook::EventKind;
use mamori_model::{DeliveryId, EndpointId};

use crate::{Caller, Desk, Error, payload};

impl Desk {
    /// Promises a test message to an endpoint of the caller's; its delivery tells how it went. It
    /// is tried once. [`Error::Conflict`] while another one to this endpoint waits.
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
        let (lane, event) = ((caller.service(), id), EventKind::EndpointTest);
        let promised = self.promise(&mut tx, lane, event, payload::of_test(now), now).await;
        let delivery = promised.map_err(|error| {
            if matches!(error, Error::Conflict(_)) { waits_already() } else { error }
        })?;
        tx.commit().await?;

        self.inner.enqueued.notify_one();
        Ok(delivery)
    }
}

fn waits_already() -> Error {
    Error::conflict("a test message to this endpoint waits already; its delivery tells how it went")
}
