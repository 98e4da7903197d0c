//! Notifications to the people on duty: when they are sent, to whom, and what they say.

use std::sync::Arc;

use jiff::SignedDuration;
use mamori_desk::cases::release_case::Release;
use mamori_desk::settings::{ContactSettings, ContactWebhook};
use mamori_desk::webhooks::signature::secret_text;
use mamori_desk::{Clock, Desk, LocalCli, Settings};
use mamori_model::notification::{NotificationState, Target};
use mamori_model::{CaseId, NotificationId, Sensitive, Urgency};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use serde_json::{Value, json};
use standardwebhooks::Webhook;

use crate::common::people::ORIGIN;
use crate::common::receiver::{Received, Receiver};
use crate::common::{TestApp, node, settings, test_app_with, vault_settings};

/// The settings of a node whose contacts are these receivers.
pub fn with_contacts(settings: Settings, first: &Receiver, second: &Receiver) -> Settings {
    let contact = |receiver: &Receiver, key: u8| ContactSettings {
        webhook: Some(ContactWebhook {
            url: Sensitive::new(receiver.url.clone()),
            secret: Sensitive::new(vec![key; 32]),
        }),
        addresses: Vec::new(),
    };
    let mut settings = settings;
    settings.sign_in.origin = Some(ORIGIN.parse().unwrap());
    settings.notify.first = contact(first, 1);
    settings.notify.second = contact(second, 2);
    settings.notify.danger_repeat = SignedDuration::from_mins(2);
    settings
}

async fn receivers() -> [Receiver; 2] {
    [Receiver::start(&[]).await, Receiver::start(&[]).await]
}

/// A reviewer escalates a new case: a child may be in danger.
pub async fn escalated(app: &TestApp, case: CaseId, by: &str, urgency: Urgency) {
    let who = app.reviewer(by).await;
    let claim = app.desk.claim_case(&who, case).await.unwrap().number;
    let release = Release::Escalate { urgency, why: "Look at it now.".parse().unwrap() };
    app.desk.release_case(&who, case, claim, release).await.unwrap();
}

/// Enqueues what is due and sends it; returns how many messages were enqueued.
pub async fn notify(desk: &Desk) -> usize {
    let enqueued = desk.notify_once().await.unwrap();
    while desk.work_once().await.unwrap() > 0 {}
    enqueued
}

fn body(message: &Received) -> Value {
    serde_json::from_str(&message.body).unwrap()
}

/// The counts of the last message.
fn last_counts(receiver: &Receiver) -> Value {
    body(receiver.received().last().unwrap())["data"]["counts"].clone()
}

async fn state(app: &TestApp, message: &Received) -> NotificationState {
    let id: NotificationId = message.header("webhook-id").parse().unwrap();
    app.store().await.notification(id).await.unwrap().unwrap().state
}

