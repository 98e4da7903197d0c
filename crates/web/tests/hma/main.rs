//! The HMA-compatible routes, over a real desk: the same tests on SQLite and on PostgreSQL. HMA's
//! answers are known from its source, its own tests and recorded answers of HMA 1.0 and 1.1; the
//! cases here were written for Mamori.
#![cfg(test)]

mod banks;
mod content;
mod document;
mod hashing;
mod keyless;
mod keys;
mod lookups;
mod test_app;
