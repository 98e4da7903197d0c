//! Actions are requested from a service, which is reminded and answers.

use jiff::SignedDuration;
use mamori_desk::Error;
use mamori_desk::cases::claim_case::Queue;
use mamori_desk::decisions::decide_case::NewDecision;
use mamori_desk::staff::member::Reviewer;
use mamori_model::action::{AccountMeasure, ActionState, Answer, ItemMeasure};
use mamori_model::page::PageSize;
use mamori_model::webhook::DeliveryState;
use mamori_model::{
    ActionId, Approval, Decision, DecisionState, Feature, Measures, Outcome, Refusal,
};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use serde_json::json;

use crate::common::receiver::{Received, Receiver};
use crate::common::{TestApp, a_service, test_app};

/// An app whose service listens at `receiver`, and a decision to remove one item.
async fn decided(records: TestDatabase, receiver: Option<&Receiver>) -> (TestApp, Decision) {
    let remove = Measures { items: ItemMeasure::Remove, ..Measures::default() };
    let (app, _, decision) = answered(records, receiver, Outcome::Violates, remove).await;
    (app, decision)
}

/// The same with another decision, and the reviewer who made it.
async fn answered(
    records: TestDatabase,
    receiver: Option<&Receiver>,
    outcome: Outcome,
    measures: Measures,
) -> (TestApp, Reviewer, Decision) {
    let app = test_app(records).await;
    app.cases(1).await;
    while app.desk.work_once().await.unwrap() > 0 {}
    if let Some(receiver) = receiver {
        app.desk.add_endpoint(&app.caller, &receiver.url).await.unwrap();
    }
    let who = app.reviewer("one").await;
    let claimed = app.desk.claim_next(&who, Queue::default()).await.unwrap().unwrap();
    let new = NewDecision {
        case: claimed.case,
        claim: claimed.number,
        version: claimed.version,
        outcome,
        reason: "It is what the bank says.".parse().unwrap(),
        measures,
    };
    let decision = app.desk.decide(&who, new).await.unwrap();
    if decision.state == DecisionState::Proposed {
        let lead = app.lead("lead").await;
        let recently = lead.member().recently(app.clock.now()).unwrap();
        let lead = lead.member().reviewer().unwrap();
        app.desk.approve(&lead, &recently, decision.id).await.unwrap();
    }
    (app, who, decision)
}

/// The actions that were requested at a receiver, in order.
fn asked_for(receiver: &Receiver) -> Vec<serde_json::Value> {
    let mut asked: Vec<_> = receiver.received().iter().map(data).collect();
    asked.sort_by_key(|data| data["sequence"].as_u64());
    asked
}

async fn action(app: &TestApp, decision: &Decision) -> mamori_model::ActionRequest {
    let actions = app.store().await.actions_of_decision(decision.id).await.unwrap();
    actions.into_iter().next().unwrap()
}

/// The states of a decision's deliveries.
async fn states(app: &TestApp, decision: &Decision) -> Vec<DeliveryState> {
    let sent = app.store().await.deliveries_of_decision(decision.id).await.unwrap();
    sent.iter().map(|delivery| delivery.state).collect()
}

async fn work_after(app: &TestApp, wait: SignedDuration) {
    app.clock.advance(wait);
    while app.desk.work_once().await.unwrap() > 0 {}
}

fn data(received: &Received) -> serde_json::Value {
    let body: serde_json::Value = serde_json::from_str(&received.body).unwrap();
    assert_eq!(body["type"], "action.requested");
    body["data"].clone()
}

async fn answer(app: &TestApp, id: ActionId, answer: Answer) -> Result<(), Error> {
    app.desk.answer_action(&app.caller, id, answer, None).await
}

