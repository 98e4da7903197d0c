//! `mamori bank` and `mamori key` on the command line, without a node.

use std::fs;
use std::process::Output;

use serde_json::Value;
use tempfile::TempDir;

use crate::mamori::program;

fn run(folder: &TempDir, args: &[&str]) -> Output {
    program().current_dir(folder.path()).args(args).output().unwrap()
}

fn create(folder: &TempDir, name: &str, more: &[&str]) -> Output {
    let mut args = vec!["bank", "create", name, "--purpose", "rehearsal", "--source", "drawn"];
    args.extend(["--legal-basis", "none", "--owner", "tests"]);
    args.extend(more);
    run(folder, &args)
}

fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{}", stderr(output));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn an_exported_list_can_be_imported_again() {
    let folder = TempDir::new().unwrap();
    let csv =
        format!("hash,kind,labels\n{},pdq,A1;B2\n{},md5,\n", "abba".repeat(16), "cd".repeat(16));
    fs::write(folder.path().join("list.csv"), csv).unwrap();
    create(&folder, "one", &["--action", "hold"]);
    create(&folder, "two", &["--disabled"]);

    let imported = run(&folder, &["bank", "import", "one", "list.csv"]);
    let exported = stdout(&run(&folder, &["bank", "export", "one"]));
    fs::write(folder.path().join("one.ndjson"), &exported).unwrap();
    let again = run(&folder, &["bank", "import", "two", "one.ndjson"]);
    let twice = run(&folder, &["bank", "import", "two", "one.ndjson"]);

    assert!(stderr(&imported).contains("2 lines: 2 added"), "{}", stderr(&imported));
    assert_eq!(exported.lines().count(), 2);
    assert!(exported.contains(r#""labels":["A1","B2"]"#), "{exported}");
    assert!(stderr(&again).contains("2 added"), "{}", stderr(&again));
    assert!(stderr(&twice).contains("0 added, 0 changed, 2 already there"), "{}", stderr(&twice));
    assert_eq!(stdout(&run(&folder, &["bank", "export", "two"])), exported);
}

#[test]
fn a_rejected_line_is_named_by_its_number_and_the_others_are_added() {
    let folder = TempDir::new().unwrap();
    let (one, two) = ("1fe0".repeat(16), "3fc0".repeat(16));
    fs::write(folder.path().join("list.txt"), format!("{one}\nnonsense\n\n{two}\n")).unwrap();
    create(&folder, "bank", &[]);

    let output = run(&folder, &["bank", "import", "bank", "list.txt"]);

    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).starts_with("line 2: "), "{}", stderr(&output));
    assert!(stderr(&output).contains("2 added"), "{}", stderr(&output));
}

#[test]
fn a_bank_is_deleted_only_with_confirmation() {
    let folder = TempDir::new().unwrap();
    create(&folder, "bank", &[]);

    let refused = run(&folder, &["bank", "delete", "bank"]);
    let before = stdout(&run(&folder, &["bank", "list", "--json"]));
    let confirmed = run(&folder, &["bank", "delete", "bank", "--yes"]);
    let after = stdout(&run(&folder, &["bank", "list", "--json"]));

    assert_eq!(refused.status.code(), Some(1));
    let row: Value = serde_json::from_str(&before).unwrap();
    assert_eq!((&row["name"], &row["action"]), (&"bank".into(), &"none".into()));
    assert!(confirmed.status.success());
    assert_eq!(after, "");
    assert_eq!(run(&folder, &["bank", "export", "bank"]).status.code(), Some(1));
}

#[test]
fn a_bank_is_for_private_messages_only_with_a_law_and_its_last_day() {
    let folder = TempDir::new().unwrap();
    let private = ["--surface", "private_message"];

    let without = create(&folder, "a", &private);
    let half = create(&folder, "b", &[&private[..], &["--private-law", "Some Act, s. 4"]].concat());
    let law = |law, until| ["--private-law", law, "--private-until", until];
    let today = mamori_desk::Clock::system().now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let next_year = today.saturating_add(jiff::Span::new().years(1)).to_string();
    let with = create(&folder, "c", &[&private[..], &law("Some Act, s. 4", &next_year)].concat());
    let far = create(&folder, "d", &[&private[..], &law("Some Act, s. 4", "2099-01-01")].concat());
    let short = create(&folder, "e", &[&private[..], &law("x", &next_year)].concat());

    assert_eq!(without.status.code(), Some(1));
    assert!(stderr(&without).contains("private_basis"), "{}", stderr(&without));
    assert_eq!(half.status.code(), Some(2));
    assert!(stdout(&with).starts_with("bank_"));
    assert_eq!((far.status.code(), short.status.code()), (Some(1), Some(1)));
    assert!(stderr(&far).contains("at the latest, 2 years from today"), "{}", stderr(&far));
    assert!(stderr(&short).contains("at least 12 characters"), "{}", stderr(&short));
}

#[test]
fn a_key_is_shown_once_and_the_last_administrators_stays() {
    let folder = TempDir::new().unwrap();

    let key = stdout(&run(&folder, &["key", "create", "admin", "--name", "Ada"]));
    let service = run(&folder, &["key", "create", "service", "photos"]);
    let same = run(&folder, &["key", "create", "service", "photos"]);
    let list = stdout(&run(&folder, &["key", "list", "--json"]));
    let rows: Vec<Value> = list.lines().map(|row| serde_json::from_str(row).unwrap()).collect();
    let revoke = |row: &Value| run(&folder, &["key", "revoke", row["id"].as_str().unwrap()]);

    assert!(key.starts_with("mk_") && key.trim().len() == 46, "{key}");
    assert!(service.status.success() && same.status.success());
    assert!(!list.contains("mk_"));
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[1]["service"], rows[2]["service"], "one service, two keys");
    assert!(revoke(&rows[1]).status.success());
    let refused = revoke(&rows[0]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("last administrator"), "{}", stderr(&refused));
}

#[test]
fn a_command_that_needs_data_creates_no_database_and_says_which_does() {
    let folder = TempDir::new().unwrap();
    let id = "key_01931c8e7d5a7c3e9f5b2f1d0c9b8a76";

    for args in [
        &["bank", "list"][..],
        &["bank", "export", "bank"],
        &["bank", "import", "bank", "list.csv"],
        &["bank", "delete", "bank", "--yes"],
        &["key", "list"],
        &["key", "revoke", id],
    ] {
        let output = run(&folder, args);

        assert_eq!(output.status.code(), Some(1), "{args:?}");
        for words in ["there is no database mamori.sqlite", "`mamori migrate`", "--config"] {
            assert!(stderr(&output).contains(words), "{args:?}: {}", stderr(&output));
        }
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "a file was created");

    assert!(run(&folder, &["migrate"]).status.success());
    assert!(run(&folder, &["key", "list"]).status.success());
}

#[test]
fn a_database_of_an_older_version_is_not_changed_by_reading_it() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("mamori.sqlite"), "").unwrap();

    let list = run(&folder, &["bank", "list"]);
    let migrated = stdout(&run(&folder, &["migrate"]));

    assert_eq!(list.status.code(), Some(1));
    for words in ["`mamori migrate`", "has schema 0"] {
        assert!(stderr(&list).contains(words), "{}", stderr(&list));
    }
    assert!(migrated.contains("from version 0"), "{migrated}");
}
