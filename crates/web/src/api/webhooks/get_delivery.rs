//! `GET /v1/deliveries/{delivery}`: reads one webhook delivery.

use axum::Json;
use axum::extract::State;
use mamori_desk::Desk;
use mamori_model::DeliveryId;

use crate::api::webhooks::delivery_json::DeliveryJson;
use crate::extract::Path;
use crate::guard::{Caller, scope};
use crate::json::text;
use crate::problem::Problem;

/// Read a delivery
#[utoipa::path(
    get, path = "/v1/deliveries/{delivery}", tag = "webhooks",
    params(("delivery" = inline(text::DeliveryId), Path, description = "The delivery's id.")),
    responses((status = 200, description = "The delivery.", body = DeliveryJson)),
    extensions(("x-who" = json!("service")), ("x-scopes" = json!(["webhooks", "actions:answer"])))
)]
pub async fn get_delivery(
    State(desk): State<Desk>,
    Caller(caller, ..): Caller<scope::Deliveries>,
    Path(id): Path<DeliveryId>,
) -> Result<Json<DeliveryJson>, Problem> {
    let delivery = desk.delivery(&caller, id).await?;

    Ok(Json(DeliveryJson::whole(delivery)))
}
