//! `GET /v1/banks/{bank}/entries/{entry}`: reads one entry.

use axum::Json;
use axum::extract::State;
use mamori_desk::Desk;
use mamori_model::{BankId, EntryId};

use crate::api::banks::entry_json::EntryJson;
use crate::extract::Path;
use crate::guard::{Admin, scope};
use crate::json::text;
use crate::problem::Problem;

/// Read an entry
#[utoipa::path(
    get, path = "/v1/banks/{bank}/entries/{entry}", tag = "entries",
    params(
        ("bank" = inline(text::BankId), Path, description = "The bank's id."),
        ("entry" = inline(text::EntryId), Path, description = "The entry's id."),
    ),
    responses((status = 200, description = "The entry.", body = EntryJson)),
    extensions(("x-who" = json!("admin")), ("x-scopes" = json!(["entries:export"])))
)]
pub async fn get_entry(
    State(desk): State<Desk>,
    Admin(admin, ..): Admin<scope::EntriesExport>,
    Path((bank, entry)): Path<(BankId, EntryId)>,
) -> Result<Json<EntryJson>, Problem> {
    let entry = desk.entry(&admin, bank, entry).await?;

    Ok(Json(EntryJson::of(entry, desk.clock().now())))
}
