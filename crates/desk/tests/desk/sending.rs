//! Webhooks whose receivers fail, ask to wait, want no more messages, or get a new secret.

use jiff::SignedDuration;
use mamori_desk::audit::AuditReader;
use mamori_desk::webhooks::signature::secret_text;
use mamori_desk::{AuditFilter, Error, LocalCli};
use mamori_model::audit::AuditVerb;
use mamori_model::page::PageSize;
use mamori_model::webhook::{Delivery, DeliveryState, DisabledCause, Endpoint};
use mamori_model::{Action, Pdq, Sensitive, Surface};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use standardwebhooks::Webhook;

use crate::common::log::captured;
use crate::common::receiver::{Received, Receiver};
use crate::common::{TestApp, a_service, hashes, item, node, settings, test_app, test_app_with};

async fn deliveries(app: &TestApp) -> Vec<Delivery> {
    let page = app.desk.deliveries(&app.caller, None, None, None, PageSize::DEFAULT);
    page.await.unwrap().rows
}

/// A bank with one entry, on which [`a_match`] hits.
async fn a_bank(app: &TestApp) {
    let bank = app.bank("known", Action::Hold).await;
    app.add(&bank, Pdq::from([1; 32])).await;
}

async fn a_match(app: &TestApp, name: &str) {
    app.desk.catch_up().await.unwrap();
    let input = hashes(Pdq::from([1; 32]));
    app.desk.check(&app.caller, item(name, Surface::Public), input).await.unwrap();
}

async fn endpoint(app: &TestApp, endpoint: &Endpoint) -> Endpoint {
    app.desk.endpoint(&app.caller, endpoint.id).await.unwrap()
}

/// Runs every job that is due, and returns how many there were.
async fn work(app: &TestApp) -> usize {
    let mut all = 0;
    loop {
        match app.desk.work_once().await.unwrap() {
            0 => return all,
            some => all += some,
        }
    }
}

async fn verbs(app: &TestApp) -> Vec<AuditVerb> {
    let (here, filter) = (LocalCli::here(), AuditFilter::default());
    let reader = AuditReader::LocalCli(&here);
    let page = app.desk.audit_events(reader, &filter, None, PageSize::LARGEST).await.unwrap();
    page.events.rows.into_iter().map(|linked| linked.event.verb).collect()
}

/// Checks the message as the library for receivers does, whose clock is the system's: so it compares
/// the signatures alone.
fn is_signed_with(message: &Received, secret: &Sensitive<Vec<u8>>) -> bool {
    let receiver = Webhook::new(&secret_text(secret)).unwrap();
    let at = message.header("webhook-timestamp").parse().unwrap();
    let id = message.header("webhook-id");
    let expected = receiver.sign(&id, at, message.body.as_bytes()).unwrap();
    message.header("webhook-signature").split(' ').any(|signature| signature == expected)
}

