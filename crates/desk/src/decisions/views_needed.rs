//! Applies the view rule ([`mamori_model::view_rule`]) to cases: which views of their items a
//! decision needs of its author and of its second approver, and which of them were made. Opens no
//! view.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use jiff::civil::Date;
use mamori_model::bulk::BulkState;
use mamori_model::view_rule::{Coverage, Demand, ItemFacts, Progress};
use mamori_model::{
    Approval, BulkId, CaseId, Decision, DecisionId, DecisionState, ItemName, MatchId, Outcome,
    Refusal, ServiceAction, StaffId, Viewing,
};
use mamori_store::Tx;

use crate::decisions::approval::PendingApproval;
use crate::staff::member::Reviewer;
use crate::{Desk, Error};

/// The views that one person has made of the items that are decided together, and those still
/// needed.
#[derive(Clone, Debug)]
pub struct ViewsNeeded {
    /// Whose views the decision needs; `None` while its measures are not chosen.
    pub demand: Option<Demand>,
    /// How many views were made, and how many are still needed.
    pub progress: Progress,
    /// The items still to be viewed, one of each stack of near-identical copies.
    pub open: Vec<OpenItem>,
}

/// An item that is still to be viewed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenItem {
    /// The case that has the item.
    pub case: CaseId,
    /// The decision whose second approver views it; `None` for the author.
    pub decision: Option<DecisionId>,
    /// The item's match.
    pub item: MatchId,
    /// The service's name of the item.
    pub name: ItemName,
}

/// The items of the cases that are decided together, and which of them one person has viewed.
pub(super) struct CaseViews {
    cases: HashMap<CaseId, Vec<ItemFacts>>,
    items: Vec<ItemFacts>,
    viewed: BTreeSet<MatchId>,
}

/// What the decision of one case asks for, and what one person has viewed for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Viewed {
    demand: Demand,
    progress: Progress,
}

impl CaseViews {
    /// Loads the items of `cases`, and what `by` has viewed of them since `since`.
    pub(super) async fn load(
        tx: &mut Tx,
        cases: &[CaseId],
        (by, since): (StaffId, Timestamp),
        now: Timestamp,
    ) -> Result<Self, Error> {
        let facts = tx.item_facts(cases, now).await?;
        Ok(Self::new(facts, tx.viewed_in_cases(cases, by, since).await?))
    }

    fn new(cases: HashMap<CaseId, Vec<ItemFacts>>, viewed: BTreeSet<MatchId>) -> Self {
        let mut items: Vec<ItemFacts> = cases.values().flatten().cloned().collect();
        items.sort_by_key(|item| item.item);
        Self { cases, items, viewed }
    }

    /// Returns what the person has viewed for the decision of one case.
    pub(super) fn viewed_of(
        &self,
        case: CaseId,
        outcome: Outcome,
        actions: &[ServiceAction],
        grave: (Date, u32),
    ) -> Viewed {
        let coverage = Coverage::of(&self.items, &self.viewed);
        self.in_case(&coverage, case, Demand::of(outcome, actions, self.of_case(case), grave))
    }

    /// Returns what the person has viewed for the decision of each case.
    pub(super) fn viewed(
        &self,
        outcome: Outcome,
        actions: &HashMap<CaseId, Vec<ServiceAction>>,
        grave: (Date, u32),
    ) -> HashMap<CaseId, Viewed> {
        let coverage = Coverage::of(&self.items, &self.viewed);
        let of_case = |(&case, actions): (&CaseId, &Vec<ServiceAction>)| {
            let demand = Demand::of(outcome, actions, self.of_case(case), grave);
            (case, self.in_case(&coverage, case, demand))
        };
        actions.iter().map(of_case).collect()
    }

    fn in_case(&self, coverage: &Coverage<'_>, case: CaseId, demand: Demand) -> Viewed {
        Viewed { demand, progress: coverage.progress_of(self.of_case(case)) }
    }

    fn of_case(&self, case: CaseId) -> &[ItemFacts] {
        self.cases.get(&case).map_or(&[], Vec::as_slice)
    }

    fn needed(&self, demand: Option<Demand>) -> ViewsNeeded {
        let coverage = Coverage::of(&self.items, &self.viewed);
        let case_of = |item: &ItemFacts| {
            let has = |items: &Vec<ItemFacts>| items.iter().any(|one| one.item == item.item);
            self.cases.iter().find(|(_, items)| has(items)).map(|(case, _)| *case)
        };
        let open = coverage.open().filter_map(|item| {
            let (case, name) = (case_of(item)?, item.name.clone());
            Some(OpenItem { case, decision: None, item: item.item, name })
        });
        ViewsNeeded { demand, progress: coverage.progress(), open: open.collect() }
    }
}

impl ViewsNeeded {
    /// Names the decision whose second approver views each item.
    fn through(mut self, decisions: &[Decision]) -> Self {
        for open in &mut self.open {
            let of_case = decisions.iter().find(|decision| decision.case == open.case);
            open.decision = of_case.map(|decision| decision.id);
        }
        self
    }
}

impl Viewed {
    /// Checks whether the author may decide now; [`Refusal::ViewNeeded`] if not.
    pub(super) fn permits_author(self) -> Result<(), Refusal> {
        let may = self.demand.permits_author(self.progress);
        if may { Ok(()) } else { Err(Refusal::ViewNeeded) }
    }

    /// Checks whether the decision needs a second approval because of what it does to an account,
    /// or because of what its author has not viewed.
    pub(super) fn needs_approval(self) -> bool {
        self.demand.needs_approval(self.progress)
    }

    /// Returns the word for the record of the author.
    pub(super) fn word_of_author(self) -> Viewing {
        self.progress.viewing(self.demand != Demand::None)
    }

