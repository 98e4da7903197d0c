//! The verbs on real records: each test runs on SQLite and on PostgreSQL.
#![cfg(test)]

mod checking;
mod claiming;
mod common;
mod entering;
mod following;
mod importing;
mod opening;
mod signing_in;
mod telling;
mod tidying;
