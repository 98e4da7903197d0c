//! `POST /v1/webhooks/{endpoint}/enable`: enables a webhook endpoint that was disabled.

use axum::Json;
use axum::extract::State;
use mamori_desk::Desk;
use mamori_model::EndpointId;

use crate::api::webhooks::endpoint_json::EnabledEndpoint;
use crate::extract::Path;
use crate::guard::{Caller, scope};
use crate::json::text;
use crate::problem::Problem;

/// Enable a webhook endpoint
///
/// An endpoint that answers 410 Gone is disabled: nothing is sent to it until its service enables it
/// here. Then the messages that it missed are sent, oldest first, under their ids; test messages are
/// not. An endpoint that is enabled already stays so.
#[utoipa::path(
    post, path = "/v1/webhooks/{endpoint}/enable", tag = "webhooks",
    params(("endpoint" = inline(text::EndpointId), Path, description = "The endpoint's id.")),
    responses(
        (status = 200, description = "The endpoint is enabled.", body = EnabledEndpoint),
        (status = 429, description = "The service requested too many messages or secrets within a minute."),
    ),
    extensions(("x-who" = json!("service")), ("x-scopes" = json!(["webhooks", "actions:answer"])))
)]
pub async fn enable_webhook(
    State(desk): State<Desk>,
    Caller(caller, ..): Caller<scope::Deliveries>,
    Path(id): Path<EndpointId>,
) -> Result<Json<EnabledEndpoint>, Problem> {
    let enqueued = desk.enable_endpoint(&caller, id).await?;

    Ok(Json(EnabledEndpoint { enqueued }))
}
