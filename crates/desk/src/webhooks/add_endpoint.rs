//! Adds a webhook endpoint to a service.

use mamori_model::key::Scope;
use mamori_model::webhook::Endpoint;
use mamori_model::{AuditVerb, Sensitive};
use serde_json::json;

use crate::audit::{self, Change};
use crate::webhooks::destination;
use crate::{Caller, Desk, Error, clock};

impl Desk {
    /// Adds an endpoint with a new random secret and returns it with the secret.
    ///
    /// [`Error::Invalid`] with the reason if the URL is refused; [`Error::Conflict`] if the service
    /// already has [`crate::settings::WebhookSettings::endpoints_max`] endpoints.
    pub async fn add_endpoint(&self, caller: &Caller, url: &str) -> Result<Endpoint, Error> {
        caller.require(&[Scope::Webhooks])?;
        let settings = &self.settings().webhooks;
        let url = destination::parse(url, &settings.permitted).map_err(Error::invalid)?;
        let endpoint = Endpoint {
            id: self.clock().mint()?.into(),
            service: caller.service(),
            url: Sensitive::new(url.into()),
            secret: Sensitive::new(clock::secret()?.reveal().to_vec()),
            previous_secret: None,
            disabled: None,
            failing_since: None,
            created_at: self.clock().now(),
        };

        let mut tx = self.store().begin("add_endpoint").await?;
        let existing = tx.live_endpoints(caller.service()).await?;
        if existing.len() >= settings.endpoints_max {
            return Err(Error::conflict("this service has as many endpoints as it may have"));
        }
        tx.insert_endpoint(&endpoint).await?;
        let change = Change::of(caller.actor(), AuditVerb::EndpointAdded, endpoint.id);
        let change = change.after(json!({ "service": endpoint.service }));
        audit::record(self, &mut tx, change, endpoint.created_at).await?;
        tx.commit().await?;

        Ok(endpoint)
    }
}
