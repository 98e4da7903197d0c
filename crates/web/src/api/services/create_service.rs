//! `POST /v1/services`: an administrator creates a service.

use axum::extract::State;
use mamori_desk::Desk;

use crate::api::services::key_json::{NewService, ServiceJson};
use crate::api::{Created, created};
use crate::extract::Json;
use crate::guard::{Admin, scope};
use crate::problem::Problem;

/// Create a service
///
/// The service cannot call the API until it has a key.
#[utoipa::path(
    post, path = "/v1/services", tag = "keys",
    request_body(content((NewService = "application/json", example = json!({
        "name": "pictures.example",
    })))),
    responses((status = 201, description = "The service.", body = ServiceJson,
               headers(("location" = String, description = "Where services are listed.")))),
    extensions(("x-who" = json!("admin")), ("x-scopes" = json!(["services"])))
)]
pub async fn create_service(
    State(desk): State<Desk>,
    Admin(admin, ..): Admin<scope::Services>,
    Json(new): Json<NewService>,
) -> Result<Created<ServiceJson>, Problem> {
    let service = desk.create_service(&admin, new.name).await?;

    Ok(created("/v1/services".to_owned(), service.into()))
}
