//! The API over a real desk: the same tests on SQLite and on PostgreSQL.
#![cfg(test)]

mod approvals;
mod banks;
mod budget;
mod cases;
mod check;
mod document;
mod edits;
mod entries;
mod fuzzed;
mod keys;
mod limits;
mod logging;
mod matrix;
mod near_hits;
mod problems;
mod refused_keys;
mod test_app;
mod vault;
mod webhooks;
