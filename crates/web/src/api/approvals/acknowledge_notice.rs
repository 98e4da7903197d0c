//! `POST /v1/notices/{notice}/acknowledge`: acknowledges a change that narrowed.

use axum::extract::State;
use axum::http::StatusCode;
use mamori_desk::{Desk, Overseer};
use mamori_model::NoticeId;

use crate::extract::Path;
use crate::guard::{Admin, scope};
use crate::json::text;
use crate::problem::Problem;

/// Acknowledge a change that narrowed
///
/// The notice is listed no longer. Another key must have made the change: one that this key did not
/// create and that did not create this key, directly or through other keys.
#[utoipa::path(
    post, path = "/v1/notices/{notice}/acknowledge", tag = "approvals",
    params(("notice" = inline(text::NoticeId), Path, description = "The notice's id.")),
    responses(
        (status = 204, description = "The notice is acknowledged."),
        (status = 409, description = "This key made the change, or is related to the one that did."),
    ),
    extensions(("x-who" = json!("admin")),
        ("x-scopes" = json!(["banks:write", "entries:write", "services", "keys"])))
)]
pub async fn acknowledge_notice(
    State(desk): State<Desk>,
    Admin(admin, ..): Admin<scope::Overseeing>,
    Path(id): Path<NoticeId>,
) -> Result<StatusCode, Problem> {
    desk.acknowledge_notice(Overseer::Admin(&admin), id).await?;

    Ok(StatusCode::NO_CONTENT)
}
