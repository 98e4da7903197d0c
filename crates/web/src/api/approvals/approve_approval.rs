//! `POST /v1/approvals/{approval}/approve`: approves a change as its second actor.

use axum::Json;
use axum::extract::State;
use mamori_desk::{Approver, Desk};
use mamori_model::ApprovalId;

use crate::api::approvals::approval_json::ApprovalJson;
use crate::extract::Path;
use crate::guard::{Admin, scope};
use crate::json::text;
use crate::problem::Problem;

/// Approve a change
///
/// The change takes effect, made by the actor who requested it. Another key must have requested it:
/// one that this key did not create and that did not create this key, directly or through other
/// keys. A key cannot approve a request that is older than the key.
#[utoipa::path(
    post, path = "/v1/approvals/{approval}/approve", tag = "approvals",
    params(("approval" = inline(text::ApprovalId), Path, description = "The request's id.")),
    responses(
        (status = 200, description = "The request as it is now.", body = ApprovalJson),
        (status = 409, description = "The request is resolved or too old, or this key cannot be its second actor."),
    ),
    extensions(("x-who" = json!("admin")),
        ("x-scopes" = json!(["banks:write", "entries:write", "services", "keys"])))
)]
pub async fn approve_approval(
    State(desk): State<Desk>,
    Admin(admin, ..): Admin<scope::Overseeing>,
    Path(id): Path<ApprovalId>,
) -> Result<Json<ApprovalJson>, Problem> {
    let request = desk.approve_request(Approver::Admin(&admin), id).await?;

    Ok(Json(ApprovalJson::of(&request)))
}
