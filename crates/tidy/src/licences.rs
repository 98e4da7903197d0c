//! Rules for packages of others: accepted licences, allowed sources, banned and duplicate packages.

use std::collections::{BTreeMap, BTreeSet};

use spdx::{Expression, ParseMode};

use crate::Findings;
use crate::workspace::ThirdPartyPackage;

/// The licences that we accept, each with a remark.
pub const ACCEPTED: [(&str, &str); 13] = [
    ("Apache-2.0", "our own; permissive, with a grant of patents"),
    ("MIT", "permissive"),
    ("0BSD", "permissive; quoted-printable, by lettre"),
    ("BSD-2-Clause", "permissive"),
    ("BSD-3-Clause", "permissive"),
    ("ISC", "permissive; cryptography by rustls and ring"),
    ("Zlib", "permissive"),
    ("IJG", "permissive; libjpeg, by mozjpeg-sys"),
    ("CC0-1.0", "given to the public domain; to_method, by re_rav1d"),
    ("Unicode-3.0", "data of the Unicode consortium; permissive"),
    ("CDLA-Permissive-2.0", "the list of root certificates; a licence for data"),
    ("Apache-2.0 WITH LLVM-exception", "permissive"),
    ("MPL-2.0", "copyleft of single files, which we do not change: webauthn-rs"),
];

/// The packages that we do not accept, by name, each with the reason.
pub const BANNED: [(&str, &str); 8] = [
    ("openssl", "TLS is rustls with ring: one library to patch, and no system library"),
    ("openssl-sys", "as openssl"),
    ("native-tls", "brings openssl"),
    ("aws-lc-sys", "needs cmake and a long build of C"),
    ("aws-lc-rs", "brings aws-lc-sys"),
    ("bindgen", "needs libclang on every machine that builds"),
    ("cmake", "a build tool that a fresh machine lacks"),
    ("prost-build", "needs protoc on every machine that builds"),
];

/// Packages of which there must be only one version: two would be two sets of keys, types or
/// decoders.
pub const SINGLE: [&str; 9] =
    ["axum", "http", "hyper", "image", "ring", "rustls", "sqlx", "tokio", "uuid"];

/// The registry from which every package must come.
pub const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Reports packages whose licence is none of [`ACCEPTED`].
pub fn unaccepted(packages: &[ThirdPartyPackage]) -> Findings {
    let wrong =
        packages.iter().filter(|package| !package.licence.as_deref().is_some_and(is_accepted));
    wrong.map(|package| format!("{}: licence {:?}", shown(package), package.licence)).collect()
}

/// Checks whether the accepted licences suffice to use a package under `expression`.
fn is_accepted(expression: &str) -> bool {
    // Old manifests write `MIT/Apache-2.0`, which the lax mode reads as `OR`.
    let Ok(read) = Expression::parse_mode(expression, ParseMode::LAX) else { return false };
    read.evaluate(|needed| {
        let needed = needed.to_string();
        ACCEPTED.iter().any(|(licence, _)| *licence == needed)
    })
}

/// Reports packages that do not come from crates.io.
pub fn foreign(packages: &[ThirdPartyPackage]) -> Findings {
    let foreign = packages.iter().filter(|package| package.source.as_deref() != Some(CRATES_IO));
    foreign.map(|package| format!("{}: from {:?}", shown(package), package.source)).collect()
}

/// Reports packages that are in [`BANNED`].
pub fn banned(packages: &[ThirdPartyPackage]) -> Findings {
    let why = |package: &ThirdPartyPackage| BANNED.iter().find(|(name, _)| *name == package.name);
    let banned = packages.iter().filter_map(|package| Some((package, why(package)?.1)));
    banned.map(|(package, why)| format!("{}: {why}", shown(package))).collect()
}

/// Reports packages of [`SINGLE`] that occur in several versions.
pub fn doubled(packages: &[ThirdPartyPackage]) -> Findings {
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for package in packages {
        versions.entry(&package.name).or_default().insert(&package.version);
    }
    let doubled =
        versions.into_iter().filter(|(name, versions)| SINGLE.contains(name) && versions.len() > 1);
    doubled.map(|(name, versions)| format!("{name}: {versions:?}")).collect()
}

fn shown(package: &ThirdPartyPackage) -> String {
    format!("{} {}", package.name, package.version)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, version: &str, licence: &str) -> ThirdPartyPackage {
        ThirdPartyPackage {
            name: name.to_owned(),
            version: version.to_owned(),
            licence: Some(licence.to_owned()),
            source: Some(CRATES_IO.to_owned()),
        }
    }

    #[test]
    fn a_licence_that_is_not_accepted_is_found_and_a_choice_is_read() {
        for good in
            ["MIT", "MIT/Apache-2.0", "GPL-3.0 OR MIT", "(MIT OR Apache-2.0) AND Unicode-3.0"]
        {
            assert!(unaccepted(&[package("a", "1.0.0", good)]).is_empty(), "{good}");
        }
        for bad in ["GPL-3.0-only", "MIT AND AGPL-3.0-only", "Proprietary", ""] {
            assert_eq!(unaccepted(&[package("a", "1.0.0", bad)]).len(), 1, "{bad}");
        }
        let unlicensed = ThirdPartyPackage { licence: None, ..package("a", "1.0.0", "MIT") };
        assert_eq!(unaccepted(&[unlicensed]).len(), 1);
    }

    #[test]
    fn a_source_that_is_not_crates_io_is_found() {
        let git = ThirdPartyPackage {
            source: Some("git+https://example.org/a".to_owned()),
            ..package("a", "1.0.0", "MIT")
        };
        let folder = ThirdPartyPackage { source: None, ..package("b", "1.0.0", "MIT") };

        assert_eq!(foreign(&[git, folder, package("c", "1.0.0", "MIT")]).len(), 2);
    }

    #[test]
    fn a_banned_package_is_found() {
        assert_eq!(banned(&[package("openssl", "0.10.0", "Apache-2.0")]).len(), 1);
    }

    #[test]
    fn a_second_version_of_a_package_that_must_be_single_is_found() {
        let packages = [
            package("rustls", "0.22.0", "MIT"),
            package("rustls", "0.23.0", "MIT"),
            package("itoa", "0.4.0", "MIT"),
            package("itoa", "1.0.0", "MIT"),
        ];

        assert_eq!(doubled(&packages).len(), 1);
    }
}
