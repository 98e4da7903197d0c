//! `DELETE /v1/banks/{bank}/entries/{entry}`: withdraws an entry.

use axum::extract::State;
use axum::http::StatusCode;
use mamori_desk::Desk;
use mamori_model::{BankId, EntryId};

use crate::api::approvals::approval_json::ApprovalJson;
use crate::api::guarded::Guarded;
use crate::extract::Path;
use crate::guard::{Admin, scope};
use crate::json::text;
use crate::problem::Problem;

/// Withdraw an entry
///
/// When the response arrives, the entry no longer matches on any node. It is kept to answer
/// questions about its past matches, and can still be read.
#[utoipa::path(
    delete, path = "/v1/banks/{bank}/entries/{entry}", tag = "entries",
    params(
        ("bank" = inline(text::BankId), Path, description = "The bank's id."),
        ("entry" = inline(text::EntryId), Path, description = "The entry's id."),
    ),
    responses(
        (status = 204, description = "The entry is withdrawn."),
        (status = 202, description = "The change waits for a second actor.", body = ApprovalJson,
         headers(("location" = String, description = "The address of the request."))),
        (status = 409, description = "Too many requests of this key wait for a second actor."),
    ),
    extensions(("x-who" = json!("admin")), ("x-scopes" = json!(["entries:write"])))
)]
pub async fn withdraw_entry(
    State(desk): State<Desk>,
    Admin(admin, ..): Admin<scope::EntriesWrite>,
    Path((bank, entry)): Path<(BankId, EntryId)>,
) -> Result<Guarded<StatusCode>, Problem> {
    let done = desk.withdraw_entry(&admin, bank, entry).await;

    Ok(Guarded::of(done)?.map(|()| StatusCode::NO_CONTENT))
}
