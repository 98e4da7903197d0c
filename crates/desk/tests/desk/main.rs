//! The verbs on real records: each test runs on SQLite and on PostgreSQL.
#![cfg(test)]

mod acting;
mod bulking;
mod checking;
mod claiming;
#[expect(dead_code, reason = "the simulation needs more of it")]
mod common;
mod deciding;
mod disputing;
mod editing;
mod entering;
mod figuring;
mod following;
mod importing;
mod looking;
mod opening;
mod reading;
mod remembering;
mod sealing;
mod seconding;
mod signing_in;
mod telling;
mod tidying;
