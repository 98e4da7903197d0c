//! `mamori languages`, and the languages of the configuration.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use tempfile::TempDir;

use crate::mamori::{configure, program};

/// A folder with the English messages as the language pack `tag`.
fn pack(folder: &Path, tag: &str) -> PathBuf {
    let english = Path::new(env!("CARGO_MANIFEST_DIR")).join("../console/messages/en");
    let pack = folder.join("languages").join(tag);
    fs::create_dir_all(&pack).unwrap();
    for file in fs::read_dir(english).unwrap() {
        let path = file.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let text = text.replace("language-name = English", "language-name = Nederlands");
        fs::write(pack.join(path.file_name().unwrap()), text).unwrap();
    }
    fs::write(pack.join("README.txt"), "not read").unwrap();
    pack
}

fn check(folder: &Path) -> Output {
    program().args(["languages", "check"]).arg(folder.join("languages")).output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn the_check_accepts_a_whole_pack_and_names_each_fault() {
    let folder = TempDir::new().unwrap();
    let nl = pack(folder.path(), "nl");

    let whole = check(folder.path());
    fs::remove_file(nl.join("find.ftl")).unwrap();
    fs::write(nl.join("more.ftl"), "find-title = { $count }\r\nnew-title = New\r\n").unwrap();
    pack(folder.path(), "de");
    let faulty = check(folder.path());
    let nowhere = check(&folder.path().join("elsewhere"));

    assert!(whole.status.success(), "{whole:?}");
    assert!(out(&whole).starts_with("nl: ") && out(&whole).contains("can be used"), "{whole:?}");
    assert_eq!(faulty.status.code(), Some(1));
    for fault in [
        "de: built_in: ",
        "nl: unknown_message: new-title",
        "nl: missing_message: find-none",
        "nl: unknown_placeholder: find-title",
    ] {
        assert!(out(&faulty).contains(fault), "{fault}: {faulty:?}");
    }
    assert!(!nowhere.status.success() && said(&nowhere).contains("cannot be read"), "{nowhere:?}");
}

#[cfg(unix)]
#[test]
fn a_link_or_a_file_that_is_too_large_is_not_read() {
    let folder = TempDir::new().unwrap();
    let nl = pack(folder.path(), "nl");
    let more = nl.join("more.ftl");

    let mut refused = Vec::new();
    for target in [Path::new("/dev/zero"), nl.join("find.ftl").as_path()] {
        std::os::unix::fs::symlink(target, &more).unwrap();
        refused.push(check(folder.path()));
        fs::remove_file(&more).unwrap();
    }
    fs::create_dir(&more).unwrap();
    refused.push(check(folder.path()));
    fs::remove_dir(&more).unwrap();
    fs::write(&more, vec![b'#'; (4 << 20) + 1]).unwrap();
    let large = check(folder.path());
    fs::write(&more, [b'#', b' ', 0xff]).unwrap();
    let not_text = check(folder.path());
    fs::write(&more, "# A comment\n").unwrap();
    let small = check(folder.path());

    for output in &refused {
        assert!(!output.status.success(), "{output:?}");
        let text = said(output);
        assert!(text.contains("more.ftl is not a regular file"), "{text}");
    }
    assert!(
        !large.status.success() && said(&large).contains("more than 4194304 bytes"),
        "{large:?}"
    );
    assert!(
        !not_text.status.success() && said(&not_text).contains("more.ftl cannot be read"),
        "{not_text:?}"
    );
    assert!(small.status.success(), "{small:?}");
}

#[test]
fn a_configured_language_is_used_and_a_faulty_one_stops_the_start() {
    let folder = TempDir::new().unwrap();
    let nl = pack(folder.path(), "nl");
    let database = format!("sqlite:{}", folder.path().join("m.sqlite").display());
    let languages = folder.path().join("languages");
    let console = format!("[console]\nlanguages_dir = {languages:?}\n");
    let config = configure(folder.path(), &database, &console);
    let mamori =
        |args: &[&str]| program().args(args).arg("--config").arg(&config).output().unwrap();

    let checked = mamori(&["check-config"]);
    let added = mamori(&["staff", "add", "rei", "--role", "reviewer", "--language", "nl"]);
    let unknown = mamori(&["staff", "add", "aoi", "--role", "reviewer", "--language", "pl"]);
    fs::write(nl.join("more.ftl"), "queue-title = Rij\n").unwrap();
    let faulty = mamori(&["check-config"]);
    let served = mamori(&["serve"]);

    assert!(checked.status.success(), "{checked:?}");
    assert!(added.status.success(), "{added:?}");
    assert!(
        !unknown.status.success() && said(&unknown).contains("en, ja, fr, de, it, nl"),
        "{unknown:?}"
    );
    for refused in [&faulty, &served] {
        assert_eq!(refused.status.code(), Some(2));
        let text = said(refused);
        assert!(
            text.contains("console.languages_dir") && text.contains("nl: twice: queue-title"),
            "{text}"
        );
    }
}
