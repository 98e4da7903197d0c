//! Rules for every file: text, of limited size, with a module comment, and finished. Screenshots
//! are the only exception to the rule for text.

use crate::Findings;
use crate::checkout::File;
use crate::rust::{Piece, pieces};

/// The most lines of a Rust file. Review its structure at 400; move its tests to `name/tests.rs`
/// first.
pub const LINES_MAX: usize = 600;

/// The most bytes of a file. A larger file is data, and data do not belong in the repository.
pub const BYTES_MAX: usize = 512 * 1024;

/// The folder of the screenshots that a test of the pages takes: the only files that are not text.
const SCREENS: &str = "docs/screens/";

/// The most bytes of a screenshot, so that a page that shows it loads over a slow connection.
pub const SCREEN_BYTES_MAX: usize = 256 * 1024;

/// Reports files that are not text, contain control characters or are too large, except screenshots in their
/// folder.
pub fn not_text(files: &[File]) -> Findings {
    let wrong = |file: &File| {
        if is_screen(file) {
            let size = file.bytes.len();
            let is_large = size > SCREEN_BYTES_MAX;
            is_large.then(|| format!("{}: {size} bytes, at most {SCREEN_BYTES_MAX}", file.path))
        } else if file.bytes.len() > BYTES_MAX {
            Some(format!("{}: {} bytes, at most {BYTES_MAX}", file.path, file.bytes.len()))
        } else if file.text().is_none() {
            Some(format!("{}: not a text", file.path))
        } else if file.bytes.iter().copied().any(is_control) {
            Some(format!("{}: has a control character that is no tab or line break", file.path))
        } else {
            None
        }
    };
    files.iter().filter_map(wrong).collect()
}

fn is_control(byte: u8) -> bool {
    byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r')
}

fn is_screen(file: &File) -> bool {
    let name = file.path.strip_prefix(SCREENS);
    name.is_some_and(|name| !name.contains('/'))
        && file.has_extension("png")
        && file.bytes.starts_with(b"\x89PNG\r\n\x1a\n")
}

/// Reports Rust files that are longer than [`LINES_MAX`].
pub fn too_long(files: &[File]) -> Findings {
    let lines = |file: &File| file.text().unwrap_or("").lines().count();
    let long = rust(files).filter(|file| lines(file) > LINES_MAX);
    long.map(|file| format!("{}: {} lines, at most {LINES_MAX}", file.path, lines(file))).collect()
}

/// Reports Rust files that do not begin with `//!`, after inner attributes at most. A module's
/// `tests.rs` is exempt, because the file beside it has the comment.
pub fn headless(files: &[File]) -> Findings {
    let has_head = |file: &File| {
        let code = file.text().unwrap_or("").lines().map(str::trim);
        let mut after = code.skip_while(|line| line.is_empty() || line.starts_with("#!["));
        after.next().is_some_and(|line| line.starts_with("//!"))
    };
    let is_about_another = |file: &File| file.path.ends_with("/tests.rs");
    let headless = rust(files).filter(|file| !has_head(file) && !is_about_another(file));
    headless.map(|file| format!("{}: does not begin with `//!`", file.path)).collect()
}

/// Reports marks for unfinished work, and tests that are switched off.
pub fn unfinished(files: &[File]) -> Findings {
    // Concatenated here, so that this file does not report itself.
    let marks = [concat!("FIX", "ME"), concat!("XX", "X"), concat!("HA", "CK")];
    let stubs = [concat!("to", "do!"), concat!("un", "implemented!"), "#[ignore"];
    let mut found = Findings::new();
    for file in rust(files) {
        for (line, piece) in pieces(file.text().unwrap_or("")) {
            let (words, text): (&[&str], _) = match piece {
                Piece::Code(code) => (&stubs, code),
                Piece::Comment(comment) => (&marks, comment),
                Piece::Text(_) => continue,
            };
            for word in words.iter().filter(|word| text.contains(**word)) {
                let within = text.split(word).next().unwrap_or("").matches('\n').count();
                found.push(format!("{}:{}: `{word}`", file.path, line + within));
            }
        }
    }
    found
}

