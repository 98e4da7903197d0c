//! Reads lists of PDQ hashes from text files: 64 hex digits on each line.

use std::fs;
use std::path::Path;
use std::str;

use mamori_model::hash::NotAHash;
use mamori_model::{HashKind, Pdq};

use super::UsageError;

/// Reads the list at `path`.
///
/// Lines end in LF or CR LF, digits are in either case, and empty lines at the end are ignored. An
/// empty line elsewhere is an error: skipping it would shift the numbers of all lines after it.
///
/// # Errors
/// [`UsageError`], with the number of the first bad line.
pub fn read(path: &Path) -> Result<Vec<Pdq>, UsageError> {
    let unopened = |source| UsageError::Unopened { path: path.to_owned(), source };
    let text = fs::read(path).map_err(unopened)?;
    let bad_line = |(line, source)| UsageError::BadLine { path: path.to_owned(), line, source };
    parse(&text).map_err(bad_line)
}

/// Parses the hashes of `text`; the error has the number of the first line that is not a hash.
fn parse(text: &[u8]) -> Result<Vec<Pdq>, (usize, NotAHash)> {
    let end = text.iter().rposition(|byte| !matches!(byte, b'\n' | b'\r')).map_or(0, |at| at + 1);
    let text = text.get(..end).unwrap_or_default();
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let hash = |(line, text): (usize, &[u8])| {
        let not_a_hash = NotAHash { kind: HashKind::Pdq, digits: 2 * HashKind::Pdq.bytes() };
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        let text = str::from_utf8(text).map_err(|_| (line, not_a_hash))?;
        text.parse().map_err(|error| (line, error))
    };
    (1..).zip(text.split(|byte| *byte == b'\n')).map(hash).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Result<usize, usize> {
        let one = "0f".repeat(32);
        parse(text.replace('#', &one).as_bytes()).map(|list| list.len()).map_err(|(line, _)| line)
    }

    #[test]
    fn a_line_is_a_hash() {
        assert_eq!(lines(""), Ok(0));
        assert_eq!(lines("\n\n"), Ok(0));
        assert_eq!(lines("#"), Ok(1));
        assert_eq!(lines("#\n"), Ok(1));
        assert_eq!(lines("#\r\n#\r\n\r\n\n"), Ok(2));
        assert_eq!(lines(&"ABCDEF01".repeat(8)), Ok(1));
    }

    #[test]
    fn the_first_bad_line_is_named() {
        assert_eq!(lines("#\nx"), Err(2));
        assert_eq!(lines("#\n\n#"), Err(2));
        assert_eq!(lines("\n#"), Err(1));
        assert_eq!(lines("# \n#"), Err(1));
        assert_eq!(lines("#\n##"), Err(2));
        assert_eq!(lines(&"é".repeat(32)), Err(1));
    }
}
