//! Queries for the delivery overview of all services. Addresses serve only to show their hosts, and
//! messages have no bodies.

use jiff::Timestamp;
use mamori_model::action::{ActionKind, ActionState};
use mamori_model::page::{Page, PageSize};
use mamori_model::webhook::{DeliveryState, EventKind};
use mamori_model::{
    ActionId, Assignment, DecisionId, DeliveryId, EndpointId, Line, Sensitive, ServiceId,
};
use uuid::Uuid;

use crate::covered::{covered, covered_purpose, covered_service};
use crate::error::{Error, OrCorrupt};
use crate::open::Store;
use crate::query::queries;
use crate::row::row;
use crate::time::{from_micros, maybe_from_micros};
use crate::tx::Tx;

/// Deliveries to services that an assignment covers, `$1` and `$2`. Where it limits the policies too,
/// only test messages and those that request an action under one of these policies.
macro_rules! deliveries {
    ($engine:ident $name:literal, $rest:literal) => {
        concat!(
            "-- ",
            $name,
            "
        SELECT delivery.id, delivery.endpoint_id, service.name AS service, endpoint.url, delivery.event, delivery.state,
               delivery.attempts, delivery.last_result, delivery.created_at,
               service_action.state AS action_state
          FROM delivery
          JOIN service ON service.id = delivery.service_id
          JOIN endpoint ON endpoint.id = delivery.endpoint_id
          LEFT JOIN service_action ON service_action.id = delivery.action_id
         WHERE ",
            covered_delivery!($engine),
            "
           AND ",
            $rest,
            "
         ORDER BY delivery.id DESC LIMIT $4"
        )
    };
}

