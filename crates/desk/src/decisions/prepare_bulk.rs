//! Prepares a bulk decision: shows and counts what it would do. Does not decide anything.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use mamori_model::bulk::{self, Bulk, BulkState};
use mamori_model::case::{About, CaseEventKind, Level, Step};
use mamori_model::{
    Approval, AuditVerb, Case, CaseId, FreeText, ItemName, Measures, Outcome, Refusal,
    ServiceAction, StaffId, Urgency, approval,
};
use mamori_store::Tx;

use crate::audit::{self, Change};
use crate::cases::record_event::{NewEvent, record_event};
use crate::decisions::views_needed::{CaseViews, Viewed};
use crate::staff::member::Reviewer;
use crate::{Desk, Error};

/// One answer for many cases, not yet prepared.
#[derive(Clone, Debug)]
pub struct NewBulk {
    /// The cases, all under one policy.
    pub cases: BTreeSet<CaseId>,
    /// The outcome that every case gets.
    pub outcome: Outcome,
    /// The reviewer's reason, the same for every case.
    pub reason: FreeText,
    /// The measures to take in each case, without exceptions for single items.
    pub measures: Measures,
}

impl Desk {
    /// Prepares one answer for many cases, and returns how many cases, items and accounts it
    /// affects. Until the bulk decision is confirmed or dropped, for at most
    /// [`crate::settings::CaseSettings::bulk_wait`], other reviewers cannot claim these cases. The
    /// case that the reviewer has claimed goes back to the queue first, and so do the cases of bulk
    /// decisions that they prepared before and never confirmed.
    ///
    /// Refused: [`Refusal::BulkEmpty`], [`Refusal::BulkTooLarge`], [`Refusal::BulkMixed`],
    /// [`Refusal::BulkUrgent`], [`Refusal::InBulk`], [`Refusal::BreakDue`], [`Refusal::OwnBreak`],
    /// [`Refusal::ExposureSpent`], [`Refusal::CaseClosed`], [`Refusal::ClaimedByOther`], and as
    /// [`Measures::actions`] says. [`Error::Invalid`] if the measures have an exception;
    /// [`Error::NotFound`] for a case that does not exist, that only a lead may claim, or that the
    /// reviewer's assignment does not cover.
    pub async fn prepare(&self, who: &Reviewer, new: NewBulk) -> Result<Bulk, Error> {
        if new.cases.is_empty() {
            return Err(Refusal::BulkEmpty.into());
        }
        if !new.measures.except.is_empty() {
            return Err(Error::invalid("a bulk decision says the same of every item"));
        }
        let limits = self.settings().cases;
        if count(new.cases.len()) > limits.bulk_cases_max {
            return Err(Refusal::BulkTooLarge.into());
        }
        let now = self.clock().now();

        let mut tx = self.store().begin("prepare_bulk").await?;
        if let Some(due) = self.break_due(&mut tx, who.staff(), now).await? {
            return Err(self.begin_break(tx, who, due, now).await?);
        }
        self.release_current_claim(&mut tx, who, now).await?;
        for before in tx.lock_prepared_bulks_of(who.staff()).await? {
            self.end_prepared(&mut tx, before, Some(who.staff()), now).await?;
        }
        let cases = tx.lock_cases(new.cases.iter().copied(), who.assignment()).await?;
        if cases.len() != new.cases.len() {
            return Err(Error::NotFound("case"));
        }
        for case in &cases {
            may_join(case, who, now)?;
        }
        let bulk = self.prepared(&mut tx, who, &new, &cases, now).await?;
        tx.insert_bulk(&bulk, &cases).await?;
        let names = tx.names_of_bulk(bulk.id).await?;
        let actions = actions_of(&bulk, &cases, &names, now)?;
        if count(actions.values().map(Vec::len).sum()) > limits.bulk_actions_max {
            return Err(Refusal::BulkTooLarge.into());
        }
        let viewed = self.viewed_by_author(&mut tx, &bulk, &actions, now).await?;
        let bulk = Bulk { approval: self.approval_of(&bulk, &actions, &viewed, now), ..bulk };
        tx.set_bulk(&bulk).await?;
        let event = (CaseEventKind::InBulk, Some(who.staff()));
        self.record_bulk_event(&mut tx, &bulk, &cases, event, now).await?;
        let change = Change::of(who.staff(), AuditVerb::BulkPrepared, bulk.id);
        audit::record(self, &mut tx, change, now).await?;
        tx.commit().await?;

        Ok(bulk)
    }

