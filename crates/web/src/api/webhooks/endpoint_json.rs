//! Webhook endpoints in JSON. Shown only to their own service.

use jiff::Timestamp;
use mamori_desk::webhooks::signature;
use mamori_model::EndpointId;
use mamori_model::webhook::Endpoint;
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
    /// The secret that signs its messages; only in the response that created the endpoint.
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
            secret: None,
        }
    }

    /// Makes the JSON of `endpoint`, which was just created, with its secret.
    pub fn with_secret(endpoint: &Endpoint) -> Self {
        Self { secret: Some(signature::secret_text(&endpoint.secret)), ..Self::of(endpoint) }
    }
}

/// The properties of a new endpoint.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEndpoint {
    /// The address that receives webhooks.
    #[schema(value_type = text::EndpointUrl)]
    pub url: String,
}
