//! Queries for webhook deliveries: the messages and the results of their attempts.

pub mod next_attempt;
pub mod overview;

use jiff::Timestamp;
use mamori_model::page::{Page, PageSize};
use mamori_model::webhook::{Delivery, DeliveryState, Endpoint, EventKind};
use mamori_model::{ActionId, DecisionId, DeliveryId, EndpointId, Sensitive, ServiceId};
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
        SELECT id, endpoint_id, event, payload, state, attempts, last_result, created_at,
               last_attempt_at
          FROM delivery
         WHERE ",
            $rest
        )
    };
}

// The conditions on a delivery are those of the index `delivery_missed`, word for word: only so do the
// engines use it. It is read endpoint by endpoint, because one that is disabled may have missed a great
// many. SQLite would rather read every delivery that failed.
macro_rules! missed_of_enabled {
    ($join:literal) => {
        concat!(
            "SELECT delivery.id
              FROM endpoint
              ",
            $join,
            " ON delivery.endpoint_id = endpoint.id
             WHERE endpoint.removed_at IS NULL AND endpoint.disabled_at IS NULL
               AND delivery.state = 'failed' AND delivery.event <> 'endpoint.test'
               AND delivery.last_result IN ('410', 'the endpoint is disabled')
             ORDER BY delivery.id LIMIT $1"
        )
    };
}

