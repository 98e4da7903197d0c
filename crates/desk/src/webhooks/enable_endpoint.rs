//! Enables an endpoint that was disabled, and sends it what it missed.

use mamori_model::key::Scope;
use mamori_model::{AuditVerb, DeliveryId, EndpointId};
use serde_json::json;

use crate::audit::{self, Change};
use crate::{Caller, Desk, Error};

/// How many deliveries one transaction enqueues.
const DELIVERIES_AT_ONCE: u32 = 500;

impl Desk {
    /// Enables one of the caller's endpoints and enqueues the deliveries that failed because it was
    /// disabled; returns how many. Test messages are not sent again.
    ///
    /// A key with only the scope `actions:answer` may do this too: the keys of a service that is
    /// leaving have no other scope, and its actions must still reach it.
    ///
    /// If the endpoint is enabled already, enqueues the deliveries that an earlier call left out
    /// because it was interrupted. [`Error::NotFound`] if the caller has no such endpoint;
    /// [`Error::Resends`] if the service requested too many messages within a minute.
    pub async fn enable_endpoint(&self, caller: &Caller, id: EndpointId) -> Result<u64, Error> {
        caller.require(&[Scope::Webhooks, Scope::ActionsAnswer])?;
        let service = caller.service();
        let most = self.settings().webhooks.resends_minute_max;
        self.inner.resends.take(service, most, self.clock().running())?;
        let now = self.clock().now();

        let mut tx = self.store().begin("enable_endpoint").await?;
        if tx.enable_endpoint(service, id).await? {
            let change = Change::of(caller.actor(), AuditVerb::EndpointEnabled, id);
            let change = change.after(json!({ "service": service }));
            audit::record(self, &mut tx, change, now).await?;
        } else if tx.live_endpoints(service).await?.iter().all(|endpoint| endpoint.id != id) {
            return Err(Error::NotFound("endpoint"));
        }
        tx.commit().await?;

        let (mut enqueued, mut last) = (0, None);
        loop {
            let some = self.enqueue_missed(caller, id, last).await?;
            let Some(&newest) = some.last() else { break };
            last = Some(newest);
            enqueued += u64::try_from(some.len()).unwrap_or(0);
        }
        self.inner.enqueued.notify_one();
        Ok(enqueued)
    }

    async fn enqueue_missed(
        &self,
        caller: &Caller,
        endpoint: EndpointId,
        after: Option<DeliveryId>,
    ) -> Result<Vec<DeliveryId>, Error> {
        let now = self.clock().now();
        let mut tx = self.store().begin("enable_endpoint").await?;
        let reset = tx.reset_missed_deliveries(endpoint, after, DELIVERIES_AT_ONCE).await?;
        for delivery in &reset {
            let lane = (caller.service(), endpoint);
            self.enqueue_delivery_job(&mut tx, *delivery, lane, now).await?;
        }
        tx.commit().await?;
        Ok(reset)
    }
}
