//! `mamori approval` on the command line, and changes that wait there for a second actor.

use std::process::Output;

use sqlx::{Connection as _, Executor as _, SqliteConnection};
use tempfile::TempDir;

use crate::mamori::program;

fn run(folder: &TempDir, args: &[&str]) -> Output {
    program().current_dir(folder.path()).args(args).output().unwrap()
}

fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{}", stderr(output));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A folder with the database of an installation whose first day is long over.
fn an_old_installation() -> TempDir {
    let folder = TempDir::new().unwrap();
    assert!(run(&folder, &["migrate"]).status.success());
    let path = folder.path().join("mamori.sqlite").to_str().unwrap().to_owned();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut sqlite = SqliteConnection::connect(&path).await.unwrap();
        let begin = "INSERT INTO installation (id, began_at, changed_by) VALUES (1, 0, 'test')";
        sqlite.execute(begin).await.unwrap();
    });
    folder
}

const CREATE: [&str; 12] = [
    "bank",
    "create",
    "list",
    "--purpose",
    "child_sexual_abuse",
    "--source",
    "a hotline",
    "--legal-basis",
    "a law",
    "--owner",
    "a team",
    "--action=hold",
];

#[test]
fn a_command_whose_change_waits_says_so_and_what_the_second_actor_does() {
    let folder = an_old_installation();

    let waiting = run(&folder, &CREATE);
    let listed = stdout(&run(&folder, &["approval", "list"]));

    assert_eq!(waiting.status.code(), Some(3));
    let id = listed.split_whitespace().next().unwrap();
    let told = stderr(&waiting);
    assert!(told.contains(&format!("POST /v1/approvals/{id}/approve")), "{told}");
    assert!(told.contains(&format!("mamori approval apply {id}")), "{told}");
    assert!(listed.contains("create bank") && listed.contains("by command line"), "{listed}");
    let banks = stdout(&run(&folder, &["bank", "list"]));
    assert_eq!(banks.lines().count(), 1, "only the head of the table: {banks}");
}

#[test]
fn the_command_line_does_not_agree_to_its_own_request_and_can_cancel_it() {
    let folder = an_old_installation();
    run(&folder, &CREATE);
    let listed = stdout(&run(&folder, &["approval", "list"]));
    let id = listed.split_whitespace().next().unwrap();

    let own = run(&folder, &["approval", "approve", id]);
    let soon = run(&folder, &["approval", "apply", id]);
    let cancelled = stdout(&run(&folder, &["approval", "cancel", id]));

    assert_eq!((own.status.code(), soon.status.code()), (Some(1), Some(1)));
    assert!(stderr(&own).contains("your own request"), "{}", stderr(&own));
    assert!(stderr(&soon).contains("the delay has not passed"), "{}", stderr(&soon));
    assert!(cancelled.contains("cancelled"), "{cancelled}");
    assert_eq!(stdout(&run(&folder, &["approval", "list"])), "");
    assert!(stdout(&run(&folder, &["approval", "list", "--all"])).contains(id));
}

#[test]
fn an_administrators_key_from_the_command_line_waits_too() {
    let folder = an_old_installation();

    let created = run(&folder, &["key", "create", "admin"]);

    assert_eq!(created.status.code(), Some(3));
    let text = String::from_utf8(created.stdout.clone()).unwrap();
    assert!(text.starts_with("mk_"), "{text}");
    assert!(stderr(&created).contains("not accepted yet"), "{}", stderr(&created));
    assert!(stdout(&run(&folder, &["key", "list"])).contains("  waits  "));
}
