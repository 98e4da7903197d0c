//! Reads requests: the query, a JSON body, and values as loosely as HMA accepts them.

use std::collections::HashMap;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::fault::Fault;

/// The query parameters.
pub struct Params(HashMap<String, String>);

impl Params {
    /// Returns the value of `name`, if it exists and is not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Returns the value of `name`, which must exist.
    pub fn required(&self, name: &str) -> Result<&str, Fault> {
        self.0
            .get(name)
            .map(String::as_str)
            .ok_or_else(|| Fault::bad(format!("{name} is required")))
    }

    /// Returns the value of `name` as a boolean; `false` if it does not exist.
    pub fn flag(&self, name: &str) -> Result<bool, Fault> {
        self.0.get(name).map_or(Ok(false), |text| flag(text))
    }

    /// Returns the parts of a list that is separated by commas.
    pub fn list(&self, name: &str) -> Option<Vec<&str>> {
        self.get(name).map(|text| text.split(',').map(str::trim).collect())
    }

    /// Refuses to fetch a URL: HMA would download from any address, also inside its own network.
    pub fn refuse_url(&self) -> Result<(), Fault> {
        match self.get("url") {
            None => Ok(()),
            Some(_) => Err(Fault::bad(
                "Invalid or unsafe URL provided: this server fetches nothing, send the file itself",
            )),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Fault> {
        let query = Query::from_request_parts(parts, state).await;
        query.map(|Query(params)| Self(params)).map_err(|_| Fault::bad("the query is not readable"))
    }
}

/// The variable parts of the path.
pub struct Segments<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Segments<T> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Fault> {
        let segments = Path::from_request_parts(parts, state).await;
        segments
            .map(|Path(segments)| Self(segments))
            .map_err(|_| Fault::new(StatusCode::NOT_FOUND, "Not Found"))
    }
}

/// A JSON body.
pub struct Body(pub Value);

impl Body {
    /// Returns the value of `name`; `None` if it does not exist or is `null`.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// Returns the text of `name`, which must exist.
    pub fn text(&self, name: &str) -> Result<&str, Fault> {
        let value = self.get(name).ok_or_else(|| Fault::bad(format!("{name} is required")))?;
        value.as_str().ok_or_else(|| Fault::bad(format!("{name} must be a string")))
    }
}

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &S) -> Result<Self, Fault> {
        if !is_json(request.headers()) {
            return Err(Fault::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "the request's Content-Type is not application/json",
            ));
        }
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|body_error| Fault::new(body_error.status(), body_error.body_text()))?;
        let value = serde_json::from_slice(&bytes)
            .map_err(|cause| Fault::bad(format!("the body is not JSON: {cause}")))?;
        Ok(Self(value))
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let essence = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

/// Parses a boolean in any of the words that HMA knows.
pub fn flag(text: &str) -> Result<bool, Fault> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "y" | "on" | "t" => Ok(true),
        "false" | "0" | "no" | "n" | "off" | "f" => Ok(false),
        _ => Err(Fault::bad("invalid boolean parameter - prefer true/false")),
    }
}

/// Reads a boolean from a JSON value, which HMA accepts as a boolean, a number or a text.
pub fn json_flag(value: &Value) -> Result<bool, Fault> {
    match value {
        Value::Bool(is_true) => Ok(*is_true),
        Value::String(text) => flag(text),
        Value::Number(number) => flag(&number.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => flag(""),
    }
}

/// Reads a ratio from a JSON value: a number, or the text of one.
pub fn json_ratio(value: &Value) -> Result<f64, Fault> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    number.ok_or_else(|| Fault::bad(format!("Invalid float: '{value}'")))
}

/// Converts a ratio to a boolean. HMA samples at random for values between 0 and 1; a bank of
/// Mamori is enabled or not, so that the same item always gets the same answer.
pub fn is_on(ratio: f64) -> Result<bool, Fault> {
    if ratio.total_cmp(&0.0).is_eq() {
        Ok(false)
    } else if ratio.total_cmp(&1.0).is_eq() {
        Ok(true)
    } else {
        Err(Fault::bad("the enabled ratio is 0 or 1 here: a bank is searched or not"))
    }
}

/// Returns the ratio of something that is enabled or not.
pub fn ratio(is_on: bool) -> f64 {
    if is_on { 1.0 } else { 0.0 }
}
