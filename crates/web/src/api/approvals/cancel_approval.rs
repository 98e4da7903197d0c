//! `POST /v1/approvals/{approval}/cancel`: cancels a change that waits.

use axum::Json;
use axum::extract::State;
use mamori_desk::Desk;
use mamori_model::ApprovalId;

use crate::api::approvals::approval_json::ApprovalJson;
use crate::extract::Path;
use crate::guard::{Admin, scope};
use crate::json::text;
use crate::problem::Problem;

/// Cancel a change
///
/// The requester can, and every other administrator's key.
#[utoipa::path(
    post, path = "/v1/approvals/{approval}/cancel", tag = "approvals",
    params(("approval" = inline(text::ApprovalId), Path, description = "The request's id.")),
    responses(
        (status = 200, description = "The request as it is now.", body = ApprovalJson),
        (status = 409, description = "The request is resolved already."),
    ),
    extensions(("x-who" = json!("admin")),
        ("x-scopes" = json!(["banks:write", "entries:write", "services", "keys"])))
)]
pub async fn cancel_approval(
    State(desk): State<Desk>,
    Admin(admin, ..): Admin<scope::Overseeing>,
    Path(id): Path<ApprovalId>,
) -> Result<Json<ApprovalJson>, Problem> {
    let request = desk.cancel_request(&admin, id).await?;

    Ok(Json(ApprovalJson::of(&request)))
}
