//! `mamori staff` on the command line.

use std::path::Path;
use std::process::Output;

use tempfile::TempDir;

use crate::mamori::{configure, program};

fn staff(config: &Path, args: &[&str]) -> Output {
    program().arg("staff").args(args).arg("--config").arg(config).output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn the_first_administrator_comes_from_the_command_line_and_the_last_one_stays() {
    let folder = TempDir::new().unwrap();
    let database = format!("sqlite:{}", folder.path().join("m.sqlite").display());
    let console = "[console]\norigin = \"https://mamori.example\"\n";
    let config = configure(folder.path(), &database, console);

    let added = staff(&config, &["add", "ada", "--role", "administrator", "--language", "ja"]);
    let again = staff(&config, &["add", "ada", "--role", "reviewer"]);
    let clash = staff(&config, &["add", "bob", "--role", "auditor", "--role", "lead"]);
    let odd = staff(&config, &["add", "Bob!", "--role", "lead"]);
    let entered = staff(&config, &["sign-in-link", "ada"]);
    let ended = staff(&config, &["deactivate", "ada"]);
    let list = staff(&config, &["list", "--json"]);

    for link in [&added, &entered] {
        let link = out(link);
        assert!(link.starts_with("https://mamori.example/console/enroll/mt_"), "{link}");
        assert_eq!(link.lines().count(), 1, "{link}");
    }
    assert!(said(&again).contains("name"), "{}", said(&again));
    assert!(said(&clash).contains("roles"), "{}", said(&clash));
    assert_eq!(odd.status.code(), Some(2));
    assert!(said(&ended).contains("last administrator"), "{}", said(&ended));
    let list = out(&list);
    assert_eq!(list.lines().count(), 1, "{list}");
    assert!(list.contains("\"administrator\"") && !list.contains("mt_"), "{list}");
}

#[test]
fn a_missing_lead_is_reported_on_stderr_and_not_on_stdout() {
    let folder = TempDir::new().unwrap();
    let database = format!("sqlite:{}", folder.path().join("m.sqlite").display());
    let config = configure(folder.path(), &database, "");
    let (one, two) = (["add", "rei", "--role", "reviewer"], ["add", "lea", "--role", "lead"]);
    let warning = "there is no lead";

    let ada = staff(&config, &["add", "ada", "--role", "administrator"]);
    let rei = staff(&config, &one);
    let alone = staff(&config, &["list", "--json"]);
    let lea = staff(&config, &two);
    let both = staff(&config, &["list"]);
    let left = staff(&config, &["deactivate", "lea"]);

    assert!(!said(&ada).contains(warning), "there is no reviewer yet: {}", said(&ada));
    for (what, output) in [("add", &rei), ("list", &alone), ("deactivate", &left)] {
        assert!(output.status.success(), "{what}: {}", said(output));
        assert!(said(output).contains(warning), "{what}: {}", said(output));
        assert!(!out(output).contains(warning), "{what}: {}", out(output));
    }
    for (what, output) in [("add", &lea), ("list", &both)] {
        assert!(!said(output).contains(warning), "{what}: {}", said(output));
    }
}

#[test]
fn without_a_console_no_staff_account_is_created() {
    let folder = TempDir::new().unwrap();
    let database = format!("sqlite:{}", folder.path().join("m.sqlite").display());
    let config = configure(folder.path(), &database, "[console]\nenabled = false\n");

    let added = staff(&config, &["add", "ada", "--role", "administrator"]);

    assert!(!added.status.success());
    assert!(said(&added).contains("console.enabled"), "{}", said(&added));
    assert_eq!(out(&staff(&config, &["list"])).lines().count(), 1, "only the header");
}

#[test]
fn an_assignment_is_set_and_listed_on_the_command_line() {
    let folder = TempDir::new().unwrap();
    let database = format!("sqlite:{}", folder.path().join("m.sqlite").display());
    let config = configure(folder.path(), &database, "");
    let unknown = "svc_00000000000000000000000000000009";

    let limited = ["add", "rei", "--role", "reviewer", "--policy", "rehearsal"];
    let limited = staff(&config, &limited);
    let auditor = ["add", "aud", "--role", "auditor", "--policy", "rehearsal"];
    let auditor = staff(&config, &auditor);
    let table = staff(&config, &["list"]);
    let of_nothing = staff(&config, &["assign", "rei", "--service", unknown]);
    let odd = staff(&config, &["assign", "rei", "--policy", "opinion"]);
    let assigned = staff(&config, &["assign", "rei", "--policy", "child_exploitation"]);
    let list = staff(&config, &["list", "--json"]);
    let freed = staff(&config, &["assign", "rei"]);
    let free = staff(&config, &["list", "--json"]);

    assert!(limited.status.success(), "{}", said(&limited));
    assert!(said(&auditor).contains("cannot be limited"), "{}", said(&auditor));
    assert!(out(&table).contains("LIMITED TO") && out(&table).contains("rehearsal"), "{table:?}");
    assert!(
        !of_nothing.status.success() && said(&of_nothing).contains("service"),
        "{of_nothing:?}"
    );
    assert_eq!(odd.status.code(), Some(2));
    assert!(assigned.status.success(), "{}", said(&assigned));
    assert!(out(&list).contains("\"purposes\":[\"child_exploitation\"]"), "{list:?}");
    assert!(freed.status.success(), "{}", said(&freed));
    assert!(out(&free).contains("\"services\":null,\"purposes\":null"), "{free:?}");
}
