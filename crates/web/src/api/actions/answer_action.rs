//! `POST /v1/actions/{action}/answer`: a service reports the result of an action.

use axum::extract::State;
use axum::http::StatusCode;
use mamori_desk::Desk;
use mamori_model::ActionId;

use crate::api::actions::action_json::NewAnswer;
use crate::extract::{Json, Path};
use crate::guard::{Caller, scope};
use crate::json::text;
use crate::problem::Problem;

/// Answer an action
///
/// Receiving a webhook does not complete the action. This call reports that the action is done, or
/// that it cannot be done. Repeating the same answer is fine; a different one is refused. Until you
/// answer, you get reminders.
#[utoipa::path(
    post, path = "/v1/actions/{action}/answer", tag = "actions",
    params(("action" = inline(text::ActionId), Path, description = "The action's id.")),
    request_body(content((NewAnswer = "application/json", example = json!({"result": "done"})))),
    responses(
        (status = 204, description = "The answer is stored."),
        (status = 409, description = "The action has a different answer already."),
    ),
    extensions(("x-who" = json!("service")), ("x-scopes" = json!(["actions:answer"])))
)]
pub async fn answer_action(
    State(desk): State<Desk>,
    Caller(caller, ..): Caller<scope::ActionsAnswer>,
    Path(id): Path<ActionId>,
    answer: Result<Json<NewAnswer>, Problem>,
) -> Result<StatusCode, Problem> {
    // Before the body is parsed: a service that was not asked learns nothing from errors in it.
    desk.service_action(&caller, id).await?;
    let Json(answer) = answer?;
    desk.answer_action(&caller, id, answer.result, answer.note.map(mamori_model::Sensitive::new))
        .await?;

    Ok(StatusCode::NO_CONTENT)
}
