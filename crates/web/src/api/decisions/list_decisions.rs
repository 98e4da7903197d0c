//! `GET /v1/decisions`: lists the decisions about a service's items.

use axum::Json;
use axum::extract::State;
use mamori_desk::Desk;
use mamori_model::DecisionId;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::cases::case_json::{DecisionJson, DecisionStateJson};
use crate::extract::Query;
use crate::guard::{Caller, scope};
use crate::page::{Cursor, Limit, Paged};
use crate::problem::Problem;

/// Which decisions to list. There is no filter by account: nothing lists all that a person did.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DecisionsQuery {
    /// The most rows of the page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000, default = 100, nullable = false)]
    limit: Limit,
    /// `next` of the previous page.
    #[param(value_type = Option<String>, pattern = "^[0-9a-f]{32}$", min_length = 32, max_length = 32, nullable = false)]
    cursor: Option<Cursor<DecisionId>>,
    /// Only decisions in this state.
    #[param(value_type = DecisionStateJson, required = false, inline)]
    state: Option<DecisionStateJson>,
}

/// List decisions about your items
///
/// The newest first. Decisions that wait for a second approver are not shown.
#[utoipa::path(
    get, path = "/v1/decisions", tag = "cases",
    params(DecisionsQuery),
    responses((status = 200, description = "A page of decisions.", body = Paged<DecisionJson>)),
    extensions(("x-who" = json!("service")), ("x-scopes" = json!(["actions:answer"])))
)]
pub async fn list_decisions(
    State(desk): State<Desk>,
    Caller(caller, ..): Caller<scope::ActionsAnswer>,
    Query(query): Query<DecisionsQuery>,
) -> Result<Json<Paged<DecisionJson>>, Problem> {
    let after = query.cursor.map(|cursor| cursor.0);
    let page = desk
        .service_decisions(&caller, query.state.map(DecisionStateJson::state), after, query.limit.0)
        .await?;

    Ok(Json(Paged::of(page, DecisionJson::from)))
}
