//! `GET /v1/matches/{match}`: reads one match.

use axum::Json;
use axum::extract::State;
use mamori_desk::Desk;
use mamori_model::MatchId;

use crate::api::checks::match_json::MatchJson;
use crate::extract::Path;
use crate::guard::{Caller, scope};
use crate::json::text;
use crate::problem::Problem;

/// Read a match
#[utoipa::path(
    get, path = "/v1/matches/{match}", tag = "matches",
    params(("match" = inline(text::MatchId), Path, description = "The match's id.")),
    responses((status = 200, description = "The match.", body = MatchJson)),
    extensions(("x-who" = json!("service")), ("x-scopes" = json!(["checks"])))
)]
pub async fn get_match(
    State(desk): State<Desk>,
    Caller(caller, ..): Caller<scope::Checks>,
    Path(id): Path<MatchId>,
) -> Result<Json<MatchJson>, Problem> {
    let found = desk.a_match(&caller, id).await?;

    Ok(Json(MatchJson::of(found, &desk.directory(), desk.settings().hit_view())))
}
