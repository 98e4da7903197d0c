//! Deletes a bank: it stops matching at once, and a job removes its entries.

use std::time::Instant;

use jiff::Timestamp;
use mamori_model::approval_request::{ApprovalVerb, GuardedChange};
use mamori_model::job::{JobKind, Lane};
use mamori_model::key::Scope;
use mamori_model::{AuditActor, AuditVerb, Bank, BankId};
use mamori_store::{Leased, NewJob, Tx};
use serde_json::json;

use crate::approvals::request_approval::Proposal;

use crate::audit::{self, Change, values};
use crate::{Admin, Desk, Error};

/// How many entries one transaction removes: few, because no match can be recorded meanwhile on
/// SQLite.
const ENTRIES_AT_ONCE: u32 = 1_000;

/// The most transactions of one job, so that the job ends long before its lease expires and delays a
/// stopping node by only a few seconds. The job then enqueues another one for the remaining entries.
const TRANSACTIONS_PER_JOB: u32 = 100;

impl Desk {
    /// Deletes a bank. When this returns, the bank matches nothing at this node; at other nodes
    /// within a second. Matches that it caused are kept for their retention term.
    ///
    /// [`Error::NotFound`] if there is no such bank, [`Error::Waits`] if it needs a second actor.
    pub async fn delete_bank(&self, who: &Admin, id: BankId) -> Result<(), Error> {
        who.require(&[Scope::BanksWrite])?;
        let now = self.clock().now();

        let mut tx = self.store().begin("delete_bank").await?;
        let bank = tx.lock_bank(id).await?.ok_or(Error::NotFound("bank"))?;
        who.require_bank(&bank)?;
        let proposal = || {
            let change = json!({ "name": bank.name });
            Ok(Proposal::of(ApprovalVerb::DeleteBank, id, change).in_bank(id))
        };
        let guarded = GuardedChange::BankDeletion(&bank);
        let mut tx = self.unless_guarded(tx, who, &guarded, proposal, now).await?;
        self.delete_bank_in(&mut tx, &who.actor(), &bank, now).await?;
        tx.commit().await?;

        self.inner.enqueued.notify_one();
        self.wait_until_applied().await;
        Ok(())
    }

    /// Deletes a bank that `tx` has locked, for itself or as an approved request.
    pub(crate) async fn delete_bank_in(
        &self,
        tx: &mut Tx,
        who: &AuditActor,
        bank: &Bank,
        now: Timestamp,
    ) -> Result<(), Error> {
        if !tx.delete_bank(bank.id, now).await? {
            return Err(Error::NotFound("bank"));
        }
        let change = Change::of(who.clone(), AuditVerb::BankDeleted, bank.id);
        audit::record(self, tx, change.before(values::bank(bank)), now).await?;
        self.enqueue_purge(tx, bank.id, now).await
    }

    /// Removes the rows of a deleted bank, [`ENTRIES_AT_ONCE`] per transaction.
    pub(crate) async fn purge_bank(&self, job: &Leased) -> Result<(), Error> {
        let bank: BankId =
            job.key.parse().map_err(|cause| Error::internal("a job names no bank", cause))?;
        for _ in 0..TRANSACTIONS_PER_JOB {
            let begun = Instant::now();
            let mut tx = self.store().begin_alone("purge_bank").await?;
            let removed = tx.purge_bank_entries(bank, ENTRIES_AT_ONCE).await?;
            if removed == 0 {
                tx.finish_job(job).await?;
                return Ok(tx.commit().await?);
            }
            tx.commit().await?;
            // As long as the transaction took: so checks that write get at least half of the time.
            tokio::time::sleep(begun.elapsed()).await;
        }
        let mut tx = self.store().begin_alone("purge_bank").await?;
        if tx.finish_job(job).await? {
            self.enqueue_purge(&mut tx, bank, self.clock().now()).await?;
        }
        Ok(tx.commit().await?)
    }

    async fn enqueue_purge(&self, tx: &mut Tx, bank: BankId, now: Timestamp) -> Result<(), Error> {
        let purge = NewJob {
            id: self.clock().mint()?.into(),
            kind: JobKind::PurgeBank,
            key: bank.to_string(),
            lane: Lane::own(JobKind::PurgeBank),
            not_before: now,
        };
        Ok(tx.enqueue(&purge).await?)
    }
}
