//! `GET /v1/approvals/{approval}`: reads an approval request.

use axum::Json;
use axum::extract::State;
use mamori_desk::{Desk, Overseer};
use mamori_model::ApprovalId;

use crate::api::approvals::approval_json::ApprovalJson;
use crate::extract::Path;
use crate::guard::{Admin, scope};
use crate::json::text;
use crate::problem::Problem;

/// Read a change that waits
///
/// Or what became of it, for as long as the record is kept.
#[utoipa::path(
    get, path = "/v1/approvals/{approval}", tag = "approvals",
    params(("approval" = inline(text::ApprovalId), Path, description = "The request's id.")),
    responses((status = 200, description = "The request.", body = ApprovalJson)),
    extensions(("x-who" = json!("admin")),
        ("x-scopes" = json!(["banks:write", "entries:write", "services", "keys"])))
)]
pub async fn get_approval(
    State(desk): State<Desk>,
    Admin(admin, ..): Admin<scope::Overseeing>,
    Path(id): Path<ApprovalId>,
) -> Result<Json<ApprovalJson>, Problem> {
    let request = desk.approval_request(Overseer::Admin(&admin), id).await?;

    Ok(Json(ApprovalJson::of(&request)))
}
