//! The pages, one file each: the data that a page shows, for its template in `templates/`.

use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::app::Console;
use crate::fault::Fault;
use crate::words::Id;

/// The parameters in the query of an address: exactly those that the page knows.
#[derive(Clone, Copy, Debug)]
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Console> for Asked<T> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &Console) -> Result<Self, Fault> {
        let query = parts.uri.query().unwrap_or("");
        serde_html_form::from_str(query).map(Self).map_err(|_| Fault::form_shape())
    }
}

/// Parses the cursor of a list; `None` at its beginning. 404 if it is malformed.
pub fn place<T: FromStr>(text: &str) -> Result<Option<T>, Fault> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| Fault::not_found())
}

/// An option of a select field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The value that the form sends.
    pub word: &'static str,
    /// Name of the option.
    pub called: Id,
    /// Whether it is selected.
    pub is_chosen: bool,
}

/// Creates the options, in the order of `all`; `chosen` is selected.
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
