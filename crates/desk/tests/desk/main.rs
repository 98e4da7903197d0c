//! The verbs on a real database: each test runs on SQLite and on PostgreSQL.
#![cfg(test)]

mod acting;
mod agreeing;
mod approving;
mod auditing;
mod bulking;
mod checking;
mod claiming;
mod clearing;
mod clocking;
#[expect(dead_code, reason = "the simulation needs more of it")]
mod common;
mod compacting;
mod deciding;
mod disputing;
mod editing;
mod enrolling;
mod evading;
mod figuring;
mod following;
mod importing;
mod issuing;
mod judging;
mod lapsing;
mod leaving;
mod logging;
mod lowering;
mod narrowing;
mod notifying;
mod opening;
mod pacing;
mod pooling;
mod reading;
mod remembering;
mod scaling;
mod sealing;
mod sending;
mod showing;
mod signing_in;
mod teams;
mod traceless;
mod vault_limits;
mod viewing;
