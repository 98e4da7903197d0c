//! `POST /v1/banks/{bank}/versions/{version}/restore`: restores earlier settings of a bank.

use axum::extract::State;
use mamori_desk::{Desk, Proof};
use mamori_model::BankId;

use crate::api::approvals::approval_json::ApprovalJson;
use crate::api::banks::bank_json::BankJson;
use crate::api::guarded::Guarded;
use crate::extract::Path;
use crate::guard::{Admin, scope};
use crate::json::text;
use crate::problem::Problem;

/// Restore a version of a bank's settings
///
/// Gives the bank all settings that it had then, which makes a new version.
#[utoipa::path(
    post, path = "/v1/banks/{bank}/versions/{version}/restore", tag = "banks",
    params(
        ("bank" = inline(text::BankId), Path, description = "The bank's id."),
        ("version" = u32, Path, description = "The number of the version.", minimum = 1),
    ),
    responses(
        (status = 200, description = "The bank as it is now.", body = BankJson),
        (status = 202, description = "The change waits for a second actor.", body = ApprovalJson,
         headers(("location" = String, description = "The address of the request."))),
        (status = 409, description = "Another bank has the name of that version."),
    ),
    extensions(("x-who" = json!("admin")), ("x-scopes" = json!(["banks:write"])))
)]
pub async fn restore_version(
    State(desk): State<Desk>,
    Admin(admin, ..): Admin<scope::BanksWrite>,
    Path((id, version)): Path<(BankId, u32)>,
) -> Result<Guarded<axum::Json<BankJson>>, Problem> {
    let bank = match Guarded::of(desk.restore_bank_version(&admin, id, version).await)? {
        Guarded::Done(bank) => bank,
        Guarded::Waits(request) => return Ok(Guarded::Waits(request)),
    };

    let entries = desk.count_entries(&Proof::Admin(admin), id).await?;
    Ok(Guarded::Done(axum::Json(BankJson::of(bank, entries))))
}
