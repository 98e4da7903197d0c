//! `DELETE /v1/keys/{key}`: revokes a key.

use axum::extract::State;
use axum::http::StatusCode;
use mamori_desk::Desk;
use mamori_model::KeyId;

use crate::api::approvals::approval_json::ApprovalJson;
use crate::api::guarded::Guarded;
use crate::extract::Path;
use crate::guard::{Admin, scope};
use crate::json::text;
use crate::problem::Problem;

/// Revoke a key
///
/// The key becomes invalid, on every node within a second. The last administrator key cannot be
/// revoked. A key that this key did not create, directly or through other keys, needs a second
/// actor to revoke.
#[utoipa::path(
    delete, path = "/v1/keys/{key}", tag = "keys",
    params(("key" = inline(text::KeyId), Path, description = "The key's id.")),
    responses(
        (status = 204, description = "The key is revoked."),
        (status = 202, description = "The change waits for a second actor.", body = ApprovalJson,
         headers(("location" = String, description = "The address of the request."))),
        (status = 409, description = "The key is the last administrator's."),
    ),
    extensions(("x-who" = json!("admin")), ("x-scopes" = json!(["keys"])))
)]
pub async fn revoke_key(
    State(desk): State<Desk>,
    Admin(admin, ..): Admin<scope::Keys>,
    Path(id): Path<KeyId>,
) -> Result<Guarded<StatusCode>, Problem> {
    let done = desk.revoke_key(&admin, id).await;

    Ok(Guarded::of(done)?.map(|()| StatusCode::NO_CONTENT))
}
