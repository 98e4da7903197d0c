//! SQL for SQLite and PostgreSQL: one schema, one file of queries for each noun, and the job queue.
//!
//! This is the only crate that writes SQL. It makes no decisions: `desk` opens the transactions and
//! defines their meaning. After any error a transaction can only be dropped, which rolls it back.

pub mod action;
pub mod attempt;
pub mod bank;
pub mod bulk;
mod call;
pub mod case;
pub mod ceremony;
pub mod change;
pub mod credential;
pub mod decision;
pub mod delivery;
pub mod dispute;
pub mod endpoint;
pub mod entry;
pub mod error;
pub mod evidence;
pub mod figures;
mod forget;
mod hit;
pub mod import;
pub mod job;
mod json;
pub mod key;
pub mod look;
mod match_hashes;
pub mod matched;
pub mod migrate;
mod noted;
mod open;
pub mod policy;
pub mod query;
pub mod registry;
pub mod rest;
pub mod retention;
mod row;
pub mod secret;
pub mod service;
pub mod session;
pub mod staff;
pub mod ticket;
mod time;
mod tx;

pub use case::NewCase;
pub use case::claim::{Claiming, Released};
pub use case::item::CaseItem;
pub use case::list::{Choosing, QueueCount};
pub use change::Changed;
pub use decision::DecisionFilter;
pub use delivery::DeliverySummary;
pub use delivery::overview::{DeliveryLine, EndpointLine, OpenAction, OpenCounts};
pub use entry::{Added, EntryFilter, IndexRow, NewEntry};
pub use error::{Error, Fault};
pub use figures::{Arrivals, DecidedOnDay, Unanswered, Wait};
pub use job::{DeadJob, JobCount, LeaseLimits, Leased, NewJob};
pub use matched::{MatchFilter, Recorded};
pub use migrate::Migrated;
pub use noted::Change;
pub use open::{Engine, Settings, Store};
pub use tx::Tx;
