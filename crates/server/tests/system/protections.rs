//! Kernels that lack a protection of the decoding processes.

use std::collections::BTreeMap;
use std::process::Output;
use std::thread;

use mamori_testkit::database::TestDatabase;
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, apply_filter};
use tempfile::TempDir;

use crate::mamori::{Mamori, configure, program};

/// The number of the system call `landlock_create_ruleset`, on x86-64 and on 64-bit ARM.
const LANDLOCK_CREATE_RULESET: i64 = 444;
/// What a kernel answers to a call that it does not know.
const ENOSYS: u32 = 38;

/// Runs `start` in a thread whose processes find a kernel without landlock.
fn without_landlock<T: Send>(start: impl FnOnce() -> T + Send) -> T {
    let rules = BTreeMap::from([(LANDLOCK_CREATE_RULESET, Vec::new())]);
    let arch = std::env::consts::ARCH.try_into().unwrap();
    let (other, listed) = (SeccompAction::Allow, SeccompAction::Errno(ENOSYS));
    let filter = SeccompFilter::new(rules, other, listed, arch).unwrap();
    let filter: BpfProgram = filter.try_into().unwrap();
    thread::scope(|scope| {
        let thread = scope.spawn(|| {
            apply_filter(&filter).unwrap();
            start()
        });
        thread.join().unwrap()
    })
}

#[test]
fn a_node_does_not_start_without_a_protection_that_it_requires() {
    let folder = TempDir::new().unwrap();
    let database = folder.path().join("m.db");
    let config = configure(folder.path(), &format!("sqlite:{}", database.display()), "");
    let mut serve = program();
    serve.arg("serve").arg("--config").arg(config);

    let output: Output = without_landlock(|| serve.output().unwrap());

    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    let last = said.lines().last().unwrap();
    assert!(last.contains("`media.protections_required`"), "{said}");
    assert!(last.contains(": files (landlock). "), "{said}");
    assert!(!database.exists(), "a database was created");
}

#[test]
fn a_node_starts_without_a_protection_that_it_does_not_require_and_says_so() {
    let folder = TempDir::new().unwrap();
    let records = TestDatabase::sqlite().unwrap();
    let required = "protections_required = [\"system_calls\", \"memory\"]\n";
    let config = configure(folder.path(), records.url(), required);

    let mut node = without_landlock(|| Mamori::start(&config));
    let log = node.log();
    let (status, _) = node.stop();

    assert!(log.contains("\"risk\":\"fewer-protections\""), "{log}");
    assert!(log.contains("this kernel lacks protections"), "{log}");
    assert!(status.success());
}
