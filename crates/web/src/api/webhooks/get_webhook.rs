//! `GET /v1/webhooks/{endpoint}`: reads one webhook endpoint.

use axum::Json;
use axum::extract::State;
use mamori_desk::Desk;
use mamori_model::EndpointId;

use crate::api::webhooks::endpoint_json::EndpointJson;
use crate::extract::Path;
use crate::guard::{Caller, scope};
use crate::json::text;
use crate::problem::Problem;

/// Read an endpoint
#[utoipa::path(
    get, path = "/v1/webhooks/{endpoint}", tag = "webhooks",
    params(("endpoint" = inline(text::EndpointId), Path, description = "The endpoint's id.")),
    responses((status = 200, description = "The endpoint.", body = EndpointJson)),
    extensions(("x-who" = json!("service")), ("x-scopes" = json!(["webhooks"])))
)]
pub async fn get_webhook(
    State(desk): State<Desk>,
    Caller(caller, ..): Caller<scope::Webhooks>,
    Path(id): Path<EndpointId>,
) -> Result<Json<EndpointJson>, Problem> {
    let endpoint = desk.endpoint(&caller, id).await?;

    Ok(Json(EndpointJson::of(&endpoint)))
}
