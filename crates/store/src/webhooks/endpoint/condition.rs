//! Queries for what changes about an endpoint while it exists: whether its messages fail, whether it
//! is disabled, and its signing secret.

use jiff::Timestamp;
use mamori_model::webhook::{Disabled, PreviousSecret};
use mamori_model::{EndpointId, Sensitive, ServiceId};

use crate::error::Error;
use crate::query::queries;
use crate::tx::Tx;

queries! {
    MARK_FAILING = "-- mark_failing
        UPDATE endpoint
           SET failing_since = $2, changed_by = $3
         WHERE id = $1 AND removed_at IS NULL AND failing_since IS NULL";
    MARK_WORKING = "-- mark_working
        UPDATE endpoint
           SET failing_since = NULL, changed_by = $2
         WHERE id = $1 AND removed_at IS NULL AND failing_since IS NOT NULL";
    DISABLE_ENDPOINT = "-- disable_endpoint
        UPDATE endpoint
           SET disabled_at = $2, disabled_cause = $3, changed_by = $4
         WHERE id = $1 AND removed_at IS NULL AND disabled_at IS NULL";
    ENABLE_ENDPOINT = "-- enable_endpoint
        UPDATE endpoint
           SET disabled_at = NULL, disabled_cause = NULL, failing_since = NULL, changed_by = $3
         WHERE service_id = $1 AND id = $2 AND removed_at IS NULL AND disabled_at IS NOT NULL";
    ROTATE_SECRET = "-- rotate_secret
        UPDATE endpoint
           SET previous_secret = secret, previous_secret_until = $4, secret = $3, changed_by = $5
         WHERE service_id = $1 AND id = $2 AND removed_at IS NULL
        RETURNING previous_secret";
    ERASE_PREVIOUS_SECRETS = "-- erase_previous_secrets
        UPDATE endpoint
           SET previous_secret = NULL, previous_secret_until = NULL, changed_by = $2
         WHERE previous_secret_until <= $1";
}

impl Tx {
    /// Records that an attempt failed; returns true if it is the first since an attempt that
    /// succeeded.
    pub async fn mark_endpoint_failing(
        &mut self,
        endpoint: EndpointId,
        now: Timestamp,
    ) -> Result<bool, Error> {
        Ok(self.run(MARK_FAILING.bind(endpoint).bind(now).bind(self.name())).await? == 1)
    }

    /// Records that an attempt succeeded.
    pub async fn mark_endpoint_working(&mut self, endpoint: EndpointId) -> Result<(), Error> {
        self.run(MARK_WORKING.bind(endpoint).bind(self.name())).await?;
        Ok(())
    }

    /// Disables an endpoint; returns false if it is removed or disabled already. Call it before the
    /// result of the attempt is recorded, so that two workers that disable one endpoint lock its row
    /// first and wait for each other there.
    pub async fn disable_endpoint(
        &mut self,
        endpoint: EndpointId,
        disabled: Disabled,
    ) -> Result<bool, Error> {
        let call = DISABLE_ENDPOINT
            .bind(endpoint)
            .bind(disabled.at)
            .bind(disabled.cause.as_str())
            .bind(self.name());
        Ok(self.run(call).await? == 1)
    }

    /// Enables a disabled endpoint; returns false if the service has no such endpoint, or it is not
    /// disabled.
    pub async fn enable_endpoint(
        &mut self,
        service: ServiceId,
        endpoint: EndpointId,
    ) -> Result<bool, Error> {
        Ok(self.run(ENABLE_ENDPOINT.bind(service).bind(endpoint).bind(self.name())).await? == 1)
    }

    /// Gives an endpoint a new secret. The one that it had becomes the previous secret, valid until
    /// `previous_until`; an older one is overwritten. `None` if the service has no such endpoint.
    pub async fn rotate_endpoint_secret(
        &mut self,
        service: ServiceId,
        endpoint: EndpointId,
        secret: &Sensitive<Vec<u8>>,
        previous_until: Timestamp,
    ) -> Result<Option<PreviousSecret>, Error> {
        let call = ROTATE_SECRET
            .bind(service)
            .bind(endpoint)
            .bind(secret.reveal().as_slice())
            .bind(previous_until)
            .bind(self.name());
        let row: Option<(Vec<u8>,)> = self.row(call).await?;
        Ok(row.map(|(previous,)| PreviousSecret {
            secret: Sensitive::new(previous),
            until: previous_until,
        }))
    }

    /// Deletes the previous secrets whose time has ended; returns how many.
    pub async fn erase_previous_secrets(&mut self, now: Timestamp) -> Result<u64, Error> {
        self.run(ERASE_PREVIOUS_SECRETS.bind(now).bind(self.name())).await
    }
}
