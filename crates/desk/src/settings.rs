//! The limits and terms that an operator may set. Each has a name, a default and a reason.

mod cases;
mod sign_in;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use mamori_model::{dose, retention};
use mamori_vault::Vault;

pub use self::cases::CaseSettings;
pub use self::sign_in::SignInSettings;
use crate::destination::Permitted;

/// What the desk must know.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the index lies between a stop and the next start; `None`: nowhere, and a start reads
    /// every entry.
    pub snapshot: Option<PathBuf>,
    /// This node's name in leases and logs.
    pub node: String,
    /// The most entries of one bank that an answer names, the nearest first. A bank with
    /// thousands of copies of one picture must not make an answer of megabytes.
    pub hits_per_bank_max: usize,
    /// How often a node asks for changes that other nodes made. Below a second, so that an entry
    /// matches everywhere within one.
    pub poll_interval: Duration,
    /// How long an answer to a change may wait for this node's own index to have it.
    pub settle_time_max: Duration,
    /// How long a node that cannot follow the change log goes on answering checks. Beyond it the
    /// answer is an error and never `allow`: what was listed meanwhile would be let through, and a
    /// key that was revoked let in.
    pub stale_max: Duration,
    /// What is answered about an item of which frames were left out and in which nothing was found.
    pub partly_looked: PartlyLooked,
    /// The longest line of an import, in bytes.
    pub import_line_bytes_max: usize,
    /// How many lines of an import are committed together.
    pub import_batch_lines: usize,
    /// How long an import may stand still before it counts as interrupted: its node died. One that
    /// runs says so at least once a minute.
    pub import_stalled_max: Duration,
    /// How webhooks are sent.
    pub webhooks: WebhookSettings,
    /// How long things are kept.
    pub retention: Retention,
    /// How cases are worked on.
    pub cases: CaseSettings,
    /// How much a reviewer may see, where nothing else is said of them.
    pub exposure: dose::Limits,
    /// Where items lie that a policy keeps. `None`: it has no key, and nothing is kept.
    pub vault: Option<Arc<Vault>>,
    /// Whether one person does everything, as the operator has nobody else. Then a day's wait and a
    /// second look stand for the second person, and records say so.
    pub is_alone: bool,
    /// How staff sign in.
    pub sign_in: SignInSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            snapshot: None,
            node: "mamori".to_owned(),
            hits_per_bank_max: 20,
            poll_interval: Duration::from_millis(200),
            settle_time_max: Duration::from_secs(2),
            stale_max: Duration::from_mins(1),
            partly_looked: PartlyLooked::default(),
            import_line_bytes_max: 16 * 1024,
            import_batch_lines: 5_000,
            import_stalled_max: Duration::from_mins(15),
            webhooks: WebhookSettings::default(),
            retention: Retention::default(),
            cases: CaseSettings::default(),
            exposure: dose::Limits::default(),
            vault: None,
            is_alone: false,
            sign_in: SignInSettings::default(),
        }
    }
}

/// What is answered about an item of which frames were left out and in which nothing was found. In
/// every case nothing is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartlyLooked {
    /// [`crate::Error::PartlyLooked`].
    #[default]
    Error,
    /// The verdict `hold`, without a case.
    Hold,
    /// The verdict `allow`: a listed frame that was left out passes.
    Allow,
}

/// How webhooks are sent.
#[derive(Clone, Debug)]
pub struct WebhookSettings {
    /// How long a receiver may take to answer.
    pub timeout: Duration,
    /// How many messages are on their way at once, from this node.
    pub concurrency: u32,
    /// How many of them to one endpoint, from all nodes: one that hangs keeps no more.
    pub endpoint_concurrency: u32,
    /// How many of them to all endpoints of one service.
    pub service_concurrency: u32,
    /// Where they may go beyond public addresses; nowhere unless the operator says so.
    pub permitted: Permitted,
    /// The most endpoints of a service.
    pub endpoints_max: usize,
}

impl Default for WebhookSettings {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(15),
            concurrency: 16,
            endpoint_concurrency: 4,
            service_concurrency: 8,
            permitted: Permitted::default(),
            endpoints_max: 10,
        }
    }
}

/// How long things are kept, in days; the sources are in [`mamori_model::retention`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Matches.
    pub matches_days: u32,
    /// Webhook deliveries.
    pub deliveries_days: u32,
    /// Withdrawn and expired entries.
    pub ended_entries_days: u32,
    /// Records of imports.
    pub imports_days: u32,
    /// Closed cases.
    pub cases_days: u32,
    /// Attempts to sign in.
    pub sign_ins_days: u32,
    /// The record of people.
    pub staff_events_days: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            matches_days: retention::MATCHES.days_default,
            deliveries_days: retention::DELIVERIES.days_default,
            ended_entries_days: retention::ENDED_ENTRIES.days_default,
            imports_days: retention::IMPORTS.days_default,
            cases_days: retention::CASES.days_default,
            sign_ins_days: retention::SIGN_INS.days_default,
            staff_events_days: retention::STAFF_EVENTS.days_default,
        }
    }
}
