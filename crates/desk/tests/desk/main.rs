//! The verbs on a real database: each test runs on SQLite and on PostgreSQL.
#![cfg(test)]

mod acting;
mod approving;
mod auditing;
mod bulking;
mod checking;
mod claiming;
mod clearing;
#[expect(dead_code, reason = "the simulation needs more of it")]
mod common;
mod compacting;
mod deciding;
mod disputing;
mod editing;
mod enrolling;
mod figuring;
mod following;
mod importing;
mod logging;
mod notifying;
mod opening;
mod reading;
mod remembering;
mod sealing;
mod showing;
mod signing_in;
mod traceless;
mod viewing;