/// The condition of [`deliveries`], on a row of `delivery` and its `service_action`.
macro_rules! covered_delivery {
    ($engine:ident) => {
        concat!(
            covered_service!($engine "delivery.service_id" in "$1"),
            "
           AND (EXISTS (SELECT 1 FROM decision
                         WHERE decision.id = service_action.decision_id AND ",
            covered_purpose!($engine "decision.purpose" in "$2"),
            ")
                OR delivery.event = 'endpoint.test' OR $2 IS NULL)"
        )
    };
}

/// The endpoints of covered services, with figures of the deliveries that [`deliveries`] lists.
macro_rules! endpoints_overview {
    ($engine:ident) => {
        concat!(
            "-- endpoints_overview
        SELECT endpoint.id, endpoint.service_id, service.name AS service, endpoint.url,
               endpoint.disabled_at,
               (SELECT count(*)
                  FROM delivery
                  LEFT JOIN service_action ON service_action.id = delivery.action_id
                 WHERE delivery.service_id = endpoint.service_id
                   AND delivery.endpoint_id = endpoint.id AND delivery.state = 'waiting'
                   AND ",
            covered_delivery!($engine),
            ") AS waiting,
               (SELECT delivery.last_result
                  FROM delivery
                  LEFT JOIN service_action ON service_action.id = delivery.action_id
                 WHERE delivery.endpoint_id = endpoint.id AND delivery.last_result IS NOT NULL
                   AND ",
            covered_delivery!($engine),
            "
                 ORDER BY delivery.id DESC LIMIT 1) AS last_result
          FROM endpoint
          JOIN service ON service.id = endpoint.service_id
         WHERE endpoint.removed_at IS NULL AND endpoint.id > $3 AND ",
            covered_service!($engine "endpoint.service_id" in "$1"),
            "
         ORDER BY endpoint.id LIMIT $4"
        )
    };
}

macro_rules! open_actions {
    ($engine:ident) => {
        concat!(
            "-- open_actions
        SELECT service_action.id, service_action.decision_id, service.name AS service,
               service_action.kind, service_action.state, service_action.reminders,
               service_action.requested_at
          FROM service_action
          JOIN service ON service.id = service_action.service_id
          JOIN decision ON decision.id = service_action.decision_id
         WHERE service_action.state IN ('waiting', 'overdue') AND service_action.id > $3 AND ",
            covered!($engine "service_action.service_id" in "$1", "decision.purpose" in "$2"),
            "
         ORDER BY service_action.id LIMIT $4"
        )
    };
}

macro_rules! count_open_actions {
    ($engine:ident) => {
        concat!(
            "-- count_open_actions
        SELECT service_action.state, count(*) AS actions
          FROM service_action
          JOIN decision ON decision.id = service_action.decision_id
         WHERE service_action.state IN ('waiting', 'overdue') AND ",
            covered!($engine "service_action.service_id" in "$1", "decision.purpose" in "$2"),
            "
         GROUP BY service_action.state"
        )
    };
}

macro_rules! service_of_delivery {
    ($engine:ident) => {
        concat!(
            "-- service_of_delivery
        SELECT delivery.service_id
          FROM delivery
          LEFT JOIN service_action ON service_action.id = delivery.action_id
         WHERE delivery.id = $3 AND ",
            covered_delivery!($engine)
        )
    };
}

queries! {
    DELIVERIES_OVERVIEW = deliveries!(sqlite "deliveries_overview", "delivery.id < $3"),
        postgres: deliveries!(postgres "deliveries_overview", "delivery.id < $3");
    DELIVERIES_IN_STATE = deliveries!(sqlite "deliveries_in_state",
            "delivery.id < $3 AND delivery.state = $5"),
        postgres: deliveries!(postgres "deliveries_in_state",
            "delivery.id < $3 AND delivery.state = $5");
    ENDPOINTS_OVERVIEW = endpoints_overview!(sqlite), postgres: endpoints_overview!(postgres);
    OPEN_ACTIONS = open_actions!(sqlite), postgres: open_actions!(postgres);
    COUNT_OPEN_ACTIONS = count_open_actions!(sqlite), postgres: count_open_actions!(postgres);
    SERVICE_OF_DELIVERY = service_of_delivery!(sqlite), postgres: service_of_delivery!(postgres);
}

/// A delivery, without its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryLine {
    /// Id of the delivery.
    pub id: DeliveryId,
    /// Name of the service.
    pub service: Line,
    /// Id of the endpoint.
    pub endpoint: EndpointId,
    /// Address of the endpoint; `None` if the endpoint is removed.
    pub url: Option<Sensitive<String>>,
    /// The event that it reports.
    pub event: EventKind,
    /// Current state.
    pub state: DeliveryState,
    /// Number of attempts so far.
    pub attempts: u32,
    /// Result of the last attempt.
    pub last_result: Option<String>,
    /// Time at which it was created.
    pub created_at: Timestamp,
    /// State of the action that it requests, if it requests one.
    pub action: Option<ActionState>,
}

row! {
    struct LineRow {
        id: Uuid,
        endpoint_id: Uuid,
        service: String,
        url: Option<String>,
        event: String,
        state: String,
        attempts: i64,
        last_result: Option<String>,
        created_at: i64,
        action_state: Option<String>,
    }
}

impl LineRow {
    fn read(self) -> Result<DeliveryLine, Error> {
        let action = self
            .action_state
            .as_deref()
            .map(|state| ActionState::parse(state).or_corrupt("service_action.state"));
        Ok(DeliveryLine {
            id: self.id.into(),
            service: self.service.parse().or_corrupt("service.name")?,
            endpoint: self.endpoint_id.into(),
            url: self.url.map(Sensitive::new),
            event: EventKind::parse(&self.event).or_corrupt("delivery.event")?,
            state: DeliveryState::parse(&self.state).or_corrupt("delivery.state")?,
            attempts: u32::try_from(self.attempts).or_corrupt("delivery.attempts")?,
            last_result: self.last_result,
            created_at: from_micros(self.created_at, "delivery.created_at")?,
            action: action.transpose()?,
        })
    }
}

/// An endpoint that is not removed, and its present condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointLine {
    /// Id of the endpoint.
    pub id: EndpointId,
    /// Id of the service.
    pub service_id: ServiceId,
    /// Name of the service.
    pub service: Line,
    /// Address of the endpoint.
    pub url: Sensitive<String>,
    /// Since when nothing is sent to it, because it was disabled.
    pub disabled_at: Option<Timestamp>,
    /// Number of deliveries that wait for it.
    pub waiting: u64,
    /// Result of the newest delivery that was attempted.
    pub last_result: Option<String>,
}

row! {
    struct EndpointRow {
        id: Uuid,
        service_id: Uuid,
        service: String,
        url: String,
        disabled_at: Option<i64>,
        waiting: i64,
        last_result: Option<String>,
    }
}

impl EndpointRow {
    fn read(self) -> Result<EndpointLine, Error> {
        Ok(EndpointLine {
            id: self.id.into(),
            service_id: self.service_id.into(),
            service: self.service.parse().or_corrupt("service.name")?,
            url: Sensitive::new(self.url),
            disabled_at: maybe_from_micros(self.disabled_at, "endpoint.disabled_at")?,
            waiting: u64::try_from(self.waiting).or_corrupt("count")?,
            last_result: self.last_result,
        })
    }
}

/// An action that a service has not answered, without its item or account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenAction {
    /// Id of the action.
    pub id: ActionId,
    /// The decision that it follows from.
    pub decision: DecisionId,
    /// Name of the service.
    pub service: Line,
    /// What the service is asked to do.
    pub kind: ActionKind,
    /// Waiting, or overdue.
    pub state: ActionState,
    /// Number of reminders so far.
    pub reminders: u32,
    /// Time at which it was requested; asking again for an overdue action renews it.
    pub requested_at: Option<Timestamp>,
}

