//! Deliveries of webhooks in JSON. Shown to their own service only.

use jiff::Timestamp;
use mamori_model::webhook::{Delivery, DeliveryState, EventKind};
use mamori_model::{DeliveryId, EndpointId};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::text;

/// One message to one endpoint.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Delivery)]
pub struct DeliveryJson {
    /// Its id, the same at every attempt: the header `webhook-id`.
    #[schema(value_type = text::DeliveryId)]
    pub id: DeliveryId,
    /// Where it goes.
    #[schema(value_type = text::EndpointId)]
    pub endpoint_id: EndpointId,
    /// What it tells.
    pub event: EventKind,
    /// How far it has come.
    pub state: DeliveryState,
    /// How often it was tried.
    #[schema(minimum = 0)]
    pub attempts: u32,
    /// What came of the last attempt: a status such as `204`, or why there is none.
    pub last_result: Option<String>,
    /// When it was promised.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was last tried.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_attempt_at: Option<Timestamp>,
    /// The body of the message; only where one delivery is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub payload: Option<Value>,
}

impl DeliveryJson {
    /// `delivery` without the body of its message, as a list shows it.
    pub fn row(delivery: Delivery) -> Self {
        Self {
            id: delivery.id,
            endpoint_id: delivery.endpoint,
            event: delivery.event,
            state: delivery.state,
            attempts: delivery.attempts,
            last_result: delivery.last_result,
            created_at: delivery.created_at,
            last_attempt_at: delivery.last_attempt_at,
            payload: None,
        }
    }

    /// `delivery` with the body of its message.
    pub fn whole(delivery: Delivery) -> Self {
        let payload = serde_json::from_str(delivery.payload.reveal()).ok();
        Self { payload, ..Self::row(delivery) }
    }
}

/// A message was promised.
#[derive(Debug, Serialize, ToSchema)]
pub struct Promised {
    /// The delivery that tells how it went.
    #[schema(value_type = text::DeliveryId)]
    pub delivery_id: DeliveryId,
}
