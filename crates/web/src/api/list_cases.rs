//! `GET /v1/cases`: list your cases.

use axum::Json;
use axum::extract::State;
use mamori_desk::Desk;
use mamori_model::CaseId;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::extract::Query;
use crate::guard::Caller;
use crate::json::case::{CaseJson, Progress};
use crate::page::{Cursor, Limit, Paged};
use crate::problem::Problem;

/// Which cases. There is no filter by account: nobody may ask for all that a person did.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CasesQuery {
    /// The most rows of the page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000, default = 100, nullable = false)]
    limit: Limit,
    /// `next` of the page before.
    #[param(value_type = Option<String>, pattern = "^[0-9a-f]{32}$", min_length = 32, max_length = 32, nullable = false)]
    cursor: Option<Cursor<CaseId>>,
    /// In this state.
    #[param(value_type = Progress, required = false, inline)]
    state: Option<Progress>,
}

/// List your cases
///
/// The newest first, of the service whose key asks. A person at Mamori decides them.
#[utoipa::path(
    get, path = "/v1/cases", tag = "cases",
    params(CasesQuery),
    responses((status = 200, description = "A page of cases.", body = Paged<CaseJson>)),
    extensions(("x-who" = json!("service")))
)]
pub async fn list_cases(
    State(desk): State<Desk>,
    Caller(caller): Caller,
    Query(query): Query<CasesQuery>,
) -> Result<Json<Paged<CaseJson>>, Problem> {
    let after = query.cursor.map(|cursor| cursor.0);
    let page =
        desk.service_cases(&caller, query.state.map(Progress::state), after, query.limit.0).await?;

    Ok(Json(Paged::of(page, CaseJson::from)))
}
