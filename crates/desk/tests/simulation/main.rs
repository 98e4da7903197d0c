//! One desk, and 250 operations chosen at random: crashes, lost answers, weeks that pass. After
//! every few of them the tables are checked for each invariant.
//!
//! A failure names its seed and the last operations; `MAMORI_TEST_SEED=17` replays it, and
//! `MAMORI_TEST_SEED=100..600` plays many, as does `cargo xtask drill simulate`. The choices are the same
//! each time; ids and the moment of a crash may differ.
#![cfg(test)]

mod audit_queries;
#[expect(dead_code, reason = "the other tests need more of it")]
#[path = "../desk/common/mod.rs"]
mod common;
mod crash;
mod exposure;
mod history;
mod invariant_queries;
mod invariants;
mod sim;
mod steps;
mod tables;
mod vault_files;
mod view_model;
mod world;

use mamori_testkit::database::TestDatabase;
use mamori_testkit::seeds::{SEED, seeds};

/// The seeds that every run of the tests plays.
const USUAL: std::ops::Range<u64> = 1..7;

/// Operations of one seed.
const OPERATIONS: usize = 250;

async fn play_all(engine: &str, records: fn() -> std::io::Result<TestDatabase>) {
    for seed in seeds(USUAL) {
        let mut sim = sim::Simulation::begin(records().unwrap(), seed).await;
        if let Err(failure) = sim.operations(OPERATIONS).await {
            let last = sim.last_operations();
            panic!(
                "{failure}\non {engine}; {SEED}={seed} replays it. The last operations:\n{last}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_invariant_holds_after_random_operations_on_sqlite() {
    Box::pin(play_all("SQLite", TestDatabase::sqlite)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_invariant_holds_after_random_operations_on_postgres() {
    Box::pin(play_all("PostgreSQL", TestDatabase::postgres)).await;
}
