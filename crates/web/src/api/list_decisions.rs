//! `GET /v1/decisions`: list decisions about your items.

use axum::Json;
use axum::extract::State;
use mamori_desk::Desk;
use mamori_model::DecisionId;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::extract::Query;
use crate::guard::Caller;
use crate::json::case::{DecisionJson, Standing};
use crate::page::{Cursor, Limit, Paged};
use crate::problem::Problem;

/// Which decisions. There is no filter by account: nobody may ask for all that a person did.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DecisionsQuery {
    /// The most rows of the page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000, default = 100, nullable = false)]
    limit: Limit,
    /// `next` of the page before.
    #[param(value_type = Option<String>, pattern = "^[0-9a-f]{32}$", min_length = 32, max_length = 32, nullable = false)]
    cursor: Option<Cursor<DecisionId>>,
    /// Standing, or taken back.
    #[param(value_type = Standing, required = false, inline)]
    state: Option<Standing>,
}

/// List decisions about your items
///
/// The newest first. What waits for a second person is not shown.
#[utoipa::path(
    get, path = "/v1/decisions", tag = "cases",
    params(DecisionsQuery),
    responses((status = 200, description = "A page of decisions.", body = Paged<DecisionJson>)),
    extensions(("x-who" = json!("service")))
)]
pub async fn list_decisions(
    State(desk): State<Desk>,
    Caller(caller): Caller,
    Query(query): Query<DecisionsQuery>,
) -> Result<Json<Paged<DecisionJson>>, Problem> {
    let after = query.cursor.map(|cursor| cursor.0);
    let page = desk
        .service_decisions(&caller, query.state.map(Standing::state), after, query.limit.0)
        .await?;

    Ok(Json(Paged::of(page, DecisionJson::from)))
}
