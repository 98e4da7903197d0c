//! `DELETE /v1/keys/{key}`: revokes a key.

use axum::extract::State;
use axum::http::StatusCode;
use mamori_desk::Desk;
use mamori_model::KeyId;

use crate::extract::Path;
use crate::guard::{Admin, scope};
use crate::json::text;
use crate::problem::Problem;

/// Revoke a key
///
/// The key becomes invalid, on every node within a second. The last administrator key cannot be
/// revoked.
#[utoipa::path(
    delete, path = "/v1/keys/{key}", tag = "keys",
    params(("key" = inline(text::KeyId), Path, description = "The key's id.")),
    responses(
        (status = 204, description = "The key is revoked."),
        (status = 409, description = "The key is the last administrator's."),
    ),
    extensions(("x-who" = json!("admin")), ("x-scopes" = json!(["keys"])))
)]
pub async fn revoke_key(
    State(desk): State<Desk>,
    Admin(admin, ..): Admin<scope::Keys>,
    Path(id): Path<KeyId>,
) -> Result<StatusCode, Problem> {
    desk.revoke_key(&admin, id).await?;

    Ok(StatusCode::NO_CONTENT)
}
