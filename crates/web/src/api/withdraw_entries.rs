//! `POST /v1/banks/{bank}/withdrawals`: all entries of a source's id are withdrawn.

use axum::extract::State;
use mamori_desk::Desk;
use mamori_model::{BankId, Line};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::extract::{Json, Path};
use crate::guard::Admin;
use crate::json::text;
use crate::problem::Problem;

/// Which entries to withdraw.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWithdrawal {
    /// The source's own id of them.
    #[schema(value_type = text::Line)]
    source_id: Line,
}

/// What was withdrawn.
#[derive(Debug, Serialize, ToSchema)]
pub struct Withdrawal {
    /// How many entries; 0 if none that matches has this id.
    #[schema(minimum = 0)]
    withdrawn: u64,
}

/// Withdraw entries by source
///
/// All entries of the bank that their source calls so. When the answer is there they match nothing,
/// at no node, and no import brings their hashes back unless it is asked to.
#[utoipa::path(
    post, path = "/v1/banks/{bank}/withdrawals", tag = "entries",
    params(("bank" = inline(text::BankId), Path, description = "The bank's id.")),
    request_body(content((NewWithdrawal = "application/json", example = json!({
        "source_id": "case 7",
    })))),
    responses((status = 200, description = "How many match no more.", body = Withdrawal)),
    extensions(("x-who" = json!("admin")))
)]
pub async fn withdraw_entries(
    State(desk): State<Desk>,
    Admin(admin): Admin,
    Path(bank): Path<BankId>,
    Json(new): Json<NewWithdrawal>,
) -> Result<axum::Json<Withdrawal>, Problem> {
    let withdrawn = desk.withdraw_source(&admin, bank, &new.source_id).await?;

    Ok(axum::Json(Withdrawal { withdrawn }))
}
