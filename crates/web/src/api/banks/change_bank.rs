//! `PATCH /v1/banks/{bank}`: changes a bank, except its purpose.

use axum::extract::State;
use mamori_desk::{Desk, Proof};
use mamori_model::BankId;

use crate::api::banks::bank_json::{BankChangeJson, BankJson};
use crate::extract::{Json, Path};
use crate::guard::{Admin, scope};
use crate::json::text;
use crate::problem::Problem;

/// Change a bank
///
/// Changes only the keys that are sent. The change applies from the next check on; on every node
/// within a second. The purpose never changes.
#[utoipa::path(
    patch, path = "/v1/banks/{bank}", tag = "banks",
    params(("bank" = inline(text::BankId), Path, description = "The bank's id.")),
    request_body(content((BankChangeJson = "application/json", example = json!({
        "action": "block", "distance_max": 20,
    })))),
    responses(
        (status = 200, description = "The bank as it is now.", body = BankJson),
        (status = 409, description = "Another bank has this name."),
    ),
    extensions(("x-who" = json!("admin")), ("x-scopes" = json!(["banks:write"])))
)]
pub async fn change_bank(
    State(desk): State<Desk>,
    Admin(admin, ..): Admin<scope::BanksWrite>,
    Path(id): Path<BankId>,
    Json(change): Json<BankChangeJson>,
) -> Result<axum::Json<BankJson>, Problem> {
    let bank = desk.change_bank(&admin, id, change.try_into()?).await?;

    let entries = desk.count_entries(&Proof::Admin(admin), id).await?;
    Ok(axum::Json(BankJson::of(bank, entries)))
}
