//! Changes an entry's labels, end or source id; never its hash.

use jiff::Timestamp;
use mamori_model::approval_request::{ApprovalVerb, GuardedChange};
use mamori_model::key::Scope;
use mamori_model::{
    AuditActor, AuditVerb, BankId, Entry, EntryChange, EntryId, EntryState, change_notice,
};
use mamori_store::Tx;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::approvals::post_notice::post_notices;
use crate::approvals::request_approval::Proposal;
use crate::audit::{self, Change, values};
use crate::banks::proposed_entries::ProposedMetadata;
use crate::banks::withdraw_entries::removed_within_day;
use crate::{Admin, Desk, Error};

/// A change of an entry that waits for a second actor, as JSON.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ProposedEntryChange {
    pub(crate) entry: EntryId,
    pub(crate) change: ProposedMetadata,
}

impl Desk {
    /// Changes an entry that has not ended; [`Error::Conflict`] if it has, [`Error::Waits`] if it
    /// needs a second actor.
    ///
    /// With an end in the past the entry stops matching, with a later end it continues. Both apply
    /// at every node at once, because the store confirms each hit.
    pub async fn change_entry(
        &self,
        who: &Admin,
        bank: BankId,
        id: EntryId,
        change: EntryChange,
    ) -> Result<Entry, Error> {
        who.require(&[Scope::EntriesWrite])?;

        let mut tx = self.store().begin("change_entry").await?;
        let bank = tx.lock_bank(bank).await?.ok_or(Error::NotFound("bank"))?;
        who.require_bank(&bank)?;
        // Read under the lock: a request that was made before is told by an earlier time.
        let now = self.clock().now();
        let before = tx.lock_entry(bank.id, id).await?.ok_or(Error::NotFound("entry"))?;
        if before.state(now) != EntryState::Live {
            return Err(ended());
        }
        let after = change.clone().applied_to(before.clone());
        let proposal = || {
            let change = ProposedEntryChange { entry: id, change: (&change).into() };
            Ok(Proposal::of(ApprovalVerb::ChangeEntry, bank.id, json!(change)).in_bank(bank.id))
        };
        let within_day = removed_within_day(&mut tx, bank.id, now).await?;
        let guarded =
            GuardedChange::Entry { bank: &bank, before: &before, after: &after, within_day };
        let mut tx = self.unless_guarded(tx, who, &guarded, proposal, now).await?;
        let after = self.change_entry_in(&mut tx, &who.actor(), bank.id, id, change, now).await?;
        let narrowed = change_notice::of_entry(&before, &after);
        post_notices(self, &mut tx, &who.actor(), &bank, narrowed, now).await?;
        tx.commit().await?;

        self.wait_until_applied().await;
        Ok(after)
    }

    /// Changes an entry of a bank that `tx` has locked, for itself or as an approved request.
    pub(crate) async fn change_entry_in(
        &self,
        tx: &mut Tx,
        who: &AuditActor,
        bank: BankId,
        id: EntryId,
        change: EntryChange,
        now: Timestamp,
    ) -> Result<Entry, Error> {
        let before = tx.lock_entry(bank, id).await?.ok_or(Error::NotFound("entry"))?;
        let state_before = values::entry(&before);
        let after = match before.state(now) {
            EntryState::Live => change.applied_to(before),
            EntryState::Expired | EntryState::Withdrawn => return Err(ended()),
        };
        if !tx.update_entry(&after, now).await? {
            return Err(ended());
        }
        let change = Change::of(who.clone(), AuditVerb::EntryChanged, bank);
        let change = change.before(state_before).after(values::entry(&after));
        audit::record(self, tx, change, now).await?;
        Ok(after)
    }
}

fn ended() -> Error {
    Error::conflict("this entry has ended and no longer matches; add its hash again instead")
}
