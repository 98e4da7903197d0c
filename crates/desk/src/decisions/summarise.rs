//! Summarises what a decision, or a bulk decision, asks of the services: its actions counted by
//! kind and terms, and the accounts that they are about. Words them for no page.

use std::collections::{BTreeMap, BTreeSet};

use mamori_model::action::{ActionKind, Terms};
use mamori_model::decision::DecisionState;
use mamori_model::{Account, ActionRequest, Approval, ServiceAction, ServiceId, Verdict};

use crate::decisions::decide_case::NewDecision;
use crate::staff::member::Reviewer;
use crate::{Desk, Error};

/// What the services are asked to do: equal actions in groups, the gravest group first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// The groups of equal actions.
    pub groups: Vec<ActionGroup>,
}

/// Actions of one kind with the same terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionGroup {
    /// The kind of the actions.
    pub kind: ActionKind,
    /// Their countries, feature and last day.
    pub terms: Terms,
    /// The number of items or accounts that they are about.
    pub count: u64,
    /// The accounts that they are about, by name; empty for actions on items.
    pub accounts: Vec<Account>,
}

impl Summary {
    /// Summarises actions, each at its service. The same account of two services counts twice.
    pub fn of<'a>(actions: impl IntoIterator<Item = (ServiceId, &'a ServiceAction)>) -> Self {
        // The gravest first, and those of one weight in the order of their terms.
        let mut groups: BTreeMap<(u8, String), ActionGroup> = BTreeMap::new();
        let mut targets: BTreeSet<(ServiceId, String, String)> = BTreeSet::new();
        for (service, action) in actions {
            let (kind, terms) = (action.kind(), action.terms());
            let target = match (action.account(), action.item()) {
                (Some(account), _) => account.reveal().to_owned(),
                (None, Some(item)) => item.to_string(),
                (None, None) => continue,
            };
            let name = format!("{kind:?} {terms:?}");
            let key = (u8::MAX.saturating_sub(action.weight()), name.clone());
            let new = ActionGroup { kind, terms, count: 0, accounts: Vec::new() };
            let group = groups.entry(key).or_insert(new);
            if targets.insert((service, name, target)) {
                group.count = group.count.saturating_add(1);
                group.accounts.extend(action.account().cloned());
            }
        }
        let mut groups: Vec<ActionGroup> = groups.into_values().collect();
        for group in &mut groups {
            group.accounts.sort_by(|a, b| a.reveal().cmp(b.reveal()));
        }
        Self { groups }
    }

    /// Returns the summary with these aliases in place of the accounts' names.
    pub(crate) fn with_aliases(mut self, aliases: &BTreeMap<String, Account>) -> Self {
        for account in self.groups.iter_mut().flat_map(|group| &mut group.accounts) {
            if let Some(alias) = aliases.get(account.reveal()) {
                *account = alias.clone();
            }
        }
        self
    }

    /// Summarises what undoing these actions asks of the services: the reverse of those that a
    /// decision itself requested, unless another decision in effect asks for more. The items of a
    /// case were held or blocked, so they are held again.
    pub fn of_undo<'a>(actions: impl IntoIterator<Item = &'a ActionRequest>) -> Self {
        let own = actions.into_iter().filter(|action| action.undoes.is_none());
        let back: Vec<(ServiceId, ServiceAction)> = own
            .filter_map(|action| Some((action.service, action.what.inverse(Verdict::Hold)?)))
            .collect();
        Self::of(back.iter().map(|(service, action)| (*service, action)))
    }

    /// Summarises the actions that a decision itself requested.
    pub fn of_requests<'a>(actions: impl IntoIterator<Item = &'a ActionRequest>) -> Self {
        let own = actions.into_iter().filter(|action| action.undoes.is_none());
        Self::of(own.map(|action| (action.service, &action.what)))
    }
}

