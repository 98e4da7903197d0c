#![cfg(test)]
//! `mamori hash`, `match` and `scan` as a user runs them: the real binary on real files.

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use mamori_media::{Limits, digests};
use mamori_testkit::pictures::{draw, edit, encode, hostile};
use tempfile::TempDir;

/// Runs `mamori` in `folder`.
fn mamori(folder: &TempDir, args: &[&str]) -> Output {
    command(folder, args).output().unwrap()
}

fn command(folder: &TempDir, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mamori"));
    command.current_dir(folder.path()).args(args);
    command
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

/// Returns a hash with `ones` bits set, in the leftmost digits.
fn line(ones: usize) -> String {
    let digit = |at: usize| ["0", "1", "3", "7", "f"][ones.saturating_sub(4 * at).min(4)];
    (0..64).map(digit).collect()
}

fn list(ones: &[usize]) -> Vec<u8> {
    ones.iter().flat_map(|ones| (line(*ones) + "\n").into_bytes()).collect()
}

/// Returns the PDQ hash and quality of each frame, computed in this process.
fn frames(bytes: &[u8]) -> Vec<(String, u8)> {
    let picture = mamori_media::hash(bytes, &Limits::default()).unwrap();
    let stored = picture.frames.iter().filter_map(mamori_media::Frame::stored);
    stored.map(|(pdq, quality)| (pdq.to_string(), quality.value())).collect()
}

/// Returns the line that `mamori hash --json` must print for a picture file.
fn hash_line(path: &str, bytes: &[u8], width: u32, height: u32) -> String {
    let (pdq, quality) = &frames(bytes)[0];
    let digests = digests(bytes);
    format!(
        "{{\"path\":\"{path}\",\"pdq\":\"{pdq}\",\"quality\":{quality},\"width\":{width},\
         \"height\":{height},\"sha256\":\"{}\",\"sha1\":\"{}\",\"md5\":\"{}\"}}\n",
        digests.sha256, digests.sha1, digests.md5
    )
}

#[test]
fn match_prints_each_query_with_the_entries_that_are_near() {
    let folder =
        folder(&[("bank", &list(&[0, 31, 32, 0, 128])), ("queries", &list(&[0, 256, 62]))]);

    let output = mamori(&folder, &["match", "--json", "--bank", "bank", "--queries", "queries"]);

    let expected = r#"{"query":0,"matches":[{"entry":0,"distance":0},{"entry":3,"distance":0},{"entry":1,"distance":31}]}
{"query":1,"matches":[]}
{"query":2,"matches":[{"entry":2,"distance":30},{"entry":1,"distance":31}]}
"#;
    assert_eq!((stdout(&output), stderr(&output)), (expected, ""));
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn match_applies_the_given_limit() {
    let folder = folder(&[("bank", &list(&[0, 1, 64, 65])), ("queries", &list(&[0]))]);
    let with = |max: &str| {
        let args = ["match", "--json", "--bank", "bank", "--queries", "queries", "--max-distance"];
        mamori(&folder, &[&args[..], &[max]].concat())
    };

    let none = r#"{"query":0,"matches":[{"entry":0,"distance":0}]}"#;
    let most = r#"{"query":0,"matches":[{"entry":0,"distance":0},{"entry":1,"distance":1},{"entry":2,"distance":64}]}"#;
    assert_eq!(stdout(&with("0")).trim_end(), none);
    assert_eq!(stdout(&with("64")).trim_end(), most);
    for refused in ["65", "1000000000000", "x", ""] {
        let output = with(refused);
        assert_eq!((stdout(&output), output.status.code()), ("", Some(2)));
        assert!(stderr(&output).contains("--max-distance"), "{}", stderr(&output));
    }
}

#[test]
fn match_accepts_empty_lists_other_line_ends_and_capitals() {
    let capitals = (line(20).to_uppercase() + "\r\n" + &line(3) + "\r\n\r\n").into_bytes();
    let folder = folder(&[("empty", b""), ("bank", &capitals), ("one", line(20).as_bytes())]);
    let run = |bank: &str, queries: &str| {
        let output = mamori(&folder, &["match", "--json", "--bank", bank, "--queries", queries]);
        assert_eq!((stderr(&output), output.status.code()), ("", Some(0)));
        stdout(&output).to_owned()
    };

    assert_eq!(run("empty", "one"), "{\"query\":0,\"matches\":[]}\n");
    assert_eq!(run("bank", "empty"), "");
    let both = "[{\"entry\":0,\"distance\":0},{\"entry\":1,\"distance\":17}]";
    assert_eq!(run("bank", "one"), format!("{{\"query\":0,\"matches\":{both}}}\n"));
}

#[test]
fn match_names_the_first_bad_line_and_prints_nothing() {
    let good = list(&[1, 2]);
    let bad = [&good[..], b"not a hash\n", &good, b"\n"].concat();
    let gap = [&good[..], b"\n", &good].concat();
    let folder = folder(&[("good", &good), ("bad", &bad), ("gap", &gap)]);
    for (bank, queries, name) in
        [("bad", "good", "bad"), ("good", "bad", "bad"), ("good", "gap", "gap")]
    {
        let output = mamori(&folder, &["match", "--json", "--bank", bank, "--queries", queries]);

        let expected = format!("mamori: {name}, line 3: not a pdq hash: expected 64 hex digits\n");
        assert_eq!((stdout(&output), stderr(&output)), ("", expected.as_str()));
        assert_eq!(output.status.code(), Some(2));
    }
    let output = mamori(&folder, &["match", "--bank", "good", "--queries", "missing"]);
    assert!(stderr(&output).starts_with("mamori: missing: "), "{}", stderr(&output));
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn match_prints_text_without_json() {
    let folder = folder(&[("bank", &list(&[0, 9])), ("queries", &list(&[1, 256]))]);

    let output = mamori(&folder, &["match", "--bank", "bank", "--queries", "queries"]);

    let expected = "query 0: entry 0 at 1 bits, entry 1 at 8 bits\nquery 1: nothing near\n";
    assert_eq!(stdout(&output), expected);
}

#[test]
fn match_answers_many_queries_in_their_order() {
    let ones: Vec<usize> = (0..20_000).map(|number| number % 257).collect();
    let folder =
        folder(&[("bank", &list(&(0..257).collect::<Vec<_>>())), ("queries", &list(&ones))]);
    let args = ["match", "--json", "--bank", "bank", "--queries", "queries", "--max-distance", "0"];

    let output = mamori(&folder, &args);

    let mut lines = stdout(&output).lines();
    for (query, entry) in ones.iter().enumerate() {
        let matches = format!("[{{\"entry\":{entry},\"distance\":0}}]");
        assert_eq!(lines.next(), Some(&*format!("{{\"query\":{query},\"matches\":{matches}}}")));
    }
    assert_eq!(lines.next(), None);
}

#[test]
fn a_closed_standard_output_is_no_error() {
    let folder = folder(&[("bank", &list(&[0; 100])), ("queries", &list(&vec![0; 5_000]))]);
    let mut child =
        command(&folder, &["match", "--json", "--bank", "bank", "--queries", "queries"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();

    let mut first = [0; 10];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();

    assert_eq!(&first, br#"{"query":0"#);
    let output = child.wait_with_output().unwrap();
    assert_eq!((stderr(&output), output.status.code()), ("", Some(0)));
}

#[test]
fn hash_prints_the_documented_line_for_each_file() {
    let png = encode::png(&draw(1, 300, 200));
    let jpeg = encode::jpeg(&draw(2, 64, 480), 80);
    let folder = folder(&[("a.png", &png), ("wrong name.txt", &jpeg)]);

    let output = mamori(&folder, &["hash", "--json", "wrong name.txt", "a.png"]);

    let expected =
        hash_line("wrong name.txt", &jpeg, 64, 480) + &hash_line("a.png", &png, 300, 200);
    assert_eq!((stdout(&output), stderr(&output)), (expected.as_str(), ""));
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn hash_reads_every_format_and_the_first_frame_of_an_animation() {
    let picture = draw(3, 120, 90);
    let mut files = encode::all(&picture);
    files.push(("two", encode::gif_animated(&[draw(4, 120, 90), draw(5, 120, 90)])));
    let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
    let folder = folder(&files.iter().map(|(name, bytes)| (*name, &bytes[..])).collect::<Vec<_>>());

    let output = mamori(&folder, &[&["hash", "--json"], &names[..]].concat());

    let expected: String =
        files.iter().map(|(name, bytes)| hash_line(name, bytes, 120, 90)).collect();
    assert_eq!(stdout(&output), expected);
    assert_eq!(frames(&files.last().unwrap().1).len(), 2);
}

#[test]
fn hash_goes_on_after_an_error_and_ends_with_1() {
    let png = encode::png(&draw(1, 300, 200));
    let folder = folder(&[("good", &png), ("text", b"some text"), ("empty", b"")]);
    let files = ["missing", "text", "empty", "good", "."];

    let output = mamori(&folder, &[&["hash", "--json"], &files[..]].concat());

    let lines: Vec<&str> = stdout(&output).lines().collect();
    assert!(
        lines[0].starts_with(r#"{"path":"missing","error":"cannot be opened: "#),
        "{}",
        lines[0]
    );
    assert_eq!(lines[1], r#"{"path":"text","error":"unknown is not supported"}"#);
    assert_eq!(lines[2], r#"{"path":"empty","error":"the file is empty"}"#);
    assert_eq!(lines[3], hash_line("good", &png, 300, 200).trim_end());
    assert!(lines[4].starts_with(r#"{"path":".","error":"cannot be opened: "#), "{}", lines[4]);
    assert_eq!((lines.len(), output.status.code()), (5, Some(1)));
}

#[test]
fn hash_answers_each_hostile_file_with_an_error() {
    let mut hostile = hostile::all();
    // Every viewer shows this one, without its colours.
    hostile.retain(|file| file.name != "JPEG with more colour than light");
    let names: Vec<String> = (0..hostile.len()).map(|number| format!("file {number}")).collect();
    let files: Vec<(&str, &[u8])> =
        names.iter().zip(&hostile).map(|(name, file)| (name.as_str(), &file.bytes[..])).collect();
    let folder = folder(&files);
    let args: Vec<&str> =
        ["hash", "--json"].into_iter().chain(names.iter().map(String::as_str)).collect();

    let output = mamori(&folder, &args);

    for ((line, name), file) in stdout(&output).lines().zip(&names).zip(&hostile) {
        assert!(
            line.starts_with(&format!("{{\"path\":\"{name}\",\"error\":\"")),
            "{}: {line}",
            file.name
        );
    }
    assert_eq!(stdout(&output).lines().count(), hostile.len());
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn hash_prints_text_without_json() {
    let png = encode::png(&draw(1, 300, 200));
    let folder = folder(&[("a.png", &png), ("b.txt", b"text")]);

    let output = mamori(&folder, &["hash", "a.png", "b.txt"]);

    let (pdq, quality) = &frames(&png)[0];
    let head = format!("{:64}  quality         size  file", "pdq");
    assert_eq!(stdout(&output), format!("{head}\n{pdq}  {quality:7}      300x200  a.png\n"));
    assert_eq!(stderr(&output), "mamori hash: b.txt: unknown is not supported\n");
    assert_eq!(output.status.code(), Some(1));
}

#[cfg(unix)]
#[test]
fn a_name_that_is_not_utf_8_is_shown_with_replacement_characters() {
    use std::os::unix::ffi::OsStrExt as _;

    let folder = TempDir::new().unwrap();
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.png");
    let png = encode::png(&draw(1, 300, 200));
    fs::write(folder.path().join(name), &png).unwrap();

    let output = command(&folder, &["hash", "--json"]).arg(name).output().unwrap();

    assert_eq!(stdout(&output), hash_line("caf\u{fffd}.png", &png, 300, 200));
}

/// Creates a bank of the scenes 1 and 2, and uploads: copies, other pictures, and other files.
fn uploads() -> TempDir {
    let (first, second, other) = (draw(1, 400, 300), draw(2, 400, 300), draw(9, 400, 300));
    let bank: String =
        [&first, &second].map(|picture| frames(&encode::png(picture))[0].0.clone() + "\n").concat();
    folder(&[
        ("bank.txt", bank.as_bytes()),
        ("in/z.jpg", &encode::jpeg(&edit::resize(&first, 200, 150), 60)),
        ("in/deep/er/b", &encode::png(&second)),
        ("in/a.gif", &encode::gif_animated(&[other.clone(), second])),
        ("in/other.png", &encode::png(&other)),
        ("in/notes.txt", b"just text"),
        ("in/nothing", b""),
        ("in/deep/cut.png", &encode::png(&other)[..5_000]),
    ])
}

fn distance(a: &str, b: &str) -> u32 {
    a.parse::<mamori_model::Pdq>().unwrap().distance(&b.parse().unwrap()).0
}

/// Returns the line that `mamori scan --json` must print for a frame that is near to one entry.
fn scan_line(folder: &TempDir, path: &str, frame: usize, entry: usize) -> String {
    let bank = fs::read_to_string(folder.path().join("bank.txt")).unwrap();
    let (pdq, quality) = frames(&fs::read(folder.path().join(path)).unwrap())[frame].clone();
    let distance = distance(&pdq, bank.lines().nth(entry).unwrap());
    format!(
        "{{\"path\":\"{path}\",\"frame\":{frame},\"transform\":\"none\",\"backdrop\":\"none\",\"pdq\":\"{pdq}\",\"quality\":{quality},\
         \"matches\":[{{\"entry\":{entry},\"distance\":{distance}}}]}}\n"
    )
}

#[test]
fn scan_prints_the_files_that_match_in_the_order_of_their_names() {
    let folder = uploads();

    let output = mamori(&folder, &["scan", "--json", "in", "--bank", "bank.txt"]);

    let expected = [
        scan_line(&folder, "in/a.gif", 1, 1),
        scan_line(&folder, "in/deep/er/b", 0, 1),
        scan_line(&folder, "in/z.jpg", 0, 0),
    ];
    assert_eq!(stdout(&output), expected.concat());
    let lines: Vec<&str> = stderr(&output).lines().collect();
    assert!(lines[0].starts_with("mamori scan: in/deep/cut.png: the PNG is "), "{}", lines[0]);
    assert!(
        lines[1].starts_with("mamori scan: 7 files seen, 3 matched, 1 unreadable, 2 unsupported, "),
        "{}",
        lines[1]
    );
    assert_eq!((lines.len(), output.status.code()), (2, Some(1)));
}

#[test]
fn scan_ends_with_0_if_every_picture_was_compared() {
    let folder = uploads();
    fs::remove_file(folder.path().join("in/deep/cut.png")).unwrap();
    let args = ["scan", "in/deep", "--bank", "bank.txt", "--max-distance", "0"];

    let output = mamori(&folder, &args);

    assert_eq!(stdout(&output), "in/deep/er/b: entry 1 at 0 bits\n");
    assert_eq!(output.status.code(), Some(0));
}

#[cfg(unix)]
#[test]
fn scan_follows_no_link() {
    let folder = uploads();
    std::os::unix::fs::symlink("..", folder.path().join("in/deep/er/up")).unwrap();
    std::os::unix::fs::symlink("b", folder.path().join("in/deep/er/c")).unwrap();

    let output = mamori(&folder, &["scan", "in/deep/er", "--bank", "bank.txt"]);

    assert_eq!(stdout(&output).lines().count(), 1);
    assert!(stderr(&output).contains(" 1 files seen, 1 matched,"), "{}", stderr(&output));
}

#[test]
fn scan_refuses_a_bad_bank_or_folder() {
    let folder = uploads();
    for (args, message) in [
        (["scan", "missing", "--bank", "bank.txt"], "mamori: missing is not a folder\n"),
        (["scan", "bank.txt", "--bank", "bank.txt"], "mamori: bank.txt is not a folder\n"),
        (
            ["scan", "in", "--bank", "in/notes.txt"],
            "mamori: in/notes.txt, line 1: not a pdq hash: expected 64 hex digits\n",
        ),
    ] {
        let output = mamori(&folder, &args);

        assert_eq!((stdout(&output), stderr(&output)), ("", message));
        assert_eq!(output.status.code(), Some(2));
    }
}

#[test]
fn the_help_has_examples_and_exit_statuses() {
    let folder = TempDir::new().unwrap();
    for (args, taught) in [
        (&["--help"][..], "mamori match --json --bank bank.txt"),
        (&["hash", "--help"], "Exit status:"),
        (&["help", "match"], "Exit status:"),
        (&["scan", "--help"], "Exit status:"),
    ] {
        let output = mamori(&folder, args);

        assert!(stdout(&output).contains(taught), "{}", stdout(&output));
        assert!(!stdout(&output).contains("decode "), "{}", stdout(&output));
        assert!(stdout(&output).lines().all(|line| line.chars().count() <= 180));
    }
    assert!(Path::new(env!("CARGO_BIN_EXE_mamori")).exists());
}
