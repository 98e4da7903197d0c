//! Follows the banks' change log and reports how far this node has come.
//!
//! The log is ordered by commit, so a node that has applied change *n* has applied every change
//! before it. Applying a change twice is harmless; therefore a starting node reads the position
//! first and the entries after it.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use mamori_matching::{Index, IndexEntry};
use mamori_model::{BankId, EntryId, HashKind};
use mamori_store::{Change, Changed, IndexRow};
use tokio_util::sync::CancellationToken;

use crate::node::compact::compacted;
use crate::{Desk, Directory, Error};

/// How many rows one query reads.
const ROWS_AT_ONCE: u32 = 10_000;

/// How many changed banks are read one by one; of more, all banks are read.
const BANKS_AT_ONCE: usize = 50;

/// How far a node has followed the change log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// The number of the last applied change: the version of the banks that this node holds.
    pub version: i64,
    /// When the node last knew that there was no newer change; `None` before the first load.
    pub current_at: Option<Timestamp>,
}

/// How much a node holds in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holdings {
    /// How many banks.
    pub banks: usize,
    /// How many entries, of all hash kinds together.
    pub entries: usize,
}

impl Desk {
    /// Returns how far this node has followed the change log.
    pub fn position(&self) -> Position {
        *self.inner.position.borrow()
    }

    /// Checks that the banks in memory are current. [`Error::Unavailable`] if the node has not
    /// caught up with the change log for longer than [`crate::Settings::stale_max`], or never: it
    /// must not answer for the banks.
    pub fn require_current(&self) -> Result<(), Error> {
        let stale_max = SignedDuration::try_from(self.settings().stale_max).unwrap_or_default();
        let age = self.position().current_at.map(|at| self.clock().now().duration_since(at));
        if age.is_some_and(|age| age <= stale_max) {
            return Ok(());
        }
        Err(Error::Unavailable("this node has lost the change log".into()))
    }

    /// Returns how many banks and entries this node holds in memory.
    pub fn holdings(&self) -> Holdings {
        let entries = HashKind::ALL.iter().copied().map(|kind| self.index().len(kind)).sum();
        Holdings { banks: self.directory().banks().count(), entries }
    }

    /// Returns how many entries of `kind` this node holds in memory.
    pub fn held(&self, kind: HashKind) -> usize {
        self.index().len(kind)
    }

    /// Returns how many entries of `kind` this node holds in memory in the banks that `is_counted`
    /// accepts.
    pub fn held_in(&self, kind: HashKind, is_counted: impl Fn(BankId) -> bool) -> usize {
        self.index().count(kind, is_counted)
    }

    /// Loads a snapshot and the changes since, or everything; afterwards the node can answer.
    pub async fn load(&self) -> Result<(), Error> {
        match self.open_snapshot().await? {
            Some((index, version)) => {
                self.inner.index.store(Arc::new(index));
                self.reload_directory().await?;
                self.inner.position.send_replace(Position { version, current_at: None });
            }
            None => self.read_everything().await?,
        }
        self.catch_up().await
    }

    /// Applies the new changes of the log; loads everything if a part of the log was pruned before
    /// this node applied it.
    pub async fn catch_up(&self) -> Result<(), Error> {
        loop {
            let held = self.position().version;
            let changes = self.store().changes_after(held, 1_000).await?;
            let Some(last) = changes.last() else { break };
            // Asked after the changes were read, so that pruning in between is noticed.
            if self.store().oldest_change().await?.is_some_and(|oldest| oldest > held + 1) {
                tracing::warn!(
                    held,
                    "the change log begins after this node's position: reading all"
                );
                self.read_everything().await?;
                continue;
            }
            let version = last.seq;
            self.update_directory(&changes).await?;
            for logged in &changes {
                self.apply(&logged.change).await?;
            }
            self.advance_to(version);
        }
        self.advance_to(self.position().version);
        Ok(())
    }

