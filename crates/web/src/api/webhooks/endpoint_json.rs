//! Webhook endpoints in JSON. Shown only to their own service.

use jiff::Timestamp;
use mamori_desk::webhooks::signature;
use mamori_model::EndpointId;
use mamori_model::webhook::{DisabledCause, Endpoint};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::json::text;

/// An address that receives webhooks.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Endpoint)]
pub struct EndpointJson {
    /// Id of this endpoint.
    #[schema(value_type = text::EndpointId)]
    pub id: EndpointId,
    /// The address.
    #[schema(format = "uri")]
    pub url: String,
    /// Time of its creation.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Since when and why nothing is sent to it; null if messages are sent.
    pub disabled: Option<DisabledJson>,
    /// Time of the first failed attempt since the last one that succeeded; null if the last one
    /// succeeded.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub failing_since: Option<Timestamp>,
    /// Until when messages are signed with the previous secret too; null if there is none.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub previous_secret_until: Option<Timestamp>,
    /// The secret that signs its messages; only in the response that created the endpoint, or gave
    /// it a new secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<text::WebhookSecret>)]
    pub secret: Option<String>,
}

impl EndpointJson {
    /// Makes the JSON of `endpoint` without its secret.
    pub fn of(endpoint: &Endpoint) -> Self {
        Self {
            id: endpoint.id,
            url: endpoint.url.reveal().clone(),
            created_at: endpoint.created_at,
            disabled: endpoint
                .disabled
                .map(|disabled| DisabledJson { at: disabled.at, cause: disabled.cause }),
            failing_since: endpoint.failing_since,
            previous_secret_until: endpoint.previous_secret.as_ref().map(|it| it.until),
            secret: None,
        }
    }

    /// Makes the JSON of `endpoint`, whose secret was just created, with the secret.
    pub fn with_secret(endpoint: &Endpoint) -> Self {
        Self { secret: Some(signature::secret_text(&endpoint.secret)), ..Self::of(endpoint) }
    }
}

/// Since when and why nothing is sent to an endpoint.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Disabled)]
pub struct DisabledJson {
    /// Time at which it was disabled.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Why.
    pub cause: DisabledCause,
}

/// The endpoint is enabled.
#[derive(Debug, Serialize, ToSchema)]
pub struct EnabledEndpoint {
    /// Number of messages that it missed while it was disabled and that are now sent to it.
    #[schema(minimum = 0)]
    pub enqueued: u64,
}

/// The properties of a new endpoint.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEndpoint {
    /// The address that receives webhooks.
    #[schema(value_type = text::EndpointUrl)]
    pub url: String,
}
