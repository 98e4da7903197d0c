//! Every verb of the store, on a real SQLite file and on a real PostgreSQL.
#![cfg(test)]

mod approvals;
mod audit;
mod bank;
mod case;
mod change;
mod claims;
mod decision;
mod dialects;
mod entry;
mod given;
mod import;
mod job;
mod key;
mod matched;
mod queries;
mod retention;
mod schema;
mod staff;
mod transaction;
mod webhook;
