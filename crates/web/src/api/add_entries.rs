//! `POST /v1/banks/{bank}/entries`: up to a thousand hashes are put into a bank.

use axum::extract::State;
use mamori_desk::{Desk, NewEntry};
use mamori_model::BankId;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::extract::{Json, Path, Query};
use crate::guard::Admin;
use crate::json::entry::{AddedJson, NewEntries};
use crate::json::text;
use crate::problem::Problem;

/// How to add them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AddQuery {
    /// Takes hashes that were withdrawn from the bank before, each as a new entry.
    #[serde(default)]
    #[param(value_type = Option<bool>, default = false, nullable = false)]
    restore_withdrawn: bool,
}

/// Add entries
///
/// One to 1,000 hashes; send more as an import. What the bank has already is not added again: where
/// something new is said of it, its entry changes. Hashes that were withdrawn from the bank are left
/// out unless `restore_withdrawn` is said. They match when the answer is there, at every
/// node within a second.
#[utoipa::path(
    post, path = "/v1/banks/{bank}/entries", tag = "entries",
    params(("bank" = inline(text::BankId), Path, description = "The bank's id."), AddQuery),
    request_body(content((NewEntries = "application/json", example = json!({"entries": [{
        "hash": "f8f8f0cce0f4e84d0e370a22028f67f0b36e2ed596623e1d33e6b39c4e9c9b22",
        "source_id": "case 7", "labels": ["A1"],
    }]})))),
    responses((status = 200, description = "What became of them.", body = AddedJson)),
    extensions(("x-who" = json!("admin")))
)]
pub async fn add_entries(
    State(desk): State<Desk>,
    Admin(admin): Admin,
    Path(bank): Path<BankId>,
    Query(query): Query<AddQuery>,
    Json(new): Json<NewEntries>,
) -> Result<axum::Json<AddedJson>, Problem> {
    let entries: Vec<NewEntry> = new.try_into()?;

    let added = if query.restore_withdrawn {
        desk.restore_entries(&admin, bank, &entries).await?
    } else {
        desk.add_entries(&admin, bank, &entries).await?
    };

    Ok(axum::Json(added.into()))
}
