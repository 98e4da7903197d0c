//! `/c/exchanges…`: there are no exchanges yet, so these answer as an HMA without any.

use axum::Json;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::fault::Fault;
use super::guard::{Anyone, Curator};
use super::request::{Body, Segments};

/// `GET /c/exchanges`: none.
pub async fn list(_: Anyone) -> Json<[Value; 0]> {
    Json([])
}

/// `GET /c/exchanges/apis`: none.
pub async fn list_apis(_: Anyone) -> Json<[Value; 0]> {
    Json([])
}

/// `GET` and `POST /c/exchanges/api/{api_name}`: there is no such API.
pub async fn show_api(_: Curator, Segments(name): Segments<String>) -> Fault {
    Fault::bad(format!("no such Exchange API '{name}'"))
}

/// `POST /c/exchanges`: no API to make one of.
pub async fn create(_: Curator, body: Body) -> Result<(), Fault> {
    body.text("bank")?;
    let api = body.get("api").and_then(Value::as_str);
    let api = api.ok_or_else(|| Fault::bad("Field `api_type` is required"))?;
    Err(Fault::bad(format!("No such exchange type '{api}'")))
}

/// `GET` and `PUT /c/exchange/{exchange_name}`, and its status: there is none of any name.
pub async fn show(_: Curator, Segments(name): Segments<String>) -> Fault {
    Fault::new(StatusCode::NOT_FOUND, format!("Exchange '{name}' not found"))
}

/// `DELETE /c/exchange/{exchange_name}`: what is not there is gone.
pub async fn delete(_: Curator, _: Segments<String>) -> Json<Value> {
    Json(json!({ "message": "Exchange deleted" }))
}
