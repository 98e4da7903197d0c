//! Makes a change that waited for a second actor, through the verb that requested it and in the
//! transaction of the approval.

use std::fmt::Display;
use std::str::FromStr;

use jiff::Timestamp;
use mamori_model::approval_request::{
    ApprovalRequest, ApprovalState, ApprovalVerb, BankAt, GuardedChange, Lapse,
};
use mamori_model::{ApprovalId, Bank, Reason, Refusal};
use mamori_store::Tx;
use serde::de::DeserializeOwned;

use crate::approvals::end_request::end_request;
use crate::approvals::overseer::{Approver, Overseer, require_second};
use crate::banks::change_bank::ProposedChange;
use crate::banks::change_entry::ProposedEntryChange;
use crate::banks::create_bank::ProposedBank;
use crate::banks::import_entries::ProposedSource;
use crate::banks::proposed_entries::ProposedEntries;
use crate::banks::withdraw_entries::{ProposedSourceWithdrawal, ProposedWithdrawal, removals_by};
use crate::{Admin, Desk, Error};

impl Desk {
    /// Approves a request as its second actor: the change takes effect, made by the requester.
    ///
    /// [`Error::NotFound`] if there is no such request, or if the key lacks the scope that the change
    /// needs; the refusals of [`ApprovalRequest::can_be_approved`] and of [`mamori_model::approval_request::can_agree`];
    /// [`Refusal::RequestStale`] if it lapses now, because the bank was changed or the requesting
    /// key was revoked. Other errors are those of the change itself; the request continues to wait.
    pub async fn approve_request(
        &self,
        who: Approver<'_>,
        id: ApprovalId,
    ) -> Result<ApprovalRequest, Error> {
        let now = self.clock().now();
        let who = who.overseer()?;

        let mut tx = self.store().begin("approve_request").await?;
        let request = lock(&mut tx, id).await?;
        if let Overseer::Admin(admin) = who {
            admin.require(&[request.verb.scope()])?;
        }
        request.can_be_approved(now)?;
        let (first, since) = (&request.requested_by, request.requested_at);
        require_second(&mut tx, who, first, since, now).await?;
        self.make(tx, request, ApprovalState::Done(who.actor()), now).await
    }

