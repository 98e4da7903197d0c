//! Text of several lines written by people: reasons and notes.

use std::fmt;
use std::str::FromStr;

use crate::id::serde_as_text;
use crate::readable::{has_few_marks, misleads, shows};

/// A text of one or more lines.
///
/// 1 to 4,000 characters, not only spaces and hidden ones, and few combining marks in a row. No
/// control characters except line breaks, and no bidirectional overrides. Line breaks are stored as
/// `\n`, whichever form was sent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FreeText(String);

impl FreeText {
    /// The most characters of a text.
    pub const CHARS_MAX: usize = 4_000;

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The error for a text that is not valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a text: expected 1 to 4000 characters, not only spaces, without control characters")]
pub struct NotFreeText;

impl FromStr for FreeText {
    type Err = NotFreeText;

    fn from_str(text: &str) -> Result<Self, NotFreeText> {
        // Browsers send a form's line breaks as `\r\n`.
        let text = text.replace("\r\n", "\n");
        let is_bad = |c: char| c != '\n' && misleads(c);
        let fits = text.chars().count() <= Self::CHARS_MAX && shows(&text) && has_few_marks(&text);
        if fits && !text.chars().any(is_bad) { Ok(Self(text)) } else { Err(NotFreeText) }
    }
}

impl fmt::Display for FreeText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(FreeText);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_may_have_lines_and_nothing_that_misleads() {
        let two: FreeText = "one\r\ntwo".parse().unwrap();

        assert_eq!(two.as_str(), "one\ntwo");
        assert!("守り\n手".parse::<FreeText>().is_ok());
        for text in ["", " \n ", "nul\0", "\u{202e}evil", "lone\rreturn", &"x".repeat(4_001)] {
            assert!(text.parse::<FreeText>().is_err(), "{text:?}");
        }
    }
}
