//! Words that make a reader guess who acts or what is meant.
//!
//! The subject of a sentence is the type, the function or the role. A word for an unknown person
//! hides which role that is, so it is denied in sources, documents, messages and `--help`.

use crate::Findings;
use crate::checkout::File;

/// The words and phrases that are denied, in lower case.
const DENIED: [&str; 23] = [
    "somebody",
    "whoever",
    "nobody",
    "anybody",
    "what came since",
    "somebody comes",
    "let them in no more",
    "word it anew",
    "your ways in",
    "leaves no trace",
    "a wish:",
    "the share first",
    "a decision stands:",
    "what was clean",
    // Words that were replaced by those of the field; the glossary has them.
    "dose",
    "lenses",
    "veiled",
    "tongues",
    "welcome link",
    "caged",
    "second person",
    "shelves",
    "the keeper",
];

/// Files that may have some of them, with the most lines and the reason.
const EXCEPTIONS: [(&str, usize, &str); 5] = [
    ("crates/tidy/src/prose.rs", 40, "the list itself, and its test"),
    ("crates/web/src/api/matrix.txt", 2, "the column of requests without a key"),
    ("crates/web/src/docs/curl.rs", 1, "the value of `x-who` for requests without a key"),
    ("crates/web/src/document.rs", 4, "the value of `x-who` for requests without a key"),
    ("crates/web/src/health.rs", 1, "the value of `x-who` for requests without a key"),
];

/// Reports each line of a source, document, message or sample configuration that has a denied word,
/// unless its file is an exception with as many lines at least.
pub fn denied(files: &[File]) -> Findings {
    let mut findings = Findings::new();
    for file in files.iter().filter(|file| is_read_by_people(file)) {
        let found: Vec<(usize, &str)> = lines(file.text().unwrap_or(""));
        let allowed = EXCEPTIONS.iter().find(|(path, ..)| *path == file.path);
        if found.len() <= allowed.map_or(0, |(_, most, _)| *most) {
            continue;
        }
        let finding = |(line, word): (usize, &str)| format!("{}:{line}: `{word}`", file.path);
        findings.extend(found.into_iter().map(finding));
    }
    findings
}

/// Whether the file is a source, a document, English messages or the sample configuration. Tests'
/// names are sentences of their own and are left out.
fn is_read_by_people(file: &File) -> bool {
    let path = &file.path;
    let is_source = path.starts_with("crates/") && path.contains("/src/");
    let is_document = file.has_extension("md");
    let is_message = path.starts_with("crates/console/messages/en/");
    let is_schema = path.starts_with("crates/store/migrations/");
    let is_page = path.starts_with("crates/console/templates/");
    is_source || is_document || is_message || is_schema || is_page || path == "mamori.sample.toml"
}

/// The lines of `text` with a denied word, from 1, and the first such word of each.
fn lines(text: &str) -> Vec<(usize, &'static str)> {
    let first = |line: &str| {
        let line = line.to_lowercase();
        DENIED.into_iter().find(|denied| has(&line, denied))
    };
    (1..).zip(text.lines()).filter_map(|(nth, line)| Some((nth, first(line)?))).collect()
}

/// Whether `line` has `words` as whole words.
fn has(line: &str, words: &str) -> bool {
    let is_letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    line.match_indices(words).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        let after = line.get(at + words.len()..).and_then(|text| text.chars().next());
        !is_letter(before) && !is_letter(after)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_hides_the_role_is_found_in_what_people_read() {
        let files = [
            File::of("crates/a/src/b.rs", "//! Head.\n/// Somebody comes.\nfn nobodys() {}\n"),
            File::of("crates/a/tests/b.rs", "/// Nobody.\n"),
            File::of("docs/a.md", "What came since is found too.\n"),
            File::of("crates/console/messages/ja/a.ftl", "a = nobody\n"),
        ];

        assert_eq!(
            denied(&files),
            ["crates/a/src/b.rs:2: `somebody`", "docs/a.md:1: `what came since`"]
        );
    }

    #[test]
    fn an_exception_ends_with_its_number_of_lines() {
        let line = "# nobody\n";
        let few = File::of("crates/web/src/health.rs", line);
        let many = File::of("crates/web/src/health.rs", &line.repeat(2));

        assert_eq!(denied(&[few]).len(), 0);
        assert_eq!(denied(&[many]).len(), 2);
    }
}
