//! Withdraws entries: they no longer match, and are kept for questions about what they matched.
//! Adding or importing a list does not add their hashes again, unless the caller asks for it.

use jiff::{SignedDuration, Timestamp};
use mamori_model::approval_request::{ApprovalVerb, GuardedChange, Removals};
use mamori_model::key::Scope;
use mamori_model::{AuditActor, AuditVerb, BankId, EntryId, EntryState, Line, Narrowing};
use mamori_store::{NewEntry, Tx};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::approvals::post_notice::post_notices;
use crate::approvals::request_approval::Proposal;
use crate::audit::{self, Change};
use crate::{Admin, Desk, Error};

/// How far back removals count.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// An entry whose withdrawal waits for a second actor, as JSON.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ProposedWithdrawal {
    pub(crate) entry: EntryId,
}

/// Entries of one source id whose withdrawal waits for a second actor, as JSON.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ProposedSourceWithdrawal {
    pub(crate) source_id: Line,
    /// How many there were at the request.
    pub(crate) live: u64,
}

impl Desk {
    /// Withdraws one entry of a bank; [`Error::NotFound`] if it does not exist, was withdrawn or
    /// has expired, [`Error::Waits`] if it needs a second actor, because many were withdrawn within
    /// a day.
    ///
    /// When this returns it matches nothing, at no node: the store confirms each hit.
    pub async fn withdraw_entry(
        &self,
        who: &Admin,
        bank: BankId,
        id: EntryId,
    ) -> Result<(), Error> {
        who.require(&[Scope::EntriesWrite])?;
        let now = self.clock().now();

        let mut tx = self.store().begin("withdraw_entry").await?;
        let bank = tx.lock_bank(bank).await?.ok_or(Error::NotFound("entry"))?;
        who.require_bank(&bank)?;
        let entry = tx.lock_entry(bank.id, id).await?.ok_or(Error::NotFound("entry"))?;
        if entry.state(now) == EntryState::Withdrawn {
            return Err(Error::NotFound("entry"));
        }
        let proposal = || {
            let change = json!(ProposedWithdrawal { entry: id });
            Ok(Proposal::of(ApprovalVerb::WithdrawEntry, bank.id, change).in_bank(bank.id))
        };
        let within_day = removed_within_day(&mut tx, bank.id, now).await?;
        let removals = Removals { within_day, more: 1 };
        let guarded = GuardedChange::Withdrawal { bank: &bank, removals };
        let mut tx = self.unless_guarded(tx, who, &guarded, proposal, now).await?;
        self.withdraw_entry_in(&mut tx, &who.actor(), bank.id, id, now).await?;
        let narrowed = [Narrowing::EntriesWithdrawn];
        post_notices(self, &mut tx, &who.actor(), &bank, narrowed, now).await?;
        tx.commit().await?;

        self.wait_until_applied().await;
        Ok(())
    }

    /// Withdraws an entry of a bank that `tx` has locked, for itself or as an approved request.
    pub(crate) async fn withdraw_entry_in(
        &self,
        tx: &mut Tx,
        who: &AuditActor,
        bank: BankId,
        id: EntryId,
        now: Timestamp,
    ) -> Result<(), Error> {
        let withdrawn = tx.withdraw_entries(bank, &[id], now).await?;
        if withdrawn == 0 {
            return Err(Error::NotFound("entry"));
        }
        let change = Change::of(who.clone(), AuditVerb::EntriesWithdrawn, bank);
        audit::record(self, tx, change.after(json!({ "entry": id })), now).await
    }

    /// Withdraws all entries of a bank to which their source gave the id `source`; returns how
    /// many. [`Error::Waits`] if it needs a second actor, because many are withdrawn within a day.
    ///
    /// When this returns they match nothing, at no node.
    pub async fn withdraw_source(
        &self,
        who: &Admin,
        bank: BankId,
        source: &Line,
    ) -> Result<u64, Error> {
        who.require(&[Scope::EntriesWrite])?;
        let now = self.clock().now();

        let mut tx = self.store().begin_alone("withdraw_source").await?;
        let bank = tx.lock_bank(bank).await?.ok_or(Error::NotFound("bank"))?;
        who.require_bank(&bank)?;
        let more = tx.count_live_of_source(bank.id, source).await?;
        let proposal = || {
            let change = json!(ProposedSourceWithdrawal { source_id: source.clone(), live: more });
            Ok(Proposal::of(ApprovalVerb::WithdrawSource, bank.id, change).in_bank(bank.id))
        };
        let within_day = removed_within_day(&mut tx, bank.id, now).await?;
        let removals = Removals { within_day, more };
        let guarded = GuardedChange::Withdrawal { bank: &bank, removals };
        let mut tx = self.unless_guarded(tx, who, &guarded, proposal, now).await?;
        let withdrawn =
            self.withdraw_source_in(&mut tx, &who.actor(), bank.id, source, now).await?;
        let narrowed = (withdrawn > 0).then_some(Narrowing::EntriesWithdrawn);
        post_notices(self, &mut tx, &who.actor(), &bank, narrowed, now).await?;
        tx.commit().await?;

        self.wait_until_applied().await;
        Ok(withdrawn)
    }

    /// Withdraws the entries of one source id from a bank that `tx` has locked, for itself or as an
    /// approved request; returns how many.
    pub(crate) async fn withdraw_source_in(
        &self,
        tx: &mut Tx,
        who: &AuditActor,
        bank: BankId,
        source: &Line,
        now: Timestamp,
    ) -> Result<u64, Error> {
        let withdrawn = tx.withdraw_source(bank, source, now).await?;
        let change = Change::of(who.clone(), AuditVerb::EntriesWithdrawn, bank);
        let change = change.after(json!({ "source_id": source, "withdrawn": withdrawn }));
        audit::record(self, tx, change, now).await?;
        Ok(withdrawn)
    }
}

/// Returns how many entries of a bank were withdrawn, or had their end brought forward, within the
/// last 24 hours.
pub(super) async fn removed_within_day(
    tx: &mut Tx,
    bank: BankId,
    now: Timestamp,
) -> Result<u64, Error> {
    let since = now.checked_sub(DAY).unwrap_or(Timestamp::MIN);
    Ok(tx.count_removed_since(bank, since).await?)
}

/// Returns how many entries of a bank were removed within the last 24 hours, and of how many more the
/// end is brought forward if `entries` are added.
pub(crate) async fn removals_by(
    tx: &mut Tx,
    bank: BankId,
    entries: &[NewEntry],
    now: Timestamp,
) -> Result<Removals, Error> {
    let more = tx.count_shortened(bank, entries).await?;
    let within_day = if more > 0 { removed_within_day(tx, bank, now).await? } else { 0 };
    Ok(Removals { within_day, more })
}
