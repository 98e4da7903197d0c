//! `POST /v1/banks/{bank}/entries`: adds up to a thousand entries to a bank.

use axum::extract::State;
use mamori_desk::{Desk, NewEntry};
use mamori_model::BankId;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::approvals::approval_json::ApprovalJson;
use crate::api::banks::entry_json::{AddedJson, NewEntries};
use crate::api::guarded::Guarded;
use crate::extract::{Json, Path, Query};
use crate::guard::{Admin, scope};
use crate::json::text;
use crate::problem::Problem;

/// Options for adding entries.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AddQuery {
    /// Also adds hashes that were withdrawn from the bank before, each as a new entry.
    #[serde(default)]
    #[param(value_type = Option<bool>, default = false, nullable = false)]
    restore_withdrawn: bool,
}

/// Add entries
///
/// Takes one to 1,000 hashes; send more as an import. A hash that the bank already has is not added
/// again; if the request brings new metadata for it, its entry changes. Hashes that were withdrawn
/// from the bank are left out unless `restore_withdrawn` is set. When the response arrives, the
/// entries match on the node that answered, and within a second on every node. In a bank whose
/// action is `hold` or `block`, or one of known benign pictures, it needs a second actor.
#[utoipa::path(
    post, path = "/v1/banks/{bank}/entries", tag = "entries",
    params(("bank" = inline(text::BankId), Path, description = "The bank's id."), AddQuery),
    request_body(content((NewEntries = "application/json", example = json!({"entries": [{
        "hash": "f8f8f0cce0f4e84d0e370a22028f67f0b36e2ed596623e1d33e6b39c4e9c9b22",
        "source_id": "case 7", "labels": ["A1"],
    }]})))),
    responses(
        (status = 200, description = "The result for the hashes.", body = AddedJson),
        (status = 202, description = "The change waits for a second actor.", body = ApprovalJson,
         headers(("location" = String, description = "The address of the request."))),
        (status = 409, description = "Too many requests of this key wait for a second actor."),
    ),
    extensions(("x-who" = json!("admin")), ("x-scopes" = json!(["entries:write"])))
)]
pub async fn add_entries(
    State(desk): State<Desk>,
    Admin(admin, ..): Admin<scope::EntriesWrite>,
    Path(bank): Path<BankId>,
    Query(query): Query<AddQuery>,
    Json(new): Json<NewEntries>,
) -> Result<Guarded<axum::Json<AddedJson>>, Problem> {
    let entries: Vec<NewEntry> = new.try_into()?;

    let added = if query.restore_withdrawn {
        desk.restore_entries(&admin, bank, &entries).await
    } else {
        desk.add_entries(&admin, bank, &entries).await
    };

    Ok(Guarded::of(added)?.map(|added| axum::Json(added.into())))
}
