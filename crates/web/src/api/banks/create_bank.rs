//! `POST /v1/banks`: an administrator creates a bank.

use axum::extract::State;
use mamori_desk::Desk;
use mamori_model::Bank;

use crate::api::approvals::approval_json::ApprovalJson;
use crate::api::banks::bank_json::{BankJson, NewBankJson, NewBankSchema};
use crate::api::guarded::Guarded;
use crate::api::{Created, created};
use crate::extract::Json;
use crate::guard::{Admin, scope};
use crate::problem::Problem;

/// Create a bank
///
/// By default, a bank applies to public and shared items only, and a match has no effect except
/// that it is reported. A bank whose action is `hold` or `block`, one of known benign pictures and
/// some others need a second actor.
#[utoipa::path(
    post, path = "/v1/banks", tag = "banks",
    request_body(content((NewBankSchema = "application/json", example = json!({
        "name": "hotline-list", "purpose": "child_sexual_abuse", "source": "Example Hotline, list A",
        "legal_basis": "agreement of 2026-03-01", "owner": "trust and safety team",
        "jurisdictions": ["JP"], "action": "hold",
    })))),
    responses(
        (status = 201, description = "The bank.", body = BankJson,
         headers(("location" = String, description = "Its address."))),
        (status = 202, description = "The change waits for a second actor.", body = ApprovalJson,
         headers(("location" = String, description = "The address of the request."))),
        (status = 409, description = "Another bank has this name."),
    ),
    extensions(("x-who" = json!("admin")), ("x-scopes" = json!(["banks:write"])))
)]
pub async fn create_bank(
    State(desk): State<Desk>,
    Admin(admin, ..): Admin<scope::BanksWrite>,
    Json(new): Json<NewBankJson>,
) -> Result<Guarded<Created<BankJson>>, Problem> {
    let bank = desk.create_bank(&admin, new.try_into()?).await;

    let show = |bank: Bank| created(format!("/v1/banks/{}", bank.id), BankJson::of(bank, 0));
    Ok(Guarded::of(bank)?.map(show))
}
