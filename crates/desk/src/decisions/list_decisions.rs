//! Reads decisions: a reviewer's own, or any for a lead or an auditor. There is no filter by staff
//! member and none by account.

use std::collections::{BTreeMap, BTreeSet};

use mamori_model::action::ActionRequest;
use mamori_model::decision::Decision;
use mamori_model::page::{Page, PageSize};
use mamori_model::{DecisionId, Line, StaffId};
use mamori_store::{DecisionFilter, DeliverySummary};

use crate::decisions::summarise::Summary;
use crate::staff::member::{Records, Reviewer};
use crate::{Desk, Error};

/// A decision with its actions and their webhook deliveries.
#[derive(Clone, Debug)]
pub struct DecisionView {
    /// The decision, in whatever state it is.
    pub decision: Decision,
    /// Its actions in the order in which they were asked for; an action that reverses another one
    /// comes after it.
    pub actions: Vec<ActionView>,
    /// What the service is, was or would be asked to do.
    pub summary: Summary,
    /// What undoing it would ask of the service.
    pub undo_summary: Summary,
}

/// One action of a decision and the webhook deliveries that carried it.
#[derive(Clone, Debug)]
pub struct ActionView {
    /// What the service was asked to do, and what it answered.
    pub request: ActionRequest,
    /// Its webhook deliveries, reminders included, without their bodies.
    pub deliveries: Vec<DeliverySummary>,
}

impl Desk {
    /// Lists the reviewer's own decisions, newest first.
    pub async fn decisions(
        &self,
        who: &Reviewer,
        filter: &DecisionFilter,
        after: Option<DecisionId>,
        size: PageSize,
    ) -> Result<Page<Decision, DecisionId>, Error> {
        let own = Some(who.staff());
        Ok(self.store().decisions(who.assignment(), own, filter, after, size).await?)
    }

    /// Lists the decisions of all reviewers that the assignment covers, newest first.
    pub async fn decision_records(
        &self,
        who: &Records,
        filter: &DecisionFilter,
        after: Option<DecisionId>,
        size: PageSize,
    ) -> Result<Page<Decision, DecisionId>, Error> {
        Ok(self.store().decisions(who.assignment(), None, filter, after, size).await?)
    }

    /// Returns one of the reviewer's own decisions; [`Error::NotFound`] if it does not exist
    /// or another reviewer made it.
    pub async fn decision(
        &self,
        who: &Reviewer,
        decision: DecisionId,
    ) -> Result<DecisionView, Error> {
        let decision = self.store().decision(decision, who.assignment()).await?;
        let own = decision.filter(|decision| decision.made_by == who.staff());
        self.decision_view(own.ok_or(Error::NotFound("decision"))?).await
    }

    /// Returns any decision, for a lead or an auditor; [`Error::NotFound`] if it does not exist, or a
    /// lead's assignment does not cover it.
    pub async fn decision_record(
        &self,
        who: &Records,
        decision: DecisionId,
    ) -> Result<DecisionView, Error> {
        let decision = self.store().decision(decision, who.assignment()).await?;
        self.decision_view(decision.ok_or(Error::NotFound("decision"))?).await
    }

    /// Returns the display names of the staff members who made, approved, refused or undid a
    /// decision.
    pub async fn people_of(&self, view: &DecisionView) -> Result<BTreeMap<StaffId, Line>, Error> {
        let decision = &view.decision;
        let who = [Some(decision.made_by), decision.approver_id, decision.undone_by];
        let who: BTreeSet<StaffId> = who.into_iter().flatten().collect();
        Ok(self.store().display_names(&who).await?)
    }

    pub(super) async fn decision_view(&self, decision: Decision) -> Result<DecisionView, Error> {
        let actions = self.store().actions_of_decision(decision.id).await?;
        let (summary, undo_summary) = (Summary::of_requests(&actions), Summary::of_undo(&actions));
        let mut deliveries = self.store().deliveries_of_decision(decision.id).await?;
        let actions = actions
            .into_iter()
            .map(|request| {
                let is_its = |delivery: &mut DeliverySummary| delivery.action == request.id;
                let deliveries = deliveries.extract_if(.., is_its).collect();
                ActionView { request, deliveries }
            })
            .collect();
        Ok(DecisionView { decision, actions, summary, undo_summary })
    }
}
