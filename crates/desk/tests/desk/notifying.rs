//! Webhooks: enqueued with their cause, sent until they are delivered.

use jiff::SignedDuration;
use mamori_desk::services::issue_key::NewKey;
use mamori_desk::{Error, MatchFilter, Settings};
use mamori_model::key::Role;
use mamori_model::page::PageSize;
use mamori_model::webhook::{Delivery, DeliveryState};
use mamori_model::{Action, Pdq, Surface};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use standardwebhooks::Webhook;
use tokio_util::sync::CancellationToken;

use crate::common::receiver::Receiver;
use crate::common::{TestApp, a_service, hashes, item, node, settings, test_app, test_app_with};

async fn deliveries(app: &TestApp) -> Vec<Delivery> {
    let page = app.desk.deliveries(&app.caller, None, None, None, PageSize::DEFAULT);
    page.await.unwrap().rows
}

async fn a_match(app: &TestApp) {
    a_match_in(app, Action::Hold).await;
}

/// The same, in a bank with this action.
async fn a_match_in(app: &TestApp, action: Action) {
    let bank = app.bank("known", action).await;
    app.add(&bank, Pdq::from([1; 32])).await;
    let check = app.desk.check(&app.caller, item("a", Surface::Public), hashes(Pdq::from([1; 32])));
    check.await.unwrap();
}

/// Waits until `is_so`, for at most ten seconds: less than the time-out of a receiver that hangs.
async fn until(is_so: impl Fn() -> bool) {
    let wait = async {
        while !is_so() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), wait).await.unwrap();
}

