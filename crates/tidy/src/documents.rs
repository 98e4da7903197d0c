//! Rules for documents: what they name exists, and each dependency has a reason.

use std::collections::BTreeSet;

use toml::Table;

use crate::Findings;
use crate::checkout::File;
use crate::manifests::third_party;

/// The document with the reason for each dependency.
pub const REASONS: &str = "docs/decisions/dependencies.md";

/// Reports paths that a document names, in backticks or as a link target, and that do not exist.
pub fn dead_paths(files: &[File]) -> Findings {
    let known: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let exists = |path: &str| {
        let path = path.trim_end_matches('/');
        let folder = format!("{path}/");
        known.contains(path) || known.iter().any(|file| file.starts_with(&folder))
    };
    let mut found = Findings::new();
    for file in files.iter().filter(|file| file.has_extension("md")) {
        let text = file.text().unwrap_or("");
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let named = quoted(text).filter(|word| is_path(word)).map(str::to_owned);
        let linked = linked(text).map(|target| join(folder, target));
        for path in named.chain(linked).filter(|path| !exists(path)) {
            found.push(format!("{}: `{path}` does not exist", file.path));
        }
    }
    found
}

/// Returns the words between single backticks, outside fenced blocks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    let outside = text.split("```").step_by(2);
    outside.flat_map(str::lines).flat_map(|line| line.split('`').skip(1).step_by(2))
}

/// Checks whether a quoted word is a path from the root of the checkout, without a placeholder.
fn is_path(word: &str) -> bool {
    let begins = ["crates/", "docs/", ".ci/", ".cargo/"];
    let is_whole = !word.contains(|c: char| "*<>{}…$ ".contains(c));
    is_whole && begins.iter().any(|begin| word.starts_with(begin))
}

/// Returns the targets of links within the checkout.
fn linked(text: &str) -> impl Iterator<Item = &str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let inner = targets.filter(|target| !target.contains("://") && !target.starts_with(['#', '/']));
    inner.map(|target| target.split('#').next().unwrap_or(target))
}

/// Resolves `target`, a link target in a document in `folder`, to a path from the root of the
/// checkout.
fn join(folder: &str, target: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." | "" => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Reports translations of the README whose headings differ from the original in number or level,
/// or whose commands and examples (fenced blocks) are not identical.
pub fn unlike(files: &[File]) -> Findings {
    let text = |file: &File| file.text().unwrap_or("").to_owned();
    let Some(first) = files.iter().find(|file| file.path == "README.md") else {
        return vec!["README.md: is missing".to_owned()];
    };
    let first = text(first);
    let is_translation = |file: &&File| {
        let name = file.path.strip_prefix("README.").and_then(|name| name.strip_suffix(".md"));
        name.is_some_and(|language| !language.contains('/'))
    };
    let mut found = Findings::new();
    for file in files.iter().filter(is_translation) {
        let translated = text(file);
        if headings(&first) != headings(&translated) {
            found.push(format!("{}: other headings than README.md", file.path));
        }
        if fenced(&first) != fenced(&translated) {
            found.push(format!("{}: other fenced blocks than README.md", file.path));
        }
    }
    found
}

/// Returns the levels of the headings outside fenced blocks, in order.
fn headings(text: &str) -> Vec<usize> {
    let outside = text.split("```").step_by(2).flat_map(str::lines);
    let level = |line: &str| line.split(' ').next().map_or(0, |mark| mark.matches('#').count());
    outside.filter(|line| line.starts_with('#')).map(level).collect()
}

/// Returns the content of the fenced blocks.
fn fenced(text: &str) -> Vec<&str> {
    text.split("```").skip(1).step_by(2).collect()
}

/// Reports dependencies without a reason, and reasons without a dependency.
pub fn unexplained(root: &Table, reasons: &str) -> Findings {
    let listed: BTreeSet<&str> = third_party(root).into_iter().collect();
    let rows: Vec<&str> = reasons.lines().filter_map(first_cell).skip(2).collect();
    let explained: BTreeSet<&str> = rows.iter().copied().collect();

    let missing = listed.difference(&explained).map(|name| format!("{REASONS}: no row `{name}`"));
    let stale =
        explained.difference(&listed).map(|name| format!("{REASONS}: `{name}` is not used"));
    let twice = rows.iter().filter(|name| rows.iter().filter(|row| row == name).count() > 1);
    let twice = twice.map(|name| format!("{REASONS}: `{name}` has two rows"));
    missing.chain(stale).chain(twice).collect()
}

/// Returns the first cell of a table row.
fn first_cell(line: &str) -> Option<&str> {
    let cell = line.strip_prefix('|')?.split('|').next()?;
    Some(cell.trim().trim_matches('`'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_that_names_a_missing_path_is_found() {
        let text = "See `crates/web/src/gone.rs`, `crates/web/src/here.rs`, `crates/*/src`, \
                    [a](../here.md), [b](gone.md), [c](https://example.org/x) and [d](#e).\n\
                    ```\n`crates/web/src/example.rs`\n```\n";
        let files = [
            File::of("docs/a.md", text),
            File::of("here.md", ""),
            File::of("crates/web/src/here.rs", ""),
        ];

        let found = dead_paths(&files);

        assert_eq!(
            found,
            [
                "docs/a.md: `crates/web/src/gone.rs` does not exist",
                "docs/a.md: `docs/gone.md` does not exist"
            ]
        );
    }

    #[test]
    fn a_translation_that_lacks_a_heading_or_changes_a_command_is_found() {
        let first = File::of("README.md", "# A\n\n## B\n\n```sh\n# run\nrun\n```\n");
        let same = File::of("README.ja.md", "# あ\n\n## い\n\n```sh\n# run\nrun\n```\n");
        let shorter = File::of("README.ja.md", "# あ\n\n```sh\n# run\nrun\n```\n");
        let other = File::of("README.fr.md", "# A\n\n## B\n\n```sh\n# run\nwalk\n```\n");

        assert!(unlike(&[first.clone(), same]).is_empty());
        assert_eq!(
            unlike(&[first, shorter, other]),
            [
                "README.ja.md: other headings than README.md",
                "README.fr.md: other fenced blocks than README.md"
            ]
        );
    }

    #[test]
    fn a_dependency_without_a_reason_and_a_reason_without_a_dependency_are_found() {
        let root: Table =
            "[workspace.dependencies]\naxum = \"1\"\nbytes = \"1\"\n".parse().unwrap();
        let reasons =
            "| crate | why |\n|---|---|\n| axum | HTTP |\n| gone | once |\n| axum | - |\n";

        let found = unexplained(&root, reasons);

        assert_eq!(found.len(), 4, "{found:?}");
    }
}
