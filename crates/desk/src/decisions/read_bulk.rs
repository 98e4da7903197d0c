//! Reads bulk decisions: a reviewer's own, or any for a lead or an auditor. Also lists the cases
//! that a reviewer may put into one.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use mamori_model::bulk::{Bulk, BulkState};
use mamori_model::page::{Page, PageSize};
use mamori_model::{BulkId, Case, CaseId, Decision, Line, Policy, Purpose, StaffId};
use mamori_store::Choosing;

use crate::staff::member::{Records, Reviewer};
use crate::{Desk, Error};

/// A bulk decision with a page of its cases. How many cases, items and accounts it affects is in
/// [`Bulk`].
#[derive(Clone, Debug)]
pub struct BulkView {
    /// The bulk decision, in whatever state it is.
    pub bulk: Bulk,
    /// The version of the policy that it names.
    pub policy: Policy,
    /// A page of its cases, oldest first.
    pub cases: Page<BulkCase, CaseId>,
    /// Display names of the staff members who prepared, approved, refused or undid it, by id.
    pub people: BTreeMap<StaffId, Line>,
}

/// A case of a bulk decision.
#[derive(Clone, Debug)]
pub struct BulkCase {
    /// The case in its present state.
    pub case: Case,
    /// Whether the case has changed since the bulk decision was prepared. Always false afterwards.
    pub is_stale: bool,
    /// The decision that the bulk decision made about it; `None` until it is confirmed.
    pub decision: Option<Decision>,
}

impl Desk {
    /// Returns one of the reviewer's own bulk decisions, with `size` of its cases;
    /// [`Error::NotFound`] if it does not exist or another reviewer prepared it.
    pub async fn bulk(
        &self,
        who: &Reviewer,
        bulk: BulkId,
        after: Option<CaseId>,
        size: PageSize,
    ) -> Result<BulkView, Error> {
        let bulk = self.store().bulk(bulk).await?.filter(|bulk| bulk.made_by == who.staff());
        self.bulk_view(bulk.ok_or(Error::NotFound("bulk decision"))?, after, size).await
    }

    /// Returns any bulk decision, for a lead or an auditor; [`Error::NotFound`] if it does not
    /// exist.
    pub async fn bulk_record(
        &self,
        _: &Records,
        bulk: BulkId,
        after: Option<CaseId>,
        size: PageSize,
    ) -> Result<BulkView, Error> {
        let bulk = self.store().bulk(bulk).await?;
        self.bulk_view(bulk.ok_or(Error::NotFound("bulk decision"))?, after, size).await
    }

    /// Lists the reviewer's own bulk decisions, in one state or in any, newest first.
    pub async fn bulks(
        &self,
        who: &Reviewer,
        state: Option<BulkState>,
        after: Option<BulkId>,
        size: PageSize,
    ) -> Result<Page<Bulk, BulkId>, Error> {
        Ok(self.store().bulks(Some(who.staff()), state, after, size).await?)
    }

    /// Lists the bulk decisions of all reviewers, in one state or in any, newest first.
    pub async fn bulk_records(
        &self,
        _: &Records,
        state: Option<BulkState>,
        after: Option<BulkId>,
        size: PageSize,
    ) -> Result<Page<Bulk, BulkId>, Error> {
        Ok(self.store().bulks(None, state, after, size).await?)
    }

    /// Lists open cases to choose from for a bulk decision: those under the policy of `case`, which
    /// the reviewer has claimed, with a hit on an entry that `case` has a hit on. Leaves out cases
    /// that the reviewer may not claim, that a colleague has claimed, that wait in a bulk decision,
    /// or in which a child may be in danger; otherwise `case` itself is among them.
    pub async fn cases_with_same_entry(
        &self,
        who: &Reviewer,
        case: CaseId,
    ) -> Result<Vec<Case>, Error> {
        let now = self.clock().now();
        let wanted = self.store().case(case).await?.ok_or(Error::NotFound("case"))?;
        let number = wanted.claim.map_or(0, |claim| claim.number);
        wanted.claimed_by(who.staff(), number, now)?;
        Ok(self.store().cases_with_same_entry(&self.choosing(who, now), case).await?)
    }

    /// Lists the first open cases of the queue to choose from for a bulk decision, of one policy or
    /// of any: as many as one bulk decision may have. Leaves out the same cases as
    /// [`Self::cases_with_same_entry`].
    pub async fn cases_to_choose(
        &self,
        who: &Reviewer,
        purpose: Option<Purpose>,
    ) -> Result<Vec<Case>, Error> {
        let who = self.choosing(who, self.clock().now());
        Ok(self.store().cases_to_choose(&who, purpose).await?)
    }

    fn choosing(&self, who: &Reviewer, now: Timestamp) -> Choosing {
        let is_lead = who.member().roles().is_lead();
        Choosing { by: who.staff(), is_lead, now, limit: self.settings().cases.bulk_cases_max }
    }

    pub(super) async fn bulk_view(
        &self,
        bulk: Bulk,
        after: Option<CaseId>,
        size: PageSize,
    ) -> Result<BulkView, Error> {
        let store = self.store();
        let policy = store.policy_version(bulk.purpose, bulk.policy_version).await?;
        let policy = policy.ok_or(Error::NotFound("policy"))?;
        let shown = store.bulk_versions(bulk.id).await?;
        let cases = store.cases_of_bulk(bulk.id, after, size).await?;
        let decisions = store.decisions_of_bulk(bulk.id).await?;
        let mut decisions: HashMap<CaseId, Decision> =
            decisions.into_iter().map(|decision| (decision.case, decision)).collect();
        let is_prepared = bulk.state == BulkState::Prepared;
        let view = |case: Case| {
            let is_stale = is_prepared && shown.get(&case.id) != Some(&case.version);
            let decision = decisions.remove(&case.id);
            BulkCase { case, is_stale, decision }
        };
        let rows = cases.rows.into_iter().map(view).collect();
        let who = [Some(bulk.made_by), bulk.approver_id, bulk.undone_by];
        let who: BTreeSet<StaffId> = who.into_iter().flatten().collect();
        let people = store.display_names(&who).await?;
        Ok(BulkView { bulk, policy, cases: Page { rows, next: cases.next }, people })
    }
}
