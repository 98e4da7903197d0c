//! Detects a decision that the reviewer has already submitted.

use mamori_model::{Decision, ItemName, ServiceAction};

use crate::decisions::decide_case::NewDecision;
use crate::staff::member::Reviewer;
use crate::{Desk, Error};

/// The reviewer's earlier decision on a case.
#[derive(Clone, Debug)]
pub struct PreviousDecision {
    /// The decision as it is stored.
    pub decision: Decision,
    /// Whether the new submission has the same outcome, reason and actions.
    pub is_same: bool,
}

impl Desk {
    /// Returns the last decision that `who` made on the case of `new`; never one of a colleague.
    /// [`Error::NotFound`] if there is no such case that the reviewer's assignment covers.
    pub async fn previous_decision(
        &self,
        who: &Reviewer,
        new: &NewDecision,
    ) -> Result<Option<PreviousDecision>, Error> {
        let store = self.store();
        let case = store.case(new.case, who.assignment()).await?.ok_or(Error::NotFound("case"))?;
        let made = store.decisions_of_case(new.case).await?;
        let Some(decision) = made.into_iter().rev().find(|made| made.made_by == who.staff()) else {
            return Ok(None);
        };
        let items = store.case_item_names(new.case).await?;
        let names: Vec<ItemName> = items.into_iter().map(|item| item.name).collect();
        let requested = store.actions_of_decision(decision.id).await?;
        let requested = requested.into_iter().filter(|requested| requested.undoes.is_none());
        let requested: Vec<ServiceAction> = requested.map(|requested| requested.what).collect();
        let wanted = new.measures.actions(new.outcome, &case, &names, Self::day(decision.made_at));
        let is_same = decision.outcome == new.outcome
            && decision.reason == new.reason
            && wanted.is_ok_and(|wanted| {
                wanted.len() == requested.len()
                    && wanted.iter().all(|action| requested.contains(action))
            });
        Ok(Some(PreviousDecision { decision, is_same }))
    }
}
