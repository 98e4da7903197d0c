//! `DELETE /v1/webhooks/{endpoint}`: removes a webhook endpoint.

use axum::extract::State;
use axum::http::StatusCode;
use mamori_desk::Desk;
use mamori_model::EndpointId;

use crate::extract::Path;
use crate::guard::{Caller, scope};
use crate::json::text;
use crate::problem::Problem;

/// Remove a webhook endpoint
///
/// Nothing more is sent to the endpoint; waiting deliveries fail. Its address and its secret are
/// erased.
#[utoipa::path(
    delete, path = "/v1/webhooks/{endpoint}", tag = "webhooks",
    params(("endpoint" = inline(text::EndpointId), Path, description = "The endpoint's id.")),
    responses((status = 204, description = "The endpoint is removed.")),
    extensions(("x-who" = json!("service")), ("x-scopes" = json!(["webhooks"])))
)]
pub async fn remove_webhook(
    State(desk): State<Desk>,
    Caller(caller, ..): Caller<scope::Webhooks>,
    Path(id): Path<EndpointId>,
) -> Result<StatusCode, Problem> {
    desk.remove_endpoint(&caller, id).await?;

    Ok(StatusCode::NO_CONTENT)
}
