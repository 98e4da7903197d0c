//! Which characters do not show, so that two different texts look alike, and which texts people can
//! read.

use unicode_normalization::char::is_combining_mark;

/// The most combining marks, such as accents, in a row. More of them cover the lines above.
///
/// Our choice, beyond what a language needs: Unicode Standard Annex 15 calls 30 "significantly
/// beyond what is required for any linguistic or technical usage".
pub const MARKS_MAX: usize = 8;

/// Checks whether people can read `text`: it shows something, has no character that misleads, and at
/// most [`MARKS_MAX`] combining marks in a row.
pub fn is_readable(text: &str) -> bool {
    !text.chars().any(misleads) && shows(text) && has_few_marks(text)
}

/// Checks whether `c` changes how its neighbours are read, or cannot be displayed or stored:
/// control characters, bidirectional overrides and isolates, and the byte order mark.
pub fn misleads(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Checks whether `text` has a character that shows.
pub fn shows(text: &str) -> bool {
    text.chars().any(|c| !c.is_whitespace() && !is_hidden(c))
}

/// Checks whether at most [`MARKS_MAX`] combining marks follow each other in `text`.
pub fn has_few_marks(text: &str) -> bool {
    let mut in_a_row = 0;
    text.is_ascii()
        || text.chars().all(|c| {
            in_a_row = if is_combining_mark(c) { in_a_row + 1 } else { 0 };
            in_a_row <= MARKS_MAX
        })
}

/// Checks whether `c` leaves nothing on a page, or looks like a space and is none. Such characters
/// are accepted, because some languages need them, and shown as a mark, so that two different texts
/// do not look alike. The wide space of Japanese (U+3000) does not count: it looks like itself.
///
/// Source: Unicode 16, `Default_Ignorable_Code_Point` of `DerivedCoreProperties.txt`; the categories
/// Zs, Zl and Zp; interlinear annotation; and the Braille pattern without dots.
pub fn is_hidden(c: char) -> bool {
    is_ignorable(c)
        || matches!(
            c,
            '\u{a0}'
                | '\u{1680}'
                | '\u{2000}'..='\u{200a}'
                | '\u{2028}'
                | '\u{2029}'
                | '\u{202f}'
                | '\u{205f}'
                | '\u{2800}'
                | '\u{fff9}'..='\u{fffb}'
        )
}

/// Checks whether `c` is hidden in prose: the spaces that French puts before punctuation
/// (U+00A0, U+202F) are not.
pub fn is_hidden_in_prose(c: char) -> bool {
    is_hidden(c) && !matches!(c, '\u{a0}' | '\u{202f}')
}

/// `Default_Ignorable_Code_Point`.
fn is_ignorable(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fff8}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Characters that leave nothing on a page, or look like a space.
    const HIDDEN: [char; 14] = [
        '\u{3164}',
        '\u{2800}',
        '\u{2028}',
        '\u{34f}',
        '\u{fe0f}',
        '\u{17b4}',
        '\u{180b}',
        '\u{fff9}',
        '\u{206a}',
        '\u{2003}',
        '\u{a0}',
        '\u{200b}',
        '\u{ffa0}',
        '\u{e0041}',
    ];

    #[test]
    fn characters_that_do_not_show_are_recognised_and_ordinary_ones_are_not() {
        for c in HIDDEN {
            assert!(is_hidden(c), "{c:?}");
        }
        assert!(!"plain text, 日本語\u{3000}守り, été, ไทย, हिन्दी, ❤".chars().any(is_hidden));
    }

    #[test]
    fn the_spaces_of_french_are_hidden_in_names_and_not_in_prose() {
        for c in ['\u{a0}', '\u{202f}'] {
            assert!(is_hidden(c) && !is_hidden_in_prose(c), "{c:?}");
        }
        assert!(is_hidden_in_prose('\u{200b}'));
    }

    #[test]
    fn a_text_that_shows_nothing_is_not_readable() {
        for c in HIDDEN.into_iter().chain([' ', '\u{3000}']) {
            assert!(!is_readable(&c.to_string().repeat(3)), "{c:?}");
            assert!(is_readable(&format!("a{c}")), "{c:?}");
        }
        assert!(!is_readable(""));
    }

    #[test]
    fn marks_that_pile_up_are_not_readable() {
        let piled = |count: usize| format!("e{}", "\u{301}".repeat(count));

        assert!(is_readable(&piled(MARKS_MAX)));
        assert!(is_readable(&piled(MARKS_MAX).repeat(20)));
        assert!(!is_readable(&piled(MARKS_MAX + 1)));
        for language in ["Tiếng Việt", "ภาษาไทย", "नमस्ते", "བོད་སྐད་", "עִבְרִית", "العَرَبِيَّة"]
        {
            assert!(is_readable(language), "{language}");
        }
    }
}
