//! `POST /v1/approvals/{approval}/apply`: has a change take effect without a second actor.

use axum::Json;
use axum::extract::State;
use mamori_desk::Desk;
use mamori_model::ApprovalId;

use crate::api::approvals::approval_json::ApprovalJson;
use crate::extract::Path;
use crate::guard::{Admin, scope};
use crate::json::text;
use crate::problem::Problem;

/// Have a change take effect alone
///
/// For the requester, from `alone_from` on. The audit record says that no second actor agreed.
#[utoipa::path(
    post, path = "/v1/approvals/{approval}/apply", tag = "approvals",
    params(("approval" = inline(text::ApprovalId), Path, description = "The request's id.")),
    responses(
        (status = 200, description = "The request as it is now.", body = ApprovalJson),
        (status = 409, description = "The request is resolved, or the delay has not passed, or another actor requested it."),
    ),
    extensions(("x-who" = json!("admin")),
        ("x-scopes" = json!(["banks:write", "entries:write", "services", "keys"])))
)]
pub async fn apply_approval(
    State(desk): State<Desk>,
    Admin(admin, ..): Admin<scope::Overseeing>,
    Path(id): Path<ApprovalId>,
) -> Result<Json<ApprovalJson>, Problem> {
    let request = desk.apply_request_alone(&admin, id).await?;

    Ok(Json(ApprovalJson::of(&request)))
}
