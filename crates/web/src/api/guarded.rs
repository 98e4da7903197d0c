//! The response of an endpoint whose change may need a second actor.

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use mamori_desk::Error;
use mamori_model::ApprovalRequest;

use crate::api::approvals::approval_json::ApprovalJson;
use crate::problem::Problem;

/// The result of a change: made, or waiting for a second actor.
#[derive(Debug)]
pub enum Guarded<T> {
    /// The change was made.
    Done(T),
    /// The change waits, as this request.
    Waits(Box<ApprovalRequest>),
}

impl<T> Guarded<T> {
    /// Takes the result of a verb.
    pub fn of(result: Result<T, Error>) -> Result<Self, Problem> {
        match result {
            Ok(done) => Ok(Self::Done(done)),
            Err(Error::Waits(request)) => Ok(Self::Waits(request)),
            Err(other) => Err(other.into()),
        }
    }

    /// Converts what was made.
    pub fn map<U>(self, show: impl FnOnce(T) -> U) -> Guarded<U> {
        match self {
            Self::Done(done) => Guarded::Done(show(done)),
            Self::Waits(request) => Guarded::Waits(request),
        }
    }
}

impl<T: IntoResponse> IntoResponse for Guarded<T> {
    fn into_response(self) -> Response {
        match self {
            Self::Done(done) => done.into_response(),
            Self::Waits(request) => waiting(&request, ApprovalJson::of(&request)),
        }
    }
}

/// Makes the response 202 with `body`, which contains `request`, and its address.
pub fn waiting(request: &ApprovalRequest, body: impl serde::Serialize) -> Response {
    let address = format!("/v1/approvals/{}", request.id);
    (StatusCode::ACCEPTED, [(LOCATION, address)], Json(body)).into_response()
}
