//! `/c/exchanges…`: exchanges do not exist here, so these routes answer as an HMA without any.

use axum::Json;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::fault::Fault;
use super::guard::{Anyone, Curator};
use super::request::{Body, Segments};
use crate::guard::scope;

/// `GET /c/exchanges`: an empty list.
pub async fn list(_: Anyone<scope::HmaInfo>) -> Json<[Value; 0]> {
    Json([])
}

/// `GET /c/exchanges/apis`: an empty list.
pub async fn list_apis(_: Anyone<scope::HmaInfo>) -> Json<[Value; 0]> {
    Json([])
}

/// `GET` and `POST /c/exchanges/api/{api_name}`: no such API exists.
pub async fn show_api(_: Curator<scope::BanksWrite>, Segments(name): Segments<String>) -> Fault {
    Fault::bad(format!("no such Exchange API '{name}'"))
}

/// `POST /c/exchanges`: refused, because no exchange API exists.
pub async fn create(_: Curator<scope::BanksWrite>, body: Body) -> Result<(), Fault> {
    body.text("bank")?;
    let api = body.get("api").and_then(Value::as_str);
    let api = api.ok_or_else(|| Fault::bad("Field `api_type` is required"))?;
    Err(Fault::bad(format!("No such exchange type '{api}'")))
}

/// `GET` and `PUT /c/exchange/{exchange_name}`, and its status: no exchange exists.
pub async fn show(_: Curator<scope::BanksWrite>, Segments(name): Segments<String>) -> Fault {
    Fault::new(StatusCode::NOT_FOUND, format!("Exchange '{name}' not found"))
}

/// `DELETE /c/exchange/{exchange_name}`: succeeds, because no exchange exists.
pub async fn delete(_: Curator<scope::BanksWrite>, _: Segments<String>) -> Json<Value> {
    Json(json!({ "message": "Exchange deleted" }))
}