/// Reports files that name a folder of the machine on which they were written.
pub fn machine_paths(files: &[File]) -> Findings {
    let homes = ["/home/", "/root/", "/Users/", "/work/", "/mnt/", "C:\\\\"];
    // A URL or a longer path may contain such a part; a path of a machine begins with it.
    let begins = |before: &str| {
        !before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '*' | '}'))
    };
    let mut found = Findings::new();
    for file in files.iter().filter(|file| file.path != "crates/tidy/src/files.rs") {
        for (number, line) in file.text().unwrap_or("").lines().enumerate() {
            for home in homes {
                let stands = line.match_indices(home);
                if stands.into_iter().any(|(at, _)| begins(line.get(..at).unwrap_or(""))) {
                    found.push(format!("{}:{}: a path under `{home}`", file.path, number + 1));
                }
            }
        }
    }
    found
}

fn rust(files: &[File]) -> impl Iterator<Item = &File> {
    files.iter().filter(|file| file.has_extension("rs"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_a_nul_and_a_large_file_are_found() {
        let files = [
            File { path: "a.png".to_owned(), bytes: vec![0x89, b'P', 0xff] },
            File::of("b.rs", "a\0b"),
            File::of("c.csv", &"x".repeat(BYTES_MAX + 1)),
            File::of("d.rs", "守り\r\n\tb"),
            File::of("e.md", "the end. \u{1}\n"),
        ];

        assert_eq!(not_text(&files).len(), 4);
    }

    #[test]
    fn a_screenshot_is_accepted_only_in_its_folder_and_up_to_its_limit() {
        const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
        let picture = |path: &str, head: &[u8], size| {
            let mut bytes = head.to_vec();
            bytes.resize(size, 0);
            File { path: path.to_owned(), bytes }
        };
        let good = picture("docs/screens/case.ja.png", PNG, SCREEN_BYTES_MAX);
        let bad = [
            picture("docs/screens/case.png", PNG, SCREEN_BYTES_MAX + 1),
            picture("docs/screens/case.png", b"GIF89a", 500),
            picture("docs/screens/case.jpg", PNG, 500),
            picture("docs/screens/more/case.png", PNG, 500),
            picture("docs/case.png", PNG, 500),
        ];

        assert!(not_text(&[good]).is_empty());
        assert_eq!(not_text(&bad).len(), bad.len());
    }

    #[test]
    fn a_file_of_601_lines_is_found_and_one_of_600_is_not() {
        let long = File::of("a.rs", &"x\n".repeat(LINES_MAX + 1));
        let full = File::of("b.rs", &"x\n".repeat(LINES_MAX));

        assert_eq!(too_long(&[long, full]), ["a.rs: 601 lines, at most 600"]);
    }

    #[test]
    fn a_file_without_a_head_is_found() {
        let files = [
            File::of("a.rs", "//! What it is.\n"),
            File::of("b.rs", "#![cfg(test)]\n\n//! What it is.\n"),
            File::of("c.rs", "use a;\n//! Too late.\n"),
            File::of("d.rs", "// A comment.\n"),
            File::of("e.rs", ""),
            File::of("a/tests.rs", "use super::*;\n"),
        ];

        let found = headless(&files);

        assert_eq!(found.len(), 3, "{found:?}");
    }

    #[test]
    fn stubs_are_found_in_code_and_marks_in_comments() {
        let stub = concat!("fn a() {\n    to", "do!()\n}\n");
        let mark = concat!("// FIX", "ME later\n");
        let said = concat!("let a = \"to", "do!\";");

        assert_eq!(unfinished(&[File::of("a.rs", stub)]).len(), 1);
        assert_eq!(unfinished(&[File::of("a.rs", stub)]), ["a.rs:2: `todo!`".to_owned()]);
        assert_eq!(unfinished(&[File::of("b.rs", mark)]).len(), 1);
        assert_eq!(unfinished(&[File::of("c.rs", "#[ignore]\nfn a() {}")]).len(), 1);
        assert!(unfinished(&[File::of("d.rs", said)]).is_empty());
    }

    #[test]
    fn a_path_of_a_machine_is_found_and_a_url_is_not() {
        let ours = File::of("a.md", "see /home/ada/mamori");
        let url = File::of("b.md", "see https://example.org/home/page");

        assert_eq!(machine_paths(&[ours, url]), ["a.md:1: a path under `/home/`"]);
    }
}
