//! Values of a CSV that a spreadsheet would run as a formula: an export puts an apostrophe before
//! them, and an import takes it away.

use std::borrow::Cow;

/// The characters with which a formula begins in at least one spreadsheet; the full-width ones count in
/// Japanese versions. A tab or a line break counts too, but no value can contain one.
///
/// Source: OWASP, "CSV Injection".
const BEGINNINGS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

const MARK: char = '\'';

/// Returns `value` with an apostrophe before it if it begins as a formula does, or as something that
/// [`unescaped`] would change.
pub fn escaped(value: &str) -> Cow<'_, str> {
    if value.starts_with(BEGINNINGS) || is_marked(value) {
        Cow::Owned(format!("{MARK}{value}"))
    } else {
        Cow::Borrowed(value)
    }
}

/// Returns the value from which [`escaped`] made this one.
pub fn unescaped(value: &str) -> &str {
    if is_marked(value) { value.strip_prefix(MARK).unwrap_or(value) } else { value }
}

/// Checks whether an apostrophe stands before a formula or another apostrophe.
fn is_marked(value: &str) -> bool {
    let rest = value.strip_prefix(MARK);
    rest.is_some_and(|rest| rest.starts_with(BEGINNINGS) || rest.starts_with(MARK))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_escaped_value_begins_as_a_formula_and_each_reads_back_as_itself() {
        for value in [
            "",
            "A1",
            "=HYPERLINK(\"x\")",
            "+1",
            "-1",
            "@SUM(1)",
            "＝1",
            "'",
            "''",
            "'x",
            "'=x",
            "''=x",
            "a=b",
            "'''",
        ] {
            let shown = escaped(value);

            assert!(!shown.starts_with(BEGINNINGS), "{shown}");
            assert_eq!(unescaped(&shown), value);
        }
        assert_eq!(escaped("@SUM(1)"), "'@SUM(1)");
        assert_eq!(escaped("A1"), "A1");
    }
}
