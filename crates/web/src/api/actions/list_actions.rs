//! `GET /v1/actions`: lists the actions that are requested from a service.

use axum::Json;
use axum::extract::State;
use mamori_desk::Desk;
use mamori_model::ActionId;
use mamori_model::ActionState;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::actions::action_json::ActionJson;
use crate::extract::Query;
use crate::guard::{Caller, scope};
use crate::page::{Cursor, Limit, Paged};
use crate::problem::Problem;

/// Which actions to list. There is no filter by account: nothing lists all that a person did.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ActionsQuery {
    /// The most rows of the page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000, default = 100, nullable = false)]
    limit: Limit,
    /// `next` of the previous page.
    #[param(value_type = Option<String>, pattern = "^[0-9a-f]{32}$", min_length = 32, max_length = 32, nullable = false)]
    cursor: Option<Cursor<ActionId>>,
    /// Only actions in this state.
    #[param(value_type = ActionState, required = false, inline)]
    state: Option<ActionState>,
}

/// List requested actions
///
/// The newest first. If two actions concern the same item or account, the one with the greater
/// `sequence` counts.
#[utoipa::path(
    get, path = "/v1/actions", tag = "actions",
    params(ActionsQuery),
    responses((status = 200, description = "A page of actions.", body = Paged<ActionJson>)),
    extensions(("x-who" = json!("service")), ("x-scopes" = json!(["actions:answer"])))
)]
pub async fn list_actions(
    State(desk): State<Desk>,
    Caller(caller, ..): Caller<scope::ActionsAnswer>,
    Query(query): Query<ActionsQuery>,
) -> Result<Json<Paged<ActionJson>>, Problem> {
    let after = query.cursor.map(|cursor| cursor.0);
    let page = desk.service_actions(&caller, query.state, after, query.limit.0).await?;

    Ok(Json(Paged::of(page, ActionJson::from)))
}
