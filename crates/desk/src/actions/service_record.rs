//! What a service may read about its own cases: the cases, the decisions that are or were in
//! effect, and the actions that it is asked for. Never the staff member who decided.

use mamori_model::action::{ActionRequest, ActionState};
use mamori_model::case::{Case, CaseState};
use mamori_model::decision::{Decision, DecisionState};
use mamori_model::key::Scope;
use mamori_model::page::{Page, PageSize};
use mamori_model::{ActionId, CaseId, DecisionId, ItemName};

use crate::{Caller, Desk, Error};

/// How many items of a case are named at most.
const ITEMS_NAMED: u32 = 100;

/// A case, as its service reads it.
#[derive(Clone, Debug)]
pub struct CaseOfService {
    /// The case; the service must not be shown its claim.
    pub case: Case,
    /// Names of its first 100 items, as the service calls them.
    pub items: Vec<ItemName>,
    /// Id of the newest decision that is in effect or was undone.
    pub decision: Option<DecisionId>,
}

/// A decision, as its service reads it.
#[derive(Clone, Debug)]
pub struct DecisionOfService {
    /// The decision; the service must not be shown which staff member made it.
    pub decision: Decision,
    /// The actions that the service was asked for, in the order in which it was asked.
    pub actions: Vec<ActionRequest>,
}

impl Desk {
    /// Returns one of the caller's cases; [`Error::NotFound`] also for a case of another service.
    pub async fn service_case(&self, caller: &Caller, id: CaseId) -> Result<CaseOfService, Error> {
        caller.require(&[Scope::ActionsAnswer])?;
        let case = self.store().case_of_service(caller.service(), id).await?;
        let shown = self.cases_for_service(vec![case.ok_or(Error::NotFound("case"))?]).await?;
        shown.into_iter().next().ok_or(Error::NotFound("case"))
    }

    /// Lists the caller's cases, in one state or in any, newest first. There is no filter by
    /// account.
    pub async fn service_cases(
        &self,
        caller: &Caller,
        state: Option<CaseState>,
        after: Option<CaseId>,
        size: PageSize,
    ) -> Result<Page<CaseOfService, CaseId>, Error> {
        caller.require(&[Scope::ActionsAnswer])?;
        let page = self.store().cases_of_service(caller.service(), state, after, size).await?;
        Ok(Page { rows: self.cases_for_service(page.rows).await?, next: page.next })
    }

    async fn cases_for_service(&self, cases: Vec<Case>) -> Result<Vec<CaseOfService>, Error> {
        let ids: Vec<CaseId> = cases.iter().map(|case| case.id).collect();
        let mut decisions = self.store().newest_decisions_of_cases(&ids).await?;
        let mut items = self.store().names_of_cases(ids, ITEMS_NAMED).await?;
        let shown = |case: Case| {
            let (items, decision) = (items.remove(&case.id), decisions.remove(&case.id));
            CaseOfService { case, items: items.unwrap_or_default(), decision }
        };
        Ok(cases.into_iter().map(shown).collect())
    }

    /// Returns a decision about the caller's items that is in effect or was undone; otherwise
    /// [`Error::NotFound`].
    pub async fn service_decision(
        &self,
        caller: &Caller,
        id: DecisionId,
    ) -> Result<DecisionOfService, Error> {
        caller.require(&[Scope::ActionsAnswer])?;
        let decision = self.store().decision_of_service(caller.service(), id).await?;
        let shown = self.decisions_for_service(decision.into_iter().collect()).await?;
        shown.into_iter().next().ok_or(Error::NotFound("decision"))
    }

    /// Lists the decisions about the caller's items that are in effect or were undone, newest
    /// first.
    pub async fn service_decisions(
        &self,
        caller: &Caller,
        state: Option<DecisionState>,
        after: Option<DecisionId>,
        size: PageSize,
    ) -> Result<Page<DecisionOfService, DecisionId>, Error> {
        caller.require(&[Scope::ActionsAnswer])?;
        let page = self.store().decisions_of_service(caller.service(), state, after, size).await?;
        Ok(Page { rows: self.decisions_for_service(page.rows).await?, next: page.next })
    }

    async fn decisions_for_service(
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

    /// Returns one action that the caller was asked for; [`Error::NotFound`] also before it is
    /// asked for.
    pub async fn service_action(
        &self,
        caller: &Caller,
        id: ActionId,
    ) -> Result<ActionRequest, Error> {
        caller.require(&[Scope::ActionsAnswer])?;
        let action = self.store().action_of_service(caller.service(), id).await?;
        action.ok_or(Error::NotFound("action"))
    }

    /// Lists the actions that the caller was asked for, in one state or in any, newest first.
    pub async fn service_actions(
        &self,
        caller: &Caller,
        state: Option<ActionState>,
        after: Option<ActionId>,
        size: PageSize,
    ) -> Result<Page<ActionRequest, ActionId>, Error> {
        caller.require(&[Scope::ActionsAnswer])?;
        Ok(self.store().actions_of_service(caller.service(), state, after, size).await?)
    }
}
