#![cfg(test)]

//! The checkout keeps the rules of `tidy`.

use std::collections::BTreeSet;

use mamori_model::Narrowing;
use mamori_model::approval_request::Reason;
use mamori_model::retention::TERMS;
use mamori_tidy::checkout::{self, File};
use mamori_tidy::{
    Findings, areas, cycles, documents, files, layers, manifests, offered, prose, restrictions,
    rights, workspace,
};
use toml::Table;

fn checkout() -> Vec<File> {
    checkout::files().expect("the checkout can be read")
}

fn text(path: &str) -> String {
    let files = checkout();
    let file = files.iter().find(|file| file.path == path).expect(path);
    file.text().expect(path).to_owned()
}

fn root_manifest() -> Table {
    text("Cargo.toml").parse().expect("the root manifest is TOML")
}

#[track_caller]
fn none(found: &Findings) {
    assert!(found.is_empty(), "{} found:\n  {}\n", found.len(), found.join("\n  "));
}

#[test]
fn the_checkout_is_found() {
    let files = checkout();
    let crates: BTreeSet<&str> = files.iter().filter_map(File::crate_name).collect();

    assert!(crates.is_superset(&BTreeSet::from(["model", "tidy", "web"])), "{crates:?}");
}

#[test]
fn arrows_between_crates_point_down() {
    none(&layers::upward(&workspace::read().unwrap().crates));
}

#[test]
fn the_layers_have_the_same_areas_and_few_arrows_between_them() {
    let files = checkout();
    none(&areas::misplaced(&files));
    none(&areas::arrows(&files));
}

#[test]
fn every_area_expires_its_rows_and_ends_its_part_of_a_service() {
    none(&offered::left_out(&checkout()));
}

#[test]
fn few_files_of_a_crate_name_each_other_in_a_cycle() {
    none(&cycles::large(&checkout()));
}

#[test]
fn pure_crates_stay_pure() {
    none(&layers::impure(&workspace::read().unwrap().crates));
}

#[test]
fn every_file_is_a_text_of_bounded_size() {
    none(&files::not_text(&checkout()));
}

#[test]
fn no_rust_file_is_too_long() {
    none(&files::too_long(&checkout()));
}

#[test]
fn every_rust_file_says_what_it_is() {
    none(&files::headless(&checkout()));
}

#[test]
fn no_unfinished_work_is_marked() {
    none(&files::unfinished(&checkout()));
}

#[test]
fn no_file_names_a_folder_of_the_machine_it_was_written_on() {
    none(&files::machine_paths(&checkout()));
}

#[test]
fn sentences_name_the_role_that_acts() {
    none(&prose::denied(&checkout()));
}

#[test]
fn the_readme_says_the_same_in_every_language() {
    none(&documents::unlike(&checkout()));
}

#[test]
fn no_verb_returns_the_exposure_of_another_person() {
    none(&restrictions::about_others(&checkout()));
}

#[test]
fn each_crate_does_only_what_it_is_permitted_to_do() {
    none(&restrictions::misplaced(&checkout()));
}

#[test]
fn every_crate_takes_lints_and_versions_from_the_root() {
    none(&manifests::not_inheriting(&checkout()));
    none(&manifests::own_versions(&checkout()));
}

#[test]
fn every_dependency_is_used() {
    none(&manifests::unused(&root_manifest(), &checkout()));
}

#[test]
fn paths_that_documents_name_exist() {
    none(&documents::dead_paths(&checkout()));
}

#[test]
fn the_page_about_rights_has_the_retention_periods_of_the_code() {
    none(&rights::retention(&text(rights::PAGE), TERMS));
}

#[test]
fn the_page_about_rights_has_every_change_that_needs_a_second_actor() {
    none(&rights::second_actor(&text(rights::PAGE), Reason::ALL, Narrowing::ALL));
}

#[test]
fn the_page_about_rights_says_of_each_act_who_may_do_it_and_whether_alone() {
    none(&rights::acts(&text(rights::PAGE)));
}

#[test]
fn the_page_about_rights_explains_every_word() {
    none(&rights::unexplained(&text(rights::PAGE)));
}

#[test]
fn the_page_about_rights_lists_every_scope_of_a_key() {
    none(&rights::scopes(&text(rights::PAGE)));
}
