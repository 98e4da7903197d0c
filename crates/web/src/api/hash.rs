//! `POST /v1/hash`: an item becomes hashes; nothing is looked up and nothing is kept.

use axum::Json;
use axum::extract::{Request, State};
use bytes::Bytes;
use mamori_desk::Error;

use crate::extract::media_type;
use crate::guard::AnyKey;
use crate::json::item::{HashForm, Hashes};
use crate::multipart::Form;
use crate::problem::Problem;
use crate::{App, body};

/// Hash an item
///
/// PDQ of each frame, SHA-256 and MD5. Send the item as a form, or its bare bytes with any other
/// content type. Nothing is looked up and nothing is kept.
#[utoipa::path(
    post, path = "/v1/hash", tag = "items",
    request_body(content(
        (HashForm = "multipart/form-data"),
        (inline(Vec<u8>) = "application/octet-stream")
    )),
    responses((status = 200, description = "The hashes.", body = Hashes)),
    extensions(("x-who" = json!("any")))
)]
pub async fn hash(
    State(app): State<App>,
    _: AnyKey,
    request: Request,
) -> Result<Json<Hashes>, Problem> {
    let bytes = read(&app, request).await?;

    let found = app.desk.hash_item(bytes).await?;

    let hashes = Hashes::of(&found)
        .ok_or_else(|| Error::internal("no frame", std::io::Error::other("no frame")))?;
    Ok(Json(hashes))
}

async fn read(app: &App, request: Request) -> Result<Bytes, Problem> {
    let bytes_max = app.settings.item_bytes_max;
    if media_type(request.headers()).as_deref() == Some("multipart/form-data") {
        return Ok(Form::read(request, &[], bytes_max).await?.file);
    }
    let (parts, body) = request.into_parts();
    Ok(body::read(body, &parts.headers, bytes_max).await?)
}
