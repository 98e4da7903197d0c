//! The pages, one a file: what stands on each, for its template in `templates/`.

pub mod banks;
pub mod bulk;
pub mod case;
pub mod decision;
pub mod decisions;
pub mod find;
pub mod me;
pub mod policies;
pub mod queue;
pub mod sign_in;
pub mod staff;
pub mod start;
pub mod webhooks;

use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use mamori_model::Refusal;
use serde::de::DeserializeOwned;

use crate::app::Console;
use crate::fault::Fault;
use crate::words::Id;

/// What stands behind the question mark of an address: exactly the fields that the page knows.
#[derive(Clone, Copy, Debug)]
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Console> for Asked<T> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &Console) -> Result<Self, Fault> {
        let query = parts.uri.query().unwrap_or("");
        serde_html_form::from_str(query).map(Self).map_err(|_| Refusal::FormShape.into())
    }
}

/// Where a list goes on; nothing at its begin.
pub fn place<T: FromStr>(text: &str) -> Result<Option<T>, Fault> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| Fault::not_found())
}

/// One of a list to choose from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What the form sends.
    pub word: &'static str,
    /// What it is called.
    pub called: Id,
    /// Whether it is chosen.
    pub is_chosen: bool,
}

/// Choices in their order, of which `chosen` is the one.
pub fn choices<T: Copy + PartialEq>(
    all: &[T],
    word: fn(T) -> &'static str,
    called: fn(T) -> Id,
    chosen: Option<T>,
) -> Vec<Choice> {
    let choice = |one: &T| Choice {
        word: word(*one),
        called: called(*one),
        is_chosen: Some(*one) == chosen,
    };
    all.iter().map(choice).collect()
}
