//! Text of several lines that somebody wrote: reasons and notes.

use std::fmt;
use std::str::FromStr;

use crate::id::serde_as_text;
use crate::text::misleads;

/// What somebody wrote, in as many lines as it took.
///
/// 1 to 4,000 characters, not only spaces, no control characters but line breaks, and no
/// bidirectional overrides. Line breaks are `\n`, however they came.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Words(String);

impl Words {
    /// The most characters.
    pub const CHARS_MAX: usize = 4_000;

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A text that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a text: expected 1 to 4000 characters without control characters")]
pub struct NotWords;

impl FromStr for Words {
    type Err = NotWords;

    fn from_str(text: &str) -> Result<Self, NotWords> {
        // Browsers send a form's line breaks as both characters.
        let text = text.replace("\r\n", "\n");
        let is_bad = |c: char| c != '\n' && misleads(c);
        let fits = text.chars().count() <= Self::CHARS_MAX && !text.trim().is_empty();
        if fits && !text.chars().any(is_bad) { Ok(Self(text)) } else { Err(NotWords) }
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(Words);

/// Whether `c` takes no room, or turns the direction of its neighbours: let in, because languages
/// need some of them, and shown as a mark, so that two texts that look alike do not.
pub fn hidden(c: char) -> bool {
    matches!(
        c,
        '\u{200b}'..='\u{200f}'
            | '\u{2060}'..='\u{2064}'
            | '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_may_have_lines_and_nothing_that_misleads() {
        let two: Words = "one\r\ntwo".parse().unwrap();

        assert_eq!(two.as_str(), "one\ntwo");
        assert!("守り\n手".parse::<Words>().is_ok());
        for text in ["", " \n ", "nul\0", "\u{202e}evil", "lone\rreturn", &"x".repeat(4_001)] {
            assert!(text.parse::<Words>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn what_takes_no_room_is_let_in_and_known() {
        let words: Words = "a\u{200b}b".parse().unwrap();

        assert_eq!(words.as_str().chars().filter(|c| hidden(*c)).count(), 1);
        assert!(!"plain text, 日本語".chars().any(hidden));
    }
}
