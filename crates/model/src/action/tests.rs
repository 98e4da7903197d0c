use std::collections::BTreeMap;

use jiff::civil::date;
use uuid::Uuid;

use super::*;
use crate::case::{CaseState, Level, Subject, Urgency};
use crate::{Case, Outcome, Purpose, Refusal};

const TODAY: Date = date(2026, 11, 22);

fn item(name: &str) -> ItemName {
    name.parse().unwrap()
}

fn account() -> Account {
    "user-17".parse().unwrap()
}

fn case(subject: Subject) -> Case {
    Case {
        id: Uuid::from_u128(1).into(),
        service: Uuid::from_u128(2).into(),
        purpose: Purpose::Rehearsal,
        subject,
        urgency: Urgency::KnownMaterial,
        level: Level::Reviewer,
        state: CaseState::Open,
        version: 1,
        items: 2,
        claim: None,
        handed: None,
        bulk: None,
        opened_at: Timestamp::UNIX_EPOCH,
        first_claimed_at: None,
        closed_at: None,
    }
}

fn every_action() -> Vec<ServiceAction> {
    let countries = BTreeSet::from(["JP".parse().unwrap()]);
    let feature = Feature::Upload;
    vec![
        ServiceAction::RemoveItem(item("x")),
        ServiceAction::RestoreItem(item("x")),
        ServiceAction::HoldItem(item("x")),
        ServiceAction::LimitItem { item: item("x"), countries, until: TODAY },
        ServiceAction::LimitFeature { account: account(), feature, until: TODAY },
        ServiceAction::RestoreFeature { account: account(), feature },
        ServiceAction::SuspendAccount { account: account(), until: Some(TODAY) },
        ServiceAction::SuspendAccount { account: account(), until: None },
        ServiceAction::RestoreAccount(account()),
    ]
}

#[test]
fn an_action_reads_back_from_its_parts() {
    for action in every_action() {
        let terms = serde_json::to_string(&action.terms()).unwrap();
        let read = ServiceAction::from_parts(
            ActionKind::parse(action.kind().as_str()).unwrap(),
            action.item().cloned(),
            action.account().cloned(),
            serde_json::from_str(&terms).unwrap(),
        );
        assert_eq!(read, Some(action));
    }
    let of = |&kind: &ActionKind| ServiceAction::from_parts(kind, None, None, Terms::default());
    let nothing: Vec<_> = ActionKind::ALL.iter().map(of).collect();
    assert!(nothing.iter().all(Option::is_none), "{nothing:?}");
}

#[test]
fn the_inverse_of_an_action_restores_the_state_before_the_decision() {
    let x = || item("x");
    let hold = Some(ServiceAction::HoldItem(x()));
    let countries = BTreeSet::from(["JP".parse().unwrap()]);
    let limit = ServiceAction::LimitItem { item: x(), countries, until: TODAY };
    let suspend = ServiceAction::SuspendAccount { account: account(), until: None };

    for was in [Verdict::Hold, Verdict::Block] {
        assert_eq!(ServiceAction::RemoveItem(x()).inverse(was), hold);
        assert_eq!(ServiceAction::RestoreItem(x()).inverse(was), hold);
        assert_eq!(limit.inverse(was), hold);
    }
    let restored = Some(ServiceAction::RestoreItem(x()));
    assert_eq!(ServiceAction::RemoveItem(x()).inverse(Verdict::Allow), restored);
    assert_eq!(suspend.inverse(Verdict::Hold), Some(ServiceAction::RestoreAccount(account())));
}

#[test]
fn the_inverse_of_an_action_on_a_held_item_has_no_inverse() {
    for action in every_action() {
        let inverse = action.inverse(Verdict::Hold);
        let again = inverse.as_ref().and_then(|inverse| inverse.inverse(Verdict::Hold));
        assert_eq!(again, None, "{action:?}");
    }
}

#[test]
fn a_decision_without_a_violation_restricts_nothing() {
    let case = case(Subject::Account(account()));
    let items = [item("x"), item("y")];
    let remove = Measures { items: ItemMeasure::Remove, ..Measures::default() };
    let suspend =
        Measures { account: AccountMeasure::Suspend { until: None }, ..Measures::default() };
    let one = Measures {
        except: BTreeMap::from([(item("y"), ItemMeasure::Remove)]),
        ..Measures::default()
    };

    for outcome in [Outcome::Allowed, Outcome::NotAMatch] {
        for measures in [&remove, &suspend, &one] {
            let refused = measures.actions(outcome, &case, &items, TODAY);
            assert_eq!(refused, Err(Refusal::MeasureWithoutViolation));
        }
        let actions = Measures::default().actions(outcome, &case, &items, TODAY);
        assert_eq!(actions, Ok(items.clone().map(ServiceAction::RestoreItem).to_vec()));
    }
}

