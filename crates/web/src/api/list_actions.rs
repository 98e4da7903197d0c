//! `GET /v1/actions`: list what you are asked to do.

use axum::Json;
use axum::extract::State;
use mamori_desk::Desk;
use mamori_model::ActionId;
use mamori_model::ActionState;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::extract::Query;
use crate::guard::Caller;
use crate::json::action::ActionJson;
use crate::page::{Cursor, Limit, Paged};
use crate::problem::Problem;

/// Which actions. There is no filter by account: nobody may ask for all that a person did.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ActionsQuery {
    /// The most rows of the page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000, default = 100, nullable = false)]
    limit: Limit,
    /// `next` of the page before.
    #[param(value_type = Option<String>, pattern = "^[0-9a-f]{32}$", min_length = 32, max_length = 32, nullable = false)]
    cursor: Option<Cursor<ActionId>>,
    /// In this state.
    #[param(value_type = ActionState, required = false, inline)]
    state: Option<ActionState>,
}

/// List what you are asked to do
///
/// The newest first. Of two actions on one item or account the one with the greater `sequence` holds.
#[utoipa::path(
    get, path = "/v1/actions", tag = "actions",
    params(ActionsQuery),
    responses((status = 200, description = "A page of actions.", body = Paged<ActionJson>)),
    extensions(("x-who" = json!("service")))
)]
pub async fn list_actions(
    State(desk): State<Desk>,
    Caller(caller): Caller,
    Query(query): Query<ActionsQuery>,
) -> Result<Json<Paged<ActionJson>>, Problem> {
    let after = query.cursor.map(|cursor| cursor.0);
    let page = desk.service_actions(&caller, query.state, after, query.limit.0).await?;

    Ok(Json(Paged::of(page, ActionJson::from)))
}
