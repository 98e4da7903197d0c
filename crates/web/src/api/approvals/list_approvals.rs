//! `GET /v1/approvals`: lists approval requests.

use axum::Json;
use axum::extract::State;
use mamori_desk::approvals::list_requests::WhichRequests;
use mamori_desk::{Desk, Overseer};
use mamori_model::ApprovalId;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::approvals::approval_json::ApprovalJson;
use crate::extract::Query;
use crate::guard::{Admin, scope};
use crate::page::{Cursor, Limit, PageParameters, Paged};
use crate::problem::Problem;

/// Which requests to list, and which page of them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ApprovalsQuery {
    /// Also lists requests that are resolved.
    #[serde(default)]
    #[param(value_type = Option<bool>, default = false, nullable = false)]
    include_resolved: bool,
    #[serde(default)]
    #[param(ignore)]
    limit: Limit,
    #[param(ignore)]
    cursor: Option<Cursor<ApprovalId>>,
}

/// List changes that wait for a second actor
///
/// The newest first. A change that is made with a key, or on the command line, and that widens what
/// is compared or what a match does, or that cannot be undone, takes effect when a second actor
/// agrees; `docs/rights.md` lists these changes.
#[utoipa::path(
    get, path = "/v1/approvals", tag = "approvals", params(ApprovalsQuery, PageParameters),
    responses((status = 200, description = "A page of requests.", body = Paged<ApprovalJson>)),
    extensions(("x-who" = json!("admin")),
        ("x-scopes" = json!(["banks:write", "entries:write", "services", "keys"])))
)]
pub async fn list_approvals(
    State(desk): State<Desk>,
    Admin(admin, ..): Admin<scope::Overseeing>,
    Query(query): Query<ApprovalsQuery>,
) -> Result<Json<Paged<ApprovalJson>>, Problem> {
    let which = if query.include_resolved { WhichRequests::All } else { WhichRequests::Waiting };
    let before = query.cursor.map(|cursor| cursor.0);
    let page =
        desk.approval_requests(Overseer::Admin(&admin), which, before, query.limit.0).await?;

    Ok(Json(Paged::of(page, |request| ApprovalJson::listed(&request))))
}
