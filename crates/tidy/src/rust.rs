//! Splits Rust source into code, comments and strings, so that rules can search each of them.

use crate::checkout::File;

/// A piece of a source file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Code: everything that is compiled and is not a string.
    Code(&'a str),
    /// The content of a string literal, raw or not, with escapes as written.
    Text(&'a str),
    /// A comment, including documentation comments.
    Comment(&'a str),
}

/// A piece, with the number of the line on which it begins, from 1.
pub type PieceAtLine<'a> = (usize, Piece<'a>);

/// Splits `source` into pieces.
pub fn pieces(source: &str) -> Vec<PieceAtLine<'_>> {
    let mut found = Vec::new();
    let mut line = 1;
    let mut rest = source;
    while !rest.is_empty() {
        let (piece, length) = next(rest);
        found.push((line, piece));
        let (taken, after) = rest.split_at(length);
        line += taken.matches('\n').count();
        rest = after;
    }
    found
}

/// Returns the first piece of `rest`, and its length in bytes, at least 1.
fn next(rest: &str) -> (Piece<'_>, usize) {
    if rest.starts_with("//") {
        let length = rest.find('\n').unwrap_or(rest.len());
        return (Piece::Comment(rest.get(..length).unwrap_or(rest)), length);
    }
    if rest.starts_with("/*") {
        let length = block_comment(rest);
        return (Piece::Comment(rest.get(..length).unwrap_or(rest)), length);
    }
    if let Some((open, close)) = string_quotes(rest) {
        let length = string_length(rest, open, &close);
        let text = rest.get(open..length.saturating_sub(close.len())).unwrap_or("");
        return (Piece::Text(text), length);
    }
    if let Some(length) = char_literal(rest) {
        return (Piece::Code("' '"), length);
    }
    let length = code_length(rest);
    (Piece::Code(rest.get(..length).unwrap_or(rest)), length)
}

/// Returns the length of a block comment, which may contain block comments.
fn block_comment(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(tail) = rest.get(at..).filter(|tail| !tail.is_empty()) {
        if tail.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if tail.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += tail.chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

/// Returns where the content of a string that begins here starts, and what closes the string.
fn string_quotes(rest: &str) -> Option<(usize, String)> {
    let prefix = ["br", "cr", "b", "c", "r", ""].into_iter().find(|prefix| {
        let tail = rest.strip_prefix(prefix).unwrap_or("");
        if prefix.ends_with('r') {
            tail.trim_start_matches('#').starts_with('"')
        } else {
            tail.starts_with('"')
        }
    })?;
    let tail = rest.strip_prefix(prefix)?;
    let hashes = tail.len() - tail.trim_start_matches('#').len();
    let close = format!("\"{}", "#".repeat(hashes));
    Some((prefix.len() + hashes + 1, close))
}

fn string_length(rest: &str, open: usize, close: &str) -> usize {
    let is_raw = rest.get(..open).is_some_and(|quotes| quotes.contains('r'));
    let mut at = open;
    while let Some(tail) = rest.get(at..).filter(|tail| !tail.is_empty()) {
        if tail.starts_with(close) {
            return at + close.len();
        }
        let mut chars = tail.chars();
        let first = chars.next().map_or(1, char::len_utf8);
        let is_escape = !is_raw && tail.starts_with('\\');
        at += if is_escape { first + chars.next().map_or(0, char::len_utf8) } else { first };
    }
    rest.len()
}

/// Returns the length of a character literal such as `'"'`; `None` for a lifetime.
fn char_literal(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix('\'')?;
    if inner.starts_with('\\') {
        let close = inner.char_indices().skip(2).find(|(_, c)| *c == '\'')?;
        return Some(close.0 + 2);
    }
    let first = inner.chars().next()?.len_utf8();
    inner.get(first..)?.starts_with('\'').then_some(first + 2)
}

/// Returns the length of plain code up to the next string or comment. Whole words are taken at
/// once, so that the `r` of `for "x"` is not mistaken for the prefix of a raw string.
fn code_length(rest: &str) -> usize {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut at = 0;
    while let Some(tail) = rest.get(at..).filter(|tail| !tail.is_empty()) {
        let stops = tail.starts_with("//") || tail.starts_with("/*") || tail.starts_with('\'');
        if at > 0 && (stops || string_quotes(tail).is_some()) {
            break;
        }
        let word = tail.find(|c: char| !is_word(c)).unwrap_or(tail.len());
        at += if word > 0 { word } else { tail.chars().next().map_or(1, char::len_utf8) };
    }
    at
}

/// Returns the part of `file` that is not a test: nothing of files under `tests/` or `benches/`, or
/// named `tests.rs`; of other files the part before a module with `#[cfg(test)]` and a body.
pub fn shipped(file: &File) -> &str {
    let text = file.text().unwrap_or("");
    let is_test = file.path.split('/').any(|part| matches!(part, "tests" | "benches" | "tests.rs"));
    if is_test || text.starts_with("#![cfg(test)]") {
        return "";
    }
    let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    text.get(..end).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<&str> {
        let texts = pieces(source).into_iter().filter_map(|(_, piece)| match piece {
            Piece::Text(text) => Some(text),
            Piece::Code(_) | Piece::Comment(_) => None,
        });
        texts.collect()
    }

    #[test]
    fn strings_are_separated_from_code_and_comments() {
        let source = r##"
            // "no"
            /* "no" /* "no" */ "no" */
            fn f<'a>(x: &'a str) -> char { '"' }
            let a = "one \" still one"; let b = r#"two " two"#; let c = b"three"; let d = '\'';
            for"four"
        "##;

        assert_eq!(texts(source), [r#"one \" still one"#, r#"two " two"#, "three", "four"]);
    }

    #[test]
    fn a_piece_knows_its_line() {
        let found = pieces("a\nb\n\"c\"");

        assert_eq!(found.last(), Some(&(3, Piece::Text("c"))));
    }

    #[test]
    fn nothing_is_lost_at_the_end_of_a_broken_file() {
        for broken in ["\"open", "/* open", "r#\"open", "'", "'\\", "é'é"] {
            assert!(!pieces(broken).is_empty(), "{broken}");
        }
    }

    #[test]
    fn tests_are_not_shipped() {
        let inline = File::of("crates/a/src/b.rs", "fn a() {}\n#[cfg(test)]\nmod tests {\n}\n");

        assert_eq!(shipped(&inline), "fn a() {}\n");
        assert_eq!(shipped(&File::of("crates/a/tests/b.rs", "fn a() {}")), "");
        assert_eq!(shipped(&File::of("crates/a/src/b/tests.rs", "fn a() {}")), "");
    }
}
