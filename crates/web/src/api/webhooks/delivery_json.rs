//! Webhook deliveries in JSON. Shown only to their own service.

use jiff::Timestamp;
use mamori_model::webhook::{Delivery, DeliveryState, EventKind};
use mamori_model::{DeliveryId, EndpointId};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::json::text;

/// One message to one webhook endpoint.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Delivery)]
pub struct DeliveryJson {
    /// Id of this delivery, the same at every attempt: the header `webhook-id`.
    #[schema(value_type = text::DeliveryId)]
    pub id: DeliveryId,
    /// The endpoint that receives it.
    #[schema(value_type = text::EndpointId)]
    pub endpoint_id: EndpointId,
    /// The event that it reports.
    pub event: EventKind,
    /// Current state.
    pub state: DeliveryState,
    /// Number of attempts so far.
    #[schema(minimum = 0)]
    pub attempts: u32,
    /// Result of the last attempt: a status such as `204`, or why there is none.
    pub last_result: Option<String>,
    /// Time at which it was created.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Time of the last attempt.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_attempt_at: Option<Timestamp>,
    /// The body of the message; only if a single delivery is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub payload: Option<Value>,
}

impl DeliveryJson {
    /// Makes the JSON of `delivery` without the body of its message, for lists.
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

    /// Makes the JSON of `delivery` with the body of its message.
    pub fn whole(delivery: Delivery) -> Self {
        let payload = serde_json::from_str(delivery.payload.reveal()).ok();
        Self { payload, ..Self::row(delivery) }
    }
}

/// A message will be sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct EnqueuedDelivery {
    /// The delivery that will tell the result.
    #[schema(value_type = text::DeliveryId)]
    pub delivery_id: DeliveryId,
}
