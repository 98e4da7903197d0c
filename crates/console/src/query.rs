//! The parameters in the query of a page's address, the cursors of its lists, and the options of
//! its select fields.

use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::app::Console;
use crate::fault::Fault;
use crate::messages::MessageId;

/// The parameters in the query of an address: exactly those that the page knows.
#[derive(Clone, Copy, Debug)]
pub struct PageQuery<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Console> for PageQuery<T> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &Console) -> Result<Self, Fault> {
        let query = parts.uri.query().unwrap_or("");
        serde_html_form::from_str(query).map(Self).map_err(|_| Fault::form_shape())
    }
}

/// Parses the cursor of a list; `None` at its beginning. 404 if it is malformed.
pub fn cursor<T: FromStr>(text: &str) -> Result<Option<T>, Fault> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| Fault::not_found())
}

/// An option of a select field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The value that the form sends.
    pub value: &'static str,
    /// Name of the option.
    pub label: MessageId,
    /// Whether it is selected.
    pub is_selected: bool,
}

/// Creates the options, in the order of `all`; `selected` is selected.
pub fn choices<T: Copy + PartialEq>(
    all: &[T],
    value: fn(T) -> &'static str,
    label: fn(T) -> MessageId,
    selected: Option<T>,
) -> Vec<Choice> {
    let choice = |one: &T| Choice {
        value: value(*one),
        label: label(*one),
        is_selected: Some(*one) == selected,
    };
    all.iter().map(choice).collect()
}
