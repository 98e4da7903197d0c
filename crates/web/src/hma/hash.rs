//! `/h/hash`: hashes a file without storing it.

use axum::Json;
use axum::extract::{Request, State};
use serde_json::{Value, json};

use super::Hma;
use super::fault::Fault;
use super::guard::Anyone;
use super::request::Params;
use super::upload::{Upload, check_types};
use crate::guard::scope;

/// `GET /h/hash`: in HMA, hashes the file at a URL; refused here.
pub async fn of_url(_: Anyone<scope::Hashing>, params: Params) -> Result<(), Fault> {
    params.refuse_url()?;
    params.required("url").map(|_| ())?;
    Err(Fault::bad("url is required"))
}

/// `POST /h/hash`: hashes an upload, as `{"pdq": "…"}`; an empty text if the hash has too low a
/// quality to be trusted.
pub async fn of_upload(
    Anyone(proof, ..): Anyone<scope::Hashing>,
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