queries! {
    DELIVERY_BY_ID = select!("delivery_by_id", "service_id = $1 AND id = $2");
    DELIVERY_TO_SEND = select!("delivery_to_send", "id = $1");
    DELIVERIES_PAGE = select!("deliveries_page", "service_id = $1 AND id < $2
           AND (endpoint_id = $3 OR $3 IS NULL)
           AND (state = $4 OR $4 IS NULL)
         ORDER BY id DESC LIMIT $5");
    INSERT_DELIVERY = "-- insert_delivery
        INSERT INTO delivery (id, service_id, endpoint_id, event, payload, state, attempts,
                              last_result, created_at, last_attempt_at, changed_by, action_id)
        SELECT $1, service_id, id, $3, $4, $5, $6, $7, $8, $9, $10, $11
          FROM endpoint
         WHERE id = $2";
    DELIVERIES_OF_DECISION = "-- deliveries_of_decision
        SELECT id, action_id, endpoint_id, state, attempts, last_result, created_at
          FROM delivery
         WHERE action_id IN (SELECT id FROM service_action WHERE decision_id = $1)
         ORDER BY id";
    WAITING_OF_ACTION = "-- waiting_of_action
        SELECT count(*) FROM delivery WHERE action_id = $1 AND state = 'waiting'";
    RECORD_ATTEMPT = "-- record_attempt
        UPDATE delivery
           SET state = $2, attempts = $3, last_result = $4, last_attempt_at = $5, changed_by = $6
         WHERE id = $1 AND state = 'waiting'";
    RESET_DELIVERY = "-- reset_delivery
        UPDATE delivery
           SET state = 'waiting', attempts = 0, changed_by = $3
         WHERE service_id = $1 AND id = $2 AND state <> 'waiting'
           AND endpoint_id IN (SELECT id FROM endpoint
                                WHERE removed_at IS NULL AND disabled_at IS NULL)
        RETURNING endpoint_id";
    RESET_MISSED = "-- reset_missed
        UPDATE delivery
           SET state = 'waiting', attempts = 0, changed_by = $5
         WHERE state = 'failed'
           AND id IN (SELECT delivery.id
                        FROM delivery
                        JOIN endpoint ON endpoint.id = delivery.endpoint_id
                       WHERE delivery.endpoint_id = $1 AND delivery.id > $2
                         AND delivery.state = 'failed' AND delivery.event <> 'endpoint.test'
                         AND delivery.last_result IN ('410', $3)
                         AND endpoint.removed_at IS NULL AND endpoint.disabled_at IS NULL
                       ORDER BY delivery.id LIMIT $4)
        RETURNING id";
    RESET_MISSED_OF_ENABLED = concat!("-- reset_missed_of_enabled
        UPDATE delivery
           SET state = 'waiting', attempts = 0, changed_by = $2
         WHERE id IN (
            ", missed_of_enabled!("CROSS JOIN delivery INDEXED BY delivery_missed"), ")
        RETURNING id, service_id, endpoint_id"),
        postgres: concat!("-- reset_missed_of_enabled
        WITH missed AS MATERIALIZED (
            ", missed_of_enabled!("JOIN delivery"), "
               FOR UPDATE OF delivery SKIP LOCKED)
        UPDATE delivery
           SET state = 'waiting', attempts = 0, changed_by = $2
         WHERE id IN (SELECT id FROM missed)
        RETURNING id, service_id, endpoint_id");
}

/// The result of a message that was not sent because its endpoint is disabled.
pub const ENDPOINT_DISABLED: &str = "the endpoint is disabled";

/// A delivery that was not sent because its endpoint was disabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MissedDelivery {
    /// Id of the delivery.
    pub id: DeliveryId,
    /// The service that the endpoint belongs to.
    pub service: ServiceId,
    /// The endpoint, which is enabled again.
    pub endpoint: EndpointId,
}

row! {
    struct DeliveryRow {
        id: Uuid,
        endpoint_id: Uuid,
        event: String,
        payload: String,
        state: String,
        attempts: i64,
        last_result: Option<String>,
        created_at: i64,
        last_attempt_at: Option<i64>,
    }
}

impl DeliveryRow {
    fn read(self) -> Result<Delivery, Error> {
        Ok(Delivery {
            id: self.id.into(),
            endpoint: self.endpoint_id.into(),
            event: EventKind::parse(&self.event).or_corrupt("delivery.event")?,
            payload: Sensitive::new(self.payload),
            state: DeliveryState::parse(&self.state).or_corrupt("delivery.state")?,
            attempts: u32::try_from(self.attempts).or_corrupt("delivery.attempts")?,
            last_result: self.last_result,
            created_at: from_micros(self.created_at, "delivery.created_at")?,
            last_attempt_at: maybe_from_micros(self.last_attempt_at, "delivery.last_attempt_at")?,
        })
    }
}

/// A delivery that requests an action, without its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliverySummary {
    /// Id of the delivery.
    pub id: DeliveryId,
    /// The action that it requests.
    pub action: ActionId,
    /// The endpoint that receives it.
    pub endpoint: EndpointId,
    /// Current state.
    pub state: DeliveryState,
    /// Number of attempts so far.
    pub attempts: u32,
    /// Result of the last attempt.
    pub last_result: Option<String>,
    /// Time at which it was created.
    pub created_at: Timestamp,
}

row! {
    struct SummaryRow {
        id: Uuid,
        action_id: Uuid,
        endpoint_id: Uuid,
        state: String,
        attempts: i64,
        last_result: Option<String>,
        created_at: i64,
    }
}

impl SummaryRow {
    fn read(self) -> Result<DeliverySummary, Error> {
        Ok(DeliverySummary {
            id: self.id.into(),
            action: self.action_id.into(),
            endpoint: self.endpoint_id.into(),
            state: DeliveryState::parse(&self.state).or_corrupt("delivery.state")?,
            attempts: u32::try_from(self.attempts).or_corrupt("delivery.attempts")?,
            last_result: self.last_result,
            created_at: from_micros(self.created_at, "delivery.created_at")?,
        })
    }
}

impl Store {
    /// Returns the deliveries that request the actions of a decision, the oldest first.
    pub async fn deliveries_of_decision(
        &self,
        decision: DecisionId,
    ) -> Result<Vec<DeliverySummary>, Error> {
        let rows: Vec<SummaryRow> = self.rows(DELIVERIES_OF_DECISION.bind(decision)).await?;
        rows.into_iter().map(SummaryRow::read).collect()
    }

    /// Returns the delivery, if it belongs to this service.
    pub async fn delivery(
        &self,
        service: ServiceId,
        delivery: DeliveryId,
    ) -> Result<Option<Delivery>, Error> {
        let row: Option<DeliveryRow> =
            self.row(DELIVERY_BY_ID.bind(service).bind(delivery)).await?;
        row.map(DeliveryRow::read).transpose()
    }

    /// Returns a page of the deliveries of a service, to one endpoint or all, in one state or any,
    /// the newest first.
    pub async fn deliveries(
        &self,
        service: ServiceId,
        endpoint: Option<EndpointId>,
        state: Option<DeliveryState>,
        after: Option<DeliveryId>,
        size: PageSize,
    ) -> Result<Page<Delivery, DeliveryId>, Error> {
        let call = DELIVERIES_PAGE
            .bind(service)
            .bind(after.map_or(Uuid::max(), Uuid::from))
            .bind(endpoint)
            .bind(state.map(DeliveryState::as_str))
            .bind(size.rows().saturating_add(1));
        let rows: Vec<DeliveryRow> = self.rows(call).await?;
        let deliveries = rows.into_iter().map(DeliveryRow::read).collect::<Result<_, _>>()?;
        Ok(Page::of(deliveries, size, |delivery: &Delivery| delivery.id))
    }

    /// Returns what a worker needs to send a message: the delivery, and its endpoint unless that is
    /// removed. `None` if retention has removed the delivery: then there is nothing to send.
    pub async fn endpoint_for_delivery(
        &self,
        delivery: DeliveryId,
    ) -> Result<Option<(Delivery, Option<Endpoint>)>, Error> {
        let Some(row) = self.row::<DeliveryRow>(DELIVERY_TO_SEND.bind(delivery)).await? else {
            return Ok(None);
        };
        let endpoint = self.endpoint_of_delivery(delivery).await?;
        Ok(Some((row.read()?, endpoint)))
    }
}

impl Tx {
    /// Adds a delivery. [`Error::NotFound`] if its endpoint does not exist; [`Error::Conflict`] if
    /// it is a test and another test to this endpoint is waiting.
    pub async fn insert_delivery(&mut self, delivery: &Delivery) -> Result<(), Error> {
        self.insert_delivery_of(delivery, None).await
    }

    /// Checks whether a delivery of an action is still waiting.
    pub async fn has_waiting_delivery(&mut self, action: ActionId) -> Result<bool, Error> {
        let row: Option<(i64,)> = self.row(WAITING_OF_ACTION.bind(action)).await?;
        Ok(row.is_some_and(|(count,)| count > 0))
    }

    /// Adds a delivery that requests an action; otherwise as [`Self::insert_delivery`].
    pub async fn insert_delivery_of(
        &mut self,
        delivery: &Delivery,
        action: Option<ActionId>,
    ) -> Result<(), Error> {
        let call = INSERT_DELIVERY
            .bind(delivery.id)
            .bind(delivery.endpoint)
            .bind(delivery.event.as_str())
            .bind(delivery.payload.reveal().as_str())
            .bind(delivery.state.as_str())
            .bind(delivery.attempts)
            .bind(delivery.last_result.as_deref())
            .bind(delivery.created_at)
            .bind(delivery.last_attempt_at)
            .bind(self.name())
            .bind(action);
        let inserted =
            self.run(call).await.map_err(|error| error.or_taken("endpoint", "delivery"))?;
        if inserted == 0 { Err(Error::NotFound("endpoint")) } else { Ok(()) }
    }

    /// Records the result of an attempt; returns `false` if the delivery no longer waits, because
    /// its endpoint was removed or retention removed it.
    pub async fn record_attempt(
        &mut self,
        delivery: DeliveryId,
        state: DeliveryState,
        attempts: u32,
        last_result: &str,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let call = RECORD_ATTEMPT
            .bind(delivery)
            .bind(state.as_str())
            .bind(attempts)
            .bind(last_result)
            .bind(now)
            .bind(self.name());
        Ok(self.run(call).await? == 1)
    }

    /// Makes a finished delivery wait again and returns its endpoint; the caller enqueues its job.
    ///
    /// [`Error::NotFound`] if the service has no such delivery; [`Error::Conflict`] if it is
    /// already waiting, or is a test and another one is waiting (`delivery`), or its endpoint is
    /// removed or disabled (`endpoint`).
    pub async fn reset_delivery(
        &mut self,
        service: ServiceId,
        delivery: DeliveryId,
    ) -> Result<EndpointId, Error> {
        let call = RESET_DELIVERY.bind(service).bind(delivery).bind(self.name());
        let reset: Result<Option<(Uuid,)>, _> = self.row(call).await;
        if let Some((endpoint,)) = reset.map_err(|error| error.or_taken("endpoint", "delivery"))? {
            return Ok(endpoint.into());
        }
        let row: Option<DeliveryRow> =
            self.row(DELIVERY_BY_ID.bind(service).bind(delivery)).await?;
        let delivery =
            row.map(DeliveryRow::read).transpose()?.ok_or(Error::NotFound("delivery"))?;
        match delivery.state {
            DeliveryState::Waiting => Err(Error::Conflict("delivery")),
            DeliveryState::Delivered | DeliveryState::Failed => Err(Error::Conflict("endpoint")),
        }
    }

    /// Sets deliveries that failed because their endpoint was disabled back to waiting: the oldest
    /// `limit` with ids above `after`, except test messages. Returns their ids in order, or none if
    /// the endpoint is removed or disabled; the caller enqueues their jobs.
    pub async fn reset_missed_deliveries(
        &mut self,
        endpoint: EndpointId,
        after: Option<DeliveryId>,
        limit: u32,
    ) -> Result<Vec<DeliveryId>, Error> {
        let call = RESET_MISSED
            .bind(endpoint)
            .bind(after.map_or(Uuid::nil(), Uuid::from))
            .bind(ENDPOINT_DISABLED)
            .bind(limit)
            .bind(self.name());
        let rows: Vec<(Uuid,)> = self.rows(call).await?;
        let mut reset: Vec<DeliveryId> = rows.into_iter().map(|(id,)| id.into()).collect();
        reset.sort_unstable();
        Ok(reset)
    }

    /// Sets deliveries that failed because their endpoint was disabled back to waiting, if it is
    /// enabled now: at most `limit`, of all services, except test messages. Returns them with their
    /// endpoints, in order; the caller enqueues their jobs.
    ///
    /// Leaves out deliveries that another transaction is about to set back.
    pub async fn reset_missed_of_enabled(
        &mut self,
        limit: u32,
    ) -> Result<Vec<MissedDelivery>, Error> {
        let call = RESET_MISSED_OF_ENABLED.bind(limit).bind(self.name());
        let rows: Vec<(Uuid, Uuid, Uuid)> = self.rows(call).await?;
        let read = |(id, service, endpoint): (Uuid, Uuid, Uuid)| MissedDelivery {
            id: id.into(),
            service: service.into(),
            endpoint: endpoint.into(),
        };
        let mut reset: Vec<MissedDelivery> = rows.into_iter().map(read).collect();
        reset.sort_unstable_by_key(|missed| missed.id);
        Ok(reset)
    }
}
