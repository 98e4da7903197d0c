//! Changes an entry's labels, end or source id; never its hash.

use mamori_model::key::Scope;
use mamori_model::{AuditVerb, BankId, Entry, EntryChange, EntryId, EntryState};

use crate::audit::{self, Change, values};
use crate::{Admin, Desk, Error};

impl Desk {
    /// Changes an entry that has not ended; [`Error::Conflict`] if it has.
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
        let now = self.clock().now();

        let mut tx = self.store().begin("change_entry").await?;
        tx.lock_bank(bank).await?.ok_or(Error::NotFound("bank"))?;
        let before = tx.lock_entry(bank, id).await?.ok_or(Error::NotFound("entry"))?;
        let state_before = values::entry(&before);
        let after = match before.state(now) {
            EntryState::Live => change.applied_to(before),
            EntryState::Expired | EntryState::Withdrawn => return Err(ended()),
        };
        if !tx.update_entry(&after, now).await? {
            return Err(ended());
        }
        let change = Change::of(who.actor(), AuditVerb::EntryChanged, bank);
        let change = change.before(state_before).after(values::entry(&after));
        audit::record(self, &mut tx, change, now).await?;
        tx.commit().await?;

        self.wait_until_applied().await;
        Ok(after)
    }
}

fn ended() -> Error {
    Error::conflict("this entry has ended and no longer matches; add its hash again instead")
}