    /// Checks whether the second approver may approve now. A reviewer who works alone must have
    /// viewed something again, if anything can be viewed.
    pub(super) fn permits_approver(self, approval: Approval) -> bool {
        let alone = matches!(approval, Approval::Alone { .. });
        let has_viewed = self.progress.is_done() || self.progress.done > 0;
        self.demand.permits_approver(self.progress) && (!alone || has_viewed)
    }

    /// Returns the word for the record of the second approver of `decision`.
    pub(super) fn word_of_approver(self, decision: &Decision) -> Viewing {
        let alone = matches!(decision.approval, Approval::Alone { .. });
        self.progress.viewing(alone || self.demand.asks_approver(decision.author_viewing))
    }
}

/// Returns the earliest time at which a view by the second approver counts.
pub(super) fn approver_views_since(approval: Approval, made_at: Timestamp) -> Timestamp {
    approval.not_before().unwrap_or(made_at)
}

impl Desk {
    /// Returns the day of a decision that is made at `at`, in UTC, and the longest limit of a
    /// feature that one person may set.
    pub(super) fn grave_from(&self, at: Timestamp) -> (Date, u32) {
        (Self::day(at), self.settings().cases.feature_limit_days_alone)
    }

    /// Returns the views that the reviewer who has claimed the case has made of its items, and those
    /// that a grave decision, "not a match" or a restriction without second approval still needs.
    /// Refused as [`mamori_model::Case::claimed_by`] says.
    pub async fn views_of_case(&self, who: &Reviewer, case: CaseId) -> Result<ViewsNeeded, Error> {
        let now = self.clock().now();
        let claimed = self.store().case(case, who.assignment()).await?;
        let claimed = claimed.ok_or(Error::NotFound("case"))?;
        let number = claimed.claim.map_or(0, |claim| claim.number);
        claimed.claimed_by(who.staff(), number, now)?;
        let views = self.case_views(&[case], (who.staff(), Timestamp::MIN)).await?;
        Ok(views.needed(None))
    }

    /// Returns the views that the reviewer has made as the second approver of a decision, and those
    /// still needed; [`Error::NotFound`] if the decision is not proposed, or the reviewer may not
    /// approve it.
    pub async fn views_as_approver(
        &self,
        who: &Reviewer,
        decision: DecisionId,
    ) -> Result<ViewsNeeded, Error> {
        let decision = self.store().decision(decision, who.assignment()).await?;
        let decision = decision.filter(|decision| decision.state == DecisionState::Proposed);
        let decision = decision.ok_or(Error::NotFound("decision"))?;
        PendingApproval::from(&decision).can_approve_eventually(who, self.clock().now())?;
        let since = approver_views_since(decision.approval, decision.made_at);
        let views = self.case_views(&[decision.case], (who.staff(), since)).await?;
        let decisions = [decision];
        let demand = self.demand_of(&decisions, &views).await?;
        Ok(views.needed(Some(demand)).through(&decisions))
    }

    /// Returns the views that the reviewer has made of the items of a bulk decision, as its author
    /// or as its second approver, and those still needed; [`Error::NotFound`] if it is neither
    /// prepared by this reviewer nor proposed.
    pub async fn views_of_bulk(&self, who: &Reviewer, bulk: BulkId) -> Result<ViewsNeeded, Error> {
        let not_found = || Error::NotFound("bulk decision");
        let bulk = self.store().bulk(bulk, who.assignment()).await?.ok_or_else(not_found)?;
        let cases: Vec<CaseId> = self.store().bulk_versions(bulk.id).await?.into_keys().collect();
        match bulk.state {
            BulkState::Prepared if bulk.made_by == who.staff() => {
                let views = self.case_views(&cases, (who.staff(), Timestamp::MIN)).await?;
                let (_, actions) = self.actions_of_bulk(&bulk).await?;
                let grave = self.grave_from(self.clock().now());
                let viewed = views.viewed(bulk.outcome, &actions, grave);
                let demand = viewed.values().map(|viewed| viewed.demand).max();
                Ok(views.needed(demand))
            }
            BulkState::Proposed => {
                PendingApproval::from(&bulk).can_approve_eventually(who, self.clock().now())?;
                let decisions = self.store().decisions_of_bulk(bulk.id).await?;
                let made_at = decisions.iter().map(|decision| decision.made_at).max();
                let made_at = made_at.ok_or_else(not_found)?;
                let since = approver_views_since(bulk.approval, made_at);
                let views = self.case_views(&cases, (who.staff(), since)).await?;
                let demand = self.demand_of(&decisions, &views).await?;
                Ok(views.needed(Some(demand)).through(&decisions))
            }
            BulkState::Prepared
            | BulkState::Standing
            | BulkState::Refused
            | BulkState::Undone
            | BulkState::Lapsed => Err(not_found()),
        }
    }

    async fn case_views(
        &self,
        cases: &[CaseId],
        (by, since): (StaffId, Timestamp),
    ) -> Result<CaseViews, Error> {
        let facts = self.store().item_facts(cases, self.clock().now()).await?;
        Ok(CaseViews::new(facts, self.store().viewed_in_cases(cases, by, since).await?))
    }

    /// Returns the greatest demand of these decisions.
    async fn demand_of(&self, decisions: &[Decision], views: &CaseViews) -> Result<Demand, Error> {
        let mut demand = Demand::None;
        for decision in decisions {
            let requests = self.store().actions_of_decision(decision.id).await?;
            let actions: Vec<ServiceAction> = requests.into_iter().map(|one| one.what).collect();
            let grave = self.grave_from(decision.made_at);
            let items = views.of_case(decision.case);
            demand = demand.max(Demand::of(decision.outcome, &actions, items, grave));
        }
        Ok(demand)
    }
}
