//! What a service reads of its own cases: the questions, the decisions that stand or stood, and what
//! it is asked to do. Never who decided.

use mamori_model::action::{ActionRequest, ActionState};
use mamori_model::case::{Case, CaseState};
use mamori_model::decision::{Decision, DecisionState};
use mamori_model::page::{Page, PageSize};
use mamori_model::{ActionId, CaseId, DecisionId, ItemName};

use crate::{Caller, Desk, Error};

/// How many items of a case are named.
const ITEMS_NAMED: u32 = 100;

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
        let mut decisions = self.store().standing_of_cases(&ids).await?;
        let mut items = self.store().names_of_cases(ids, ITEMS_NAMED).await?;
        let shown = |case: Case| {
            let (items, decision) = (items.remove(&case.id), decisions.remove(&case.id));
            CaseOfService { case, items: items.unwrap_or_default(), decision }
        };
        Ok(cases.into_iter().map(shown).collect())
    }

    /// A decision about the caller's items that stands, or stood.
    pub async fn service_decision(
        &self,
        caller: &Caller,
        id: DecisionId,
    ) -> Result<DecisionOfService, Error> {
        let decision = self.store().decision_of_service(caller.service(), id).await?;
        let shown = self.decisions_shown(decision.into_iter().collect()).await?;
        shown.into_iter().next().ok_or(Error::NotFound("decision"))
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
        Ok(Page { rows: self.decisions_shown(page.rows).await?, next: page.next })
    }

    async fn decisions_shown(
        &self,
        decisions: Vec<Decision>,
    ) -> Result<Vec<DecisionOfService>, Error> {
        let ids = decisions.iter().map(|decision| decision.id);
        let mut actions = self.store().actions_of_decisions(ids).await?;
        let shown = |decision: Decision| {
            let mut actions = actions.remove(&decision.id).unwrap_or_default();
            actions.retain(|action| action.sequence.is_some());
            DecisionOfService { decision, actions }
        };
        Ok(decisions.into_iter().map(shown).collect())
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
