//! Stores a change that needs a second actor as an approval request, instead of making it.

use jiff::Timestamp;
use mamori_model::approval_request::{
    ApprovalRequest, ApprovalState, ApprovalTimes, ApprovalVerb, BankAt, Guard, GuardedChange,
    Reason,
};
use mamori_model::audit::{AuditAct, AuditActor, AuditTarget, AuditVerb};
use mamori_model::{BankId, Refusal};
use mamori_store::Tx;
use serde_json::{Value, json};

use crate::audit::{self, Change};
use crate::{Admin, Desk, Error};

/// What a verb will do once a second actor approves it.
#[derive(Clone, Debug)]
pub(crate) struct Proposal {
    /// The verb.
    pub verb: ApprovalVerb,
    /// What the change is made to.
    pub target: AuditTarget,
    /// The bank that it concerns, which the transaction has locked.
    pub bank: Option<BankId>,
    /// What the verb needs to be done, as JSON.
    pub change: Value,
    /// The same without hashes, for the audit record.
    pub summary: Value,
}

impl Proposal {
    /// Describes a change to `target` that contains no hashes.
    pub(crate) fn of(verb: ApprovalVerb, target: impl std::fmt::Display, change: Value) -> Self {
        let target = AuditTarget::of(target);
        Self { verb, target, bank: None, summary: change.clone(), change }
    }

    /// Adds the bank that the change concerns.
    pub(crate) fn in_bank(self, bank: BankId) -> Self {
        Self { bank: Some(bank), ..self }
    }

    /// Replaces what the audit record stores.
    pub(crate) fn recorded_as(self, summary: Value) -> Self {
        Self { summary, ..self }
    }
}

impl Desk {
    /// Returns what decides which changes need a second actor now.
    pub(crate) async fn guard(&self, tx: &mut Tx, now: Timestamp) -> Result<Guard, Error> {
        let settings = &self.settings().approvals;
        Ok(Guard {
            installed_at: tx.installed_at(now).await?,
            now,
            distance_max: settings.distance_max,
            withdrawals_per_day_max: settings.withdrawals_per_day_max.into(),
        })
    }

    /// Returns `tx` if `change` needs no second actor. Otherwise stores `proposal` as a request,
    /// commits, and returns [`Error::Waits`] with it. A proposal that already waits is not stored again:
    /// the error contains the first request.
    ///
    /// To be called before anything is changed in `tx`. [`Refusal::RequestsFull`] if too many
    /// requests of the actor wait.
    pub(crate) async fn unless_guarded(
        &self,
        mut tx: Tx,
        who: &Admin,
        change: &GuardedChange<'_>,
        proposal: impl FnOnce() -> Result<Proposal, Error> + Send,
        now: Timestamp,
    ) -> Result<Tx, Error> {
        let reasons = self.guard(&mut tx, now).await?.reasons(change);
        if reasons.is_empty() {
            return Ok(tx);
        }
        let request =
            self.request_approval(&mut tx, who.actor(), reasons, proposal()?, now).await?;
        tx.commit().await?;
        Err(Error::Waits(Box::new(request)))
    }

    /// Stores `proposal` as a request of `who` within `tx`, or finds the same one.
    pub(crate) async fn request_approval(
        &self,
        tx: &mut Tx,
        who: AuditActor,
        reasons: Vec<Reason>,
        proposal: Proposal,
        now: Timestamp,
    ) -> Result<ApprovalRequest, Error> {
        require_listed(proposal.verb, &reasons)?;
        let waiting_max = self.settings().approvals.waiting_max;
        let waiting = tx.waiting_requests_of(&who, waiting_max).await?;
        let change = proposal.change.to_string();
        let bank = match proposal.bank {
            Some(bank) => Some(BankAt { bank, version: tx.newest_bank_version(bank).await? }),
            None => None,
        };
        let is_same = |request: &&ApprovalRequest| {
            // A bank that does not exist yet gets another id each time.
            let is_new = request.verb == ApprovalVerb::CreateBank;
            request.verb == proposal.verb
                && (is_new || request.target == proposal.target)
                && request.bank == bank
                && request.change.as_ref() == Some(&change)
                && request.reasons == reasons
                && now < request.agree_until
        };
        if let Some(same) = waiting.iter().find(is_same) {
            return Ok(same.clone());
        }
        if u32::try_from(waiting.len()).unwrap_or(u32::MAX) >= waiting_max {
            return Err(Refusal::RequestsFull.into());
        }

        let ApprovalTimes { agree_until, alone_from, expires_at } =
            ApprovalTimes::of(now, self.settings().approvals.alone_after);
        let request = ApprovalRequest {
            id: self.clock().mint()?.into(),
            verb: proposal.verb,
            reasons,
            requested_by: who.clone(),
            target: proposal.target,
            bank,
            change: Some(change),
            state: ApprovalState::Waiting,
            requested_at: now,
            agree_until,
            alone_from,
            expires_at,
            resolved_at: None,
        };
        tx.insert_approval_request(&request).await?;
        let change = Change::of(who, AuditVerb::ApprovalRequested, request.id).after(json!({
            "verb": request.verb,
            "target": request.target.as_str(),
            "reasons": request.reasons,
            "change": proposal.summary,
        }));
        audit::record(self, tx, change, now).await?;
        Ok(request)
    }
}

/// Checks that the rule of the act lists each of `reasons`: it is what the public page says.
fn require_listed(verb: ApprovalVerb, reasons: &[Reason]) -> Result<(), Error> {
    let rule = AuditAct::from(verb).rule();
    match reasons.iter().find(|reason| !rule.has(**reason)) {
        None => Ok(()),
        Some(reason) => {
            let cause = format!("{} for {}", verb.as_str(), reason.as_str());
            Err(Error::internal("a change needed a second actor for a reason not listed", cause))
        }
    }
}
