//! Bulk decisions are read: one's own, or from the record.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use mamori_model::bulk::{Bulk, BulkState};
use mamori_model::page::{Page, PageSize};
use mamori_model::{BulkId, Case, CaseId, Decision, Line, Policy, Purpose, StaffId};
use mamori_store::Choosing;

use crate::member::{Records, Reviewer};
use crate::{Desk, Error};

/// A bulk decision with some of its cases. How many cases, items and accounts it touches is in
/// [`Bulk`].
#[derive(Clone, Debug)]
pub struct BulkView {
    /// The bulk decision.
    pub bulk: Bulk,
    /// The version of the policy that it names.
    pub policy: Policy,
    /// Its cases, the oldest first.
    pub cases: Page<BulkCase, CaseId>,
    /// How those are called who had to do with it.
    pub people: BTreeMap<StaffId, Line>,
}

/// A case of a bulk decision.
#[derive(Clone, Debug)]
pub struct BulkCase {
    /// The case, as it is.
    pub case: Case,
    /// Whether something came to it that the bulk decision did not show.
    pub is_stale: bool,
    /// What the bulk decision decided of it, once it was confirmed.
    pub decision: Option<Decision>,
}

impl Desk {
    /// A bulk decision of whoever asks, with `size` of its cases.
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

    /// Any bulk decision, for the record.
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

    /// The bulk decisions of whoever asks, in one state or any, the newest first.
    pub async fn bulks(
        &self,
        who: &Reviewer,
        state: Option<BulkState>,
        after: Option<BulkId>,
        size: PageSize,
    ) -> Result<Page<Bulk, BulkId>, Error> {
        Ok(self.store().bulks(Some(who.staff()), state, after, size).await?)
    }

    /// Every bulk decision, in one state or any, the newest first.
    pub async fn bulk_records(
        &self,
        _: &Records,
        state: Option<BulkState>,
        after: Option<BulkId>,
        size: PageSize,
    ) -> Result<Page<Bulk, BulkId>, Error> {
        Ok(self.store().bulks(None, state, after, size).await?)
    }

    /// The open cases with the same picture as one that somebody has in hand, itself among them, to
    /// choose from for a bulk decision.
    pub async fn cases_with_the_same(
        &self,
        who: &Reviewer,
        case: CaseId,
    ) -> Result<Vec<Case>, Error> {
        let now = self.clock().now();
        let wanted = self.store().case(case).await?.ok_or(Error::NotFound("case"))?;
        let number = wanted.claim.map_or(0, |claim| claim.number);
        wanted.claimed_by(who.staff(), number, now)?;
        Ok(self.store().cases_with_the_same(&self.choosing(who, now), case).await?)
    }

    /// The first open cases of the queue that no colleague has in hand, of one policy or any, to
    /// choose from for a bulk decision: as many as one may have.
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

    pub(crate) async fn bulk_view(
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
        let who = [Some(bulk.made_by), bulk.second_by, bulk.undone_by];
        let who: BTreeSet<StaffId> = who.into_iter().flatten().collect();
        let people = store.staff_shown(&who).await?;
        Ok(BulkView { bulk, policy, cases: Page { rows, next: cases.next }, people })
    }
}
