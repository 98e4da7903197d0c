//! `POST /v1/deliveries/{delivery}/redeliver`: sends a webhook delivery again.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use mamori_desk::Desk;
use mamori_model::DeliveryId;

use crate::api::webhooks::delivery_json::EnqueuedDelivery;
use crate::extract::Path;
use crate::guard::{Caller, scope};
use crate::json::text;
use crate::problem::Problem;

/// Send a delivery again
///
/// It keeps its id, so that a receiver that has processed it before can recognise it.
#[utoipa::path(
    post, path = "/v1/deliveries/{delivery}/redeliver", tag = "webhooks",
    params(("delivery" = inline(text::DeliveryId), Path, description = "The delivery's id.")),
    responses(
        (status = 202, description = "The message is enqueued again.", body = EnqueuedDelivery),
        (status = 409, description = "The delivery still waits to be sent, or its endpoint is \
         disabled or was removed."),
        (status = 429, description = "The service requested too many messages or secrets within a minute."),
    ),
    extensions(("x-who" = json!("service")), ("x-scopes" = json!(["webhooks"])))
)]
pub async fn redeliver(
    State(desk): State<Desk>,
    Caller(caller, ..): Caller<scope::Webhooks>,
    Path(id): Path<DeliveryId>,
) -> Result<(StatusCode, Json<EnqueuedDelivery>), Problem> {
    desk.redeliver(&caller, id).await?;

    Ok((StatusCode::ACCEPTED, Json(EnqueuedDelivery { delivery_id: id })))
}
