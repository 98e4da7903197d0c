//! `PATCH /v1/banks/{bank}`: changes a bank, except its purpose.

use axum::extract::State;
use mamori_desk::{Desk, Proof};
use mamori_model::BankId;

use crate::api::approvals::approval_json::ApprovalJson;
use crate::api::banks::bank_json::{BankChangeJson, BankJson};
use crate::api::guarded::Guarded;
use crate::extract::{Json, Path};
use crate::guard::{Admin, scope};
use crate::json::text;
use crate::problem::Problem;

/// Change a bank
///
/// Changes only the keys that are sent. The change applies from the next check on; on every node
/// within a second. The purpose never changes. What widens needs a second actor.
#[utoipa::path(
    patch, path = "/v1/banks/{bank}", tag = "banks",
    params(("bank" = inline(text::BankId), Path, description = "The bank's id.")),
    request_body(content((BankChangeJson = "application/json", example = json!({
        "action": "block", "distance_max": 20,
    })))),
    responses(
        (status = 200, description = "The bank as it is now.", body = BankJson),
        (status = 202, description = "The change waits for a second actor.", body = ApprovalJson,
         headers(("location" = String, description = "The address of the request."))),
        (status = 409, description = "Another bank has this name."),
    ),
    extensions(("x-who" = json!("admin")), ("x-scopes" = json!(["banks:write"])))
)]
pub async fn change_bank(
    State(desk): State<Desk>,
    Admin(admin, ..): Admin<scope::BanksWrite>,
    Path(id): Path<BankId>,
    Json(change): Json<BankChangeJson>,
) -> Result<Guarded<axum::Json<BankJson>>, Problem> {
    let bank = match Guarded::of(desk.change_bank(&admin, id, change.try_into()?).await)? {
        Guarded::Done(bank) => bank,
        Guarded::Waits(request) => return Ok(Guarded::Waits(request)),
    };

    let entries = desk.count_entries(&Proof::Admin(admin), id).await?;
    Ok(Guarded::Done(axum::Json(BankJson::of(bank, entries))))
}
