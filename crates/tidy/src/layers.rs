//! Rules for layers: dependencies between our crates point down, and the pure crates stay pure.

use std::collections::BTreeMap;

use crate::Findings;
use crate::workspace::WorkspaceCrate;

/// The testkit. Tests of every layer may use it.
const TESTKIT: &str = "mamori-testkit";

/// The only crate that ships with the testkit: `mamori demo` acts as a service with drawn pictures.
const DEMO: &str = "mamori-server";

/// Packages that a crate must not depend on, with the reason: each is an invariant of
/// `ARCHITECTURE.md`.
const FORBIDDEN: [(&str, &[&str], &str); 7] = [
    ("mamori-model", IO_PACKAGES, "knows no clock, no network, no database"),
    ("mamori-matching", IO_PACKAGES, "knows no clock, no network, no database"),
    (
        "mamori-media",
        &["sqlx", "reqwest", "axum", "hyper", "rustls"],
        "holds no socket and no database",
    ),
    (
        "mamori-vault",
        &["sqlx", "reqwest", "axum", "hyper"],
        "stores bytes and calls no other system",
    ),
    ("mamori-signin", &["tokio", "sqlx", "reqwest", "axum"], "checks only what it is given"),
    ("mamori-web", &["sqlx", "reqwest"], "calls the desk"),
    ("mamori-console", &["sqlx", "reqwest"], "calls the desk"),
];

const IO_PACKAGES: &[&str] = &["tokio", "sqlx", "reqwest", "axum", "hyper", "rustls", "getrandom"];

/// Reports crates without a layer, and dependencies on crates of the same or a higher layer.
pub fn upward(crates: &[WorkspaceCrate]) -> Findings {
    let layers: BTreeMap<&str, Option<u64>> =
        crates.iter().map(|krate| (krate.name.as_str(), krate.layer)).collect();
    let mut found = Findings::new();
    for krate in crates {
        if krate.layer.is_none() {
            found.push(format!("{}: no `layer` in [package.metadata]", krate.name));
        }
        for dependency in &krate.dependencies {
            let Some(below) = layers.get(dependency.name.as_str()) else { continue };
            let is_for_tests = dependency.is_dev && dependency.name == TESTKIT;
            if dependency.name == TESTKIT && !dependency.is_dev && krate.name != DEMO {
                found.push(format!("{}: ships with {TESTKIT}", krate.name));
            } else if *below >= krate.layer && !is_for_tests {
                found.push(format!("{} → {} points up or sideways", krate.name, dependency.name));
            }
        }
    }
    found
}

/// Reports dependencies that would break an invariant of the crate.
pub fn impure(crates: &[WorkspaceCrate]) -> Findings {
    let mut found = Findings::new();
    for (name, forbidden, why) in FORBIDDEN {
        let krate = crates.iter().filter(|krate| krate.name == name);
        let shipped =
            krate.flat_map(|krate| &krate.dependencies).filter(|dependency| !dependency.is_dev);
        for dependency in shipped.filter(|dependency| forbidden.contains(&dependency.name.as_str()))
        {
            found.push(format!("{name} → {}: but it {why}", dependency.name));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Dependency;

    fn krate(
        name: &str,
        layer: impl Into<Option<u64>>,
        dependencies: &[(&str, bool)],
    ) -> WorkspaceCrate {
        let dependency = |(name, is_dev): &(&str, bool)| Dependency {
            name: (*name).to_owned(),
            is_dev: *is_dev,
        };
        WorkspaceCrate {
            name: name.to_owned(),
            layer: layer.into(),
            dependencies: dependencies.iter().map(dependency).collect(),
        }
    }

    #[test]
    fn an_arrow_up_or_sideways_is_found_also_for_tests() {
        let crates = [
            krate("mamori-model", 0, &[("mamori-store", false)]),
            krate("mamori-media", 1, &[("mamori-matching", true)]),
            krate("mamori-matching", 1, &[("mamori-model", false)]),
            krate("mamori-store", 2, &[("mamori-matching", false)]),
        ];

        let found = upward(&crates);

        assert_eq!(
            found,
            [
                "mamori-model → mamori-store points up or sideways",
                "mamori-media → mamori-matching points up or sideways"
            ]
        );
    }

    #[test]
    fn a_crate_without_a_layer_is_found() {
        assert_eq!(upward(&[krate("mamori-new", None, &[])]).len(), 1);
    }

    #[test]
    fn only_the_demo_ships_with_the_testkit() {
        let crates = [
            krate(TESTKIT, 1, &[]),
            krate("mamori-media", 1, &[(TESTKIT, true)]),
            krate("mamori-web", 4, &[(TESTKIT, false)]),
            krate(DEMO, 5, &[(TESTKIT, false)]),
        ];

        assert_eq!(upward(&crates), ["mamori-web: ships with mamori-testkit"]);
    }

    #[test]
    fn a_model_with_a_network_is_found() {
        let crates = [krate("mamori-model", 0, &[("reqwest", false), ("tokio", true)])];

        let found = impure(&crates);

        assert_eq!(
            found,
            ["mamori-model → reqwest: but it knows no clock, no network, no database"]
        );
    }
}
