//! `/h/hash`: a file becomes a hash; nothing is kept.

use axum::Json;
use axum::extract::{Request, State};
use serde_json::{Value, json};

use super::Hma;
use super::fault::Fault;
use super::guard::Anyone;
use super::request::Params;
use super::upload::{Upload, check_types};

/// `GET /h/hash`: would hash what is at a URL.
pub async fn of_url(_: Anyone, params: Params) -> Result<(), Fault> {
    params.refuse_url()?;
    params.required("url").map(|_| ())?;
    Err(Fault::bad("url is required"))
}

/// `POST /h/hash`: hashes an upload, as `{"pdq": "…"}`; an empty text where there is no hash that
/// one could trust.
pub async fn of_upload(
    Anyone(proof): Anyone,
    params: Params,
    State(hma): State<Hma>,
    request: Request,
) -> Result<Json<Value>, Fault> {
    let upload = Upload::read(&hma, proof, request).await?;
    let content_type = upload.content_type();
    check_types(&params, content_type)?;
    let hashed = upload.hash(&hma.desk).await?.readable()?;
    let text = hashed.signal.map(|signal| signal.hash().to_string()).unwrap_or_default();
    Ok(Json(json!({ content_type.signal_type().as_str(): text })))
}
