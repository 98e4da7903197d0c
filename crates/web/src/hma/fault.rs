//! Errors in HMA's form: a status and `{"message": …}`.

use std::error::Error as StdError;

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use mamori_desk::Error;
use mamori_media::Error as Media;
use serde_json::json;

use crate::body::BodyError;

/// An error response.
#[derive(Debug)]
pub struct Fault {
    status: StatusCode,
    message: String,
    /// Seconds after which the client may try again.
    retry_after_s: u64,
}

impl Fault {
    /// Creates a fault with `status` and the reason.
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), retry_after_s: 1 }
    }

    /// Creates a 400: the client must correct the request.
    pub fn bad(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// Creates a 429: the client may try again after `retry_after_s`.
    pub fn too_many(message: &'static str, retry_after_s: u64) -> Self {
        Self { retry_after_s, ..Self::new(StatusCode::TOO_MANY_REQUESTS, message) }
    }

    /// Creates a 403 with `message` if the name is taken; otherwise as [`Self::from`].
    pub fn of_taken_name(error: Error, message: &'static str) -> Self {
        if matches!(error, Error::Conflict(_)) {
            return Self::new(StatusCode::FORBIDDEN, message);
        }
        error.into()
    }

    /// Creates a 404 for a bank name that does not exist.
    pub fn no_bank(name: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("bank '{name}' not found"))
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let status = match &error {
            Error::NotFound(_) => StatusCode::NOT_FOUND,
            Error::Conflict(_) | Error::Refused(_) | Error::Waits(_) => StatusCode::CONFLICT,
            Error::Invalid(_) | Error::ImportRefused { .. } => StatusCode::BAD_REQUEST,
            Error::Media(Media::Unsupported { .. } | Media::Unreadable { .. }) => {
                StatusCode::BAD_REQUEST
            }
            Error::PartlyLooked | Error::Media(Media::TooLarge { .. }) => {
                StatusCode::PAYLOAD_TOO_LARGE
            }
            Error::NearHits { .. } | Error::Resends { .. } => StatusCode::TOO_MANY_REQUESTS,
            Error::Media(Media::Busy) | Error::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Error::Media(Media::Pool(_)) | Error::Internal { .. } => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
        };
        let cause: &dyn StdError = &error;
        if status == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::error!(error = cause, "an HMA route failed");
            return Self::new(status, "Internal Server Error");
        }
        if matches!(error, Error::Unavailable(_)) {
            tracing::warn!(error = cause, "an HMA route could not reach the database");
        }
        if let Error::NearHits { retry_after_s } = error {
            let message = format!("{error}: do not treat it as clean, send the file or wait");
            return Self { retry_after_s, ..Self::new(status, message) };
        }
        Self::new(status, error.to_string())
    }
}

impl From<BodyError> for Fault {
    fn from(body_error: BodyError) -> Self {
        match body_error {
            BodyError::TooLarge { .. } => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, "Content too large")
            }
            BodyError::BudgetExhausted => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, body_error.to_string())
            }
            BodyError::Stalled { .. } => {
                Self::new(StatusCode::REQUEST_TIMEOUT, body_error.to_string())
            }
            BodyError::Broken => Self::bad(body_error.to_string()),
        }
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let body = Json(json!({ "message": self.message }));
        let may_retry = [StatusCode::SERVICE_UNAVAILABLE, StatusCode::TOO_MANY_REQUESTS];
        if may_retry.contains(&self.status) {
            let after = [(RETRY_AFTER, self.retry_after_s.to_string())];
            return (self.status, after, body).into_response();
        }
        (self.status, body).into_response()
    }
}
