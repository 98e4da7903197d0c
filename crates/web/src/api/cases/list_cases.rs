//! `GET /v1/cases`: lists the cases of a service.

use axum::Json;
use axum::extract::State;
use mamori_desk::Desk;
use mamori_model::CaseId;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::cases::case_json::{CaseJson, CaseStateJson};
use crate::extract::Query;
use crate::guard::{Caller, scope};
use crate::page::{Cursor, Limit, Paged};
use crate::problem::Problem;

/// Which cases to list. There is no filter by account: nothing lists all that a person did.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CasesQuery {
    /// The most rows of the page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000, default = 100, nullable = false)]
    limit: Limit,
    /// `next` of the previous page.
    #[param(value_type = Option<String>, pattern = "^[0-9a-f]{32}$", min_length = 32, max_length = 32, nullable = false)]
    cursor: Option<Cursor<CaseId>>,
    /// Only cases in this state.
    #[param(value_type = CaseStateJson, required = false, inline)]
    state: Option<CaseStateJson>,
}

/// List your cases
///
/// The newest first; only cases of the service that the key belongs to. Reviewers decide them.
#[utoipa::path(
    get, path = "/v1/cases", tag = "cases",
    params(CasesQuery),
    responses((status = 200, description = "A page of cases.", body = Paged<CaseJson>)),
    extensions(("x-who" = json!("service")), ("x-scopes" = json!(["actions:answer"])))
)]
pub async fn list_cases(
    State(desk): State<Desk>,
    Caller(caller, ..): Caller<scope::ActionsAnswer>,
    Query(query): Query<CasesQuery>,
) -> Result<Json<Paged<CaseJson>>, Problem> {
    let after = query.cursor.map(|cursor| cursor.0);
    let page = desk
        .service_cases(&caller, query.state.map(CaseStateJson::state), after, query.limit.0)
        .await?;

    Ok(Json(Paged::of(page, CaseJson::from)))
}