on_both_engines! {
    async fn a_request_names_the_action_and_not_the_reviewer(records: TestDatabase) {
        let receiver = Receiver::start(&[]).await;
        let (app, decision) = decided(records, Some(&receiver)).await;

        work_after(&app, SignedDuration::ZERO).await;

        let received = receiver.received();
        let asked = data(&received[0]);
        assert_eq!((received.len(), &asked["kind"]), (1, &"remove_item".into()));
        assert_eq!(asked["item_id"], "item 0");
        assert_eq!(asked["sequence"], 1);
        assert_eq!(asked["decision_id"], decision.id.to_string());
        assert_eq!(asked["policy"], "rehearsal");
        assert!(!received[0].body.contains("staff"), "{}", received[0].body);
        assert_eq!(action(&app, &decision).await.state, ActionState::Waiting, "received only");
    }

    async fn limits_and_their_reversals_are_sent_with_all_terms(records: TestDatabase) {
        let receiver = Receiver::start(&[]).await;
        let countries = ["FR", "JP"].map(|code| code.parse().unwrap()).into();
        let (until, feature) = ("2026-12-24".parse().unwrap(), Feature::LiveStream);
        let account =
            AccountMeasure::LimitFeature { feature, until: "2026-12-31".parse().unwrap() };
        let items = ItemMeasure::Limit { countries, until };
        let limits = Measures { items, account, ..Measures::default() };

        let (app, who, decision) =
            answered(records, Some(&receiver), Outcome::Violates, limits).await;
        work_after(&app, SignedDuration::ZERO).await;
        let limited = asked_for(&receiver);
        app.desk.undo(&who, decision.id, &"wrong".parse().unwrap()).await.unwrap();
        work_after(&app, SignedDuration::ZERO).await;

        let [item, account] = &limited[..] else { panic!("{limited:?}") };
        assert_eq!(item["decided_without_viewing"], json!(true));
        let fields = ["kind", "item_id", "account_id", "countries", "feature", "until", "undoes"];
        let of = |data: &serde_json::Value| fields.map(|field| data[field].clone());
        assert_eq!(
            of(item),
            [
                "limit_item".into(),
                "item 0".into(),
                json!(null),
                json!(["FR", "JP"]),
                json!(null),
                "2026-12-24".into(),
                json!(null)
            ]
        );
        assert_eq!(
            of(account),
            [
                "limit_feature".into(),
                json!(null),
                "account 0".into(),
                json!([]),
                "live_stream".into(),
                "2026-12-31".into(),
                json!(null)
            ]
        );
        let back = asked_for(&receiver).split_off(2);
        let [held, restored] = &back[..] else { panic!("{back:?}") };
        let (item, account) = (item["action_id"].clone(), account["action_id"].clone());
        let held_back =
            ["hold_item".into(), "item 0".into(), json!(null), json!([]), json!(null), json!(null)];
        assert_eq!(of(held), [&held_back[..], &[item]].concat()[..]);
        let given_back = [
            "restore_feature".into(),
            json!(null),
            "account 0".into(),
            json!([]),
            "live_stream".into(),
            json!(null),
        ];
        assert_eq!(of(restored), [&given_back[..], &[account]].concat()[..]);
    }

    async fn undoing_the_restoration_of_an_account_does_not_suspend_it(records: TestDatabase) {
        let receiver = Receiver::start(&[]).await;
        let open = Measures { account: AccountMeasure::Restore, ..Measures::default() };

        let (app, who, decision) =
            answered(records, Some(&receiver), Outcome::Allowed, open).await;
        work_after(&app, SignedDuration::ZERO).await;
        let given = asked_for(&receiver);
        app.desk.undo(&who, decision.id, &"wrong".parse().unwrap()).await.unwrap();
        work_after(&app, SignedDuration::ZERO).await;

        let kinds = |asked: &[serde_json::Value]| {
            asked.iter().map(|data| data["kind"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(decision.approval, Approval::None, "it suspends no account");
        assert_eq!(kinds(&given), ["restore_item", "restore_account"]);
        assert_eq!(given[1]["account_id"], "account 0");
        let all = kinds(&asked_for(&receiver));
        assert_eq!(all, ["restore_item", "restore_account", "hold_item"], "no suspension");
        let actions = app.store().await.actions_of_decision(decision.id).await.unwrap();
        assert_eq!(actions[1].state, ActionState::Superseded);
        work_after(&app, SignedDuration::from_hours(2)).await;
        let again = kinds(&asked_for(&receiver)).split_off(3);
        assert_eq!(again, ["hold_item"], "an undone action is not requested again");
    }

    async fn a_service_that_does_not_answer_is_reminded(records: TestDatabase) {
        let receiver = Receiver::start(&[]).await;
        let (app, decision) = decided(records, Some(&receiver)).await;
        work_after(&app, SignedDuration::ZERO).await;

        for hours in [1, 6, 24] {
            work_after(&app, SignedDuration::from_hours(hours)).await;
        }
        let received = receiver.received();
        let reminders: Vec<_> = received.iter().map(|sent| data(sent)["reminder"].clone()).collect();
        assert_eq!(reminders, [0, 1, 2, 3]);
        let ids: std::collections::BTreeSet<_> =
            received.iter().map(|sent| sent.header("webhook-id")).collect();
        assert_eq!(ids.len(), 4, "a repeat of a known id would be dropped");

        for _ in 0..14 {
            work_after(&app, SignedDuration::from_hours(24)).await;
        }
        assert_eq!(action(&app, &decision).await.state, ActionState::Overdue);
        let asked = receiver.received().len();
        let lead = app.lead("lead").await;
        let id = action(&app, &decision).await.id;
        app.desk.request_again(&lead, decision.id, id).await.unwrap();
        work_after(&app, SignedDuration::ZERO).await;
        assert_eq!(receiver.received().len(), asked + 1);
        let twice = app.desk.request_again(&lead, decision.id, id).await;
        assert!(matches!(twice, Err(Error::NotFound("action"))), "{twice:?}");
    }

    async fn a_request_that_a_lead_repeats_is_sent_once_its_endpoint_is_enabled(records: TestDatabase) {
        let receiver = Receiver::start(&[]).await;
        let (app, decision) = decided(records, Some(&receiver)).await;
        work_after(&app, SignedDuration::ZERO).await;
        receiver.answer_next(410);
        for _ in 0..17 {
            work_after(&app, SignedDuration::from_hours(24)).await;
        }
        let asked = action(&app, &decision).await;
        let lead = app.lead("lead").await;
        let size = PageSize::new(10).unwrap();
        let endpoint = app.desk.endpoints(&app.caller, None, size).await.unwrap().rows.remove(0);

        app.desk.request_again(&lead, decision.id, asked.id).await.unwrap();
        work_after(&app, SignedDuration::ZERO).await;
        let before = receiver.received().len();
        let enqueued = app.desk.enable_endpoint(&app.caller, endpoint.id).await.unwrap();
        work_after(&app, SignedDuration::ZERO).await;

        assert_eq!((asked.state, before), (ActionState::Overdue, 2));
        assert!(endpoint.disabled.is_some());
        assert_eq!(enqueued, 2, "the reminder that was answered with 410, and the lead's request");
        assert_eq!(receiver.received().len(), 4);
    }

    async fn an_answer_is_final(records: TestDatabase) {
        let receiver = Receiver::start(&[]).await;
        let (app, decision) = decided(records, Some(&receiver)).await;
        let id = action(&app, &decision).await.id;
        let other = a_service(&app.desk, "another").await;

        let theirs = app.desk.answer_action(&other, id, Answer::Done, None).await;
        answer(&app, id, Answer::Done).await.unwrap();
        answer(&app, id, Answer::Done).await.unwrap();
        let otherwise = answer(&app, id, Answer::Cannot).await;

        assert!(matches!(theirs, Err(Error::NotFound("action"))), "{theirs:?}");
        let named = matches!(otherwise, Err(Error::Refused(Refusal::ActionAnswered)));
        assert!(named, "{otherwise:?}");
        assert_eq!(action(&app, &decision).await.state, ActionState::Done);
        work_after(&app, SignedDuration::from_hours(48)).await;
        assert_eq!(receiver.received().len(), 1, "a service that answered is not reminded");
    }

    async fn an_answer_to_an_undone_action_changes_nothing(records: TestDatabase) {
        let (app, decision) = decided(records, None).await;
        let id = action(&app, &decision).await.id;
        let lead = app.lead("lead").await.member().reviewer().unwrap();
        app.desk.undo(&lead, decision.id, &"wrong".parse().unwrap()).await.unwrap();

        answer(&app, id, Answer::Done).await.unwrap();

        assert_eq!(action(&app, &decision).await.state, ActionState::Superseded);
    }

    async fn an_action_outlives_a_receiver_that_is_down_for_a_day(records: TestDatabase) {
        let receiver = Receiver::start(&[]).await;
        receiver.answer_all(500);
        let (app, decision) = decided(records, Some(&receiver)).await;
        let began = app.clock.now();

        work_after(&app, SignedDuration::ZERO).await;
        while app.clock.now().duration_since(began) < SignedDuration::from_hours(26) {
            work_after(&app, SignedDuration::from_mins(30)).await;
        }
        let ids = |received: &[Received]| {
            let ids = received.iter().map(|sent| sent.header("webhook-id"));
            ids.collect::<std::collections::BTreeSet<_>>().len()
        };
        let refused = receiver.received();
        assert_eq!((refused.len(), ids(&refused)), (7, 1), "a waiting delivery is not doubled");
        assert_eq!(states(&app, &decision).await, [DeliveryState::Waiting]);
        receiver.answer_all(204);
        // Chance shortens the waits, so the attempt that succeeds is not always the same half hour; the
        // first reminder follows within an hour of it, and the second only six hours later.
        while ids(&receiver.received()) < 2 {
            assert!(app.clock.now().duration_since(began) < SignedDuration::from_hours(40));
            work_after(&app, SignedDuration::from_mins(30)).await;
        }

        let arrived = receiver.received();
        let first = refused[0].header("webhook-id");
        let again = arrived.iter().filter(|sent| sent.header("webhook-id") == first);
        assert_eq!(again.count(), 8, "it is delivered with the same id");
        assert_eq!((arrived.len(), ids(&arrived)), (9, 2), "and so is the reminder after a day");
        assert_eq!(states(&app, &decision).await, [DeliveryState::Delivered; 2]);
        assert_eq!(action(&app, &decision).await.state, ActionState::Waiting);
        answer(&app, action(&app, &decision).await.id, Answer::Done).await.unwrap();
        assert_eq!(action(&app, &decision).await.state, ActionState::Done);
    }

    async fn a_service_without_an_endpoint_reads_and_answers_its_actions(records: TestDatabase) {
        let (app, decision) = decided(records, None).await;

        work_after(&app, SignedDuration::from_hours(1)).await;

        let asked = action(&app, &decision).await;
        assert_eq!((asked.state, asked.reminders), (ActionState::Waiting, 1));
        answer(&app, asked.id, Answer::Cannot).await.unwrap();
        assert_eq!(action(&app, &decision).await.state, ActionState::Cannot);
    }
}
