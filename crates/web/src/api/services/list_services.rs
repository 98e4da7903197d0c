//! `GET /v1/services`: lists the services.

use axum::Json;
use axum::extract::State;
use mamori_desk::Desk;
use mamori_model::ServiceId;

use crate::api::services::key_json::ServiceJson;
use crate::extract::Query;
use crate::guard::{Admin, scope};
use crate::page::{PageParameters, PageQuery, Paged};
use crate::problem::Problem;

/// List the services
///
/// The oldest first.
#[utoipa::path(
    get, path = "/v1/services", tag = "keys",
    params(PageParameters),
    responses((status = 200, description = "A page of services.", body = Paged<ServiceJson>)),
    extensions(("x-who" = json!("admin")), ("x-scopes" = json!(["services"])))
)]
pub async fn list_services(
    State(desk): State<Desk>,
    Admin(admin, ..): Admin<scope::Services>,
    Query(query): Query<PageQuery<ServiceId>>,
) -> Result<Json<Paged<ServiceJson>>, Problem> {
    let page = desk.services(&admin, query.after(), query.size()).await?;

    Ok(Json(Paged::of(page, ServiceJson::from)))
}
