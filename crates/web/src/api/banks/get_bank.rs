//! `GET /v1/banks/{bank}`: reads one bank.

use axum::Json;
use axum::extract::State;
use mamori_desk::Desk;
use mamori_model::BankId;

use crate::api::banks::bank_json::BankJson;
use crate::extract::Path;
use crate::guard::AnyKey;
use crate::json::text;
use crate::problem::Problem;

/// Read a bank
///
/// A service's key sees only its name, purpose and action.
#[utoipa::path(
    get, path = "/v1/banks/{bank}", tag = "banks",
    params(("bank" = inline(text::BankId), Path, description = "The bank's id.")),
    responses((status = 200, description = "The bank.", body = BankJson)),
    extensions(("x-who" = json!("any")))
)]
pub async fn get_bank(
    State(desk): State<Desk>,
    AnyKey(proof): AnyKey,
    Path(id): Path<BankId>,
) -> Result<Json<BankJson>, Problem> {
    let bank = desk.bank(&proof, id).await?;

    Ok(Json(BankJson::for_key(&desk, &proof, bank).await?))
}
