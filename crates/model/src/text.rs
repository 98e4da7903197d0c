//! Text typed by people, with a maximum length and without misleading characters.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::id::serde_as_text;
use crate::readable::is_readable;

/// One line of text for people: a source, a legal basis, an owner.
///
/// 1 to 500 characters that people can [read](is_readable), without control characters and
/// bidirectional overrides, so that every reader sees the same text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Line(String);

impl Line {
    /// The most characters of a line.
    pub const CHARS_MAX: usize = 500;

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The error for a text that is not a valid line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a line of text: expected 1 to 500 characters, not only spaces, without control characters"
)]
pub struct NotALine;

impl FromStr for Line {
    type Err = NotALine;

    fn from_str(text: &str) -> Result<Self, NotALine> {
        let fits = text.chars().count() <= Self::CHARS_MAX && is_readable(text);
        fits.then(|| Self(text.to_owned())).ok_or(NotALine)
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(Line);

/// The labels that a source gave an entry, such as its category.
///
/// At most 16, each 1 to 64 characters that people can [read](is_readable), without control
/// characters and bidirectional overrides.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct Labels(Vec<String>);

impl Labels {
    /// The most labels of an entry.
    pub const COUNT_MAX: usize = 16;
    /// The most characters of a label.
    pub const CHARS_MAX: usize = 64;

    /// Returns the labels, in the source's order.
    pub fn as_slice(&self) -> &[String] {
        &self.0
    }
}

/// The error for a list that is not a valid list of labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not labels: expected at most 16, each 1 to 64 characters, not only spaces, without control \
     characters"
)]
pub struct NotLabels;

impl TryFrom<Vec<String>> for Labels {
    type Error = NotLabels;

    fn try_from(labels: Vec<String>) -> Result<Self, NotLabels> {
        let is_label =
            |label: &String| label.chars().count() <= Self::CHARS_MAX && is_readable(label);
        let fits = labels.len() <= Self::COUNT_MAX && labels.iter().all(is_label);
        fits.then_some(Self(labels)).ok_or(NotLabels)
    }
}

impl From<Labels> for Vec<String> {
    fn from(labels: Labels) -> Self {
        labels.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_bounded_visible_and_reads_one_way() {
        assert!("Hotline list, agreement of 2025-03-01".parse::<Line>().is_ok());
        assert!("守り".parse::<Line>().is_ok());
        for text in ["", "   ", "two\nlines", "nul\0", "\u{202e}evil", &"x".repeat(501)] {
            assert!(text.parse::<Line>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn labels_are_few_and_short() {
        assert!(Labels::try_from(vec!["a".to_owned(); 16]).is_ok());
        assert!(Labels::try_from(vec!["a".to_owned(); 17]).is_err());
        assert!(Labels::try_from(vec![String::new()]).is_err());
        assert!(Labels::try_from(vec!["x".repeat(65)]).is_err());
    }
}