    async fn prepared(
        &self,
        tx: &mut Tx,
        who: &Reviewer,
        new: &NewBulk,
        cases: &[Case],
        now: Timestamp,
    ) -> Result<Bulk, Error> {
        let purpose = bulk::purpose(cases)?;
        let policy = tx.policy(purpose).await?.ok_or(Error::NotFound("policy"))?;
        Ok(Bulk {
            id: self.clock().mint()?.into(),
            state: BulkState::Prepared,
            purpose,
            policy_version: policy.version,
            outcome: new.outcome,
            reason: new.reason.clone(),
            measures: new.measures.clone(),
            cases: count(cases.len()),
            items: cases.iter().fold(0, |items: u32, case| items.saturating_add(case.items)),
            accounts: count(bulk::accounts(cases)),
            made_by: who.staff(),
            made_at: now,
            expires_at: now.checked_add(self.settings().cases.bulk_wait).unwrap_or(Timestamp::MAX),
            approval: Approval::None,
            approver_id: None,
            resolved_at: None,
            undone_by: None,
            undone_at: None,
        })
    }

    /// Returns what the author of a bulk decision has viewed for the decision of each case. A view
    /// in one case counts for copies in the others.
    pub(super) async fn viewed_by_author(
        &self,
        tx: &mut Tx,
        bulk: &Bulk,
        actions: &HashMap<CaseId, Vec<ServiceAction>>,
        now: Timestamp,
    ) -> Result<HashMap<CaseId, Viewed>, Error> {
        let cases: Vec<CaseId> = actions.keys().copied().collect();
        let of_author = (bulk.made_by, Timestamp::MIN);
        let views = CaseViews::load(tx, &cases, of_author, now).await?;
        Ok(views.viewed(bulk.outcome, actions, self.grave_from(now)))
    }

    /// Returns which second approval the bulk decision needs if it is made at `now`, after its
    /// author viewed `viewed`.
    pub(super) fn approval_of(
        &self,
        bulk: &Bulk,
        actions: &HashMap<CaseId, Vec<ServiceAction>>,
        viewed: &HashMap<CaseId, Viewed>,
        now: Timestamp,
    ) -> Approval {
        let accounts = usize::try_from(bulk.accounts).unwrap_or(usize::MAX);
        let grave = self.grave_from(now);
        let is_needed = actions.values().any(|some| approval::is_required(some, accounts, grave))
            || viewed.values().any(|viewed| viewed.needs_approval());
        approval::required(is_needed, self.settings().is_single_person, now)
    }

    /// Records in the history of each case what happened to its bulk decision. `by` is the staff
    /// member who did it; `None` for Mamori itself.
    pub(super) async fn record_bulk_event(
        &self,
        tx: &mut Tx,
        bulk: &Bulk,
        cases: &[Case],
        (kind, by): (CaseEventKind, Option<StaffId>),
        now: Timestamp,
    ) -> Result<(), Error> {
        let about = About { bulk: Some(bulk.id), ..About::default() };
        for case in cases {
            record_event(self, tx, NewEvent::of(case.id, kind).by(by).about(about), now).await?;
        }
        Ok(())
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Returns the actions of each case of a bulk decision; refused as [`Measures::actions`] says.
pub(super) fn actions_of(
    bulk: &Bulk,
    cases: &[Case],
    names: &HashMap<CaseId, Vec<ItemName>>,
    now: Timestamp,
) -> Result<HashMap<CaseId, Vec<ServiceAction>>, Refusal> {
    let today = Desk::day(now);
    let of = |case: &Case| {
        let items = names.get(&case.id).map_or(&[][..], Vec::as_slice);
        Ok((case.id, bulk.measures.actions(bulk.outcome, case, items, today)?))
    };
    cases.iter().map(of).collect()
}

fn may_join(case: &Case, who: &Reviewer, now: Timestamp) -> Result<(), Error> {
    case.state.after(Step::Claim)?;
    if case.level == Level::Lead && !who.member().roles().is_lead() {
        return Err(Error::NotFound("case"));
    }
    if case.bulk.is_some() {
        return Err(Refusal::InBulk.into());
    }
    if case.urgency == Urgency::ChildInDanger {
        return Err(Refusal::BulkUrgent.into());
    }
    // A lapsed claim may still be in the row; it is not for this transaction to end it.
    match case.claim {
        Some(_) if case.claim.is_some_and(|claim| claim.until > now) => {
            Err(Refusal::ClaimedByOther.into())
        }
        Some(_) | None => Ok(()),
    }
}
