//! The API over a real desk: the same tests on SQLite and on PostgreSQL.
#![cfg(test)]

mod banks;
mod cases;
mod check;
mod document;
mod edits;
mod entries;
mod fuzzed;
mod house;
mod keys;
mod limits;
mod matrix;
mod problems;
mod room;
mod webhooks;