    /// Follows the log until `stop`; after an error it continues at the next poll.
    pub async fn follow_changes(&self, stop: CancellationToken) {
        let mut is_lost = false;
        loop {
            match self.catch_up().await {
                Ok(()) => {
                    if std::mem::take(&mut is_lost) {
                        tracing::info!("following the change log again");
                    }
                }
                Err(error) => {
                    // Logged once, not five times a second.
                    if !std::mem::replace(&mut is_lost, true) {
                        tracing::error!(error = error.logged(), "lost the change log");
                    }
                }
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.inner.changed.notified() => {}
                () = tokio::time::sleep(self.settings().poll_interval) => {}
            }
        }
    }

    /// Waits until this node has applied every change that the log holds now, so that the client
    /// that made a change finds it at this node at once. Waits at most
    /// [`crate::Settings::wait_until_applied_max`]. Other nodes follow within a second.
    pub async fn wait_until_applied(&self) {
        self.inner.changed.notify_one();
        let Ok(version) = self.store().last_change().await else { return };
        let mut position = self.inner.position.subscribe();
        let arrived = position.wait_for(|position| position.version >= version);
        // A timeout is not an error: the change is committed and will be applied.
        let _ = tokio::time::timeout(self.settings().wait_until_applied_max, arrived).await;
    }

    /// Reads the banks, the keys and the entries, and replaces what the node holds; until then the
    /// node answers from the old state.
    async fn read_everything(&self) -> Result<(), Error> {
        let version = self.store().last_change().await?;
        let index = Index::new();
        let mut after = None;
        loop {
            let rows = self.store().live_entries(after, ROWS_AT_ONCE).await?;
            let Some(last) = rows.last() else { break };
            after = Some(last.entry);
            index.insert(&indexed(&rows));
        }
        let index = Arc::new(index);
        compacted(Arc::clone(&index), CancellationToken::new()).await?;
        self.inner.index.store(index);
        self.reload_directory().await?;
        self.advance_to(version);
        Ok(())
    }

    async fn apply(&self, change: &Change) -> Result<(), Error> {
        match change {
            Change::Added { first, last, .. } => self.index_added(*first, *last).await?,
            Change::Removed { first, last, .. } => self.index().remove(*first..=*last),
            Change::BankDeleted(bank) => self.index().remove_bank(*bank),
            Change::BankChanged(_) | Change::Keys => {}
        }
        Ok(())
    }

    async fn index_added(&self, first: EntryId, last: EntryId) -> Result<(), Error> {
        let rows = self.store().live_entries_in(first, last).await?;
        self.index().insert(&indexed(&rows));
        Ok(())
    }

    /// Brings the banks and keys in memory to the state after `changes`. A few changed banks are read
    /// by themselves: an installation with ten thousand banks would otherwise read all of them again
    /// for each that is created.
    async fn update_directory(&self, changes: &[Changed]) -> Result<(), Error> {
        let mut banks = BTreeSet::new();
        for logged in changes {
            match logged.change {
                Change::Keys => return self.reload_directory().await,
                Change::BankChanged(bank) | Change::BankDeleted(bank) => {
                    banks.insert(bank);
                }
                Change::Added { .. } | Change::Removed { .. } => {}
            }
        }
        if banks.is_empty() {
            return Ok(());
        }
        if banks.len() > BANKS_AT_ONCE {
            return self.reload_directory().await;
        }
        let mut states = Vec::new();
        for bank in banks {
            states.push((bank, self.store().bank(bank).await?));
        }
        self.inner.directory.rcu(|directory| directory.with_banks(&states));
        Ok(())
    }

    async fn reload_directory(&self) -> Result<(), Error> {
        let banks = self.store().all_banks().await?;
        let keys = self.store().live_keys().await?;
        let leaving = self.store().leaving_service_ids().await?;
        self.inner.directory.store(Arc::new(Directory::new(banks, keys, &leaving)));
        Ok(())
    }

    fn advance_to(&self, version: i64) {
        let current_at = Some(self.clock().now());
        self.inner.position.send_replace(Position { version, current_at });
    }
}

fn indexed(rows: &[IndexRow]) -> Vec<IndexEntry> {
    rows.iter().map(|row| IndexEntry { entry: row.entry, bank: row.bank, hash: row.hash }).collect()
}
