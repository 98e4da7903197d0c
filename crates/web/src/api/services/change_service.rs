//! `PATCH /v1/services/{service}`: renames a service.

use axum::extract::State;
use mamori_desk::Desk;
use mamori_model::ServiceId;

use crate::api::services::key_json::{NewService, ServiceJson};
use crate::extract::{Json, Path};
use crate::guard::{Admin, scope};
use crate::json::text;
use crate::problem::Problem;

/// Rename a service
///
/// Keys, matches and webhooks of the service stay as they are.
#[utoipa::path(
    patch, path = "/v1/services/{service}", tag = "keys",
    params(("service" = inline(text::ServiceId), Path, description = "The service's id.")),
    request_body(content((NewService = "application/json", example = json!({
        "name": "pictures.example",
    })))),
    responses((status = 200, description = "The service as it is now.", body = ServiceJson)),
    extensions(("x-who" = json!("admin")), ("x-scopes" = json!(["services"])))
)]
pub async fn change_service(
    State(desk): State<Desk>,
    Admin(admin, ..): Admin<scope::Services>,
    Path(id): Path<ServiceId>,
    Json(change): Json<NewService>,
) -> Result<axum::Json<ServiceJson>, Problem> {
    let service = desk.change_service(&admin, id, &change.name).await?;

    Ok(axum::Json(service.into()))
}