on_both_engines! {
    async fn a_match_is_delivered_once_signed_and_with_one_id(records: TestDatabase) {
        let app = test_app(records).await;
        let receiver = Receiver::start(&[503, 500]).await;
        let endpoint = app.desk.add_endpoint(&app.caller, &receiver.url).await.unwrap();
        a_match(&app).await;

        assert_eq!(app.desk.work_once().await.unwrap(), 1);
        assert_eq!(app.desk.work_once().await.unwrap(), 0, "it waits before it is sent again");
        app.clock.advance(SignedDuration::from_secs(5));
        assert_eq!(app.desk.work_once().await.unwrap(), 1);
        app.clock.advance(SignedDuration::from_mins(5));
        assert_eq!(app.desk.work_once().await.unwrap(), 1);
        app.clock.advance(SignedDuration::from_hours(24));
        assert_eq!(app.desk.work_once().await.unwrap(), 0);

        let received = receiver.received();
        let delivery = deliveries(&app).await.remove(0);
        assert_eq!(received.len(), 3);
        assert!(received.iter().all(|message| message.header("webhook-id") == delivery.id.to_string()));
        let library = Webhook::new(&mamori_desk::webhooks::signature::secret_text(&endpoint.secret)).unwrap();
        for message in &received {
            let at = message.header("webhook-timestamp").parse().unwrap();
            let id = message.header("webhook-id");
            let signature = library.sign(&id, at, message.body.as_bytes()).unwrap();
            assert_eq!(message.header("webhook-signature"), signature);
        }
        assert!(received[0].body.contains("\"type\":\"match.created\""));
        assert!(received[0].body.contains("\"frame\":0,\"frame_count\":1"));
        assert_eq!((delivery.state, delivery.attempts), (DeliveryState::Delivered, 3));
        assert_eq!(delivery.last_result.as_deref(), Some("204"));
    }

    async fn a_delivery_fails_after_ten_attempts_and_can_be_sent_again(records: TestDatabase) {
        let app = test_app(records).await;
        let receiver = Receiver::start(&[500; 10]).await;
        app.desk.add_endpoint(&app.caller, &receiver.url).await.unwrap();
        a_match(&app).await;

        for _ in 0..10 {
            assert_eq!(app.desk.work_once().await.unwrap(), 1);
            app.clock.advance(SignedDuration::from_hours(24));
        }
        let failed = deliveries(&app).await.remove(0);
        assert_eq!((failed.state, failed.attempts), (DeliveryState::Failed, 10));
        app.desk.redeliver(&app.caller, failed.id).await.unwrap();
        app.desk.work_once().await.unwrap();

        assert_eq!(deliveries(&app).await[0].state, DeliveryState::Delivered);
        assert_eq!(receiver.received().len(), 11);
    }

    async fn a_redirect_is_not_followed(records: TestDatabase) {
        let app = test_app(records).await;
        let receiver = Receiver::start(&[307]).await;
        let endpoint = app.desk.add_endpoint(&app.caller, &receiver.url).await.unwrap();

        app.desk.test_endpoint(&app.caller, endpoint.id).await.unwrap();
        app.desk.work_once().await.unwrap();

        assert_eq!(receiver.received().len(), 1);
        assert_eq!(deliveries(&app).await[0].last_result.as_deref(), Some("307"));
    }

    async fn a_deleted_service_has_no_valid_key_and_is_sent_nothing(records: TestDatabase) {
        let app = test_app(records).await;
        let receiver = Receiver::start(&[]).await;
        app.desk.add_endpoint(&app.caller, &receiver.url).await.unwrap();
        let service = app.caller.service();
        let key = app.desk.issue_key(&app.admin, NewKey::whole(Role::Service(service), "k".parse().unwrap()));
        let key = key.await.unwrap().token;
        // One that opens no case: a service with an open case leaves instead.
        a_match_in(&app, Action::None).await;
        let other = node(&app.records, &app.clock, settings()).await;
        assert!(other.authenticate(key.reveal(), None).is_some());

        app.desk.delete_service(&app.admin, service).await.unwrap();
        app.desk.catch_up().await.unwrap();
        other.catch_up().await.unwrap();
        app.desk.work_once().await.unwrap();

        assert!(receiver.received().is_empty());
        assert!(app.desk.authenticate(key.reveal(), None).is_none());
        assert!(other.authenticate(key.reveal(), None).is_none());
        let failed = deliveries(&app).await.remove(0);
        assert_eq!(failed.last_result.as_deref(), Some("the service was deleted"));
        let again = app.desk.delete_service(&app.admin, service).await;
        let late = app.desk.add_endpoint(&app.caller, &receiver.url).await;
        assert!(matches!(again, Err(Error::NotFound("service"))), "{again:?}");
        assert!(matches!(late, Err(Error::NotFound("service"))), "{late:?}");
        app.clock.advance(SignedDuration::from_hours(24 * 184));
        app.desk.sweep_once().await.unwrap();
        let kept = app.desk.matches(&app.caller, MatchFilter::default(), None, PageSize::DEFAULT);
        assert_eq!(kept.await.unwrap().rows, [], "its matches reached their term");
    }

    async fn loopback_is_refused_unless_permitted(records: TestDatabase) {
        let app = test_app(records).await;
        let receiver = Receiver::start(&[]).await;
        let opened = app.desk.add_endpoint(&app.caller, &receiver.url).await.unwrap();
        let closed = node(&app.records, &app.clock, Settings::default()).await;

        let refused = closed.add_endpoint(&app.caller, &receiver.url).await;
        app.desk.test_endpoint(&app.caller, opened.id).await.unwrap();
        closed.work_once().await.unwrap();

        assert!(matches!(&refused, Err(Error::Invalid(why)) if why.contains("webhooks.loopback")), "{refused:?}");
        assert!(receiver.received().is_empty());
        let tried = deliveries(&app).await.remove(0);
        assert!(tried.last_result.unwrap().contains("its own machine"));
    }

    async fn nothing_is_sent_to_a_removed_endpoint(records: TestDatabase) {
        let app = test_app(records).await;
        let receiver = Receiver::start(&[]).await;
        let endpoint = app.desk.add_endpoint(&app.caller, &receiver.url).await.unwrap();
        a_match(&app).await;

        app.desk.remove_endpoint(&app.caller, endpoint.id).await.unwrap();
        app.desk.work_once().await.unwrap();

        assert!(receiver.received().is_empty());
        assert_eq!(deliveries(&app).await[0].state, DeliveryState::Failed);
        let again = app.desk.endpoint(&app.caller, endpoint.id).await;
        assert!(matches!(again, Err(Error::NotFound("endpoint"))), "{again:?}");
    }

    async fn a_service_whose_receivers_hang_delays_no_other(records: TestDatabase) {
        let app = test_app(records).await;
        let (hanging, prompt) = (Receiver::start(&[0; 100]).await, Receiver::start(&[]).await);
        for _ in 0..5 {
            app.desk.add_endpoint(&app.caller, &hanging.url).await.unwrap();
        }
        let other = a_service(&app.desk, "another").await;
        app.desk.add_endpoint(&other, &prompt.url).await.unwrap();
        let bank = app.bank("known", Action::Hold).await;
        app.add(&bank, Pdq::from([1; 32])).await;
        for nth in 0..10 {
            let item = item(&format!("item-{nth}"), Surface::Public);
            app.desk.check(&app.caller, item, hashes(Pdq::from([1; 32]))).await.unwrap();
        }
        let working = tokio::spawn({
            let desk = app.desk.clone();
            async move { desk.work(CancellationToken::new()).await }
        });
        until(|| hanging.received().len() >= 8).await;

        app.desk.check(&other, item("a", Surface::Public), hashes(Pdq::from([1; 32]))).await.unwrap();
        until(|| prompt.received().len() == 1).await;

        assert_eq!(hanging.received().len(), 8, "50 wait, and 8 of one service are being sent");
        working.abort();
    }

    async fn a_delivery_that_waits_for_its_lane_is_sent_when_there_is_room(records: TestDatabase) {
        let app = test_app(records).await;
        let receiver = Receiver::start(&[]).await;
        app.desk.add_endpoint(&app.caller, &receiver.url).await.unwrap();
        let bank = app.bank("known", Action::Hold).await;
        app.add(&bank, Pdq::from([1; 32])).await;
        for nth in 0..120 {
            let item = item(&format!("item-{nth}"), Surface::Public);
            app.desk.check(&app.caller, item, hashes(Pdq::from([1; 32]))).await.unwrap();
        }
        let stop = CancellationToken::new();
        let working = tokio::spawn({
            let (desk, stop) = (app.desk.clone(), stop.clone());
            async move { desk.work(stop).await }
        });

        until(|| receiver.received().len() == 120).await;

        stop.cancel();
        working.await.unwrap();
        let left = app.desk.deliveries(&app.caller, None, Some(DeliveryState::Waiting), None, PageSize::DEFAULT);
        assert_eq!(left.await.unwrap().rows, []);
    }

    async fn one_test_message_waits_at_a_time_and_is_tried_once(records: TestDatabase) {
        let app = test_app(records).await;
        let receiver = Receiver::start(&[500, 500]).await;
        let endpoint = app.desk.add_endpoint(&app.caller, &receiver.url).await.unwrap();
        let second = app.desk.add_endpoint(&app.caller, &receiver.url).await.unwrap();
        let test = async |id| app.desk.test_endpoint(&app.caller, id).await;

        let first = test(endpoint.id).await.unwrap();
        let refused = test(endpoint.id).await;
        test(second.id).await.unwrap();
        while app.desk.work_once().await.unwrap() > 0 {}
        let again = test(endpoint.id).await;
        let redelivered = app.desk.redeliver(&app.caller, first).await;

        assert!(matches!(&refused, Err(Error::Conflict(why)) if why.contains("test message")), "{refused:?}");
        assert!(again.is_ok(), "{again:?}");
        assert!(matches!(redelivered, Err(Error::Conflict(_))), "{redelivered:?}");
        let failed = app.desk.delivery(&app.caller, first).await.unwrap();
        assert_eq!((failed.state, failed.attempts), (DeliveryState::Failed, 1));
        let dead: u64 = app.desk.workload().await.unwrap().jobs.iter().map(|count| count.dead).sum();
        assert_eq!(dead, 0, "a failed test needs no operator");
    }

    async fn a_service_has_only_so_many_messages_sent_on_request_in_a_minute(records: TestDatabase) {
        let mut settings = settings();
        settings.webhooks.resends_minute_max = 2;
        let app = test_app_with(records, settings).await;
        let receiver = Receiver::start(&[200; 4]).await;
        let endpoint = app.desk.add_endpoint(&app.caller, &receiver.url).await.unwrap();

        let first = app.desk.test_endpoint(&app.caller, endpoint.id).await.unwrap();
        app.desk.work_once().await.unwrap();
        app.desk.redeliver(&app.caller, first).await.unwrap();
        let third = app.desk.test_endpoint(&app.caller, endpoint.id).await;
        app.clock.advance(SignedDuration::from_secs(60));
        app.desk.work_once().await.unwrap();
        let later = app.desk.redeliver(&app.caller, first).await;

        assert!(matches!(third, Err(Error::Resends { retry_after_s: 60 })), "{third:?}");
        assert!(later.is_ok(), "{later:?}");
    }

    async fn an_endpoint_belongs_to_its_service(records: TestDatabase) {
        let app = test_app(records).await;
        let receiver = Receiver::start(&[]).await;
        let endpoint = app.desk.add_endpoint(&app.caller, &receiver.url).await.unwrap();
        let other = a_service(&app.desk, "another").await;

        let tested = app.desk.test_endpoint(&other, endpoint.id).await;
        let removed = app.desk.remove_endpoint(&other, endpoint.id).await;

        assert!(matches!(tested, Err(Error::NotFound(_))));
        assert!(matches!(removed, Err(Error::NotFound(_))));
    }

    async fn a_private_address_is_refused(records: TestDatabase) {
        let app = test_app(records).await;

        let refused = app.desk.add_endpoint(&app.caller, "https://192.168.0.1/hooks").await;

        assert!(matches!(refused, Err(Error::Invalid(_))));
    }
}
