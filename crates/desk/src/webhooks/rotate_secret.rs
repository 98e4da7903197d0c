//! Replaces the signing secret of an endpoint.

use mamori_model::key::Scope;
use mamori_model::webhook::Endpoint;
use mamori_model::{AuditVerb, EndpointId, Sensitive};
use serde_json::json;

use crate::audit::{self, Change};
use crate::{Caller, Desk, Error, clock};

impl Desk {
    /// Gives one of the caller's endpoints a new random secret and returns the endpoint with it.
    ///
    /// Messages are signed with the new and the previous secret for
    /// [`crate::settings::WebhookSettings::secret_overlap`], so that the receiver can take the new
    /// one meanwhile. A second rotation within that time ends the oldest secret at once.
    /// [`Error::NotFound`] if the caller has no such endpoint; [`Error::Resends`] if its service made
    /// too many such requests within a minute, because each is kept in the audit record.
    pub async fn rotate_secret(&self, caller: &Caller, id: EndpointId) -> Result<Endpoint, Error> {
        caller.require(&[Scope::Webhooks])?;
        let service = caller.service();
        let most = self.settings().webhooks.resends_minute_max;
        self.inner.resends.take(service, most, self.clock().running())?;
        let now = self.clock().now();
        let until = now.checked_add(self.settings().webhooks.secret_overlap);
        let until = until.map_err(|cause| Error::internal("the clock is at its end", cause))?;
        let secret = Sensitive::new(clock::secret()?.reveal().to_vec());

        let mut tx = self.store().begin("rotate_secret").await?;
        let mut endpoints = tx.live_endpoints(service).await?.into_iter();
        let endpoint = endpoints.find(|endpoint| endpoint.id == id);
        let endpoint = endpoint.ok_or(Error::NotFound("endpoint"))?;
        let previous = tx.rotate_endpoint_secret(service, id, &secret, until).await?;
        let previous = previous.ok_or(Error::NotFound("endpoint"))?;
        let change = Change::of(caller.actor(), AuditVerb::EndpointSecretRotated, id);
        let change = change.after(json!({ "service": service, "previous_until": until }));
        audit::record(self, &mut tx, change, now).await?;
        tx.commit().await?;

        Ok(Endpoint { secret, previous_secret: Some(previous), ..endpoint })
    }
}
