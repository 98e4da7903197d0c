//! The verbs on real records: each test runs on SQLite and on PostgreSQL.
#![cfg(test)]

mod checking;
mod common;
mod following;
mod importing;
mod telling;
mod tidying;
