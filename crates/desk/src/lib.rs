//! The operations of Mamori ("verbs"), one file and one transaction each: the list of files in
//! `src` is the list of what Mamori does.
//!
//! Only this crate opens database transactions. No external system is called inside a transaction:
//! the call is a job, enqueued in the same transaction as its cause.

pub mod clock;
pub mod destination;
pub mod directory;
mod error;
pub mod follow;
pub mod import_lines;
pub mod member;
mod pace;
pub mod payload;
pub mod proof;
pub mod session;
pub mod settings;
pub mod signature;
pub mod sweep;
pub mod tidy;
pub mod work;

pub mod add_endpoint;
pub mod add_entries;
pub mod add_staff;
pub mod answer_action;
pub mod approve_bulk;
pub mod approve_decision;
pub mod ask_again;
mod ask_service;
pub mod change_bank;
pub mod change_entry;
pub mod change_own;
pub mod change_policy;
pub mod change_service;
pub mod change_staff;
pub mod check;
pub mod claim_case;
pub mod colleagues;
pub mod confirm_bulk;
pub mod create_bank;
pub mod create_service;
pub mod credentials;
pub mod decide_case;
pub mod decided_before;
pub mod delete_bank;
pub mod delete_service;
pub mod deliver;
pub mod enter_by_ticket;
mod expire_evidence;
pub mod exposure;
pub mod figures;
pub mod fingerprints;
pub mod hash_item;
pub mod import_entries;
pub mod issue_key;
pub mod keep_claim;
mod keep_item;
mod lapse_claims;
pub mod list;
pub mod list_banks;
pub mod list_decisions;
pub mod list_messages;
pub mod list_staff;
pub mod look_up;
pub mod make_ticket;
pub mod note_case;
mod open_case;
mod open_disputes;
pub mod open_look;
pub mod prepare_bulk;
pub mod prove;
pub mod queue;
pub mod read_bulk;
pub mod read_case;
pub mod read_history;
mod record_match;
pub mod redeliver;
pub mod release_case;
mod remind_service;
pub mod remove_endpoint;
pub mod revoke_key;
pub mod rewrap_vault;
mod second_person;
pub mod seek;
pub mod service_record;
pub mod settle_dispute;
pub mod show_item;
pub mod sign_in;
pub mod sign_in_passkey;
pub mod sign_out;
mod stand;
pub mod test_endpoint;
pub mod undo_bulk;
pub mod undo_decision;
pub mod welcome;
pub mod withdraw_entries;
pub mod workload;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use arc_swap::ArcSwap;
use mamori_matching::Index;
use mamori_media::Pool;
use mamori_model::Sensitive;
use mamori_signin::Passkeys;
use mamori_store::Store;
use tokio::sync::{Notify, OnceCell, Semaphore, watch};

use pace::Pace;

pub use clock::Clock;
pub use directory::Directory;
pub use error::Error;
pub use follow::Position;
pub use mamori_store::{
    Added, DecisionFilter, DeliveryLine, DeliverySummary, EntryFilter, JobCount, MatchFilter,
    NewEntry, OpenAction, OpenCounts, QueueCount,
};
pub use member::{AtTheMachine, Found, Member};
pub use proof::{Admin, Caller, Proof};
pub use settings::Settings;

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
    sender: deliver::Sender,
    /// The passkey ceremonies; `None` where no console is configured.
    passkeys: Option<Passkeys>,
    /// The secret from which passkey challenges are derived; read from the database once.
    questions: OnceCell<Sensitive<[u8; 32]>>,
    /// Limits password attempts at this node, before the database is asked.
    guesses: Pace,
    /// Whether the database's write-ahead log may still hold the keys of items whose term has
    /// ended. True at the start, when this is not known.
    overwritten: AtomicBool,
    /// Limits concurrent password hashing to [`HASHING_MAX`]: each hash takes a processor and 19
    /// MiB.
    hashing: Semaphore,
}

/// The most passwords that this node hashes at the same time.
const HASHING_MAX: usize = 4;

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
        let sender = deliver::Sender::new(&settings.webhooks)?;
        let origin = settings.sign_in.origin.as_ref();
        let passkeys = origin.map(|origin| Passkeys::new(origin, credentials::ISSUER)).transpose();
        let passkeys = passkeys.map_err(Error::invalid)?;
        let guesses = Pace::of(&settings.sign_in.attempts);
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
            passkeys,
            questions: OnceCell::new(),
            guesses,
            overwritten: AtomicBool::new(true),
            hashing: Semaphore::new(HASHING_MAX),
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
