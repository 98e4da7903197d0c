//! `GET /v1/decisions/{decision}`: reads one decision.

use axum::Json;
use axum::extract::State;
use mamori_desk::Desk;
use mamori_model::DecisionId;

use crate::api::cases::case_json::DecisionJson;
use crate::extract::Path;
use crate::guard::{Caller, scope};
use crate::json::text;
use crate::problem::Problem;

/// Read a decision
///
/// Includes the actions of the decision and those that undo them.
#[utoipa::path(
    get, path = "/v1/decisions/{decision}", tag = "cases",
    params(("decision" = inline(text::DecisionId), Path, description = "The decision's id.")),
    responses((status = 200, description = "The decision.", body = DecisionJson)),
    extensions(("x-who" = json!("service")), ("x-scopes" = json!(["actions:answer"])))
)]
pub async fn get_decision(
    State(desk): State<Desk>,
    Caller(caller, ..): Caller<scope::ActionsAnswer>,
    Path(id): Path<DecisionId>,
) -> Result<Json<DecisionJson>, Problem> {
    let found = desk.service_decision(&caller, id).await?;

    Ok(Json(found.into()))
}
