//! What a service reads of its own cases: the questions, the decisions that stand or stood, and what
//! it is asked to do. Never who decided.

use std::collections::HashMap;

use mamori_model::action::{ActionRequest, ActionState};
use mamori_model::case::{Case, CaseState};
use mamori_model::decision::{Decision, DecisionState};
use mamori_model::page::{Page, PageSize};
use mamori_model::{ActionId, CaseId, DecisionId, ItemName};

use crate::{Caller, Desk, Error};

/// How many items of a case are named.
const ITEMS_NAMED: usize = 100;

/// A case, as its service reads it.
#[derive(Clone, Debug)]
pub struct CaseOfService {
    /// The case.
    pub case: Case,
    /// Its items, the first 100.
    pub items: Vec<ItemName>,
    /// The newest decision that stands, or was taken back.
    pub decision: Option<DecisionId>,
}

/// A decision, as its service reads it.
#[derive(Clone, Debug)]
pub struct DecisionOfService {
    /// The decision.
    pub decision: Decision,
    /// What the service is asked to do, in the order of asking.
    pub actions: Vec<ActionRequest>,
}

impl Desk {
    /// A case of the caller's.
    pub async fn service_case(&self, caller: &Caller, id: CaseId) -> Result<CaseOfService, Error> {
        let case = self.store().case_of_service(caller.service(), id).await?;
        let shown = self.cases_shown(vec![case.ok_or(Error::NotFound("case"))?]).await?;
        shown.into_iter().next().ok_or(Error::NotFound("case"))
    }

    /// The caller's cases, the newest first. There is no filter by account.
    pub async fn service_cases(
        &self,
        caller: &Caller,
        state: Option<CaseState>,
        after: Option<CaseId>,
        size: PageSize,
    ) -> Result<Page<CaseOfService, CaseId>, Error> {
        let page = self.store().cases_of_service(caller.service(), state, after, size).await?;
        Ok(Page { rows: self.cases_shown(page.rows).await?, next: page.next })
    }

    async fn cases_shown(&self, cases: Vec<Case>) -> Result<Vec<CaseOfService>, Error> {
        let ids: Vec<CaseId> = cases.iter().map(|case| case.id).collect();
        // The newest comes last, and stays.
        let decisions: HashMap<CaseId, DecisionId> =
            self.store().standing_of_cases(&ids).await?.into_iter().collect();
        let mut shown = Vec::with_capacity(cases.len());
        for case in cases {
            let items = self.store().case_item_names(case.id).await?;
            let items = items.into_iter().take(ITEMS_NAMED).map(|item| item.name).collect();
            let decision = decisions.get(&case.id).copied();
            shown.push(CaseOfService { case, items, decision });
        }
        Ok(shown)
    }

    /// A decision about the caller's items that stands, or stood.
    pub async fn service_decision(
        &self,
        caller: &Caller,
        id: DecisionId,
    ) -> Result<DecisionOfService, Error> {
        let decision = self.store().decision_of_service(caller.service(), id).await?;
        self.decision_shown(decision.ok_or(Error::NotFound("decision"))?).await
    }

    /// Decisions about the caller's items that stand, or stood, the newest first.
    pub async fn service_decisions(
        &self,
        caller: &Caller,
        state: Option<DecisionState>,
        after: Option<DecisionId>,
        size: PageSize,
    ) -> Result<Page<DecisionOfService, DecisionId>, Error> {
        let page = self.store().decisions_of_service(caller.service(), state, after, size).await?;
        let mut rows = Vec::with_capacity(page.rows.len());
        for decision in page.rows {
            rows.push(self.decision_shown(decision).await?);
        }
        Ok(Page { rows, next: page.next })
    }

    async fn decision_shown(&self, decision: Decision) -> Result<DecisionOfService, Error> {
        let actions = self.store().actions_of_decision(decision.id).await?;
        let actions = actions.into_iter().filter(|action| action.sequence.is_some()).collect();
        Ok(DecisionOfService { decision, actions })
    }

    /// What the caller is asked to do, once.
    pub async fn service_action(
        &self,
        caller: &Caller,
        id: ActionId,
    ) -> Result<ActionRequest, Error> {
        let action = self.store().action_of_service(caller.service(), id).await?;
        action.ok_or(Error::NotFound("action"))
    }

    /// What the caller is asked to do, the newest first.
    pub async fn service_actions(
        &self,
        caller: &Caller,
        state: Option<ActionState>,
        after: Option<ActionId>,
        size: PageSize,
    ) -> Result<Page<ActionRequest, ActionId>, Error> {
        Ok(self.store().actions_of_service(caller.service(), state, after, size).await?)
    }
}
