//! The operations of Mamori ("verbs"), one file and one transaction each: the list of files in
//! `src` is the list of what Mamori does.
//!
//! Only this crate opens database transactions. No external system is called inside a transaction:
//! the call is a job, enqueued in the same transaction as its cause.

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

pub mod approve_request;
pub mod clock;
pub mod delete_service;
mod error;
mod rate_limiter;
pub mod retention_sweep;
pub mod settings;
mod single_run;
pub mod sweep_summary;
pub mod work;

pub mod list;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use arc_swap::ArcSwap;
use mamori_matching::Index;
use mamori_media::Pool;
use mamori_model::Sensitive;
use mamori_signin::Passkeys;
use mamori_store::Store;
use tokio::sync::{Notify, OnceCell, watch};

use checks::cleared_checks::ClearedTotals;
use checks::near_hits::NearHits;
use evidence::vault_space::VaultUse;
use node::clock_guard::ClockGuard;
use node::write_probe::WriteProbe;
use notifications::mail::Mailer;
use rate_limiter::RateLimiter;
use services::key_use::KeyUse;
use services::refused_keys::RefusedKeys;
use services::request_limits::RequestLimits;
use staff::oidc_provider::OidcProvider;
use staff::password_hashing::PasswordHashing;
use webhooks::resends::Resends;

pub use approvals::overseer::{Approver, Overseer};
pub use clock::Clock;
pub use error::{Error, with_causes};
pub use mamori_store::{
    Added, AuditFilter, CaseFilter, ClearedChecks, DecisionFilter, DeliveryLine, DeliverySummary,
    EntryFilter, JobCount, LeavingService, MatchFilter, NewEntry, OpenAction, OpenCounts, Paced,
    QueueCount, StaffEventFilter,
};
pub use node::clock_guard::ClockState;
pub use node::directory::Directory;
pub use node::follow_changes::Position;
pub use node::write_probe::WriteFault;
pub use rate_limiter::Quota;
pub use services::proof::{Admin, Caller, Proof};
pub use settings::Settings;
pub use staff::member::{LocalCli, Member, SessionLookup};

/// The entry point of every operation: one per node, cheap to clone.
#[derive(Clone)]
pub struct Desk {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    pool: Pool,
    /// The entries to search. Replaced as a whole when the node reloads everything.
    index: ArcSwap<Index>,
    directory: ArcSwap<Directory>,
    position: watch::Sender<Position>,
    /// Notified when this node wrote a change, so that its own follower does not wait for the poll.
    changed: Notify,
    /// Notified when this node enqueued a job, so that a worker does not wait for the poll.
    enqueued: Notify,
    clock: Arc<Clock>,
    settings: Settings,
    sender: webhooks::send::Sender,
    /// Sends mail to the people on duty; `None` where no mail server is configured.
    mailer: Option<Mailer>,
    /// The passkey ceremonies; `None` where no console is configured.
    passkeys: Option<Passkeys>,
    /// The secret from which passkey challenges are derived; read from the database once.
    challenge_secret: OnceCell<Sensitive<[u8; 32]>>,
    /// The organisation's sign-in provider; `None` where none is configured.
    oidc: Option<OidcProvider>,
    /// The secret from which requests to the provider are derived; read from the database once.
    oidc_secret: OnceCell<Sensitive<[u8; 32]>>,
    /// Limits how often this node asks the provider about answers that no session stands behind.
    provider_attempts: RateLimiter,
    /// Limits the same for staff members in a session, so that no visitor can use their share up.
    member_provider_attempts: RateLimiter,
    /// The secret from which aliases of accounts are derived; read from the database once.
    alias_secret: OnceCell<Sensitive<[u8; 32]>>,
    /// Limits password attempts at this node, before the database is asked.
    password_attempts: RateLimiter,
    /// The days on which this node saw API keys.
    key_use: KeyUse,
    /// Whether the database's write-ahead log may still hold the keys of items whose term has
    /// ended. True at the start, when this is not known.
    overwritten: AtomicBool,
    /// Limits the requests with a refused API key at this node, and counts them for the log.
    refused_keys: RefusedKeys,
    /// Limits the requests of each API key at this node.
    request_limits: RequestLimits,
    /// Counts the checks that banks of known benign pictures cleared.
    cleared: ClearedTotals,
    /// Counts the checks by hash alone that come near an entry, by API key.
    near_hits: NearHits,
    /// Whether the clock is believed.
    clock_guard: ClockGuard,
    /// Whether the database takes writes.
    write_probe: WriteProbe,
    /// Limits the messages that services have sent on request.
    resends: Resends,
    /// The use of the vault, as this node last read it.
    vault_use: VaultUse,
    /// The memory in which passwords are hashed.
    hashing: PasswordHashing,
}

