//! `GET /v1/banks/{bank}/entries`: lists the entries of a bank.

use axum::Json;
use axum::extract::State;
use mamori_desk::{Desk, EntryFilter};
use mamori_model::{BankId, EntryId, HashBytes, Line};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::banks::entry_json::EntryJson;
use crate::extract::{Path, Query};
use crate::guard::{Admin, scope};
use crate::json::text;
use crate::page::{Cursor, Limit, Paged};
use crate::problem::Problem;

/// Which entries to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EntriesQuery {
    /// The most rows of the page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000, default = 100, nullable = false)]
    limit: Limit,
    /// `next` of the previous page.
    #[param(value_type = Option<String>, pattern = "^0{16}[0-7][0-9a-f]{15}$", min_length = 32, max_length = 32, nullable = false)]
    cursor: Option<Cursor<EntryId>>,
    /// Also entries that no longer match, withdrawn or expired.
    #[serde(default)]
    #[param(value_type = Option<bool>, default = false, nullable = false)]
    include_ended: bool,
    /// Only entries with this hash, of any kind: 64, 40 or 32 hex digits in either case.
    #[param(value_type = Option<String>, pattern = "^([0-9A-Fa-f]{64}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{32})$", min_length = 32, max_length = 64, nullable = false)]
    hash: Option<HashBytes>,
    /// Only entries with this id at their source.
    #[param(value_type = Option<text::Line>, inline, nullable = false)]
    source_id: Option<Line>,
}

/// List a bank's entries
///
/// The oldest first.
#[utoipa::path(
    get, path = "/v1/banks/{bank}/entries", tag = "entries",
    params(("bank" = inline(text::BankId), Path, description = "The bank's id."), EntriesQuery),
    responses((status = 200, description = "A page of entries.", body = Paged<EntryJson>)),
    extensions(("x-who" = json!("admin")), ("x-scopes" = json!(["entries:export"])))
)]
pub async fn list_entries(
    State(desk): State<Desk>,
    Admin(admin, ..): Admin<scope::EntriesExport>,
    Path(bank): Path<BankId>,
    Query(query): Query<EntriesQuery>,
) -> Result<Json<Paged<EntryJson>>, Problem> {
    let after = query.cursor.map(|cursor| cursor.0);
    let filter = EntryFilter {
        hash: query.hash,
        source_id: query.source_id,
        includes_ended: query.include_ended,
    };
    let page = desk.entries(&admin, bank, &filter, after, query.limit.0).await?;

    let now = desk.clock().now();
    Ok(Json(Paged::of(page, |entry| EntryJson::of(entry, now))))
}
