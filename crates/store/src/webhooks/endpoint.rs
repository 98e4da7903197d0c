//! Queries for webhook endpoints. Their secrets are stored in clear, because every message is
//! signed with them; a removed endpoint keeps neither secret nor address.

pub mod condition;

use jiff::Timestamp;
use mamori_model::page::{Page, PageSize};
use mamori_model::webhook::{Disabled, DisabledCause, Endpoint, PreviousSecret};
use mamori_model::{EndpointId, Sensitive, ServiceId};
use uuid::Uuid;

use crate::error::{Error, OrCorrupt};
use crate::open::Store;
use crate::query::queries;
use crate::row::row;
use crate::time::{from_micros, maybe_from_micros};
use crate::tx::Tx;

macro_rules! select {
    ($name:literal, $rest:literal) => {
        concat!(
            "-- ",
            $name,
            "
        SELECT id, service_id, url, secret, previous_secret, previous_secret_until, disabled_at,
               disabled_cause, failing_since, created_at
          FROM endpoint
         WHERE removed_at IS NULL AND ",
            $rest
        )
    };
}

queries! {
    ENDPOINT_BY_ID = select!("endpoint_by_id", "service_id = $1 AND id = $2");
    ENDPOINT_OF_DELIVERY = select!("endpoint_of_delivery",
        "id = (SELECT endpoint_id FROM delivery WHERE id = $1)");
    ENDPOINTS_PAGE = select!("endpoints_page", "service_id = $1 AND id > $2
         ORDER BY id LIMIT $3");
    ENDPOINTS_LIVE = select!("endpoints_live", "service_id = $1 ORDER BY id");
    INSERT_ENDPOINT = "-- insert_endpoint
        INSERT INTO endpoint (id, service_id, url, secret, created_at, changed_by)
        VALUES ($1, $2, $3, $4, $5, $6)";
    REMOVE_ENDPOINT = "-- remove_endpoint
        UPDATE endpoint
           SET removed_at = $3, url = NULL, secret = NULL, previous_secret = NULL,
               previous_secret_until = NULL, changed_by = $4
         WHERE service_id = $1 AND id = $2 AND removed_at IS NULL";
    REMOVE_ENDPOINTS_OF = "-- remove_endpoints_of
        UPDATE endpoint
           SET removed_at = $2, url = NULL, secret = NULL, previous_secret = NULL,
               previous_secret_until = NULL, changed_by = $3
         WHERE service_id = $1 AND removed_at IS NULL";
    FAIL_WAITING = "-- fail_waiting
        UPDATE delivery
           SET state = 'failed', last_result = $3, changed_by = $4
         WHERE service_id = $1 AND state = 'waiting' AND (endpoint_id = $2 OR $2 IS NULL)";
}

row! {
    struct EndpointRow {
        id: Uuid,
        service_id: Uuid,
        url: String,
        secret: Vec<u8>,
        previous_secret: Option<Vec<u8>>,
        previous_secret_until: Option<i64>,
        disabled_at: Option<i64>,
        disabled_cause: Option<String>,
        failing_since: Option<i64>,
        created_at: i64,
    }
}

impl EndpointRow {
    fn read(self) -> Result<Endpoint, Error> {
        let previous_until =
            maybe_from_micros(self.previous_secret_until, "endpoint.previous_secret_until")?;
        let disabled_at = maybe_from_micros(self.disabled_at, "endpoint.disabled_at")?;
        let cause = self
            .disabled_cause
            .as_deref()
            .map(|word| DisabledCause::parse(word).or_corrupt("endpoint.disabled_cause"));
        Ok(Endpoint {
            id: self.id.into(),
            service: self.service_id.into(),
            url: Sensitive::new(self.url),
            secret: Sensitive::new(self.secret),
            previous_secret: self
                .previous_secret
                .zip(previous_until)
                .map(|(secret, until)| PreviousSecret { secret: Sensitive::new(secret), until }),
            disabled: disabled_at.zip(cause.transpose()?).map(|(at, cause)| Disabled { at, cause }),
            failing_since: maybe_from_micros(self.failing_since, "endpoint.failing_since")?,
            created_at: from_micros(self.created_at, "endpoint.created_at")?,
        })
    }
}

impl Store {
    /// Returns the endpoint, if it belongs to this service and is not removed.
    pub async fn endpoint(
        &self,
        service: ServiceId,
        endpoint: EndpointId,
    ) -> Result<Option<Endpoint>, Error> {
        let row: Option<EndpointRow> =
            self.row(ENDPOINT_BY_ID.bind(service).bind(endpoint)).await?;
        row.map(EndpointRow::read).transpose()
    }

    /// Returns a page of the endpoints of a service that are not removed, the oldest first.
    pub async fn endpoints(
        &self,
        service: ServiceId,
        after: Option<EndpointId>,
        size: PageSize,
    ) -> Result<Page<Endpoint, EndpointId>, Error> {
        let after = after.map_or(Uuid::nil(), Uuid::from);
        let call = ENDPOINTS_PAGE.bind(service).bind(after).bind(size.rows().saturating_add(1));
        let rows: Vec<EndpointRow> = self.rows(call).await?;
        let endpoints = rows.into_iter().map(EndpointRow::read).collect::<Result<_, _>>()?;
        Ok(Page::of(endpoints, size, |endpoint: &Endpoint| endpoint.id))
    }

    /// Returns every endpoint of a service that is not removed.
    pub async fn live_endpoints(&self, service: ServiceId) -> Result<Vec<Endpoint>, Error> {
        let rows: Vec<EndpointRow> = self.rows(ENDPOINTS_LIVE.bind(service)).await?;
        rows.into_iter().map(EndpointRow::read).collect()
    }
}

impl Store {
    /// Returns the endpoint of a delivery, unless it is removed.
    pub(super) async fn endpoint_of_delivery(
        &self,
        delivery: mamori_model::DeliveryId,
    ) -> Result<Option<Endpoint>, Error> {
        let row: Option<EndpointRow> = self.row(ENDPOINT_OF_DELIVERY.bind(delivery)).await?;
        row.map(EndpointRow::read).transpose()
    }
}

impl Tx {
    /// Returns every endpoint of a service that is not removed, to add a delivery for each.
    pub async fn live_endpoints(&mut self, service: ServiceId) -> Result<Vec<Endpoint>, Error> {
        let rows: Vec<EndpointRow> = self.rows(ENDPOINTS_LIVE.bind(service)).await?;
        rows.into_iter().map(EndpointRow::read).collect()
    }

    /// Adds an endpoint. [`Error::NotFound`] if its service does not exist.
    pub async fn insert_endpoint(&mut self, endpoint: &Endpoint) -> Result<(), Error> {
        self.lock_service(endpoint.service).await?;
        let call = INSERT_ENDPOINT
            .bind(endpoint.id)
            .bind(endpoint.service)
            .bind(endpoint.url.reveal().as_str())
            .bind(endpoint.secret.reveal().as_slice())
            .bind(endpoint.created_at)
            .bind(self.name());
        self.run(call).await.map_err(|error| error.or_taken("service", "endpoint"))?;
        Ok(())
    }

    /// Removes an endpoint and erases its address and its secret; its waiting deliveries fail.
    /// Returns `false` if the service has no such endpoint, or it is removed already.
    pub async fn remove_endpoint(
        &mut self,
        service: ServiceId,
        endpoint: EndpointId,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let call = REMOVE_ENDPOINT.bind(service).bind(endpoint).bind(now).bind(self.name());
        if self.run(call).await? == 0 {
            return Ok(false);
        }
        let because = "the endpoint was removed";
        self.run(FAIL_WAITING.bind(service).bind(endpoint).bind(because).bind(self.name())).await?;
        Ok(true)
    }

    /// Removes every endpoint of a service that is deleted, as [`Self::remove_endpoint`] does.
    pub async fn remove_endpoints_of(
        &mut self,
        service: ServiceId,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.run(REMOVE_ENDPOINTS_OF.bind(service).bind(now).bind(self.name())).await?;
        let every: Option<EndpointId> = None;
        let because = "the service was deleted";
        self.run(FAIL_WAITING.bind(service).bind(every).bind(because).bind(self.name())).await?;
        Ok(())
    }
}