#[test]
fn a_later_decision_lifts_a_restriction_of_an_account_by_an_earlier_one() {
    let case = case(Subject::Account(account()));
    let items = [item("x")];
    let (feature, restored) = (Feature::Upload, ServiceAction::RestoreAccount(account()));
    let table = [
        (AccountMeasure::Restore, restored.clone()),
        (
            AccountMeasure::RestoreFeature { feature },
            ServiceAction::RestoreFeature { account: account(), feature },
        ),
    ];

    for (measure, given) in table {
        let measures = Measures { account: measure, ..Measures::default() };
        for outcome in [Outcome::Allowed, Outcome::NotAMatch] {
            let actions = measures.actions(outcome, &case, &items, TODAY);
            let expected = vec![ServiceAction::RestoreItem(item("x")), given.clone()];
            assert_eq!(actions, Ok(expected), "{measure:?}");
        }
        let alone = measures.actions(Outcome::Violates, &case, &items, TODAY);
        assert_eq!(alone, Err(Refusal::NoMeasure), "no restriction");
        let no_account = Subject::Item(item("x"));
        let refused = measures.actions(Outcome::Allowed, &self::case(no_account), &items, TODAY);
        assert_eq!(refused, Err(Refusal::NoAccount));
    }
    let measures = Measures {
        items: ItemMeasure::Remove,
        account: AccountMeasure::Restore,
        ..Measures::default()
    };
    let actions = measures.actions(Outcome::Violates, &case, &items, TODAY);
    assert_eq!(actions, Ok(vec![ServiceAction::RemoveItem(item("x")), restored]));
}

#[test]
fn a_violation_needs_a_restriction_and_leads_to_the_chosen_measures_only() {
    let case = case(Subject::Account(account()));
    let items = [item("x"), item("y")];
    let but_one = Measures {
        items: ItemMeasure::Remove,
        except: BTreeMap::from([(item("y"), ItemMeasure::Restore)]),
        account: AccountMeasure::Leave,
    };
    let restore = Measures { items: ItemMeasure::Restore, ..Measures::default() };

    for nothing in [Measures::default(), restore] {
        let refused = nothing.actions(Outcome::Violates, &case, &items, TODAY);
        assert_eq!(refused, Err(Refusal::NoMeasure));
    }
    let actions = but_one.actions(Outcome::Violates, &case, &items, TODAY).unwrap();
    assert_eq!(
        actions,
        [ServiceAction::RemoveItem(item("x")), ServiceAction::RestoreItem(item("y"))]
    );
}

#[test]
fn a_measure_that_ended_before_it_began_is_refused() {
    let case = case(Subject::Account(account()));
    let yesterday = TODAY.yesterday().unwrap();
    let on = |until| Measures {
        account: AccountMeasure::Suspend { until: Some(until) },
        ..Measures::default()
    };
    let actions = |measures: Measures| measures.actions(Outcome::Violates, &case, &[], TODAY);

    assert_eq!(actions(on(yesterday)), Err(Refusal::UntilPast));
    assert!(actions(on(TODAY)).is_ok());
    let countries = BTreeSet::new();
    let nowhere =
        Measures { items: ItemMeasure::Limit { countries, until: TODAY }, ..Measures::default() };
    let refused = nowhere.actions(Outcome::Violates, &case, &[item("x")], TODAY);
    assert_eq!(refused, Err(Refusal::NoMeasure));
}

#[test]
fn a_measure_against_an_account_that_was_not_named_is_refused() {
    let case = case(Subject::Item(item("x")));
    let suspend = Measures {
        items: ItemMeasure::Remove,
        account: AccountMeasure::Suspend { until: None },
        ..Measures::default()
    };

    let refused = suspend.actions(Outcome::Violates, &case, &[item("x")], TODAY);

    assert_eq!(refused, Err(Refusal::NoAccount));
}

#[test]
fn the_mildest_action_weighs_least() {
    let mut weights: Vec<u8> = every_action().iter().map(ServiceAction::weight).collect();
    weights.sort_unstable();

    assert_eq!(weights, [0, 0, 0, 1, 2, 3, 4, 5, 5]);
    for action in every_action() {
        assert_eq!(action.restricts(), action.weight() > 0);
    }
}

#[test]
fn every_word_reads_back_as_itself() {
    for &state in ActionState::ALL {
        assert_eq!(ActionState::parse(state.as_str()), Some(state));
    }
    for &feature in Feature::ALL {
        assert_eq!(Feature::parse(feature.as_str()), Some(feature));
    }
}

#[test]
fn measures_read_back_from_json() {
    let text = r#"{"items":{"do":"remove"},"account":{"do":"suspend","until":null}}"#;

    let read: Measures = serde_json::from_str(text).unwrap();

    assert_eq!(read.items, ItemMeasure::Remove);
    assert_eq!(serde_json::to_string(&read).unwrap(), text);
}
