//! Counts the checks that a bank of known benign pictures cleared: totals for each bank and day, and
//! nothing about the item, its account or its service.
//!
//! An administrator who adds an entry to such a bank can let a known picture pass; these totals show
//! it. They are counted in memory, so that a check writes nothing, and added to the database about
//! once a minute for all banks together.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use mamori_model::BankId;
use mamori_store::ClearedChecks;
use tokio_util::sync::CancellationToken;

use crate::checks::search_banks::SearchResult;
use crate::{Desk, Error};

/// How often the totals are added to the database, besides once at a stop.
const INTERVAL: Duration = Duration::from_mins(1);

/// The totals that are not in the database yet.
#[derive(Debug, Default)]
pub(crate) struct ClearedTotals(Mutex<Totals>);

type Totals = BTreeMap<(BankId, Date), u64>;

impl ClearedTotals {
    fn add(&self, more: Totals) {
        let mut totals = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, count) in more {
            let total = totals.entry(key).or_default();
            *total = total.saturating_add(count);
        }
    }

    fn take(&self) -> Totals {
        mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Returns the banks of known benign pictures that decided a check: they cleared a hit of another
/// bank; or all of an item that could not be read whole (`is_read_whole`), which would be an error
/// otherwise.
fn deciding_banks(found: &SearchResult, is_read_whole: bool) -> BTreeSet<BankId> {
    let judgement = &found.judgement;
    if is_read_whole || !judgement.cleared_by.is_empty() || !judgement.is_cleared {
        return judgement.cleared_by.clone();
    }
    found.hits.iter().filter(|hit| hit.purpose.is_negative()).map(|hit| hit.bank).collect()
}

impl Desk {
    /// Counts a check for the banks of known benign pictures that decided it. `is_read_whole`:
    /// whether all of the item was compared.
    pub fn count_cleared(&self, found: &SearchResult, is_read_whole: bool) {
        let banks = deciding_banks(found, is_read_whole);
        if banks.is_empty() {
            return;
        }
        let today = self.clock().now().to_zoned(TimeZone::UTC).date();
        for bank in &banks {
            metrics::counter!("mamori_checks_cleared_total", "bank" => bank.to_string())
                .increment(1);
        }
        self.inner.cleared.add(banks.into_iter().map(|bank| ((bank, today), 1)).collect());
    }

    /// Adds the totals to the database once a minute until `stop`, and then once more.
    pub async fn store_cleared(&self, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                () = tokio::time::sleep(INTERVAL) => self.store_or_warn().await,
            }
        }
        self.store_or_warn().await;
    }

    async fn store_or_warn(&self) {
        if let Err(error) = self.store_cleared_once().await {
            tracing::warn!(error = error.logged(), "the totals of cleared checks are not stored");
        }
    }

    /// Adds the totals that this node counted since the last time to the database. After an error
    /// they are added the next time; if only the answer of the database was lost, twice.
    pub async fn store_cleared_once(&self) -> Result<(), Error> {
        let totals = self.inner.cleared.take();
        if totals.is_empty() {
            return Ok(());
        }
        let stored = self.add_to_store(&totals).await;
        if stored.is_err() {
            self.inner.cleared.add(totals);
        }
        stored
    }

    async fn add_to_store(&self, totals: &Totals) -> Result<(), Error> {
        let mut tx = self.store().begin("store_cleared").await?;
        for (&(bank, day), &total) in totals {
            tx.add_cleared_checks(bank, ClearedChecks { day, total }).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}
