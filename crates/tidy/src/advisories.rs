//! Security advisories about packages in `Cargo.lock`, from a copy of RustSec's database.
//!
//! The copy is a folder, as `git clone` of the database makes it: the tests of a checkout need no
//! network, and the operator of a CI decides how old a copy may be.

use std::path::Path;

use rustsec::advisory::Informational;
use rustsec::report::Settings;
use rustsec::{Database, Lockfile, Report};

use crate::Findings;

/// Advisories that do not concern us, each with the reason.
pub const EXCUSED: [(&str, &str); 1] = [(
    "RUSTSEC-2023-0071",
    "the time that `rsa` takes reveals private keys; we have none: it only verifies signatures of the \
     sign-in provider's tokens",
)];

/// Reports packages of `lockfile` that an advisory in `database` is about: vulnerable, unsound,
/// unmaintained or withdrawn by their authors.
///
/// # Errors
/// If the folder is not a copy of the database, or the file is not a lock file.
pub fn found(database: &Path, lockfile: &Path) -> Result<Findings, rustsec::Error> {
    let database = Database::open(database)?;
    let lockfile = Lockfile::load(lockfile)?;
    let settings = Settings {
        ignore: EXCUSED.iter().map(|(id, _)| id.parse()).collect::<Result<_, _>>()?,
        informational_warnings: vec![
            Informational::Notice,
            Informational::Unmaintained,
            Informational::Unsound,
        ],
        ..Settings::default()
    };

    let report = Report::generate(&database, &lockfile, &settings);

    let vulnerable = report.vulnerabilities.list.into_iter().map(|one| (one.package, one.advisory));
    let warnings = report.warnings.into_values().flatten();
    let warned = warnings.filter_map(|one| Some((one.package, one.advisory?)));
    let findings = vulnerable.chain(warned).map(|(package, advisory)| {
        format!("{} {}: {}: {}", package.name, package.version, advisory.id, advisory.title)
    });
    Ok(findings.collect())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::checkout::root;

    /// An advisory as the database writes it.
    fn advisory(id: &str, package: &str, more: &str, patched: &str) -> String {
        format!(
            "```toml\n[advisory]\nid = \"{id}\"\npackage = \"{package}\"\ndate = \"2026-01-01\"\n\
             {more}\n[versions]\npatched = [{patched}]\n```\n\n# Drawn for a test\n\nMild.\n"
        )
    }

    fn found_with(advisories: &[(&str, &str, &str, &str)]) -> Findings {
        let folder = tempfile::tempdir().unwrap();
        for (id, package, more, patched) in advisories {
            let place = folder.path().join("crates").join(package);
            fs::create_dir_all(&place).unwrap();
            let text = advisory(id, package, more, patched);
            fs::write(place.join(format!("{id}.md")), text).unwrap();
        }
        found(folder.path(), &root().join("Cargo.lock")).unwrap()
    }

    #[test]
    fn a_package_in_a_version_that_an_advisory_is_about_is_found() {
        let unmaintained = "informational = \"unmaintained\"";

        let found = found_with(&[
            ("RUSTSEC-2026-9001", "tokio", "", "\">= 99.0.0\""),
            ("RUSTSEC-2026-9002", "serde", "", "\">= 0.1.0\""),
            ("RUSTSEC-2026-9003", "a-package-that-is-not-used", "", ""),
            ("RUSTSEC-2026-9004", "uuid", unmaintained, ""),
        ]);

        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("tokio ") && found[0].contains("9001"), "{found:?}");
        assert!(found[1].starts_with("uuid ") && found[1].contains("Drawn"), "{found:?}");
    }

    #[test]
    fn a_folder_that_is_no_database_is_an_error_and_not_a_clean_result() {
        let folder = tempfile::tempdir().unwrap();

        assert!(found(folder.path(), &root().join("Cargo.lock")).is_err());
    }
}
