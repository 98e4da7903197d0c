//! `DELETE /v1/banks/{bank}`: deletes a bank, which stops matching.

use axum::extract::State;
use axum::http::StatusCode;
use mamori_desk::Desk;
use mamori_model::BankId;

use crate::api::approvals::approval_json::ApprovalJson;
use crate::api::guarded::Guarded;
use crate::extract::Path;
use crate::guard::{Admin, scope};
use crate::json::text;
use crate::problem::Problem;

/// Delete a bank
///
/// The bank stops matching at once; on every node within a second. Its entries are deleted with it;
/// the matches that it caused are kept for their retention term. Deleting a
/// bank needs a second actor, unless it is for rehearsals.
#[utoipa::path(
    delete, path = "/v1/banks/{bank}", tag = "banks",
    params(("bank" = inline(text::BankId), Path, description = "The bank's id.")),
    responses(
        (status = 204, description = "The bank is deleted."),
        (status = 202, description = "The change waits for a second actor.", body = ApprovalJson,
         headers(("location" = String, description = "The address of the request."))),
        (status = 409, description = "Too many requests of this key wait for a second actor."),
    ),
    extensions(("x-who" = json!("admin")), ("x-scopes" = json!(["banks:write"])))
)]
pub async fn delete_bank(
    State(desk): State<Desk>,
    Admin(admin, ..): Admin<scope::BanksWrite>,
    Path(id): Path<BankId>,
) -> Result<Guarded<StatusCode>, Problem> {
    let done = desk.delete_bank(&admin, id).await;

    Ok(Guarded::of(done)?.map(|()| StatusCode::NO_CONTENT))
}
