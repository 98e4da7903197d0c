//! `POST /v1/webhooks/{endpoint}/test`: sends a test message to a webhook endpoint.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use mamori_desk::Desk;
use mamori_model::EndpointId;

use crate::api::webhooks::delivery_json::EnqueuedDelivery;
use crate::extract::Path;
use crate::guard::{Caller, scope};
use crate::json::text;
use crate::problem::Problem;

/// Test a webhook endpoint
///
/// Sends a test message to the endpoint; read the delivery to see the result. It is attempted once;
/// until then, a second test is refused.
#[utoipa::path(
    post, path = "/v1/webhooks/{endpoint}/test", tag = "webhooks",
    params(("endpoint" = inline(text::EndpointId), Path, description = "The endpoint's id.")),
    responses(
        (status = 202, description = "The message is enqueued.", body = EnqueuedDelivery),
        (status = 409, description = "Another test message to this endpoint waits, or it is \
         disabled."),
        (status = 429, description = "The service requested too many messages or secrets within a minute."),
    ),
    extensions(("x-who" = json!("service")), ("x-scopes" = json!(["webhooks"])))
)]
pub async fn test_webhook(
    State(desk): State<Desk>,
    Caller(caller, ..): Caller<scope::Webhooks>,
    Path(id): Path<EndpointId>,
) -> Result<(StatusCode, Json<EnqueuedDelivery>), Problem> {
    let delivery_id = desk.test_endpoint(&caller, id).await?;

    Ok((StatusCode::ACCEPTED, Json(EnqueuedDelivery { delivery_id })))
}
