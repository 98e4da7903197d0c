//! `GET /v1/webhooks`: lists the webhook endpoints of a service.

use axum::Json;
use axum::extract::State;
use mamori_desk::Desk;
use mamori_model::EndpointId;

use crate::api::webhooks::endpoint_json::EndpointJson;
use crate::extract::Query;
use crate::guard::{Caller, scope};
use crate::page::{PageParameters, PageQuery, Paged};
use crate::problem::Problem;

/// List your webhook endpoints
///
/// The oldest first.
#[utoipa::path(
    get, path = "/v1/webhooks", tag = "webhooks",
    params(PageParameters),
    responses((status = 200, description = "A page of endpoints.", body = Paged<EndpointJson>)),
    extensions(("x-who" = json!("service")), ("x-scopes" = json!(["webhooks"])))
)]
pub async fn list_webhooks(
    State(desk): State<Desk>,
    Caller(caller, ..): Caller<scope::Webhooks>,
    Query(query): Query<PageQuery<EndpointId>>,
) -> Result<Json<Paged<EndpointJson>>, Problem> {
    let page = desk.endpoints(&caller, query.after(), query.size()).await?;

    Ok(Json(Paged::of(page, |endpoint| EndpointJson::of(&endpoint))))
}
