//! Rules for layers: dependencies between our crates point down, and the pure crates stay pure.

use std::collections::BTreeMap;

use crate::Findings;
use crate::workspace::House;

/// The testkit. Tests of every layer may use it.
const TESTKIT: &str = "mamori-testkit";

/// The only crate that ships with the testkit: `mamori demo` acts as a service with drawn pictures.
const DEMO: &str = "mamori-server";

/// Packages that a crate must not depend on, with the reason: each is an invariant of
/// `ARCHITECTURE.md`.
const KEPT_OUT: [(&str, &[&str], &str); 7] = [
    ("mamori-model", OUTSIDE, "knows no clock, no network, no database"),
    ("mamori-matching", OUTSIDE, "knows no clock, no network, no database"),
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
    ("mamori-signin", &["tokio", "sqlx", "reqwest", "axum"], "checks what it was handed"),
    ("mamori-web", &["sqlx", "reqwest"], "asks the desk"),
    ("mamori-console", &["sqlx", "reqwest"], "asks the desk"),
];

const OUTSIDE: &[&str] = &["tokio", "sqlx", "reqwest", "axum", "hyper", "rustls", "getrandom"];

/// Reports crates without a layer, and dependencies on crates of the same or a higher layer.
pub fn upward(houses: &[House]) -> Findings {
    let layers: BTreeMap<&str, Option<u64>> =
        houses.iter().map(|house| (house.name.as_str(), house.layer)).collect();
    let mut found = Findings::new();
    for house in houses {
        if house.layer.is_none() {
            found.push(format!("{}: no `layer` in [package.metadata]", house.name));
        }
        for need in &house.needs {
            let Some(below) = layers.get(need.name.as_str()) else { continue };
            let is_for_tests = need.is_dev && need.name == TESTKIT;
            if need.name == TESTKIT && !need.is_dev && house.name != DEMO {
                found.push(format!("{}: ships with {TESTKIT}", house.name));
            } else if *below >= house.layer && !is_for_tests {
                found.push(format!("{} → {} points up or sideways", house.name, need.name));
            }
        }
    }
    found
}

/// Reports dependencies that would break an invariant of the crate.
pub fn impure(houses: &[House]) -> Findings {
    let mut found = Findings::new();
    for (name, outside, why) in KEPT_OUT {
        let house = houses.iter().filter(|house| house.name == name);
        let shipped = house.flat_map(|house| &house.needs).filter(|need| !need.is_dev);
        for need in shipped.filter(|need| outside.contains(&need.name.as_str())) {
            found.push(format!("{name} → {}: but it {why}", need.name));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Need;

    fn house(name: &str, layer: impl Into<Option<u64>>, needs: &[(&str, bool)]) -> House {
        let need =
            |(name, is_dev): &(&str, bool)| Need { name: (*name).to_owned(), is_dev: *is_dev };
        House {
            name: name.to_owned(),
            layer: layer.into(),
            needs: needs.iter().map(need).collect(),
        }
    }

    #[test]
    fn an_arrow_up_or_sideways_is_found_also_for_tests() {
        let houses = [
            house("mamori-model", 0, &[("mamori-store", false)]),
            house("mamori-media", 1, &[("mamori-matching", true)]),
            house("mamori-matching", 1, &[("mamori-model", false)]),
            house("mamori-store", 2, &[("mamori-matching", false)]),
        ];

        let found = upward(&houses);

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
        assert_eq!(upward(&[house("mamori-new", None, &[])]).len(), 1);
    }

    #[test]
    fn only_the_demo_ships_with_the_testkit() {
        let houses = [
            house(TESTKIT, 1, &[]),
            house("mamori-media", 1, &[(TESTKIT, true)]),
            house("mamori-web", 4, &[(TESTKIT, false)]),
            house(DEMO, 5, &[(TESTKIT, false)]),
        ];

        assert_eq!(upward(&houses), ["mamori-web: ships with mamori-testkit"]);
    }

    #[test]
    fn a_model_with_a_network_is_found() {
        let houses = [house("mamori-model", 0, &[("reqwest", false), ("tokio", true)])];

        let found = impure(&houses);

        assert_eq!(
            found,
            ["mamori-model → reqwest: but it knows no clock, no network, no database"]
        );
    }
}