    /// Has the change of a request take effect without a second actor, after the delay.
    ///
    /// [`Error::NotFound`] if there is no such request; the refusals of
    /// [`ApprovalRequest::can_be_made_alone`]; otherwise as [`Self::approve_request`].
    pub async fn apply_request_alone(
        &self,
        who: &Admin,
        id: ApprovalId,
    ) -> Result<ApprovalRequest, Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("apply_request_alone").await?;
        let request = lock(&mut tx, id).await?;
        who.require(&[request.verb.scope()])?;
        request.can_be_made_alone(&who.actor(), now)?;
        self.make(tx, request, ApprovalState::MadeAlone(who.actor()), now).await
    }

    /// Makes the change of a request that `tx` has locked, ends the request as `state`, and commits.
    async fn make(
        &self,
        mut tx: Tx,
        request: ApprovalRequest,
        state: ApprovalState,
        now: Timestamp,
    ) -> Result<ApprovalRequest, Error> {
        let bank = match self.lock_unchanged(&mut tx, &request, now).await? {
            Ok(bank) => bank,
            Err(lapse) => {
                end_request(self, &mut tx, request, ApprovalState::Lapsed(lapse), now).await?;
                tx.commit().await?;
                return Err(Refusal::RequestStale.into());
            }
        };
        match bank {
            Some(bank) => self.make_in_bank(&mut tx, &request, &bank, now).await?,
            None => self.make_elsewhere(&mut tx, &request, now).await?,
        }
        let request = end_request(self, &mut tx, request, state, now).await?;
        tx.commit().await?;

        self.inner.enqueued.notify_one();
        self.wait_until_applied().await;
        Ok(request)
    }

    /// Locks and returns the bank of a request, or why the request lapses: the bank was changed
    /// since the request, or the requesting key was revoked or has ended.
    async fn lock_unchanged(
        &self,
        tx: &mut Tx,
        request: &ApprovalRequest,
        now: Timestamp,
    ) -> Result<Result<Option<Bank>, Lapse>, Error> {
        if let Some(id) = request.requested_by.key() {
            let key = tx.key(id).await?;
            if key.is_none_or(|key| key.revoked_at.is_some() || key.has_ended(now)) {
                return Ok(Err(Lapse::KeyRevoked));
            }
        }
        let Some(BankAt { bank, version }) = request.bank else { return Ok(Ok(None)) };
        let Some(bank) = tx.lock_bank(bank).await? else { return Ok(Err(Lapse::BankChanged)) };
        if tx.newest_bank_version(bank.id).await? != version {
            return Ok(Err(Lapse::BankChanged));
        }
        // The second actor agrees to what the bank held at the request.
        if concerns_entries(request)
            && tx.were_entries_changed(bank.id, request.requested_at).await?
        {
            return Ok(Err(Lapse::BankChanged));
        }
        if matches!(request.verb, ApprovalVerb::AddEntries | ApprovalVerb::RestoreEntries) {
            let entries = read::<ProposedEntries>(request)?.read()?;
            let removals = removals_by(tx, bank.id, &entries, now).await?;
            let guarded = GuardedChange::Entries { bank: &bank, removals };
            let reasons = self.guard(tx, now).await?.reasons(&guarded);
            if reasons.iter().any(|reason| !request.reasons.contains(reason)) {
                return Ok(Err(Lapse::BankChanged));
            }
        }
        Ok(Ok(Some(bank)))
    }

    /// Makes a change of a bank that `tx` has locked.
    async fn make_in_bank(
        &self,
        tx: &mut Tx,
        request: &ApprovalRequest,
        bank: &Bank,
        now: Timestamp,
    ) -> Result<(), Error> {
        let who = &request.requested_by;
        match request.verb {
            ApprovalVerb::ChangeBank => {
                let after = read::<ProposedChange>(request)?.applied_to(bank, now)?;
                self.change_bank_in(tx, who, bank, &after, now).await
            }
            ApprovalVerb::DeleteBank => self.delete_bank_in(tx, who, bank, now).await,
            ApprovalVerb::AddEntries => {
                let entries = read::<ProposedEntries>(request)?.read()?;
                self.add_entries_in(tx, who, bank.id, &entries, now).await.map(drop)
            }
            ApprovalVerb::RestoreEntries => {
                let entries = read::<ProposedEntries>(request)?.read()?;
                self.restore_entries_in(tx, who, bank.id, &entries, now).await.map(drop)
            }
            ApprovalVerb::ApproveSource => {
                let source = read::<ProposedSource>(request)?;
                self.approve_source_in(tx, bank, source, now).await
            }
            ApprovalVerb::ChangeEntry => {
                let ProposedEntryChange { entry, change } = read(request)?;
                self.change_entry_in(tx, who, bank.id, entry, change.into(), now).await.map(drop)
            }
            ApprovalVerb::WithdrawEntry => {
                let ProposedWithdrawal { entry } = read(request)?;
                self.withdraw_entry_in(tx, who, bank.id, entry, now).await
            }
            ApprovalVerb::WithdrawSource => {
                let ProposedSourceWithdrawal { source_id, .. } = read(request)?;
                self.withdraw_source_in(tx, who, bank.id, &source_id, now).await.map(drop)
            }
            ApprovalVerb::DeleteService
            | ApprovalVerb::CreateBank
            | ApprovalVerb::IssueKey
            | ApprovalVerb::RevokeKey => Err(mismatched(request)),
        }
    }

    /// Makes a change that concerns no bank that exists.
    async fn make_elsewhere(
        &self,
        tx: &mut Tx,
        request: &ApprovalRequest,
        now: Timestamp,
    ) -> Result<(), Error> {
        let who = &request.requested_by;
        match request.verb {
            ApprovalVerb::CreateBank => {
                let bank = read::<ProposedBank>(request)?.created(target(request)?, now)?;
                self.create_bank_in(tx, who, &bank).await
            }
            ApprovalVerb::DeleteService => {
                self.delete_service_in(tx, who, target(request)?, now).await
            }
            ApprovalVerb::IssueKey => self.accept_key_in(tx, target(request)?, now).await,
            ApprovalVerb::RevokeKey => self.revoke_key_in(tx, who, target(request)?, now).await,
            ApprovalVerb::ChangeBank
            | ApprovalVerb::DeleteBank
            | ApprovalVerb::AddEntries
            | ApprovalVerb::RestoreEntries
            | ApprovalVerb::ApproveSource
            | ApprovalVerb::ChangeEntry
            | ApprovalVerb::WithdrawEntry
            | ApprovalVerb::WithdrawSource => Err(mismatched(request)),
        }
    }
}

/// Checks whether the change makes the entries act that the bank holds, or withdraws them: then
/// entries must not have come since the request.
fn concerns_entries(request: &ApprovalRequest) -> bool {
    let acts = [Reason::RaiseAction, Reason::EnableActingBank, Reason::OpenBenignBank];
    request.verb == ApprovalVerb::WithdrawSource
        || (request.verb == ApprovalVerb::ChangeBank
            && request.reasons.iter().any(|reason| acts.contains(reason)))
}

async fn lock(tx: &mut Tx, id: ApprovalId) -> Result<ApprovalRequest, Error> {
    tx.lock_approval_request(id).await?.ok_or(Error::NotFound("approval request"))
}

/// Reads the change as the verb wrote it.
fn read<T: DeserializeOwned>(request: &ApprovalRequest) -> Result<T, Error> {
    let change = request.change.as_deref().unwrap_or("{}");
    serde_json::from_str(change)
        .map_err(|cause| Error::internal("the change of an approval request cannot be read", cause))
}

fn target<T>(request: &ApprovalRequest) -> Result<T, Error>
where
    T: FromStr,
    T::Err: Display,
{
    let read = request.target.as_str().parse();
    read.map_err(|cause: T::Err| {
        Error::internal("an approval request names no target", cause.to_string())
    })
}

fn mismatched(request: &ApprovalRequest) -> Error {
    Error::internal("an approval request names a bank and should not", request.id.to_string())
}
