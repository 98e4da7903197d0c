//! The service is asked, reminded, and answers.

use jiff::SignedDuration;
use mamori_desk::Error;
use mamori_desk::claim_case::Queue;
use mamori_desk::decide_case::NewDecision;
use mamori_model::action::{ActionState, ItemMeasure};
use mamori_model::{ActionId, Decision, Measures, Outcome, Refusal, action::Answer};
use mamori_testkit::on_both_engines;
use mamori_testkit::records::Records;

use crate::common::receiver::{Received, Receiver};
use crate::common::{House, a_service, house};

/// A house whose service listens at `receiver`, and a decision there to remove one item.
async fn decided(records: Records, receiver: Option<&Receiver>) -> (House, Decision) {
    let house = house(records).await;
    house.cases(1).await;
    while house.desk.work_once().await.unwrap() > 0 {}
    if let Some(receiver) = receiver {
        house.desk.add_endpoint(&house.caller, &receiver.url).await.unwrap();
    }
    let who = house.reviewer("one").await;
    let claimed = house.desk.claim_next(&who, Queue::default()).await.unwrap().unwrap();
    let new = NewDecision {
        case: claimed.case,
        claim: claimed.number,
        version: claimed.version,
        outcome: Outcome::Violates,
        reason: "It is what the bank says.".parse().unwrap(),
        measures: Measures { items: ItemMeasure::Remove, ..Measures::default() },
    };
    let decision = house.desk.decide(&who, new).await.unwrap();
    (house, decision)
}

async fn action(house: &House, decision: &Decision) -> mamori_model::ActionRequest {
    let actions = house.store().await.actions_of_decision(decision.id).await.unwrap();
    actions.into_iter().next().unwrap()
}

async fn work_after(house: &House, wait: SignedDuration) {
    house.clock.advance(wait);
    while house.desk.work_once().await.unwrap() > 0 {}
}

fn data(received: &Received) -> serde_json::Value {
    let body: serde_json::Value = serde_json::from_str(&received.body).unwrap();
    assert_eq!(body["type"], "action.requested");
    body["data"].clone()
}

async fn answer(house: &House, id: ActionId, answer: Answer) -> Result<(), Error> {
    house.desk.answer_action(&house.caller, id, answer, None).await
}

on_both_engines! {
    async fn a_service_is_told_what_to_do_and_not_who_decided(records: Records) {
        let receiver = Receiver::start(&[]).await;
        let (house, decision) = decided(records, Some(&receiver)).await;

        work_after(&house, SignedDuration::ZERO).await;

        let received = receiver.received();
        let asked = data(&received[0]);
        assert_eq!((received.len(), &asked["kind"]), (1, &"remove_item".into()));
        assert_eq!(asked["item_id"], "item 0");
        assert_eq!(asked["sequence"], 1);
        assert_eq!(asked["decision_id"], decision.id.to_string());
        assert_eq!(asked["policy"], "rehearsal");
        assert!(!received[0].body.contains("staff"), "{}", received[0].body);
        assert_eq!(action(&house, &decision).await.state, ActionState::Waiting, "received only");
    }

    async fn a_service_that_says_nothing_is_asked_again(records: Records) {
        let receiver = Receiver::start(&[]).await;
        let (house, decision) = decided(records, Some(&receiver)).await;
        work_after(&house, SignedDuration::ZERO).await;

        for hours in [1, 6, 24] {
            work_after(&house, SignedDuration::from_hours(hours)).await;
        }
        let received = receiver.received();
        let reminders: Vec<_> = received.iter().map(|sent| data(sent)["reminder"].clone()).collect();
        assert_eq!(reminders, [0, 1, 2, 3]);
        let ids: std::collections::BTreeSet<_> =
            received.iter().map(|sent| sent.header("webhook-id")).collect();
        assert_eq!(ids.len(), 4, "a repeat of a known id would be dropped");

        for _ in 0..14 {
            work_after(&house, SignedDuration::from_hours(24)).await;
        }
        assert_eq!(action(&house, &decision).await.state, ActionState::Overdue);
        let asked = receiver.received().len();
        let lead = house.lead("lead").await;
        let id = action(&house, &decision).await.id;
        house.desk.ask_again(&lead, decision.id, id).await.unwrap();
        work_after(&house, SignedDuration::ZERO).await;
        assert_eq!(receiver.received().len(), asked + 1);
        let twice = house.desk.ask_again(&lead, decision.id, id).await;
        assert!(matches!(twice, Err(Error::NotFound("action"))), "{twice:?}");
    }

    async fn an_answer_stands(records: Records) {
        let receiver = Receiver::start(&[]).await;
        let (house, decision) = decided(records, Some(&receiver)).await;
        let id = action(&house, &decision).await.id;
        let other = a_service(&house.desk, "another").await;

        let theirs = house.desk.answer_action(&other, id, Answer::Done, None).await;
        answer(&house, id, Answer::Done).await.unwrap();
        answer(&house, id, Answer::Done).await.unwrap();
        let otherwise = answer(&house, id, Answer::Cannot).await;

        assert!(matches!(theirs, Err(Error::NotFound("action"))), "{theirs:?}");
        let named = matches!(otherwise, Err(Error::Refused(Refusal::ActionAnswered)));
        assert!(named, "{otherwise:?}");
        assert_eq!(action(&house, &decision).await.state, ActionState::Done);
        work_after(&house, SignedDuration::from_hours(48)).await;
        assert_eq!(receiver.received().len(), 1, "whoever answered is not asked again");
    }

    async fn an_answer_to_what_was_taken_back_changes_nothing(records: Records) {
        let (house, decision) = decided(records, None).await;
        let id = action(&house, &decision).await.id;
        let lead = house.lead("lead").await.member().reviewer().unwrap();
        house.desk.undo(&lead, decision.id, &"wrong".parse().unwrap()).await.unwrap();

        answer(&house, id, Answer::Done).await.unwrap();

        assert_eq!(action(&house, &decision).await.state, ActionState::Superseded);
    }

    async fn an_action_outlives_a_receiver_that_is_down_for_a_day(records: Records) {
        let down = [500; 6];
        let receiver = Receiver::start(&down).await;
        let (house, decision) = decided(records, Some(&receiver)).await;

        work_after(&house, SignedDuration::ZERO).await;
        for _ in 0..19 {
            work_after(&house, SignedDuration::from_hours(1)).await;
        }
        let ids = |received: &[Received]| {
            let ids = received.iter().map(|sent| sent.header("webhook-id"));
            ids.collect::<std::collections::BTreeSet<_>>().len()
        };
        let refused = receiver.received();
        assert_eq!((refused.len(), ids(&refused)), (6, 1), "what waits is not doubled");
        work_after(&house, SignedDuration::from_hours(1)).await;

        assert!(receiver.received().len() > refused.len(), "it arrives");
        assert_eq!(action(&house, &decision).await.state, ActionState::Waiting);
    }

    async fn a_service_without_an_endpoint_finds_what_is_asked(records: Records) {
        let (house, decision) = decided(records, None).await;

        work_after(&house, SignedDuration::from_hours(1)).await;

        let asked = action(&house, &decision).await;
        assert_eq!((asked.state, asked.reminders), (ActionState::Waiting, 1));
        answer(&house, asked.id, Answer::Cannot).await.unwrap();
        assert_eq!(action(&house, &decision).await.state, ActionState::Cannot);
    }
}
