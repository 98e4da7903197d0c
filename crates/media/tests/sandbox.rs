//! A process in the sandbox makes forbidden attempts, and is killed or refused.
#![cfg(test)]

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_mamori-decode-test");
const KILLED_BY_FILTER: Option<i32> = Some(31);
const OUT_OF_PROCESSOR_TIME: Option<i32> = Some(24);

fn attempt(what: &str) -> Output {
    attempt_with(what, Path::new(""))
}

fn attempt_with(what: &str, target: &Path) -> Output {
    let mut command = Command::new(PROGRAM);
    command.arg(what).arg(target).stdin(Stdio::null()).stderr(Stdio::piped());
    command.output().unwrap()
}

#[test]
fn a_process_in_the_sandbox_can_compute_and_speak() {
    let output = attempt("speak");

    assert!(output.status.success(), "{output:?}");
    assert_eq!(output.stdout, b"still here\n");
}

#[test]
fn a_process_that_reaches_out_of_the_sandbox_is_killed() {
    let attempts = [
        "read-a-file",
        "list-a-folder",
        "connect",
        "listen",
        "send-a-datagram",
        "start-a-program",
        "start-a-thread",
    ];
    for what in attempts {
        let output = attempt(what);

        assert_eq!(output.status.signal(), KILLED_BY_FILTER, "{what}: {output:?}");
    }
}

#[test]
fn no_file_is_written_from_the_sandbox() {
    let folder = TempDir::new().unwrap();
    let target = folder.path().join("escaped");

    let output = attempt_with("write-a-file", &target);

    assert_eq!(output.status.signal(), KILLED_BY_FILTER, "{output:?}");
    assert!(!target.exists());
}

#[test]
fn a_process_that_computes_too_long_is_killed() {
    let output = attempt("compute-for-ever");

    assert_eq!(output.status.signal(), OUT_OF_PROCESSOR_TIME, "{output:?}");
}

#[test]
fn a_process_that_takes_too_much_memory_is_refused() {
    assert_eq!(attempt("take-much-memory").status.code(), Some(7));
}

/// The second barrier: where seccomp is missing, still no file and no port can be opened. Where
/// landlock is missing too, or does not support ports, the pool reports that at start.
#[test]
fn landlock_alone_forbids_files_and_ports() {
    assert_eq!(attempt("open-under-landlock").status.code(), Some(7));
    assert_eq!(attempt("listen-under-landlock").status.code(), Some(7));
}

/// A converter is a foreign program that reads a hostile file. Its forbidden attempts are refused.
#[test]
fn a_converter_reaches_nothing_but_libraries() {
    let folder = TempDir::new_in(std::env::var_os("HOME").unwrap()).unwrap();
    let secret = folder.path().join("secret");
    fs::write(&secret, "key").unwrap();
    let attempts = [
        ("write-a-file", "/etc/passwd"),
        ("read-a-file", "/etc/passwd"),
        ("read-a-file", "/proc/self/environ"),
        ("read-a-file", secret.to_str().unwrap()),
        ("write-a-file", secret.to_str().unwrap()),
        ("make-a-file", "/tmp/mamori-escaped"),
        ("connect", ""),
        ("listen", ""),
        ("send-a-datagram", ""),
        ("open-a-unix-socket", ""),
        ("start-a-program", ""),
        ("take-much-memory", ""),
    ];
    for (what, target) in attempts {
        let output = attempt_with(&format!("as-converter-{what}"), Path::new(target));

        assert_eq!(output.status.code(), Some(7), "{what} {target}: {output:?}");
    }
    for what in ["start-a-thread", "read-a-library", "speak"] {
        let output = attempt(&format!("as-converter-{what}"));
        assert!(output.status.success(), "{what}: {output:?}");
    }
    assert_eq!(attempt("as-converter-compute-for-ever").status.signal(), OUT_OF_PROCESSOR_TIME);
}

/// The sandbox stays in force when the process becomes another program.
#[test]
fn the_program_that_a_converter_becomes_is_sandboxed_too() {
    let folder = TempDir::new_in(std::env::var_os("HOME").unwrap()).unwrap();
    let secret = folder.path().join("secret");
    fs::write(&secret, "key").unwrap();

    let allowed = attempt_with("as-converter-become-cat", Path::new("/usr/bin/heif-convert"));
    let read = attempt_with("as-converter-become-cat", &secret);
    let forked =
        attempt_with("as-converter-become-a-shell", Path::new("/usr/bin/true; echo forked"));
    let bomb = attempt_with("as-converter-become-a-shell", Path::new("f() { f & f; }; f"));

    assert!(allowed.status.success(), "{allowed:?}");
    assert!(!read.status.success() && read.stdout.is_empty(), "{read:?}");
    assert!(!forked.status.success() && forked.stdout.is_empty(), "{forked:?}");
    assert!(!bomb.status.success(), "{bomb:?}");
}
