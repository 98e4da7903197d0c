//! Restrictions: which crates may begin transactions, write SQL, read the environment and
//! contain unsafe code; and that no verb shows one person's exposure to another.

use crate::Findings;
use crate::checkout::File;
use crate::rust::{Piece, PieceAtLine, pieces, shipped};

/// A thing that only some crates may do.
struct Restriction {
    /// The crates that may do it, by folder name.
    crates: &'static [&'static str],
    /// The message for a crate that does it without permission.
    says: &'static str,
    /// Checks whether a piece of source code does it.
    does: fn(Piece<'_>) -> bool,
}

const RESTRICTIONS: [Restriction; 4] = [
    Restriction {
        // The store implements transactions; the rule is that only the desk requests them.
        crates: &["desk", "store"],
        says: "begins a transaction, which only `desk` does",
        does: |piece| is_code_with(piece, &[".begin(", ".begin_with("]),
    },
    Restriction {
        // The testkit creates and drops the databases of tests; tidy contains the SQL verbs that
        // this rule searches for.
        crates: &["store", "testkit", "tidy"],
        says: "writes SQL, which only `store` does",
        does: is_sql,
    },
    Restriction {
        crates: &["server", "testkit", "xtask"],
        says: "reads the environment, which only `server` does",
        does: |piece| is_code_with(piece, &["env::var", "env::vars", "env::var_os", "var_os("]),
    },
    Restriction {
        crates: &["media", "matching"],
        says: "is unsafe, which only the sandbox and the search are",
        does: |piece| {
            is_code_with(piece, &["unsafe {", "unsafe fn", "unsafe impl", "unsafe extern"])
        },
    },
];

/// Reports crates that do what only other crates may do. Tests are exempt.
pub fn misplaced(files: &[File]) -> Findings {
    let mut found = Findings::new();
    for file in files.iter().filter(|file| file.has_extension("rs")) {
        let Some(crate_name) = file.crate_name() else { continue };
        let source = pieces(shipped(file));
        for restriction in
            RESTRICTIONS.iter().filter(|restriction| !restriction.crates.contains(&crate_name))
        {
            let does =
                |(line, piece): &PieceAtLine<'_>| (restriction.does)(*piece).then_some(*line);
            found.extend(
                source
                    .iter()
                    .filter_map(does)
                    .map(|line| format!("{}:{line}: {}", file.path, restriction.says)),
            );
        }
    }
    found
}

/// The verbs about one person's own exposure, figures and breaks.
const ABOUT_ONESELF: [&str; 3] = ["exposure", "figures", "take_break"];

/// Reports verbs that would show one staff member the views, breaks or pace of another: those that
/// have a `StaffId` in their signature. Reviewers can read only their own figures, so that there is
/// no league table.
pub fn about_others(files: &[File]) -> Findings {
    let mut found = Findings::new();
    for file in files.iter().filter(|file| file.path.starts_with("crates/desk/src/")) {
        for (line, piece) in pieces(shipped(file)) {
            let Piece::Code(code) = piece else { continue };
            for name in ABOUT_ONESELF {
                let asks = |(at, head): (usize, &str)| {
                    let rest = code.get(at + head.len()..).unwrap_or("");
                    let signature = rest.split(['{', ';']).next().unwrap_or("");
                    signature.contains("StaffId").then(|| line + code.get(..at).map_or(0, newlines))
                };
                let head = format!("pub async fn {name}(");
                let lines: Vec<usize> = code.match_indices(&head).filter_map(asks).collect();
                let says = |line| format!("{}:{line}: `{name}` of another person", file.path);
                found.extend(lines.into_iter().map(says));
            }
        }
    }
    found
}

fn newlines(text: &str) -> usize {
    text.matches('\n').count()
}

fn is_code_with(piece: Piece<'_>, words: &[&str]) -> bool {
    match piece {
        Piece::Code(code) => words.iter().any(|word| code.contains(word)),
        Piece::Text(_) | Piece::Comment(_) => false,
    }
}

