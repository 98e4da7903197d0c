//! Deletes a bank: it stops matching at once, and a job removes its entries.

use mamori_model::job::{JobKind, Lane};
use mamori_model::key::Scope;
use mamori_model::{AuditVerb, BankId};
use mamori_store::{Leased, NewJob};

use crate::audit::{self, Change, values};
use crate::{Admin, Desk, Error};

/// How many entries one transaction removes.
const ENTRIES_AT_ONCE: u32 = 10_000;

impl Desk {
    /// Deletes a bank. When this returns, the bank matches nothing at this node; at other nodes
    /// within a second. Matches that it caused are kept for their retention term.
    pub async fn delete_bank(&self, who: &Admin, id: BankId) -> Result<(), Error> {
        who.require(&[Scope::BanksWrite])?;
        let now = self.clock().now();
        let purge = NewJob {
            id: self.clock().mint()?.into(),
            kind: JobKind::PurgeBank,
            key: id.to_string(),
            lane: Lane::own(JobKind::PurgeBank),
            not_before: now,
        };

        let mut tx = self.store().begin("delete_bank").await?;
        let before = tx.lock_bank(id).await?.ok_or(Error::NotFound("bank"))?;
        if !tx.delete_bank(id, now).await? {
            return Err(Error::NotFound("bank"));
        }
        let change = Change::of(who.actor(), AuditVerb::BankDeleted, id);
        audit::record(self, &mut tx, change.before(values::bank(&before)), now).await?;
        tx.enqueue(&purge).await?;
        tx.commit().await?;

        self.inner.enqueued.notify_one();
        self.wait_until_applied().await;
        Ok(())
    }

    /// Removes the rows of a deleted bank, [`ENTRIES_AT_ONCE`] per transaction.
    pub(crate) async fn purge_bank(&self, job: &Leased) -> Result<(), Error> {
        let bank: BankId =
            job.key.parse().map_err(|cause| Error::internal("a job names no bank", cause))?;
        loop {
            let mut tx = self.store().begin("purge_bank").await?;
            let removed = tx.purge_bank_entries(bank, ENTRIES_AT_ONCE).await?;
            if removed == 0 {
                tx.finish_job(job).await?;
            }
            tx.commit().await?;
            if removed == 0 {
                return Ok(());
            }
        }
    }
}
