//! `GET /v1/actions/{action}`: reads one action.

use axum::Json;
use axum::extract::State;
use mamori_desk::Desk;
use mamori_model::ActionId;

use crate::api::actions::action_json::ActionJson;
use crate::extract::Path;
use crate::guard::{Caller, scope};
use crate::json::text;
use crate::problem::Problem;

/// Read an action
#[utoipa::path(
    get, path = "/v1/actions/{action}", tag = "actions",
    params(("action" = inline(text::ActionId), Path, description = "The action's id.")),
    responses((status = 200, description = "The action.", body = ActionJson)),
    extensions(("x-who" = json!("service")), ("x-scopes" = json!(["actions:answer"])))
)]
pub async fn get_action(
    State(desk): State<Desk>,
    Caller(caller, ..): Caller<scope::ActionsAnswer>,
    Path(id): Path<ActionId>,
) -> Result<Json<ActionJson>, Problem> {
    let found = desk.service_action(&caller, id).await?;

    Ok(Json(found.into()))
}
