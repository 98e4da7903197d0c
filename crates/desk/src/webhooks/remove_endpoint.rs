//! Removes a webhook endpoint: nothing is sent to it any more, and its URL is deleted.

use mamori_model::key::Scope;
use mamori_model::{AuditVerb, EndpointId};
use serde_json::json;

use crate::audit::{self, Change};
use crate::{Caller, Desk, Error};

impl Desk {
    /// Removes one of the caller's endpoints with its URL and its secret; deliveries that wait for
    /// it fail. [`Error::NotFound`] if it does not exist or was removed before.
    pub async fn remove_endpoint(&self, caller: &Caller, id: EndpointId) -> Result<(), Error> {
        caller.require(&[Scope::Webhooks])?;
        let mut tx = self.store().begin("remove_endpoint").await?;
        let now = self.clock().now();
        if !tx.remove_endpoint(caller.service(), id, now).await? {
            return Err(Error::NotFound("endpoint"));
        }
        let change = Change::of(caller.actor(), AuditVerb::EndpointRemoved, id);
        let change = change.before(json!({ "service": caller.service() }));
        audit::record(self, &mut tx, change, now).await?;
        tx.commit().await?;

        Ok(())
    }
}
