//! Reads bulk decisions: a reviewer's own, or any for a lead or an auditor. Also lists the cases
//! that a reviewer may put into one.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use mamori_model::bulk::{Bulk, BulkState};
use mamori_model::page::{Page, PageSize};
use mamori_model::{
    Account, BulkId, Case, CaseId, Decision, DecisionId, Line, Policy, Purpose, ServiceAction,
    ServiceId, StaffId,
};
use mamori_store::Choosing;

use crate::decisions::prepare_bulk::actions_of;
use crate::decisions::summarise::Summary;
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
    /// What the services are, were or would be asked to do.
    pub summary: Summary,
    /// What undoing it would ask of the services.
    pub undo_summary: Summary,
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
        let bulk = self.store().bulk(bulk, who.assignment()).await?;
        let bulk = bulk.filter(|bulk| bulk.made_by == who.staff());
        self.bulk_view(bulk.ok_or(Error::NotFound("bulk decision"))?, after, size).await
    }

    /// Returns any bulk decision, for a lead or an auditor; [`Error::NotFound`] if it does not exist,
    /// or a lead's assignment does not cover all of its cases.
    pub async fn bulk_record(
        &self,
        who: &Records,
        bulk: BulkId,
        after: Option<CaseId>,
        size: PageSize,
    ) -> Result<BulkView, Error> {
        let bulk = self.store().bulk(bulk, who.assignment()).await?;
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
        let own = Some(who.staff());
        Ok(self.store().bulks(who.assignment(), own, state, after, size).await?)
    }

    /// Lists the bulk decisions of all reviewers of which the assignment covers all cases, in one state
    /// or in any, newest first.
    pub async fn bulk_records(
        &self,
        who: &Records,
        state: Option<BulkState>,
        after: Option<BulkId>,
        size: PageSize,
    ) -> Result<Page<Bulk, BulkId>, Error> {
        Ok(self.store().bulks(who.assignment(), None, state, after, size).await?)
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
        let wanted = self.store().case(case, who.assignment()).await?;
        let wanted = wanted.ok_or(Error::NotFound("case"))?;
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
        Choosing {
            by: who.staff(),
            within: who.assignment().clone(),
            is_lead: who.member().roles().is_lead(),
            now,
            limit: self.settings().cases.bulk_cases_max,
        }
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
        let (summary, undo_summary) = self.summaries(&bulk, &decisions).await?;
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
        let cases = Page { rows, next: cases.next };
        Ok(BulkView { bulk, policy, cases, summary, undo_summary, people })
    }

    /// Returns the cases of a bulk decision that is not confirmed, and what it asks for in each.
    pub(super) async fn actions_of_bulk(
        &self,
        bulk: &Bulk,
    ) -> Result<(Vec<Case>, HashMap<CaseId, Vec<ServiceAction>>), Error> {
        let store = self.store();
        let (mut cases, mut after) = (Vec::new(), None);
        loop {
            let page = store.cases_of_bulk(bulk.id, after, PageSize::LARGEST).await?;
            cases.extend(page.rows);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let names = store.names_of_bulk(bulk.id).await?;
        let actions = actions_of(bulk, &cases, &names, bulk.made_at)?;
        Ok((cases, actions))
    }

    /// Returns what a bulk decision asks of the services, and what undoing it would: by the actions
    /// of its decisions, or, before it was confirmed, by its measures. Its page is a list, so accounts
    /// have the aliases of its list of cases; their names are on the pages of the decisions.
    async fn summaries(
        &self,
        bulk: &Bulk,
        decisions: &[Decision],
    ) -> Result<(Summary, Summary), Error> {
        let store = self.store();
        if !decisions.is_empty() {
            let ids: Vec<DecisionId> = decisions.iter().map(|decision| decision.id).collect();
            let requests = store.actions_of_decisions(ids).await?;
            let all = || requests.values().flatten();
            let aliases = self.aliases_in(bulk, all().map(|one| (one.service, &one.what))).await?;
            let undo = Summary::of_undo(all()).with_aliases(&aliases);
            return Ok((Summary::of_requests(all()).with_aliases(&aliases), undo));
        }
        let (cases, actions) = self.actions_of_bulk(bulk).await?;
        let mut requested: Vec<(ServiceId, &ServiceAction)> = Vec::new();
        for case in &cases {
            let of_case = actions.get(&case.id).map_or(&[][..], Vec::as_slice);
            requested.extend(of_case.iter().map(|action| (case.service, action)));
        }
        let aliases = self.aliases_in(bulk, requested.iter().copied()).await?;
        Ok((Summary::of(requested).with_aliases(&aliases), Summary::default()))
    }

    /// Returns the alias of each account on which an action is requested, by the account's name.
    async fn aliases_in<'a>(
        &self,
        bulk: &Bulk,
        actions: impl Iterator<Item = (ServiceId, &'a ServiceAction)>,
    ) -> Result<BTreeMap<String, Account>, Error> {
        let list = self.aliases_of_list(&format!("bulk {}", bulk.id)).await?;
        let mut aliases = BTreeMap::new();
        for (service, action) in actions {
            if let Some(account) = action.account() {
                let alias = list.alias(service, account).to_string();
                let alias = alias.parse().map_err(|cause| Error::internal("no alias", cause))?;
                aliases.insert(account.reveal().to_owned(), alias);
            }
        }
        Ok(aliases)
    }
}
