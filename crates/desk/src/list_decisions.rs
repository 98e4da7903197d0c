//! Decisions are read: one's own, or from the record. There is no list by person and none by
//! account.

use std::collections::{BTreeMap, BTreeSet};

use mamori_model::action::ActionRequest;
use mamori_model::decision::Decision;
use mamori_model::page::{Page, PageSize};
use mamori_model::{DecisionId, Line, StaffId};
use mamori_store::{DecisionFilter, DeliverySummary};

use crate::member::{Records, Reviewer};
use crate::{Desk, Error};

/// A decision, what the service was asked, and what became of that.
#[derive(Clone, Debug)]
pub struct DecisionView {
    /// The decision.
    pub decision: Decision,
    /// Its actions, in the order of asking; those that take others back come after them.
    pub actions: Vec<ActionView>,
}

/// An action and its messages.
#[derive(Clone, Debug)]
pub struct ActionView {
    /// The action.
    pub request: ActionRequest,
    /// Its messages, without their bodies.
    pub deliveries: Vec<DeliverySummary>,
}

impl Desk {
    /// The decisions of whoever asks, the newest first.
    pub async fn decisions(
        &self,
        who: &Reviewer,
        filter: &DecisionFilter,
        after: Option<DecisionId>,
        size: PageSize,
    ) -> Result<Page<Decision, DecisionId>, Error> {
        Ok(self.store().decisions(Some(who.staff()), filter, after, size).await?)
    }

    /// Every decision, the newest first.
    pub async fn decision_records(
        &self,
        _: &Records,
        filter: &DecisionFilter,
        after: Option<DecisionId>,
        size: PageSize,
    ) -> Result<Page<Decision, DecisionId>, Error> {
        Ok(self.store().decisions(None, filter, after, size).await?)
    }

    /// A decision that whoever asks made.
    pub async fn decision(
        &self,
        who: &Reviewer,
        decision: DecisionId,
    ) -> Result<DecisionView, Error> {
        let decision = self.store().decision(decision).await?;
        let own = decision.filter(|decision| decision.made_by == who.staff());
        self.decision_view(own.ok_or(Error::NotFound("decision"))?).await
    }

    /// Any decision, for the record.
    pub async fn decision_record(
        &self,
        _: &Records,
        decision: DecisionId,
    ) -> Result<DecisionView, Error> {
        let decision = self.store().decision(decision).await?;
        self.decision_view(decision.ok_or(Error::NotFound("decision"))?).await
    }

    /// How those are called who had to do with a decision.
    pub async fn people_of(&self, view: &DecisionView) -> Result<BTreeMap<StaffId, Line>, Error> {
        let decision = &view.decision;
        let who = [Some(decision.made_by), decision.second_by, decision.undone_by];
        let who: BTreeSet<StaffId> = who.into_iter().flatten().collect();
        Ok(self.store().staff_shown(&who).await?)
    }

    pub(crate) async fn decision_view(&self, decision: Decision) -> Result<DecisionView, Error> {
        let actions = self.store().actions_of_decision(decision.id).await?;
        let mut deliveries = self.store().deliveries_of_decision(decision.id).await?;
        let actions = actions
            .into_iter()
            .map(|request| {
                let is_its = |delivery: &mut DeliverySummary| delivery.action == request.id;
                let deliveries = deliveries.extract_if(.., is_its).collect();
                ActionView { request, deliveries }
            })
            .collect();
        Ok(DecisionView { decision, actions })
    }
}