row! {
    struct ActionRow {
        id: Uuid,
        decision_id: Uuid,
        service: String,
        kind: String,
        state: String,
        reminders: i64,
        requested_at: Option<i64>,
    }
}

impl ActionRow {
    fn read(self) -> Result<OpenAction, Error> {
        Ok(OpenAction {
            id: self.id.into(),
            decision: self.decision_id.into(),
            service: self.service.parse().or_corrupt("service.name")?,
            kind: ActionKind::parse(&self.kind).or_corrupt("service_action.kind")?,
            state: ActionState::parse(&self.state).or_corrupt("service_action.state")?,
            reminders: u32::try_from(self.reminders).or_corrupt("service_action.reminders")?,
            requested_at: maybe_from_micros(self.requested_at, "service_action.requested_at")?,
        })
    }
}

/// Number of actions that services have not answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenCounts {
    /// Actions that wait; the service gets reminders.
    pub waiting: u64,
    /// Actions that have waited too long; a person must act.
    pub overdue: u64,
}

impl Store {
    /// Returns a page of the deliveries that `within` covers, in one state or any, the newest first.
    pub async fn deliveries_overview(
        &self,
        within: &Assignment,
        state: Option<DeliveryState>,
        after: Option<DeliveryId>,
        size: PageSize,
    ) -> Result<Page<DeliveryLine, DeliveryId>, Error> {
        // Two queries, because no single query plan serves both well.
        let query = if state.is_some() { DELIVERIES_IN_STATE } else { DELIVERIES_OVERVIEW };
        let call = query
            .call()
            .within(within)
            .bind(after.map_or(Uuid::max(), Uuid::from))
            .bind(size.rows().saturating_add(1));
        let call = match state {
            Some(state) => call.bind(state.as_str()),
            None => call,
        };
        let rows: Vec<LineRow> = self.rows(call).await?;
        let lines = rows.into_iter().map(LineRow::read).collect::<Result<_, _>>()?;
        Ok(Page::of(lines, size, |line: &DeliveryLine| line.id))
    }

    /// Returns a page of the endpoints that are not removed, of the services that `within` covers, the
    /// oldest first. Their figures count the deliveries that `within` covers.
    pub async fn endpoints_overview(
        &self,
        within: &Assignment,
        after: Option<EndpointId>,
        size: PageSize,
    ) -> Result<Page<EndpointLine, EndpointId>, Error> {
        let after = after.map_or(Uuid::nil(), Uuid::from);
        let call = ENDPOINTS_OVERVIEW
            .call()
            .within(within)
            .bind(after)
            .bind(size.rows().saturating_add(1));
        let rows: Vec<EndpointRow> = self.rows(call).await?;
        let lines = rows.into_iter().map(EndpointRow::read).collect::<Result<_, _>>()?;
        Ok(Page::of(lines, size, |line: &EndpointLine| line.id))
    }

    /// Returns a page of the unanswered actions that `within` covers, the oldest first.
    pub async fn open_actions(
        &self,
        within: &Assignment,
        after: Option<ActionId>,
        size: PageSize,
    ) -> Result<Page<OpenAction, ActionId>, Error> {
        let after = after.map_or(Uuid::nil(), Uuid::from);
        let call =
            OPEN_ACTIONS.call().within(within).bind(after).bind(size.rows().saturating_add(1));
        let rows: Vec<ActionRow> = self.rows(call).await?;
        let actions = rows.into_iter().map(ActionRow::read).collect::<Result<_, _>>()?;
        Ok(Page::of(actions, size, |action: &OpenAction| action.id))
    }

    /// Returns the number of unanswered actions that `within` covers.
    pub async fn count_open_actions(&self, within: &Assignment) -> Result<OpenCounts, Error> {
        let rows: Vec<(String, i64)> = self.rows(COUNT_OPEN_ACTIONS.call().within(within)).await?;
        let mut counts = OpenCounts::default();
        for (state, count) in rows {
            let count = u64::try_from(count).or_corrupt("count")?;
            if state == ActionState::Overdue.as_str() {
                counts.overdue = count;
            } else {
                counts.waiting = count;
            }
        }
        Ok(counts)
    }
}

impl Tx {
    /// Returns the service that a delivery belongs to, if `within` covers the delivery.
    pub async fn service_of_delivery(
        &mut self,
        delivery: DeliveryId,
        within: &Assignment,
    ) -> Result<Option<ServiceId>, Error> {
        let call = SERVICE_OF_DELIVERY.call().within(within).bind(delivery);
        let row: Option<(Uuid,)> = self.row(call).await?;
        Ok(row.map(|(service,)| service.into()))
    }
}
