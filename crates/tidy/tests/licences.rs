#![cfg(test)]

//! Every dependency has a licence, a source and a reason that we accept.

use std::fs;

use mamori_tidy::workspace::{self, ThirdPartyPackage};
use mamori_tidy::{Findings, checkout, documents, licences};

fn packages() -> Vec<ThirdPartyPackage> {
    workspace::read().expect("cargo knows the workspace").packages
}

#[track_caller]
fn none(found: &Findings) {
    assert!(found.is_empty(), "{} found:\n  {}\n", found.len(), found.join("\n  "));
}

#[test]
fn every_licence_is_accepted() {
    let packages = packages();

    assert!(packages.len() > 50, "cargo reported {} packages only", packages.len());
    none(&licences::unaccepted(&packages));
}

#[test]
fn everything_comes_from_crates_io() {
    none(&licences::foreign(&packages()));
}

#[test]
fn no_banned_package_is_used() {
    none(&licences::banned(&packages()));
}

#[test]
fn packages_that_must_be_single_have_one_version() {
    none(&licences::doubled(&packages()));
}

#[test]
fn every_dependency_has_a_reason() {
    let root = checkout::root();
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let reasons = fs::read_to_string(root.join(documents::REASONS)).unwrap();

    none(&documents::unexplained(&manifest.parse().unwrap(), &reasons));
}
