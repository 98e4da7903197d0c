//! `GET /v1/vault`: a service reads how much of the vault its items take.

use axum::Json;
use axum::extract::State;
use mamori_desk::Desk;

use crate::api::evidence::vault_json::VaultJson;
use crate::guard::{Caller, scope};
use crate::problem::Problem;

/// Read how much of the vault is used
///
/// A policy may keep the bytes of items that matched, so that reviewers can see them. When a limit is
/// reached, an item is held or blocked nevertheless, but its bytes are not stored; the answer to its
/// check says so in `not_stored`. Watch `scarce`: it lists the limits that are nearly reached. The numbers
/// may be some seconds old.
#[utoipa::path(
    get, path = "/v1/vault", tag = "vault",
    responses((status = 200, description = "How much the service's items take.", body = VaultJson)),
    extensions(("x-who" = json!("service")), ("x-scopes" = json!(["checks"])))
)]
pub async fn get_vault(
    State(desk): State<Desk>,
    Caller(caller, ..): Caller<scope::Checks>,
) -> Result<Json<VaultJson>, Problem> {
    let share = desk.vault_share(&caller).await?;

    Ok(Json(share.into()))
}
