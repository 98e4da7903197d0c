#![cfg(test)]

//! Everything that we stand on has a licence, a source and a reason that we accept.

use std::fs;

use mamori_tidy::workspace::{self, Guest};
use mamori_tidy::{Findings, checkout, documents, licences};

fn guests() -> Vec<Guest> {
    workspace::read().expect("cargo knows the workspace").guests
}

#[track_caller]
fn none(found: &Findings) {
    assert!(found.is_empty(), "{} found:\n  {}\n", found.len(), found.join("\n  "));
}

#[test]
fn every_licence_is_accepted() {
    let guests = guests();

    assert!(guests.len() > 50, "cargo told of {} packages only", guests.len());
    none(&licences::unaccepted(&guests));
}

#[test]
fn everything_comes_from_crates_io() {
    none(&licences::foreign(&guests()));
}

#[test]
fn nothing_banned_is_there() {
    none(&licences::banned(&guests()));
}

#[test]
fn what_must_be_single_is_single() {
    none(&licences::doubled(&guests()));
}

#[test]
fn every_dependency_has_a_reason() {
    let root = checkout::root();
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let reasons = fs::read_to_string(root.join(documents::REASONS)).unwrap();

    none(&documents::unexplained(&manifest.parse().unwrap(), &reasons));
}
