//! `POST /v1/webhooks/{endpoint}/rotate-secret`: replaces the signing secret of a webhook endpoint.

use axum::Json;
use axum::extract::State;
use mamori_desk::Desk;
use mamori_model::EndpointId;

use crate::api::webhooks::endpoint_json::EndpointJson;
use crate::extract::Path;
use crate::guard::{Caller, scope};
use crate::json::text;
use crate::problem::Problem;

/// Replace the secret of a webhook endpoint
///
/// The response contains the new signing secret, this once. Until `previous_secret_until` each
/// message has two signatures, one with the new and one with the previous secret, separated by a
/// space as Standard Webhooks specifies; after that the previous secret is deleted. A second
/// replacement within that time ends the oldest secret at once.
#[utoipa::path(
    post, path = "/v1/webhooks/{endpoint}/rotate-secret", tag = "webhooks",
    params(("endpoint" = inline(text::EndpointId), Path, description = "The endpoint's id.")),
    responses(
        (status = 200, description = "The endpoint, with its new secret.", body = EndpointJson),
        (status = 429, description = "The service requested too many messages or secrets within a minute."),
    ),
    extensions(("x-who" = json!("service")), ("x-scopes" = json!(["webhooks"])))
)]
pub async fn rotate_secret(
    State(desk): State<Desk>,
    Caller(caller, ..): Caller<scope::Webhooks>,
    Path(id): Path<EndpointId>,
) -> Result<Json<EndpointJson>, Problem> {
    let endpoint = desk.rotate_secret(&caller, id).await?;

    Ok(Json(EndpointJson::with_secret(&endpoint)))
}
