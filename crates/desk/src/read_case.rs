//! A case is read: by whoever has it in hand, or from the record.

use std::collections::{BTreeMap, BTreeSet};

use mamori_model::case::CaseEvent;
use mamori_model::matched::Match;
use mamori_model::page::{Page, PageSize};
use mamori_model::{
    BankName, Case, CaseId, Decision, Evidence, Kept, Line, Look, MatchId, Policy, StaffId,
};

use crate::member::{Records, Reviewer};
use crate::read_history::{Before, History};
use crate::{Desk, Error};

/// A case and its items, without its record.
#[derive(Clone, Debug)]
pub struct CaseItems {
    /// The case.
    pub case: Case,
    /// Its policy, as it is in force.
    pub policy: Policy,
    /// Its items, the newest first.
    pub items: Page<ItemView, MatchId>,
}

/// Everything about a case that a person needs to decide it.
#[derive(Clone, Debug)]
pub struct CaseView {
    /// The case.
    pub case: Case,
    /// Its policy, as it is in force.
    pub policy: Policy,
    /// Its items, the newest first.
    pub items: Page<ItemView, MatchId>,
    /// What happened to it, the oldest first; [`Self::older`] says whether something before it.
    pub history: Vec<CaseEvent>,
    /// What was decided, the oldest first.
    pub decisions: Vec<Decision>,
    /// Who looked at its items, the oldest first; [`Self::older`] says whether somebody before.
    pub looks: Vec<Look>,
    /// How many looks there were.
    pub look_count: u64,
    /// Where [`Desk::history`] goes on.
    pub older: Before,
    /// How many other open cases have an item near to the same entry.
    pub alike: u32,
    /// How those are called who had to do with it.
    pub people: BTreeMap<StaffId, Line>,
}

/// One item of a case.
#[derive(Clone, Debug)]
pub struct ItemView {
    /// The match, with its hits.
    pub found: Match,
    /// The banks of its hits that are still there.
    pub banks: Vec<BankName>,
    /// Whether its bytes are there to look at.
    pub evidence: Kept,
}

impl Desk {
    /// The case that somebody has in hand, with `size` of its items; refused to everybody else by
    /// name. Nothing is shown of an item itself: that is a look.
    pub async fn case(
        &self,
        who: &Reviewer,
        case: CaseId,
        after: Option<MatchId>,
        size: PageSize,
    ) -> Result<CaseView, Error> {
        let case = self.case_in_hand(who, case).await?;
        self.view(case, after, size).await
    }

    pub(crate) async fn case_in_hand(&self, who: &Reviewer, case: CaseId) -> Result<Case, Error> {
        let now = self.clock().now();
        let case = self.store().case(case).await?.ok_or(Error::NotFound("case"))?;
        let number = case.claim.map_or(0, |claim| claim.number);
        case.claimed_by(who.staff(), number, now)?;
        Ok(case)
    }

    /// Any case, for the record: without claiming it, and without any item itself.
    pub async fn case_record(
        &self,
        _: &Records,
        case: CaseId,
        after: Option<MatchId>,
        size: PageSize,
    ) -> Result<CaseView, Error> {
        let case = self.store().case(case).await?.ok_or(Error::NotFound("case"))?;
        self.view(case, after, size).await
    }

    /// `case` with `size` of its items.
    pub(crate) async fn case_items(
        &self,
        case: Case,
        after: Option<MatchId>,
        size: PageSize,
    ) -> Result<CaseItems, Error> {
        let store = self.store();
        let policy = store.policy(case.purpose).await?.ok_or(Error::NotFound("policy"))?;
        let items = store.case_items(case.id, after, size).await?;
        let kept = store.evidence_of_case(case.id).await?;
        let view = |found: Match| {
            let evidence = kept.get(&found.id);
            self.item_view(found, evidence)
        };
        let rows = items.rows.into_iter().map(view).collect();
        Ok(CaseItems { case, policy, items: Page { rows, next: items.next } })
    }

    async fn view(
        &self,
        case: Case,
        after: Option<MatchId>,
        size: PageSize,
    ) -> Result<CaseView, Error> {
        let store = self.store();
        let History { events: history, looks, look_count, older, people } =
            self.history_of(&case, Before::default()).await?;
        let alike = store.count_cases_alike(case.id).await?;
        let decisions = store.decisions_of_case(case.id).await?;
        let CaseItems { case, policy, items } = self.case_items(case, after, size).await?;
        Ok(CaseView {
            case,
            policy,
            items,
            history,
            decisions,
            looks,
            look_count,
            older,
            alike,
            people,
        })
    }

    fn item_view(&self, found: Match, evidence: Option<&Evidence>) -> ItemView {
        let directory = self.directory();
        let banks: BTreeSet<_> = found.hits.iter().map(|hit| hit.bank).collect();
        let banks = banks.into_iter().filter_map(|bank| directory.bank(bank));
        let banks = banks.map(|bank| bank.name.clone()).collect();
        let evidence = Kept::of(evidence, self.clock().now());
        ItemView { found, banks, evidence }
    }
}
