//! `PATCH /v1/banks/{bank}/entries/{entry}`: what is said of an entry changes.

use axum::extract::State;
use mamori_desk::Desk;
use mamori_model::{BankId, EntryId};

use crate::extract::{Json, Path};
use crate::guard::Admin;
use crate::json::entry::{EntryChangeJson, EntryJson};
use crate::json::text;
use crate::problem::Problem;

/// Change an entry
///
/// Only the keys that are sent change; `null` takes away. With an `expires_at` that is past it
/// matches nothing from then on, at no node; with a later one it goes on. The hash never changes:
/// withdraw the entry and add another.
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
        (status = 409, description = "It has ended and matches no more."),
    ),
    extensions(("x-who" = json!("admin")))
)]
pub async fn change_entry(
    State(desk): State<Desk>,
    Admin(admin): Admin,
    Path((bank, entry)): Path<(BankId, EntryId)>,
    Json(change): Json<EntryChangeJson>,
) -> Result<axum::Json<EntryJson>, Problem> {
    let entry = desk.change_entry(&admin, bank, entry, change.into()).await?;

    Ok(axum::Json(EntryJson::of(entry, desk.clock().now())))
}
