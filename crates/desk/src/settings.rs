//! Limits and terms that the operator may set. Each has a name, a default and a reason.

mod approvals;
mod cases;
mod notify;
mod oidc;
mod sign_in;
mod vault;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use mamori_model::staff::BlurStrength;
use mamori_model::{Distances, HitView, exposure, retention};
use mamori_vault::Vault;

pub use self::approvals::ApprovalSettings;
pub use self::cases::{CaseSettings, PaceLimits};
pub use self::notify::{ContactSettings, ContactWebhook, MailServer, MailTls, NotifySettings};
pub use self::oidc::OidcSettings;
pub use self::sign_in::SignInSettings;
pub use self::vault::VaultLimits;
use crate::node::clock_guard::ClockLimits;
use crate::webhooks::destination::Permitted;

/// All settings of a desk.
#[derive(Clone, Debug)]
pub struct Settings {
    /// File of the index snapshot, written once an hour and at a stop, and read at the next start;
    /// `None`: there is none, and a start reads every entry.
    pub snapshot: Option<PathBuf>,
    /// Name of this node in leases and logs.
    pub node: String,
    /// The most entries of one bank that an answer names, nearest first. Without it, a bank with
    /// thousands of copies of one picture would make an answer of megabytes.
    pub hits_per_bank_max: usize,
    /// The most entries of all banks together that an answer or a webhook names; the rest are
    /// counted in it.
    pub hits_max: usize,
    /// The most sets of hashes that are kept of one item, which its service may send again and
    /// again with other bytes. Beyond it the oldest set is deleted to which no hit, stored bytes or
    /// decision refers; the first and the newest are always kept.
    pub hash_sets_max: u32,
    /// How often a node polls for changes that other nodes made. Below a second, so that an entry
    /// matches everywhere within one.
    pub poll_interval: Duration,
    /// How long the answer to a change may wait until this node's own index contains it.
    pub wait_until_applied_max: Duration,
    /// How long a node that cannot follow the change log still answers checks. After that it
    /// answers with an error and never `allow`: otherwise items that were listed meanwhile would
    /// pass, and API keys that were revoked would be accepted.
    pub stale_max: Duration,
    /// The answer about an item of which frames were left out and in which nothing was found.
    pub partly_looked: PartlyLooked,
    /// How exactly services learn the distances of hits.
    pub distances: Distances,
    /// How often one API key may come near entries by hash alone.
    pub near_hits: NearHitLimits,
    /// How many requests per second one API key may make at a node, and at once as many as in ten
    /// seconds; 0 means any number.
    pub key_requests_per_s_max: u32,
    /// The most requests with a refused API key from one address at one node: so many at once, and as
    /// many again spread over each minute. A valid key is accepted even from an address over the limit.
    pub refused_keys_minute_max: u32,
    /// The longest line of an import, in bytes.
    pub import_line_bytes_max: usize,
    /// How many lines of an import are committed in one transaction.
    pub import_batch_lines: usize,
    /// How long an import may report no progress before it counts as interrupted, because its node
    /// died. A running import reports progress at least once a minute.
    pub import_stalled_max: Duration,
    /// Time limits, concurrency and destinations of webhooks.
    pub webhooks: WebhookSettings,
    /// Whom to notify of what waits.
    pub notify: NotifySettings,
    /// When the clock is doubted, so that nothing is deleted.
    pub clock: ClockLimits,
    /// How long records are kept.
    pub retention: retention::Periods,
    /// Limits of cases, claims and actions.
    pub cases: CaseSettings,
    /// The least strength of blurred pictures; a staff member may choose a greater one.
    pub blur_min: BlurStrength,
    /// Default exposure limits; a staff account may have its own for views, minutes and points.
    pub exposure: exposure::Limits,
    /// Where the bytes of items are stored that a policy keeps. `None`: no vault key is configured,
    /// and no bytes are stored.
    pub vault: Option<Arc<Vault>>,
    /// How many bytes the vault may hold.
    pub vault_limits: VaultLimits,
    /// Whether one person holds every role, because the operator has no other. Then a wait of 24
    /// hours and a second review by the same person replace the second approval, and records say
    /// so.
    pub is_single_person: bool,
    /// Limits of sign-in and of sessions.
    pub sign_in: SignInSettings,
    /// Limits of changes that need no second actor, and of those that wait for one.
    pub approvals: ApprovalSettings,
}

impl Settings {
    /// Returns what services are shown of hits.
    pub fn hit_view(&self) -> HitView {
        HitView { distances: self.distances, hits_max: self.hits_max }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            snapshot: None,
            node: "mamori".to_owned(),
            hits_per_bank_max: 20,
            hits_max: 200,
            hash_sets_max: 100,
            poll_interval: Duration::from_millis(200),
            wait_until_applied_max: Duration::from_secs(2),
            stale_max: Duration::from_mins(1),
            partly_looked: PartlyLooked::default(),
            distances: Distances::default(),
            near_hits: NearHitLimits::default(),
            key_requests_per_s_max: 1_000,
            refused_keys_minute_max: 60,
            import_line_bytes_max: 16 * 1024,
            import_batch_lines: 5_000,
            import_stalled_max: Duration::from_mins(15),
            webhooks: WebhookSettings::default(),
            notify: NotifySettings::default(),
            clock: ClockLimits::default(),
            retention: retention::Periods::default(),
            cases: CaseSettings::default(),
            blur_min: BlurStrength::Standard,
            exposure: exposure::Limits::default(),
            vault: None,
            vault_limits: VaultLimits::default(),
            is_single_person: false,
            sign_in: SignInSettings::default(),
            approvals: ApprovalSettings::default(),
        }
    }
}

/// The answer about an item of which frames were left out and in which nothing was found. Nothing
/// is stored in any of these cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartlyLooked {
    /// An error: [`crate::Error::PartlyLooked`].
    #[default]
    Error,
    /// The verdict `hold`, without a case.
    Hold,
    /// The verdict `allow`: a listed frame that was left out passes.
    Allow,
}

/// How many different PDQ hashes one API key may check, without the item's bytes, that come near an
/// entry or resemble one that did; at this node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NearHitLimits {
    /// The most within an hour.
    pub hour_max: usize,
    /// The most within 24 hours.
    pub day_max: usize,
}

impl Default for NearHitLimits {
    fn default() -> Self {
        Self { hour_max: 120, day_max: 1_000 }
    }
}

/// Time limits, concurrency and destinations of webhooks.
#[derive(Clone, Debug)]
pub struct WebhookSettings {
    /// How long a receiver may take to answer an attempt.
    pub timeout: Duration,
    /// The most deliveries that this node sends at the same time.
    pub concurrency: u32,
    /// The most deliveries to one endpoint at the same time, from all nodes together: an endpoint
    /// that hangs does not occupy more.
    pub endpoint_concurrency: u32,
    /// The most deliveries to all endpoints of one service at the same time, from all nodes
    /// together.
    pub service_concurrency: u32,
    /// Destinations that the operator permits beyond public addresses; none by default.
    pub permitted: Permitted,
    /// The most endpoints that one service may have.
    pub endpoints_max: usize,
    /// The most requests for its endpoints that one service may make within a minute, at this node:
    /// test messages, finished deliveries again, enablings, and new secrets.
    pub resends_minute_max: usize,
    /// How long messages are signed with the previous secret too, after a new one was made.
    pub secret_overlap: SignedDuration,
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
            resends_minute_max: 60,
            secret_overlap: SignedDuration::from_hours(24),
        }
    }
}