/// Checks whether a string looks like an SQL statement: its verb, and the word that follows it in
/// SQL.
fn is_sql(piece: Piece<'_>) -> bool {
    const STATEMENTS: [(&str, &str); 7] = [
        ("SELECT ", " FROM "),
        ("INSERT INTO ", ""),
        ("UPDATE ", " SET "),
        ("DELETE FROM ", ""),
        ("CREATE TABLE ", ""),
        ("ALTER TABLE ", ""),
        ("PRAGMA ", ""),
    ];
    match piece {
        Piece::Text(text) => {
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            STATEMENTS.iter().any(|(verb, then)| text.contains(verb) && text.contains(then))
        }
        Piece::Code(_) | Piece::Comment(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, source: &str) -> Findings {
        misplaced(&[File::of(path, source)])
    }

    #[test]
    fn an_endpoint_that_begins_a_transaction_is_found() {
        let source = "async fn a(s: Store) {\n    let tx = s.begin(\"a\").await;\n}\n";

        let wrong = found("crates/web/src/api/a.rs", source);

        assert_eq!(wrong.len(), 1, "{wrong:?}");
        assert!(found("crates/desk/src/a.rs", source).is_empty());
    }

    #[test]
    fn a_verb_that_shows_another_persons_exposure_is_found() {
        let own = "impl Desk {\n    pub async fn exposure(&self, me: &Member) -> Exposure {}\n}\n";
        let other = "impl Desk {\n    pub async fn exposure(\n        &self,\n        of: StaffId,\n    ) {}\n}\n";
        let table =
            "impl Desk {\n    pub async fn figures(&self) -> BTreeMap<StaffId, u32> {}\n}\n";
        let later = "impl Desk {\n    pub async fn take_break(&self) { self.of(StaffId) }\n}\n";
        let file = |text| File::of("crates/desk/src/a.rs", text);

        assert!(about_others(&[file(own), file(later)]).is_empty());
        assert_eq!(about_others(&[file(table)]).len(), 1);
        assert_eq!(
            about_others(&[file(other)]),
            ["crates/desk/src/a.rs:2: `exposure` of another person"]
        );
    }

    #[test]
    fn sql_outside_the_store_is_found_and_a_sentence_is_not() {
        let sql = "const A: &str = \"SELECT id\\n  FROM bank\";";
        let sql_in_lines = "const A: &str = \"\nUPDATE bank\n   SET name = $1\n\";";
        let sentence = "const A: &str = \"SELECT one of these; UPDATE it later\";";

        assert_eq!(found("crates/desk/src/a.rs", sql_in_lines).len(), 1);
        assert_eq!(found("crates/web/src/a.rs", "const A: &str = r\"DELETE FROM bank\";").len(), 1);
        assert!(found("crates/store/src/a.rs", sql).is_empty());
        assert!(found("crates/web/src/a.rs", sentence).is_empty());
    }

    #[test]
    fn a_crate_that_reads_the_environment_is_found() {
        let source = "fn a() { std::env::var(\"A\"); }";

        assert_eq!(found("crates/media/src/a.rs", source).len(), 1);
        assert!(found("crates/server/src/a.rs", source).is_empty());
    }

    #[test]
    fn unsafe_code_outside_the_sandbox_is_found() {
        let source = "fn a() { unsafe { b() } }";

        assert_eq!(found("crates/web/src/a.rs", source).len(), 1);
        assert!(found("crates/media/src/sandbox.rs", source).is_empty());
    }

    #[test]
    fn tests_may_do_more_and_comments_do_nothing() {
        let in_test = "#[cfg(test)]\nmod tests {\n    fn a() { std::env::var(\"A\"); }\n}\n";
        let said = "// never env::var here, never .begin(\n";

        assert!(found("crates/media/src/a.rs", in_test).is_empty());
        assert!(found("crates/media/src/a.rs", said).is_empty());
        assert!(found("crates/media/tests/a.rs", "fn a() { std::env::var(\"A\"); }").is_empty());
    }
}
