//! `GET /v1/matches`: lists the matches of a service.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use mamori_desk::{Desk, MatchFilter};
use mamori_model::{BankId, ItemName, MatchId};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::checks::match_json::MatchJson;
use crate::extract::Query;
use crate::guard::{Caller, scope};
use crate::json::text;
use crate::page::{Cursor, Limit, Paged};
use crate::problem::Problem;

/// Which matches to list. There is no filter by account: nothing lists all that a person did.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MatchesQuery {
    /// The most rows of the page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000, default = 100, nullable = false)]
    limit: Limit,
    /// `next` of the previous page.
    #[param(value_type = Option<String>, pattern = "^[0-9a-f]{32}$", min_length = 32, max_length = 32, nullable = false)]
    cursor: Option<Cursor<MatchId>>,
    /// Only items first matched at this time or later.
    #[param(value_type = Option<String>, format = DateTime, nullable = false)]
    from: Option<Timestamp>,
    /// Only items first matched before this time.
    #[param(value_type = Option<String>, format = DateTime, nullable = false)]
    to: Option<Timestamp>,
    /// Only matches with a hit in this bank.
    #[param(value_type = Option<text::BankId>, inline, nullable = false)]
    bank: Option<BankId>,
    /// Only the match of this item, by your own name for it: one match or none.
    #[param(value_type = Option<text::ItemName>, inline, nullable = false)]
    item_id: Option<ItemName>,
}

/// List your matches
///
/// The newest first; only matches of the service that the key belongs to.
#[utoipa::path(
    get, path = "/v1/matches", tag = "matches",
    params(MatchesQuery),
    responses((status = 200, description = "A page of matches.", body = Paged<MatchJson>)),
    extensions(("x-who" = json!("service")), ("x-scopes" = json!(["checks"])))
)]
pub async fn list_matches(
    State(desk): State<Desk>,
    Caller(caller, ..): Caller<scope::Checks>,
    Query(query): Query<MatchesQuery>,
) -> Result<Json<Paged<MatchJson>>, Problem> {
    let filter = MatchFilter {
        service: None,
        item: query.item_id,
        bank: query.bank,
        from: query.from,
        to: query.to,
    };
    let after = query.cursor.map(|cursor| cursor.0);
    let page = desk.matches(&caller, filter, after, query.limit.0).await?;

    let (directory, view) = (desk.directory(), desk.settings().hit_view());
    Ok(Json(Paged::of(page, |found| MatchJson::of(found, &directory, view))))
}