on_both_engines! {
    async fn an_endpoint_that_answers_gone_is_disabled_and_its_messages_wait_for_its_service(records: TestDatabase) {
        let app = test_app(records).await;
        let (gone, other) = (Receiver::start(&[410]).await, Receiver::start(&[]).await);
        let added = app.desk.add_endpoint(&app.caller, &gone.url).await.unwrap();
        app.desk.add_endpoint(&app.caller, &other.url).await.unwrap();
        a_bank(&app).await;
        for name in ["a", "b", "c"] {
            a_match(&app, name).await;
        }

        work(&app).await;
        a_match(&app, "d").await;
        work(&app).await;

        assert_eq!((gone.received().len(), other.received().len()), (1, 4));
        let disabled = endpoint(&app, &added).await.disabled.unwrap();
        assert_eq!((disabled.cause, disabled.at), (DisabledCause::Gone, app.clock.now()));
        let missed: Vec<_> =
            deliveries(&app).await.into_iter().filter(|it| it.endpoint == added.id).collect();
        assert!(missed.iter().all(|it| it.state == DeliveryState::Failed));
        let result = |nth: usize| (missed[nth].last_result.as_deref().unwrap(), missed[nth].attempts);
        assert_eq!(result(3), ("410", 1));
        for nth in 0..3 {
            assert_eq!(result(nth), ("the endpoint is disabled", 0));
        }
        app.clock.advance(SignedDuration::from_hours(24));
        assert_eq!(work(&app).await, 0, "nothing is tried again");
        let dead: u64 = app.desk.workload().await.unwrap().jobs.iter().map(|count| count.dead).sum();
        assert_eq!(dead, 0, "the operator need not act");
        assert!(verbs(&app).await.contains(&AuditVerb::EndpointDisabled));
    }

    async fn an_endpoint_that_is_enabled_again_gets_what_it_missed(records: TestDatabase) {
        let app = test_app(records).await;
        let receiver = Receiver::start(&[410]).await;
        let added = app.desk.add_endpoint(&app.caller, &receiver.url).await.unwrap();
        a_bank(&app).await;
        a_match(&app, "a").await;
        work(&app).await;
        a_match(&app, "b").await;
        let missed = deliveries(&app).await.remove(0).id;
        let early = app.desk.redeliver(&app.caller, missed).await;
        let tested = app.desk.test_endpoint(&app.caller, added.id).await;
        let stranger = a_service(&app.desk, "another").await;

        let not_theirs = app.desk.enable_endpoint(&stranger, added.id).await;
        let enqueued = app.desk.enable_endpoint(&app.caller, added.id).await.unwrap();
        let again = app.desk.enable_endpoint(&app.caller, added.id).await.unwrap();
        work(&app).await;

        assert!(matches!(early, Err(Error::Conflict(_))), "{early:?}");
        assert!(matches!(&tested, Err(Error::Conflict(why)) if why.contains("disabled")), "{tested:?}");
        assert!(matches!(not_theirs, Err(Error::NotFound("endpoint"))), "{not_theirs:?}");
        assert_eq!((enqueued, again), (2, 0));
        assert!(deliveries(&app).await.iter().all(|it| it.state == DeliveryState::Delivered));
        assert_eq!(receiver.received().len(), 3, "410, and then both messages");
        let now = endpoint(&app, &added).await;
        assert_eq!((now.disabled, now.failing_since), (None, None));
        let verbs = verbs(&app).await;
        assert_eq!(verbs.iter().filter(|verb| **verb == AuditVerb::EndpointEnabled).count(), 1);
    }

    async fn a_disabled_endpoint_with_many_missed_messages_gets_each_once(records: TestDatabase) {
        let app = test_app(records).await;
        let receiver = Receiver::start(&[410]).await;
        let added = app.desk.add_endpoint(&app.caller, &receiver.url).await.unwrap();
        a_bank(&app).await;
        a_match(&app, "first").await;
        work(&app).await;
        for nth in 0..501 {
            a_match(&app, &format!("item-{nth}")).await;
        }

        let enqueued = app.desk.enable_endpoint(&app.caller, added.id).await.unwrap();

        assert_eq!(enqueued, 502, "more than one transaction enqueues");
        let jobs = app.desk.workload().await.unwrap().jobs;
        let ready: u64 = jobs.iter().filter(|it| it.kind.as_str() == "deliver").map(|it| it.ready).sum();
        assert_eq!(ready, 502);
    }

    async fn a_message_that_an_endpoint_missed_while_it_was_enabled_is_sent_once(records: TestDatabase) {
        let app = test_app(records).await;
        let receiver = Receiver::start(&[410]).await;
        let added = app.desk.add_endpoint(&app.caller, &receiver.url).await.unwrap();
        let other = node(&app.records, &app.clock, settings()).await;
        a_bank(&app).await;
        a_match(&app, "a").await;
        let test = app.desk.test_endpoint(&app.caller, added.id).await.unwrap();
        work(&app).await;
        a_match(&app, "b").await;
        app.desk.sweep_once().await.unwrap();
        other.sweep_once().await.unwrap();
        assert_eq!(work(&app).await, 0, "the endpoint is disabled");
        // Enables the endpoint, and sees none of its deliveries: their transactions are not committed.
        let store = app.store().await;
        let mut tx = store.begin("enable_endpoint").await.unwrap();
        assert!(tx.enable_endpoint(app.caller.service(), added.id).await.unwrap());
        tx.commit().await.unwrap();

        let (here, there) = tokio::join!(app.desk.sweep_once(), other.sweep_once());
        let sent = work(&app).await;
        app.desk.sweep_once().await.unwrap();

        assert!(here.is_ok() && there.is_ok(), "{here:?} {there:?}");
        assert_eq!((sent, work(&app).await), (2, 0));
        assert_eq!(receiver.received().len(), 3, "410, and then both messages");
        for delivery in deliveries(&app).await {
            let is_test = delivery.id == test;
            let expected = if is_test { DeliveryState::Failed } else { DeliveryState::Delivered };
            assert_eq!(delivery.state, expected, "{:?}", delivery.event);
        }
    }

    async fn a_receiver_that_asks_to_wait_is_not_called_earlier(records: TestDatabase) {
        let app = test_app(records).await;
        let receiver = Receiver::start(&[503, 429, 503]).await;
        app.desk.add_endpoint(&app.caller, &receiver.url).await.unwrap();
        a_bank(&app).await;
        receiver.ask_to_wait("3600");
        a_match(&app, "a").await;

        assert_eq!(work(&app).await, 1);
        app.clock.advance(SignedDuration::from_secs(3_599));
        assert_eq!(work(&app).await, 0);
        app.clock.advance(SignedDuration::from_secs(722));
        // A date this time, in the words of HTTP.
        let date = app.clock.now() + SignedDuration::from_hours(2);
        receiver.ask_to_wait(&date.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string());
        assert_eq!(work(&app).await, 1);
        app.clock.advance(SignedDuration::from_mins(119));
        assert_eq!(work(&app).await, 0);
        app.clock.advance(SignedDuration::from_mins(30));
        receiver.ask_to_wait(&u64::MAX.to_string());
        assert_eq!(work(&app).await, 1);
        app.clock.advance(SignedDuration::from_hours(24));
        assert_eq!(work(&app).await, 1, "no receiver may ask for more than a day");

        assert_eq!(deliveries(&app).await[0].state, DeliveryState::Delivered);
    }

    async fn messages_that_failed_together_do_not_return_together(records: TestDatabase) {
        let app = test_app(records).await;
        let receiver = Receiver::start(&[]).await;
        receiver.answer_all(500);
        app.desk.add_endpoint(&app.caller, &receiver.url).await.unwrap();
        a_bank(&app).await;
        for nth in 0..40 {
            a_match(&app, &format!("item-{nth}")).await;
        }
        work(&app).await;
        app.clock.advance(SignedDuration::from_secs(5));
        assert_eq!(work(&app).await, 40);

        // The next wait is 5 minutes, less up to a fifth by chance.
        app.clock.advance(SignedDuration::from_secs(239));
        assert_eq!(work(&app).await, 0);
        let mut minute = [0; 4];
        for some in &mut minute {
            app.clock.advance(SignedDuration::from_millis(15_250));
            *some = work(&app).await;
        }

        assert_eq!(minute.iter().sum::<usize>(), 40);
        assert!(minute.iter().all(|some| *some < 30), "spread over the minute: {minute:?}");
    }

    async fn a_clock_that_was_ahead_postpones_no_message_by_more_than_a_day(records: TestDatabase) {
        let app = test_app(records).await;
        let receiver = Receiver::start(&[500]).await;
        app.desk.add_endpoint(&app.caller, &receiver.url).await.unwrap();
        a_bank(&app).await;
        a_match(&app, "a").await;
        let jump = SignedDuration::from_hours(24 * 400);
        app.clock.jump(jump);
        assert_eq!(work(&app).await, 1);
        app.clock.jump(-jump);

        app.desk.sweep_once().await.unwrap();
        app.clock.advance(SignedDuration::from_hours(24));
        work(&app).await;

        assert_eq!(deliveries(&app).await[0].state, DeliveryState::Delivered);
    }

    async fn the_first_failure_after_a_success_is_logged_and_no_other(records: TestDatabase) {
        let app = test_app(records).await;
        let receiver = Receiver::start(&[500, 503, 204, 502]).await;
        let added = app.desk.add_endpoint(&app.caller, &receiver.url).await.unwrap();
        a_bank(&app).await;
        a_match(&app, "a").await;
        let log = captured();

        work(&app).await;
        let failing = endpoint(&app, &added).await.failing_since;
        let began = app.clock.now();
        app.clock.advance(SignedDuration::from_secs(5));
        work(&app).await;
        app.clock.advance(SignedDuration::from_mins(5));
        work(&app).await;
        assert_eq!(endpoint(&app, &added).await.failing_since, None);
        a_match(&app, "b").await;
        work(&app).await;

        assert_eq!(failing, Some(began));
        let lines = log.of("mamori_desk::webhooks::deliver");
        let failures: Vec<_> = lines.iter().filter(|line| line.contains("fail")).collect();
        assert_eq!(failures.len(), 2, "{lines:?}");
        assert!(failures[0].contains("500") && failures[1].contains("502"), "{lines:?}");
        assert!(failures.iter().all(|line| line.contains(&added.id.to_string())), "{lines:?}");
    }

    async fn a_replaced_secret_is_valid_for_its_overlap_and_then_deleted(records: TestDatabase) {
        let app = test_app(records).await;
        let receiver = Receiver::start(&[]).await;
        let old = app.desk.add_endpoint(&app.caller, &receiver.url).await.unwrap();
        let stranger = a_service(&app.desk, "another").await;
        let test = async || {
            app.desk.test_endpoint(&app.caller, old.id).await.unwrap();
            work(&app).await;
            receiver.received().pop().unwrap()
        };

        let new = app.desk.rotate_secret(&app.caller, old.id).await.unwrap();
        let not_theirs = app.desk.rotate_secret(&stranger, old.id).await;
        let during = test().await;
        app.clock.advance(SignedDuration::from_hours(24));
        let after = test().await;
        app.desk.sweep_once().await.unwrap();

        assert!(matches!(not_theirs, Err(Error::NotFound("endpoint"))), "{not_theirs:?}");
        assert_ne!(new.secret, old.secret);
        assert!(is_signed_with(&during, &old.secret) && is_signed_with(&during, &new.secret));
        assert_eq!(during.header("webhook-signature").split(' ').count(), 2);
        assert!(!is_signed_with(&after, &old.secret) && is_signed_with(&after, &new.secret));
        let kept = endpoint(&app, &old).await;
        assert_eq!((kept.secret, kept.previous_secret), (new.secret, None));
        assert!(verbs(&app).await.contains(&AuditVerb::EndpointSecretRotated));
    }

    async fn a_second_replacement_ends_the_oldest_secret_at_once(records: TestDatabase) {
        let app = test_app(records).await;
        let receiver = Receiver::start(&[]).await;
        let first = app.desk.add_endpoint(&app.caller, &receiver.url).await.unwrap();

        let second = app.desk.rotate_secret(&app.caller, first.id).await.unwrap();
        let third = app.desk.rotate_secret(&app.caller, first.id).await.unwrap();
        app.desk.test_endpoint(&app.caller, first.id).await.unwrap();
        work(&app).await;

        let message = receiver.received().pop().unwrap();
        assert!(!is_signed_with(&message, &first.secret));
        assert!(is_signed_with(&message, &second.secret) && is_signed_with(&message, &third.secret));
    }

    async fn a_service_replaces_secrets_only_so_often_in_a_minute(records: TestDatabase) {
        let mut settings = settings();
        settings.webhooks.resends_minute_max = 2;
        let app = test_app_with(records, settings).await;
        let receiver = Receiver::start(&[]).await;
        let endpoint = app.desk.add_endpoint(&app.caller, &receiver.url).await.unwrap();
        let rotate = async || app.desk.rotate_secret(&app.caller, endpoint.id).await;

        rotate().await.unwrap();
        let second = rotate().await.unwrap();
        let third = rotate().await;
        let kept = app.desk.endpoint(&app.caller, endpoint.id).await.unwrap().secret;
        let tested = app.desk.test_endpoint(&app.caller, endpoint.id).await;
        app.clock.advance(SignedDuration::from_mins(1));
        let later = rotate().await;

        assert!(matches!(third, Err(Error::Resends { retry_after_s: 60 })), "{third:?}");
        assert_eq!(kept, second.secret);
        assert!(matches!(tested, Err(Error::Resends { .. })), "{tested:?}");
        assert!(later.is_ok(), "{later:?}");
    }

    async fn without_an_overlap_the_previous_secret_signs_nothing(records: TestDatabase) {
        let mut settings = settings();
        settings.webhooks.secret_overlap = SignedDuration::ZERO;
        let app = test_app_with(records, settings).await;
        let receiver = Receiver::start(&[]).await;
        let old = app.desk.add_endpoint(&app.caller, &receiver.url).await.unwrap();

        app.desk.rotate_secret(&app.caller, old.id).await.unwrap();
        app.desk.test_endpoint(&app.caller, old.id).await.unwrap();
        work(&app).await;

        assert!(!is_signed_with(&receiver.received()[0], &old.secret));
    }
}
