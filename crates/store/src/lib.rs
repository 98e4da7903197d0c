//! SQL for SQLite and PostgreSQL: one schema, one file of queries for each noun, and the job queue.
//!
//! This is the only crate that writes SQL. It makes no decisions: `desk` opens the transactions and
//! defines their meaning. After any error a transaction can only be dropped, which rolls it back.

pub mod actions;
pub mod approvals;
pub mod audit;
pub mod banks;
pub mod cases;
pub mod checks;
pub mod decisions;
pub mod evidence;
pub mod node;
pub mod notifications;
pub mod overview;
pub mod services;
pub mod staff;
pub mod viewing;
pub mod webhooks;

mod call;
mod covered;
pub mod error;
mod group_commit;
mod json;
pub mod migrate;
mod open;
mod pending_change;
pub mod query;
pub mod registry;
pub mod retention;
mod row;
mod time;
mod tx;

pub use audit::chain::AuditChain;
pub use audit::event::{AuditFilter, StaffEventFilter};
pub use banks::cleared_checks::ClearedChecks;
pub use banks::entry::{Added, EntryFilter, IndexRow, NewEntry};
pub use cases::case::NewCase;
pub use cases::case::claim::{Claiming, Released};
pub use cases::case::item::CaseItem;
pub use cases::case::list::{CaseFilter, Choosing, QueueCount};
pub use cases::case::pace::Paced;
pub use checks::matched::{MatchFilter, Recorded};
pub use decisions::decision::DecisionFilter;
pub use error::{Error, Fault, FaultKind};
pub use migrate::Migrated;
pub use node::change::Changed;
pub use node::job::{DeadJob, JobCount, LeaseLimits, Leased, NewJob};
pub use notifications::danger_alert::DangerWaiting;
pub use open::{Engine, Settings, Store};
pub use overview::figures::{Arrivals, DecidedOnDay, Unanswered, Wait};
pub use pending_change::Change;
pub use services::leaving::LeavingService;
pub use staff::person::display_name::Colleague;
pub use tx::Tx;
pub use webhooks::delivery::overview::{DeliveryLine, EndpointLine, OpenAction, OpenCounts};
pub use webhooks::delivery::{DeliverySummary, ENDPOINT_DISABLED, MissedDelivery};
