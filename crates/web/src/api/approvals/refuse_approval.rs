//! `POST /v1/approvals/{approval}/refuse`: refuses a change, with a reason.

use axum::extract::State;
use mamori_desk::{Desk, Overseer};
use mamori_model::{ApprovalId, FreeText};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::approvals::approval_json::ApprovalJson;
use crate::extract::{Json, Path};
use crate::guard::{Admin, scope};
use crate::json::text;
use crate::problem::Problem;

/// Why a change is refused.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ApprovalRefusal)]
pub struct RefusalJson {
    /// The reason, for the requester.
    #[schema(value_type = text::FreeText)]
    reason: FreeText,
}

/// Refuse a change
///
/// Every administrator's key can, except the one that requested the change, which cancels it
/// instead.
#[utoipa::path(
    post, path = "/v1/approvals/{approval}/refuse", tag = "approvals",
    params(("approval" = inline(text::ApprovalId), Path, description = "The request's id.")),
    request_body(content((RefusalJson = "application/json", example = json!({
        "reason": "The hotline does not know this list.",
    })))),
    responses(
        (status = 200, description = "The request as it is now.", body = ApprovalJson),
        (status = 409, description = "The request is resolved already, or this key's own."),
    ),
    extensions(("x-who" = json!("admin")),
        ("x-scopes" = json!(["banks:write", "entries:write", "services", "keys"])))
)]
pub async fn refuse_approval(
    State(desk): State<Desk>,
    Admin(admin, ..): Admin<scope::Overseeing>,
    Path(id): Path<ApprovalId>,
    Json(refusal): Json<RefusalJson>,
) -> Result<axum::Json<ApprovalJson>, Problem> {
    let request = desk.refuse_request(Overseer::Admin(&admin), id, &refusal.reason).await?;

    Ok(axum::Json(ApprovalJson::of(&request)))
}
