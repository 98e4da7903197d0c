//! `POST /v1/hash`: hashes an item, without looking it up or storing it.

use axum::Json;
use axum::extract::{Request, State};
use bytes::Bytes;
use mamori_desk::Error;
use mamori_media::Sender;

use crate::App;
use crate::api::checks::item_json::{HashForm, Hashes};
use crate::extract::media_type;
use crate::guard::{AnyKey, scope};
use crate::multipart::Form;
use crate::problem::Problem;

/// Hash an item
///
/// Returns the PDQ hash of each frame, and the SHA-256, SHA-1 and MD5 digests. Send the item as a
/// form, or its bytes with any other content type. The item is not looked up and not stored.
#[utoipa::path(
    post, path = "/v1/hash", tag = "items",
    request_body(content(
        (HashForm = "multipart/form-data"),
        (inline(Vec<u8>) = "application/octet-stream")
    )),
    responses((status = 200, description = "The hashes.", body = Hashes)),
    extensions(("x-who" = json!("any")), ("x-scopes" = json!(["checks", "entries:write"])))
)]
pub async fn hash(
    State(app): State<App>,
    AnyKey(proof, ..): AnyKey<scope::Hashing>,
    request: Request,
) -> Result<Json<Hashes>, Problem> {
    let sender = proof.into();
    let bytes = read(&app, sender, request).await?;

    let found = app.desk.hash_item(bytes, sender).await?;

    let hashes = Hashes::of(&found)
        .ok_or_else(|| Error::internal("no frame", std::io::Error::other("no frame")))?;
    Ok(Json(hashes))
}

async fn read(app: &App, sender: Sender, request: Request) -> Result<Bytes, Problem> {
    let bytes_max = app.settings.item_bytes_max;
    if media_type(request.headers()).as_deref() == Some("multipart/form-data") {
        return Ok(Form::read(&app.budget, sender, request, &[], bytes_max).await?.file);
    }
    Ok(app.budget.read(sender, request, bytes_max).await?)
}
