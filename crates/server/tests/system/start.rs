//! What a start refuses, and how it says so.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Output, Stdio};

use mamori_testkit::database::TestDatabase;
use tempfile::TempDir;

use crate::mamori::{Mamori, configure, is_root, program};

fn run(folder: &TempDir, args: &[&str]) -> Output {
    program().current_dir(folder.path()).args(args).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn an_invalid_configuration_is_named_and_nothing_is_started() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("mamori.toml"), "[server]\nlisten_on = 1\n").unwrap();

    for command in ["serve", "check-config", "migrate"] {
        let output = run(&folder, &[command]);

        assert_eq!(output.status.code(), Some(2), "{command}");
        for words in ["mamori.toml", "line 2", "listen_on", "`listen`"] {
            assert!(said(&output).contains(words), "{command}: {}", said(&output));
        }
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "a file was created");
}

#[test]
fn a_configuration_is_checked_without_starting_anything() {
    let folder = TempDir::new().unwrap();

    let defaults = run(&folder, &["check-config"]);
    let missing = run(&folder, &["check-config", "--config", "nowhere.toml"]);

    assert!(defaults.status.success(), "{}", said(&defaults));
    assert_eq!(missing.status.code(), Some(2));
    assert!(said(&missing).contains("nowhere.toml"));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_risk_is_named_and_fails_only_a_strict_check() {
    let folder = TempDir::new().unwrap();
    let config = folder.path().join("mamori.toml");
    fs::write(&config, "[log]\nlevel = \"warn\"\n").unwrap();
    let config = config.to_str().unwrap();
    let check =
        |more: &[&str]| run(&folder, &[&["check-config", "--config", config], more].concat());
    let set_mode = |mode| fs::set_permissions(config, fs::Permissions::from_mode(mode)).unwrap();

    set_mode(0o644);
    let (usual, strict) = (check(&[]), check(&["--strict"]));
    set_mode(0o600);
    let mended = check(&["--strict"]);

    assert!(usual.status.success(), "{}", said(&usual));
    assert!(said(&usual).starts_with("warning: open-configuration: "), "{}", said(&usual));
    assert_eq!(strict.status.code(), Some(1));
    assert_eq!(said(&strict), said(&usual));
    assert!(mended.status.success(), "{}", said(&mended));
    assert_eq!(said(&mended), "");
}

/// Returns a command that runs the program as root: if the tests run as another user, as root of a
/// user namespace. `None` if this user may create none.
fn program_as_root() -> Option<Command> {
    if is_root() {
        return Some(program());
    }
    let unshare = || {
        let mut unshare = Command::new("unshare");
        unshare.arg("--map-root-user");
        unshare
    };
    let tried = unshare().arg("true").stderr(Stdio::null()).status();
    tried.is_ok_and(|status| status.success()).then(|| {
        let mut command = unshare();
        command.arg(program().get_program());
        command
    })
}

#[test]
fn root_is_refused_unless_the_configuration_allows_it() {
    let folder = TempDir::new().unwrap();
    if let Some(mut as_root) = program_as_root() {
        let output = as_root.current_dir(folder.path()).arg("serve").output().unwrap();

        assert_eq!(output.status.code(), Some(2));
        assert!(said(&output).contains("`server.allow_root`"), "{}", said(&output));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "a file was created");
    }

    let records = TestDatabase::sqlite().unwrap();
    let config = configure(folder.path(), records.url(), "");
    if !is_root() {
        // Another user needs no permission.
        let text = fs::read_to_string(&config).unwrap();
        assert!(text.contains("allow_root = true\n"), "{text}");
        fs::write(&config, text.replace("allow_root = true\n", "")).unwrap();
    }
    let (stopped, _) = Mamori::start(&config).stop();
    assert!(stopped.success(), "{stopped}");
}

#[test]
fn look_ups_without_keys_beyond_loopback_are_refused() {
    let folder = TempDir::new().unwrap();
    let hma = "[hma]\nenabled = true\nkey_required = false\nlisten = \"0.0.0.0:0\"\n\
               purpose = \"rehearsal\"\nlegal_basis = \"x\"\nsource = \"x\"\nowner = \"x\"\n";
    let config = configure(folder.path(), "sqlite:m.db", hma);

    let output = run(&folder, &["serve", "--config", config.to_str().unwrap()]);

    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("hma.key_required"), "{}", said(&output));
}

#[test]
fn a_schema_of_a_newer_version_is_refused() {
    let folder = TempDir::new().unwrap();
    configure(folder.path(), "sqlite:mamori.sqlite", "");
    assert!(run(&folder, &["migrate"]).status.success());
    make_newer(&folder.path().join("mamori.sqlite"));

    for args in [&["serve"][..], &["migrate"], &["bank", "list"], &["key", "list"]] {
        let output = run(&folder, args);

        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert!(said(&output).contains("has schema 999"), "{args:?}: {}", said(&output));
    }
}

#[tokio::main(flavor = "current_thread")]
async fn make_newer(database: &std::path::Path) {
    use sqlx::Connection as _;
    let url = format!("sqlite:{}", database.display());
    let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
    sqlx::query("INSERT INTO schema_version (version, changed_by) VALUES (999, 'a test')")
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
}

#[test]
fn an_address_in_use_is_named_with_its_key_before_anything_is_opened() {
    let folder = TempDir::new().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();

    for (key, other) in [("listen", "admin_listen"), ("admin_listen", "listen")] {
        let text = format!(
            "[server]\nallow_root = true\n{key} = \"{address}\"\n{other} = \"127.0.0.1:0\""
        );
        fs::write(folder.path().join("mamori.toml"), text).unwrap();

        let output = run(&folder, &["serve"]);

        assert_eq!(output.status.code(), Some(1));
        let error = format!("`server.{key}` is {address}, where Mamori cannot listen");
        assert!(said(&output).contains(&error), "{}", said(&output));
        assert!(!folder.path().join("mamori.sqlite").exists());
    }
}

#[test]
fn a_missing_database_is_named_without_its_password() {
    let folder = TempDir::new().unwrap();
    let url = "postgres://ada:geheim@127.0.0.1:1/mamori";
    let config = configure(folder.path(), url, "");

    let output = run(&folder, &["serve", "--config", config.to_str().unwrap()]);

    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("postgres://"), "{}", said(&output));
    assert!(!said(&output).contains("geheim"));
}

#[test]
fn every_command_has_its_own_help_text() {
    let folder = TempDir::new().unwrap();
    for (command, taught) in [
        ("serve", "mamori serve --config /etc/mamori.toml"),
        ("demo", "mamori demo --exit --json > demo.json"),
        ("bank", "mamori bank import rehearsal hashes.txt"),
        ("key", "mamori key create service"),
        ("check-config", "Exit statuses: 0 the configuration is valid"),
        ("migrate", "A schema that is newer than this version is refused."),
        ("hash", "mamori hash --json"),
        ("match", "mamori match --json"),
        ("scan", "mamori scan --json"),
    ] {
        let output = run(&folder, &[command, "--help"]);
        let help = String::from_utf8_lossy(&output.stdout).into_owned();

        assert!(output.status.success(), "{command}");
        assert!(help.contains("--help"), "{command} names no options: {help}");
        assert!(help.contains(taught), "{command}: {taught} is not in {help}");
    }
    assert_eq!(run(&folder, &["serve", "--nonsense"]).status.code(), Some(2));
}
