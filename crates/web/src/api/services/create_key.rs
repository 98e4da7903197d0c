//! `POST /v1/keys`: an administrator creates a key; the response contains its text, once.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use mamori_desk::{Desk, Error};

use crate::api::approvals::approval_json::ApprovalJson;
use crate::api::created;
use crate::api::guarded::waiting;
use crate::api::services::key_json::{KeyJson, NewKey, WaitingKeyJson};
use crate::extract::Json;
use crate::guard::{Admin, scope};
use crate::problem::{Kind, Problem};

/// Create a key
///
/// The response contains the key's text, `mk_…`, this once: Mamori stores only its digest. Give a key
/// only the scopes that its program needs, and an end: then a lost key opens little, and not for ever.
/// An administrator's key needs a second actor, and is accepted once that has agreed.
#[utoipa::path(
    post, path = "/v1/keys", tag = "keys",
    request_body(content((NewKey = "application/json", example = json!({
        "role": "service", "service_id": "svc_01931c8e7d5a7c3e9f5b2f1d0c9b8a76",
        "name": "the upload servers", "scopes": ["checks", "actions:answer"],
        "networks": ["192.0.2.0/24"],
    })))),
    responses(
        (status = 201, description = "The key, with its text.", body = KeyJson,
         headers(("location" = String, description = "Its address, to revoke it."))),
        (status = 202, description = "The key's text. The key waits for a second actor.",
         body = WaitingKeyJson,
         headers(("location" = String, description = "The address of the request."))),
        (status = 409, description = "Too many requests of this key wait for a second actor."),
    ),
    extensions(("x-who" = json!("admin")), ("x-scopes" = json!(["keys"])))
)]
pub async fn create_key(
    State(desk): State<Desk>,
    Admin(admin, ..): Admin<scope::Keys>,
    Json(new): Json<NewKey>,
) -> Result<Response, Problem> {
    let issued = match desk.issue_key(&admin, new.try_into()?).await {
        Ok(issued) => issued,
        // The path is right but the body is not, so this is not a 404.
        Err(Error::NotFound("service")) => {
            return Err(Problem::new(Kind::Invalid, "`service_id`: there is no such service."));
        }
        Err(other) => return Err(other.into()),
    };

    if let Some(request) = issued.waits_for {
        let key = issued.token.into_revealed();
        return Ok(waiting(&request, WaitingKeyJson { approval: ApprovalJson::of(&request), key }));
    }
    let address = format!("/v1/keys/{}", issued.key.id);
    Ok(created(address, KeyJson::from(issued)).into_response())
}
