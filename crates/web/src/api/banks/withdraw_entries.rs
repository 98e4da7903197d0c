//! `POST /v1/banks/{bank}/withdrawals`: withdraws all entries with one source id.

use axum::extract::State;
use mamori_desk::Desk;
use mamori_model::{BankId, Line};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::approvals::approval_json::ApprovalJson;
use crate::api::guarded::Guarded;
use crate::extract::{Json, Path};
use crate::guard::{Admin, scope};
use crate::json::text;
use crate::problem::Problem;

/// Which entries to withdraw.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWithdrawal {
    /// The id of the entries at their source.
    #[schema(value_type = text::Line)]
    source_id: Line,
}

/// The result of a withdrawal.
#[derive(Debug, Serialize, ToSchema)]
pub struct Withdrawal {
    /// Number of entries withdrawn; 0 if no live entry has this id.
    #[schema(minimum = 0)]
    withdrawn: u64,
}

/// Withdraw entries by source
///
/// Withdraws all entries of the bank with this id at their source. When the response arrives, they
/// no longer match on any node, and no import adds their hashes again unless it sets
/// `restore_withdrawn`. Withdrawing very many within a day needs a second actor.
#[utoipa::path(
    post, path = "/v1/banks/{bank}/withdrawals", tag = "entries",
    params(("bank" = inline(text::BankId), Path, description = "The bank's id.")),
    request_body(content((NewWithdrawal = "application/json", example = json!({
        "source_id": "case 7",
    })))),
    responses(
        (status = 200, description = "The number of entries withdrawn.", body = Withdrawal),
        (status = 202, description = "The change waits for a second actor.", body = ApprovalJson,
         headers(("location" = String, description = "The address of the request."))),
        (status = 409, description = "Too many requests of this key wait for a second actor."),
    ),
    extensions(("x-who" = json!("admin")), ("x-scopes" = json!(["entries:write"])))
)]
pub async fn withdraw_entries(
    State(desk): State<Desk>,
    Admin(admin, ..): Admin<scope::EntriesWrite>,
    Path(bank): Path<BankId>,
    Json(new): Json<NewWithdrawal>,
) -> Result<Guarded<axum::Json<Withdrawal>>, Problem> {
    let withdrawn = desk.withdraw_source(&admin, bank, &new.source_id).await;

    Ok(Guarded::of(withdrawn)?.map(|withdrawn| axum::Json(Withdrawal { withdrawn })))
}
