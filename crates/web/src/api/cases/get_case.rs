//! `GET /v1/cases/{case}`: reads one case.

use axum::Json;
use axum::extract::State;
use mamori_desk::Desk;
use mamori_model::CaseId;

use crate::api::cases::case_json::CaseJson;
use crate::extract::Path;
use crate::guard::{Caller, scope};
use crate::json::text;
use crate::problem::Problem;

/// Read a case
#[utoipa::path(
    get, path = "/v1/cases/{case}", tag = "cases",
    params(("case" = inline(text::CaseId), Path, description = "The case's id.")),
    responses((status = 200, description = "The case.", body = CaseJson)),
    extensions(("x-who" = json!("service")), ("x-scopes" = json!(["actions:answer"])))
)]
pub async fn get_case(
    State(desk): State<Desk>,
    Caller(caller, ..): Caller<scope::ActionsAnswer>,
    Path(id): Path<CaseId>,
) -> Result<Json<CaseJson>, Problem> {
    let found = desk.service_case(&caller, id).await?;

    Ok(Json(found.into()))
}
