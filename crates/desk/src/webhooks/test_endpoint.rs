//! Sends a test message to an endpoint of a service.

use mamori_model::key::Scope;
use mamori_model::webhook::EventKind;
use mamori_model::{AuditVerb, DeliveryId, EndpointId};

use crate::audit::{self, Change};
use crate::webhooks::payload;
use crate::{Caller, Desk, Error};

impl Desk {
    /// Enqueues a test message to one of the caller's endpoints; its delivery shows the result. It
    /// is tried once. [`Error::NotFound`] if the caller has no such endpoint; [`Error::Conflict`]
    /// while another test message to it waits, or if it is disabled. [`Error::Resends`] if the
    /// caller's service had too many messages sent within a minute.
    pub async fn test_endpoint(
        &self,
        caller: &Caller,
        id: EndpointId,
    ) -> Result<DeliveryId, Error> {
        caller.require(&[Scope::Webhooks])?;
        let now = self.clock().now();
        let most = self.settings().webhooks.resends_minute_max;
        self.inner.resends.take(caller.service(), most, self.clock().running())?;

        let mut tx = self.store().begin("test_endpoint").await?;
        let endpoints = tx.live_endpoints(caller.service()).await?;
        let endpoint = endpoints.iter().find(|endpoint| endpoint.id == id);
        let endpoint = endpoint.ok_or(Error::NotFound("endpoint"))?;
        if endpoint.disabled.is_some() {
            return Err(Error::conflict("the endpoint is disabled; enable it before the test"));
        }
        let (event, body) = (EventKind::EndpointTest, payload::of_test(now));
        let enqueued = self.enqueue_delivery(&mut tx, endpoint, event, body, now).await;
        let delivery = enqueued.map_err(|error| {
            if matches!(error, Error::Conflict(_)) { waits_already() } else { error }
        })?;
        let change = Change::of(caller.actor(), AuditVerb::EndpointTested, id);
        audit::record(self, &mut tx, change, now).await?;
        tx.commit().await?;

        self.inner.enqueued.notify_one();
        Ok(delivery)
    }
}

fn waits_already() -> Error {
    Error::conflict("a test message to this endpoint waits already; its delivery shows the result")
}