impl Desk {
    /// Creates a desk over an open store and a running pool. It cannot answer checks until
    /// [`Self::load`] has read the banks. [`Error::Invalid`] if passkeys cannot be made for the
    /// console's origin.
    pub fn new(
        store: Store,
        pool: Pool,
        clock: Arc<Clock>,
        settings: Settings,
    ) -> Result<Self, Error> {
        let sender = webhooks::send::Sender::new(&settings.webhooks)?;
        let origin = settings.sign_in.origin.as_ref();
        let mailer = notifications::mailer(&settings.notify, origin)?;
        let passkeys =
            origin.map(|origin| Passkeys::new(origin, staff::credentials::ISSUER)).transpose();
        let passkeys = passkeys.map_err(Error::invalid)?;
        let attempts = &settings.sign_in.attempts;
        let password_attempts = RateLimiter::new(attempts.of_all, attempts.of_all_in);
        let provider_attempts = RateLimiter::new(attempts.of_all, attempts.of_all_in);
        let member_provider_attempts = RateLimiter::new(attempts.of_all, attempts.of_all_in);
        let oidc = settings.sign_in.oidc.as_ref().zip(origin);
        let oidc = oidc.map(|(oidc, origin)| OidcProvider::new(oidc, origin)).transpose()?;
        let clock_guard = ClockGuard::new(settings.clock, &clock);
        let inner = Inner {
            store,
            pool,
            index: ArcSwap::default(),
            directory: ArcSwap::default(),
            position: watch::Sender::new(Position::default()),
            changed: Notify::new(),
            enqueued: Notify::new(),
            clock,
            settings,
            sender,
            mailer,
            passkeys,
            challenge_secret: OnceCell::new(),
            oidc,
            oidc_secret: OnceCell::new(),
            provider_attempts,
            member_provider_attempts,
            alias_secret: OnceCell::new(),
            password_attempts,
            refused_keys: RefusedKeys::default(),
            request_limits: RequestLimits::default(),
            cleared: ClearedTotals::default(),
            near_hits: NearHits::default(),
            resends: Resends::default(),
            key_use: KeyUse::default(),
            overwritten: AtomicBool::new(true),
            clock_guard,
            write_probe: WriteProbe::default(),
            vault_use: VaultUse::default(),
            hashing: PasswordHashing::default(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Returns the banks and API keys as this node holds them now.
    pub fn directory(&self) -> Arc<Directory> {
        self.inner.directory.load_full()
    }

    /// Returns the clock that every operation reads.
    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    /// Returns the settings that this node was started with.
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// Returns the pool of processes that decode pictures.
    pub fn pool(&self) -> &Pool {
        &self.inner.pool
    }

    /// Checks whether the database answers.
    pub async fn ping(&self) -> Result<(), Error> {
        Ok(self.store().ping().await?)
    }

    /// Closes the database connections. To be called after the last operation.
    pub async fn close(&self) {
        self.store().close().await;
    }

    fn store(&self) -> &Store {
        &self.inner.store
    }

    fn index(&self) -> Arc<Index> {
        self.inner.index.load_full()
    }
}
