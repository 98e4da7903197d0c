//! `POST /v1/webhooks/{endpoint}/test`: does an endpoint work?

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use mamori_desk::Desk;
use mamori_model::EndpointId;

use crate::extract::Path;
use crate::guard::Caller;
use crate::json::delivery::Promised;
use crate::json::text;
use crate::problem::Problem;

/// Test a webhook endpoint
///
/// Sends it a message that says that it works; the delivery tells how that went. It is tried once;
/// until then there is no second one.
#[utoipa::path(
    post, path = "/v1/webhooks/{endpoint}/test", tag = "webhooks",
    params(("endpoint" = inline(text::EndpointId), Path, description = "The endpoint's id.")),
    responses(
        (status = 202, description = "The message is promised.", body = Promised),
        (status = 409, description = "Another test message to this endpoint waits."),
    ),
    extensions(("x-who" = json!("service")))
)]
pub async fn test_webhook(
    State(desk): State<Desk>,
    Caller(caller): Caller,
    Path(id): Path<EndpointId>,
) -> Result<(StatusCode, Json<Promised>), Problem> {
    let delivery_id = desk.test_endpoint(&caller, id).await?;

    Ok((StatusCode::ACCEPTED, Json(Promised { delivery_id })))
}
