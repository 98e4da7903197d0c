//! Webhook endpoints in JSON. Shown to their own service only.

use jiff::Timestamp;
use mamori_desk::signature;
use mamori_model::EndpointId;
use mamori_model::webhook::Endpoint;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::text;

/// A place that takes webhooks.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Endpoint)]
pub struct EndpointJson {
    /// Its id.
    #[schema(value_type = text::EndpointId)]
    pub id: EndpointId,
    /// Where webhooks go.
    #[schema(format = "uri")]
    pub url: String,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// What signs its messages, in the answer that made it and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<text::WebhookSecret>)]
    pub secret: Option<String>,
}

impl EndpointJson {
    /// `endpoint` without its secret.
    pub fn of(endpoint: &Endpoint) -> Self {
        Self {
            id: endpoint.id,
            url: endpoint.url.reveal().clone(),
            created_at: endpoint.created_at,
            secret: None,
        }
    }

    /// `endpoint` just made, with its secret.
    pub fn with_secret(endpoint: &Endpoint) -> Self {
        Self { secret: Some(signature::secret_text(&endpoint.secret)), ..Self::of(endpoint) }
    }
}

/// What an endpoint begins with.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEndpoint {
    /// Where webhooks go.
    #[schema(value_type = text::EndpointUrl)]
    pub url: String,
}