/// What a decision would do if it was made now.
#[derive(Clone, Debug)]
pub struct Preview {
    /// What the service would be asked to do.
    pub summary: Summary,
    /// The state that the decision would have: [`DecisionState::Proposed`] if it needs a second
    /// approval, otherwise [`DecisionState::Standing`].
    pub state: DecisionState,
}

impl Desk {
    /// Returns what a decision would do, without making it. Refused as [`Self::decide`] is.
    pub async fn preview(&self, who: &Reviewer, new: &NewDecision) -> Result<Preview, Error> {
        let now = self.clock().now();
        // Reads only; ended without a commit.
        let mut tx = self.store().begin("preview").await?;
        let judged = self.judge(&mut tx, who, new, now).await?;
        let state = match judged.approval {
            Approval::None => DecisionState::Standing,
            Approval::Colleague | Approval::Alone { .. } => DecisionState::Proposed,
        };
        let service = judged.case.service;
        let summary = Summary::of(judged.actions.iter().map(|action| (service, action)));
        Ok(Preview { summary, state })
    }
}

#[cfg(test)]
mod tests {
    use mamori_model::{DecisionId, Feature};
    use uuid::Uuid;

    use super::*;

    fn remove(item: &str) -> ServiceAction {
        ServiceAction::RemoveItem(item.parse().unwrap())
    }

    fn suspend(account: &str, until: Option<&str>) -> ServiceAction {
        let until = until.map(|until| until.parse().unwrap());
        ServiceAction::SuspendAccount { account: account.parse().unwrap(), until }
    }

    /// The kind, the number and the accounts of each group.
    fn rows<'a>(summary: &'a Summary) -> Vec<(ActionKind, u64, Vec<&'a str>)> {
        let row = |group: &'a ActionGroup| {
            (group.kind, group.count, group.accounts.iter().map(Account::reveal).collect())
        };
        summary.groups.iter().map(row).collect()
    }

    #[test]
    fn suspensions_come_first_and_equal_actions_are_counted_together() {
        let [one, two] = [1, 2].map(|number| ServiceId::from(Uuid::from_u128(number)));
        let actions = [
            (one, remove("a")),
            (one, remove("b")),
            (two, remove("a")),
            (one, suspend("account-12", None)),
            (one, suspend("account-07", None)),
            (one, suspend("account-07", None)),
            (two, suspend("account-07", None)),
            (one, suspend("account-01", Some("2027-01-31"))),
        ];

        let summary = Summary::of(actions.iter().map(|(service, action)| (*service, action)));

        let names = vec!["account-07", "account-07", "account-12"];
        assert_eq!(
            rows(&summary),
            [
                (ActionKind::SuspendAccount, 3, names),
                (ActionKind::SuspendAccount, 1, vec!["account-01"]),
                (ActionKind::RemoveItem, 3, vec![]),
            ]
        );
    }

    #[test]
    fn an_action_that_gives_something_back_has_nothing_to_undo() {
        let account: Account = "a".parse().unwrap();
        let limit = ServiceAction::LimitFeature {
            account: account.clone(),
            feature: Feature::Upload,
            until: "2027-01-31".parse().unwrap(),
        };
        let request = |what| ActionRequest {
            id: Uuid::from_u128(1).into(),
            sequence: Some(1),
            decision: DecisionId::from(Uuid::from_u128(2)),
            service: Uuid::from_u128(3).into(),
            what,
            undoes: None,
            state: mamori_model::ActionState::Waiting,
            reminders: 0,
            requested_at: None,
            answered_at: None,
            note: None,
        };
        let undone = request(remove("x"));
        let undoing = ActionRequest { undoes: Some(undone.id), ..undone.clone() };
        let requests =
            [undone, undoing, request(limit), request(ServiceAction::RestoreAccount(account))];

        let back = Summary::of_undo(&requests);

        assert_eq!(
            rows(&back),
            [(ActionKind::HoldItem, 1, vec![]), (ActionKind::RestoreFeature, 1, vec!["a"])]
        );
        assert_eq!(Summary::of_requests(&requests).groups.len(), 3);
    }
}
