//! `PATCH /v1/banks/{bank}/entries/{entry}`: changes the metadata of an entry.

use axum::extract::State;
use mamori_desk::Desk;
use mamori_model::key::Scope;
use mamori_model::{BankId, EntryId};

use crate::api::approvals::approval_json::ApprovalJson;
use crate::api::banks::entry_json::{EntryChangeJson, EntryJson};
use crate::api::guarded::Guarded;
use crate::extract::{Json, Path};
use crate::guard::{Admin, scope};
use crate::json::text;
use crate::problem::Problem;

/// Change an entry
///
/// Changes only the keys that are sent; `null` removes a value. An `expires_at` in the past ends
/// the entry at once, on every node within a second; a later one postpones its end. The hash never
/// changes: withdraw the entry and add another one.
#[utoipa::path(
    patch, path = "/v1/banks/{bank}/entries/{entry}", tag = "entries",
    params(
        ("bank" = inline(text::BankId), Path, description = "The bank's id."),
        ("entry" = inline(text::EntryId), Path, description = "The entry's id."),
    ),
    request_body(content((EntryChangeJson = "application/json", example = json!({
        "labels": ["A1", "reviewed"], "expires_at": null,
    })))),
    responses(
        (status = 200, description = "The entry as it is now.", body = EntryJson),
        (status = 202, description = "The change waits for a second actor.", body = ApprovalJson,
         headers(("location" = String, description = "The address of the request."))),
        (status = 409, description = "The entry has ended."),
    ),
    extensions(("x-who" = json!("admin")), ("x-scopes" = json!(["entries:write"])))
)]
pub async fn change_entry(
    State(desk): State<Desk>,
    Admin(admin, ..): Admin<scope::EntriesWrite>,
    Path((bank, entry)): Path<(BankId, EntryId)>,
    Json(change): Json<EntryChangeJson>,
) -> Result<Guarded<axum::Json<EntryJson>>, Problem> {
    let entry = desk.change_entry(&admin, bank, entry, change.into()).await;

    let now = desk.clock().now();
    let may_read_hash = admin.require(&[Scope::EntriesExport]).is_ok();
    let show = if may_read_hash { EntryJson::of } else { EntryJson::without_hash };
    Ok(Guarded::of(entry)?.map(|entry| axum::Json(show(entry, now))))
}