on_both_engines! {
    async fn an_unclaimed_case_is_repeated_reaches_the_second_contact_and_stops_when_claimed(records: TestDatabase) {
        let [first, second] = receivers().await;
        let app = test_app_with(records, with_contacts(settings(), &first, &second)).await;
        let lead = app.lead("lea").await.member().reviewer().unwrap();
        let case = app.cases(1).await[0];
        assert_eq!(notify(&app.desk).await, 0, "nothing has waited for long");
        let got = || (first.received().len(), second.received().len());

        escalated(&app, case, "rei", Urgency::ChildInDanger).await;
        let mut seen = Vec::new();
        for _minute in 0..=10 {
            notify(&app.desk).await;
            seen.push(got());
            app.clock.advance(SignedDuration::from_mins(1));
        }
        app.desk.claim_case(&lead, case).await.unwrap();
        for _minute in 0..5 {
            notify(&app.desk).await;
            app.clock.advance(SignedDuration::from_mins(1));
        }
        let after_claim = got();
        app.clock.advance(SignedDuration::from_mins(5));
        notify(&app.desk).await;

        let expected = [
            (1, 0), (1, 0), (2, 0), (2, 0), (3, 0), (3, 0), (4, 0), (4, 0), (5, 1), (5, 1), (6, 2),
        ];
        assert_eq!(seen, expected);
        assert_eq!(after_claim, (6, 2), "a claimed case is not repeated");
        assert_eq!(got(), (7, 2), "the claim lapsed: the case waits anew");
    }

    async fn a_message_has_numbers_and_a_link_and_nothing_else(records: TestDatabase) {
        let [first, second] = receivers().await;
        let app = test_app_with(records, with_contacts(settings(), &first, &second)).await;
        app.lead("lea").await;
        let cases = app.cases(3).await;
        escalated(&app, cases[0], "rei", Urgency::ChildInDanger).await;

        notify(&app.desk).await;

        let message = &first.received()[0];
        let expected = json!({
            "type": "staff.notification",
            "timestamp": app.clock.now().to_string(),
            "data": {
                "topic": "child_in_danger",
                "contact": "first",
                "counts": { "cases_child_in_danger": 1 },
                "console": format!("{ORIGIN}/console"),
            },
        });
        assert_eq!(body(message), expected);
        let receiver = Webhook::new(&secret_text(&Sensitive::new(vec![1; 32]))).unwrap();
        let (id, at) = (message.header("webhook-id"), message.header("webhook-timestamp"));
        let signature = receiver.sign(&id, at.parse().unwrap(), message.body.as_bytes()).unwrap();
        assert_eq!(message.header("webhook-signature"), signature);
    }

    async fn several_nodes_and_a_restart_send_each_message_once(records: TestDatabase) {
        let [first, second] = receivers().await;
        let settings = with_contacts(settings(), &first, &second);
        let app = test_app_with(records, settings.clone()).await;
        app.lead("lea").await;
        let case = app.cases(1).await[0];
        let other = node(&app.records, &app.clock, settings.clone()).await;
        escalated(&app, case, "rei", Urgency::ChildInDanger).await;

        for round in 1..=4 {
            let (one, two) = tokio::join!(app.desk.notify_once(), other.notify_once());
            assert_eq!(one.unwrap() + two.unwrap(), 1);
            let (one, two) = tokio::join!(app.desk.work_once(), other.work_once());
            assert_eq!(one.unwrap() + two.unwrap(), 1);
            let restarted = node(&app.records, &app.clock, settings.clone()).await;
            assert_eq!(notify(&restarted).await, 0);
            assert_eq!(first.received().len(), round);
            app.clock.advance(SignedDuration::from_mins(2));
        }
    }

    async fn nodes_whose_clocks_differ_send_each_message_once(records: TestDatabase) {
        let [first, second] = receivers().await;
        let settings = with_contacts(settings(), &first, &second);
        let app = test_app_with(records, settings.clone()).await;
        app.lead("lea").await;
        let cases = app.cases(2).await;
        escalated(&app, cases[0], "rei", Urgency::ChildInDanger).await;
        app.clock.advance(SignedDuration::from_mins(60));
        let ahead = Arc::new(Clock::manual(app.clock.now() + SignedDuration::from_secs(90)));
        let other = node(&app.records, &ahead, settings).await;

        let by_other = other.notify_once().await.unwrap();
        let mut by_desk = Vec::new();
        for _ in 0..3 {
            by_desk.push(app.desk.notify_once().await.unwrap());
            app.clock.advance(SignedDuration::from_secs(5));
        }
        app.clock.advance(SignedDuration::from_mins(2));
        let repeated = app.desk.notify_once().await.unwrap();

        assert_eq!(by_other, 2, "the case in danger, and the case that has waited for an hour");
        assert_eq!(by_desk, [0, 0, 0], "within the interval of a repeat");
        assert_eq!(repeated, 1, "the case in danger");
    }

    async fn a_case_released_before_its_message_was_sent_is_a_message_at_once(records: TestDatabase) {
        let [first, second] = receivers().await;
        let app = test_app_with(records, with_contacts(settings(), &first, &second)).await;
        let lead = app.lead("lea").await.member().reviewer().unwrap();
        let case = app.cases(1).await[0];
        escalated(&app, case, "rei", Urgency::ChildInDanger).await;
        assert_eq!(app.desk.notify_once().await.unwrap(), 1);

        let claim = app.desk.claim_case(&lead, case).await.unwrap().number;
        while app.desk.work_once().await.unwrap() > 0 {}
        let meanwhile = first.received().len();
        app.desk.release_case(&lead, case, claim, Release::Leave).await.unwrap();
        notify(&app.desk).await;

        assert_eq!(meanwhile, 0, "nothing is sent of a claimed case");
        assert_eq!(first.received().len(), 1);
    }

    async fn another_case_in_which_a_child_may_be_in_danger_is_a_message_at_once(records: TestDatabase) {
        let [first, second] = receivers().await;
        let app = test_app_with(records, with_contacts(settings(), &first, &second)).await;
        app.lead("lea").await;
        let cases = app.cases(2).await;
        escalated(&app, cases[0], "rei", Urgency::ChildInDanger).await;
        notify(&app.desk).await;

        app.clock.advance(SignedDuration::from_secs(10));
        escalated(&app, cases[1], "ren", Urgency::ChildInDanger).await;
        notify(&app.desk).await;

        assert_eq!(first.received().len(), 2);
        assert_eq!(last_counts(&first), json!({ "cases_child_in_danger": 2 }));
    }

    async fn a_failed_message_is_tried_again_until_the_case_is_claimed(records: TestDatabase) {
        let [first, second] = receivers().await;
        let app = test_app_with(records, with_contacts(settings(), &first, &second)).await;
        let lead = app.lead("lea").await.member().reviewer().unwrap();
        let case = app.cases(1).await[0];
        escalated(&app, case, "rei", Urgency::ChildInDanger).await;
        first.answer_next(503);
        first.answer_next(500);

        notify(&app.desk).await;
        app.clock.advance(SignedDuration::from_secs(10));
        app.desk.work_once().await.unwrap();
        app.desk.claim_case(&lead, case).await.unwrap();
        app.clock.advance(SignedDuration::from_mins(1));
        app.desk.work_once().await.unwrap();

        let received = first.received();
        assert_eq!(received.len(), 2, "nothing is sent once the case is claimed");
        assert_eq!(received[0].header("webhook-id"), received[1].header("webhook-id"));
        assert_eq!(received[0].body, received[1].body);
        assert_eq!(state(&app, &received[0]).await, NotificationState::Dropped);
    }

    async fn a_newer_message_takes_the_place_of_one_that_was_not_sent(records: TestDatabase) {
        let [first, second] = receivers().await;
        let app = test_app_with(records, with_contacts(settings(), &first, &second)).await;
        app.lead("lea").await;
        let case = app.cases(1).await[0];
        escalated(&app, case, "rei", Urgency::ChildInDanger).await;
        first.answer_all(500);
        for _ in 0..3 {
            notify(&app.desk).await;
            app.clock.advance(SignedDuration::from_mins(2));
        }

        first.answer_all(204);
        let before = first.received().len();
        notify(&app.desk).await;
        app.clock.advance(SignedDuration::from_secs(90));
        notify(&app.desk).await;

        let received = first.received();
        assert_eq!(received.len(), before + 1, "the messages that failed do not follow");
        assert_eq!(state(&app, &received[0]).await, NotificationState::Dropped);
        assert_eq!(state(&app, received.last().unwrap()).await, NotificationState::Sent);
    }

    async fn what_waits_for_long_is_counted_for_the_first_contact(records: TestDatabase) {
        let [first, second] = receivers().await;
        let app = test_app_with(records, with_contacts(settings(), &first, &second)).await;
        app.lead("lea").await;
        let cases = app.cases(4).await;
        escalated(&app, cases[0], "rei", Urgency::NewMaterial).await;

        app.clock.advance(SignedDuration::from_mins(59));
        notify(&app.desk).await;
        let before = first.received().len();
        app.clock.advance(SignedDuration::from_mins(1));
        notify(&app.desk).await;
        let of_cases = last_counts(&first);
        app.clock.advance(SignedDuration::from_mins(179));
        notify(&app.desk).await;
        let meanwhile = first.received().len();
        app.clock.advance(SignedDuration::from_mins(1));
        notify(&app.desk).await;

        assert_eq!(before, 0);
        assert_eq!(of_cases, json!({ "cases_known_material": 3 }));
        assert_eq!(meanwhile, 1, "a message is not repeated within four hours");
        assert_eq!(last_counts(&first), json!({ "escalated_cases": 1 }));
        assert_eq!(second.received().len(), 0);
    }

    async fn a_topic_without_a_time_is_not_looked_for(records: TestDatabase) {
        let [first, second] = receivers().await;
        let mut settings = with_contacts(settings(), &first, &second);
        (settings.notify.cases_wait, settings.notify.leads_wait) = (None, None);
        let app = test_app_with(records, settings).await;
        app.lead("lea").await;
        let cases = app.cases(2).await;
        escalated(&app, cases[0], "rei", Urgency::NewMaterial).await;

        app.clock.advance(SignedDuration::from_hours(20));

        assert_eq!(notify(&app.desk).await, 0);
    }

    async fn a_vault_that_is_nearly_full_is_a_message(records: TestDatabase) {
        let folder = tempfile::tempdir().unwrap();
        let [first, second] = receivers().await;
        let mut settings = with_contacts(vault_settings(folder.path()), &first, &second);
        settings.vault_limits.bytes_max = 1;
        settings.vault_limits.disk_free_min = 0;
        let app = test_app_with(records, settings).await;
        let case = app.cases(1).await[0];
        app.store_evidence(case).await;

        notify(&app.desk).await;

        assert_eq!(body(&first.received()[0])["data"]["topic"], "vault_full");
        assert_eq!(last_counts(&first), json!({ "vault_percent": 100 }));
    }

    async fn messages_are_kept_for_thirty_days(records: TestDatabase) {
        let [first, second] = receivers().await;
        let app = test_app_with(records, with_contacts(settings(), &first, &second)).await;
        app.lead("lea").await;
        let case = app.cases(1).await[0];
        escalated(&app, case, "rei", Urgency::ChildInDanger).await;
        notify(&app.desk).await;
        let id: NotificationId = first.received()[0].header("webhook-id").parse().unwrap();
        let is_kept = async || app.store().await.notification(id).await.unwrap().is_some();

        app.clock.advance(SignedDuration::from_hours(29 * 24));
        app.desk.sweep_once().await.unwrap();
        let before = is_kept().await;
        app.clock.advance(SignedDuration::from_hours(2 * 24));
        app.desk.sweep_once().await.unwrap();

        assert!(before && !is_kept().await);
    }

    async fn a_test_tells_which_contact_answers(records: TestDatabase) {
        let [first, second] = receivers().await;
        second.answer_next(404);
        let app = test_app_with(records, with_contacts(settings(), &first, &second)).await;

        let tests = app.desk.test_contacts(&LocalCli::here()).await.unwrap();

        let outcomes: Vec<_> = tests
            .iter()
            .map(|test| {
                let Target { contact, channel, .. } = test.to;
                (contact.as_str(), channel.as_str(), test.is_accepted, test.result.as_str())
            })
            .collect();
        assert_eq!(
            outcomes,
            [("first", "webhook", true, "204"), ("second", "webhook", false, "404")]
        );
        assert_eq!(body(&first.received()[0])["data"]["topic"], "test");
        assert_eq!(body(&first.received()[0])["data"]["counts"], json!({}));
    }
}

/// The operator's own address is restricted as those of services are.
#[tokio::test]
async fn a_contact_on_loopback_gets_nothing_unless_the_operator_permits_it() {
    let [first, second] = receivers().await;
    let mut settings = with_contacts(settings(), &first, &second);
    settings.webhooks.permitted.loopback = false;
    let app = test_app_with(TestDatabase::sqlite().unwrap(), settings).await;

    let tests = app.desk.test_contacts(&LocalCli::here()).await.unwrap();

    assert!(
        tests.iter().all(|test| !test.is_accepted && test.result.contains("webhooks.loopback"))
    );
    assert_eq!(first.received().len(), 0);
}

#[tokio::test]
async fn without_a_contact_nothing_is_counted_or_stored() {
    let app = test_app_with(TestDatabase::sqlite().unwrap(), settings()).await;
    app.lead("lea").await;
    let case = app.cases(1).await[0];
    escalated(&app, case, "rei", Urgency::ChildInDanger).await;

    assert_eq!(notify(&app.desk).await, 0);
    let known = app.store().await.danger_waiting(app.clock.now()).await.unwrap();
    assert_eq!((known.cases, known.notified), (1, 0));
}
