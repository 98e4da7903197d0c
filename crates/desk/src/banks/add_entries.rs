//! Adds hashes to a bank in one call. Large lists are imported: see
//! [`crate::banks::import_entries`].

use jiff::Timestamp;
use mamori_model::approval_request::{ApprovalVerb, GuardedChange};
use mamori_model::key::Scope;
use mamori_model::{AuditActor, AuditVerb, BankId, Narrowing};
use mamori_store::{Added, NewEntry, Tx};
use serde_json::json;

use crate::approvals::post_notice::post_notices;
use crate::approvals::request_approval::Proposal;
use crate::audit::{self, Change, values};
use crate::banks::proposed_entries::ProposedEntries;
use crate::banks::withdraw_entries::removals_by;
use crate::{Admin, Desk, Error};

/// The largest number of entries in one call; a larger list is imported.
pub const ENTRIES_MAX: usize = 1_000;

/// What happens to hashes that were withdrawn from the bank.
#[derive(Clone, Copy, Debug)]
enum Withdrawn {
    LeftOut,
    Added,
}

impl Desk {
    /// Adds `entries`. If the bank already has a hash, no second entry is added: the existing entry
    /// takes over the fields that are set. Hashes that were withdrawn from the bank are left out.
    ///
    /// When this returns, the entries match at this node; at other nodes within a second.
    /// [`Error::Invalid`] for more than [`ENTRIES_MAX`] entries, [`Error::NotFound`] if there is no
    /// such bank, [`Error::Waits`] if it needs a second actor.
    pub async fn add_entries(
        &self,
        who: &Admin,
        bank: BankId,
        entries: &[NewEntry],
    ) -> Result<Added, Error> {
        self.add(who, bank, entries, Withdrawn::LeftOut).await
    }

    /// Adds `entries` like [`Self::add_entries`], and also adds hashes that were withdrawn from the
    /// bank, each as a new entry.
    pub async fn restore_entries(
        &self,
        who: &Admin,
        bank: BankId,
        entries: &[NewEntry],
    ) -> Result<Added, Error> {
        self.add(who, bank, entries, Withdrawn::Added).await
    }

    async fn add(
        &self,
        who: &Admin,
        id: BankId,
        entries: &[NewEntry],
        withdrawn: Withdrawn,
    ) -> Result<Added, Error> {
        who.require(&[Scope::EntriesWrite])?;
        if entries.len() > ENTRIES_MAX {
            return Err(Error::invalid("at most 1,000 entries at once; send more as an import"));
        }
        let verb = match withdrawn {
            Withdrawn::LeftOut => ApprovalVerb::AddEntries,
            Withdrawn::Added => ApprovalVerb::RestoreEntries,
        };

        let mut tx = self.store().begin(verb.as_str()).await?;
        let bank = tx.lock_bank(id).await?.ok_or(Error::NotFound("bank"))?;
        who.require_bank(&bank)?;
        // Read under the lock: a request that was made before is told by an earlier time.
        let now = self.clock().now();
        let proposal = || {
            let change = json!(ProposedEntries::from(entries));
            let summary = json!({ "entries": entries.len() });
            Ok(Proposal::of(verb, id, change).in_bank(id).recorded_as(summary))
        };
        let removals = removals_by(&mut tx, id, entries, now).await?;
        let guarded = GuardedChange::Entries { bank: &bank, removals };
        let mut tx = self.unless_guarded(tx, who, &guarded, proposal, now).await?;
        let narrowed = (removals.more > 0).then_some(Narrowing::EntryShortened);
        post_notices(self, &mut tx, &who.actor(), &bank, narrowed, now).await?;
        let added = match withdrawn {
            Withdrawn::LeftOut => {
                self.add_entries_in(&mut tx, &who.actor(), id, entries, now).await?
            }
            Withdrawn::Added => {
                self.restore_entries_in(&mut tx, &who.actor(), id, entries, now).await?
            }
        };
        tx.commit().await?;

        self.wait_until_applied().await;
        Ok(added)
    }

    /// Adds entries to a bank that `tx` has locked, for itself or as an approved request.
    pub(crate) async fn add_entries_in(
        &self,
        tx: &mut Tx,
        who: &AuditActor,
        bank: BankId,
        entries: &[NewEntry],
        now: Timestamp,
    ) -> Result<Added, Error> {
        let added = tx.add_entries(bank, entries, now).await?;
        let change = Change::of(who.clone(), AuditVerb::EntriesAdded, bank);
        audit::record(self, tx, change.after(values::added(&added)), now).await?;
        Ok(added)
    }

    /// Adds entries as [`Self::add_entries_in`] does, also those whose hash was withdrawn.
    pub(crate) async fn restore_entries_in(
        &self,
        tx: &mut Tx,
        who: &AuditActor,
        bank: BankId,
        entries: &[NewEntry],
        now: Timestamp,
    ) -> Result<Added, Error> {
        let added = tx.restore_entries(bank, entries, now).await?;
        let change = Change::of(who.clone(), AuditVerb::EntriesRestored, bank);
        audit::record(self, tx, change.after(values::added(&added)), now).await?;
        Ok(added)
    }
}
