//! A clock that is wrong for a while deletes and postpones nothing that lasts.

use std::sync::Arc;

use jiff::SignedDuration;
use mamori_desk::{Clock, ClockState, Desk, MatchFilter};
use mamori_model::page::PageSize;
use mamori_model::webhook::DeliveryState;
use mamori_model::{Action, Hash, Patch, Pdq, Surface};
use mamori_store::NewEntry;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::common::receiver::Receiver;
use crate::common::{TestApp, hashes, item, node, settings, test_app};

const DAYS: i64 = 24;

fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

/// What a sweep at the end of every term would delete.
#[derive(Debug, PartialEq, Eq)]
struct Kept {
    matches: usize,
    deliveries: usize,
    entries: usize,
}

async fn kept(app: &TestApp, desk: &Desk) -> Kept {
    let size = PageSize::DEFAULT;
    let matches = desk.matches(&app.caller, MatchFilter::default(), None, size).await.unwrap();
    let deliveries = desk.deliveries(&app.caller, None, None, None, size).await.unwrap();
    desk.catch_up().await.unwrap();
    let entries = desk.holdings().entries;
    Kept { matches: matches.rows.len(), deliveries: deliveries.rows.len(), entries }
}

/// An app after its first sweep, with a match, its message, and an entry that ends in ten days.
async fn an_app_in_use(records: TestDatabase, receiver: &Receiver) -> TestApp {
    let app = test_app(records).await;
    app.desk.add_endpoint(&app.caller, &receiver.url).await.unwrap();
    // A match of a bank that only notes opens no case, so its term is its own.
    let bank = app.bank("known", Action::None).await;
    let mut entry = NewEntry::bare(Hash::Pdq(Pdq::from([1; 32])));
    entry.metadata.expires_at = Patch::Value(app.clock.now() + hours(10 * DAYS));
    app.desk.add_entries(&app.admin, bank.id, &[entry]).await.unwrap();
    app.desk.catch_up().await.unwrap();
    let check = app.desk.check(&app.caller, item("a", Surface::Public), hashes(Pdq::from([1; 32])));
    check.await.unwrap();
    app.desk.sweep_once().await.unwrap();
    app
}

/// The same database at a node that starts now, by a clock that is ahead by `ahead`.
async fn started_ahead(app: &TestApp, ahead: SignedDuration) -> (Desk, Arc<Clock>) {
    let clock = Arc::new(Clock::manual(app.clock.now() + ahead));
    (node(&app.records, &clock, settings()).await, clock)
}

const ALL: Kept = Kept { matches: 1, deliveries: 1, entries: 1 };

on_both_engines! {
    async fn a_start_400_days_ahead_for_four_seconds_deletes_and_postpones_nothing(records: TestDatabase) {
        let receiver = Receiver::start(&[500, 500]).await;
        let app = an_app_in_use(records, &receiver).await;
        let (wrong, clock) = started_ahead(&app, hours(400 * DAYS)).await;

        for _ in 0..4 {
            wrong.sweep_once().await.unwrap();
            wrong.work_once().await.unwrap();
            clock.advance(SignedDuration::from_secs(1));
        }

        assert_eq!(wrong.clock_state(), ClockState::Ahead);
        assert_eq!(kept(&app, &wrong).await, ALL);
        assert_eq!(receiver.received().len(), 1, "messages are sent in any case");
        drop(wrong);
        receiver.forget_answers();
        app.clock.advance(SignedDuration::from_secs(10));
        app.desk.sweep_once().await.unwrap();
        assert_eq!(app.desk.clock_state(), ClockState::Believed);
        assert_eq!(kept(&app, &app.desk).await, ALL);
        app.clock.advance(hours(DAYS));
        app.desk.work_once().await.unwrap();
        let sent = app.desk.deliveries(&app.caller, None, None, None, PageSize::DEFAULT).await.unwrap();
        assert_eq!(sent.rows[0].state, DeliveryState::Delivered, "within a day, and not in 400");
    }

    async fn a_node_that_was_off_for_400_days_sweeps_after_an_hour(records: TestDatabase) {
        let receiver = Receiver::start(&[]).await;
        let app = an_app_in_use(records, &receiver).await;
        let (later, clock) = started_ahead(&app, hours(400 * DAYS)).await;
        later.sweep_once().await.unwrap();
        assert_eq!(kept(&app, &later).await, ALL);

        clock.advance(SignedDuration::from_mins(60));
        later.sweep_once().await.unwrap();

        assert_eq!(later.clock_state(), ClockState::Believed);
        assert_eq!(kept(&app, &later).await, Kept { matches: 0, deliveries: 0, entries: 0 });
    }

    async fn a_clock_that_jumps_while_a_node_runs_stops_its_sweep_until_it_is_back(records: TestDatabase) {
        let receiver = Receiver::start(&[]).await;
        let app = an_app_in_use(records, &receiver).await;

        app.clock.jump(hours(400 * DAYS));
        app.desk.sweep_once().await.unwrap();
        app.clock.advance(hours(5));
        app.desk.sweep_once().await.unwrap();
        assert_eq!(app.desk.clock_state(), ClockState::Jumped, "however long it runs");
        assert_eq!(kept(&app, &app.desk).await, ALL);
        app.clock.jump(hours(-400 * DAYS));
        app.desk.sweep_once().await.unwrap();

        assert_eq!(app.desk.clock_state(), ClockState::Believed);
        assert_eq!(kept(&app, &app.desk).await, ALL);
        app.clock.advance(hours(11 * DAYS));
        app.desk.sweep_once().await.unwrap();
        let entries = kept(&app, &app.desk).await.entries;
        assert_eq!(entries, 0, "the entry ends at its own time");
    }

    async fn a_jump_that_is_right_is_believed_an_hour_after_a_restart(records: TestDatabase) {
        let receiver = Receiver::start(&[]).await;
        let app = an_app_in_use(records, &receiver).await;
        app.clock.jump(hours(400 * DAYS));
        app.desk.sweep_once().await.unwrap();
        assert_eq!(app.desk.clock_state(), ClockState::Jumped);

        let restarted = node(&app.records, &app.clock, settings()).await;
        restarted.sweep_once().await.unwrap();
        assert_eq!(restarted.clock_state(), ClockState::Ahead);
        app.clock.advance(hours(1));
        restarted.sweep_once().await.unwrap();

        assert_eq!(restarted.clock_state(), ClockState::Believed);
        assert_eq!(kept(&app, &restarted).await, Kept { matches: 0, deliveries: 0, entries: 0 });
    }

    async fn a_clock_that_is_behind_moves_no_job_until_the_last_sweep_is_found_wrong(records: TestDatabase) {
        let receiver = Receiver::start(&[500]).await;
        let app = an_app_in_use(records, &receiver).await;
        assert_eq!(app.desk.work_once().await.unwrap(), 1);
        let store = app.store().await;
        let due = store.next_job_due().await.unwrap();
        assert!(due > Some(app.clock.now()), "it is tried again");
        let (behind, clock) = started_ahead(&app, hours(-400 * DAYS)).await;

        for _ in 0..2 {
            behind.sweep_once().await.unwrap();
            assert_eq!(behind.clock_state(), ClockState::Believed);
            assert_eq!(store.next_job_due().await.unwrap(), due);
            clock.advance(SignedDuration::from_mins(30));
        }
        app.desk.sweep_once().await.unwrap();
        assert_eq!(app.desk.clock_state(), ClockState::Believed);
        assert_eq!(store.next_job_due().await.unwrap(), due);
        behind.sweep_once().await.unwrap();

        assert_eq!(store.next_job_due().await.unwrap(), Some(clock.now() + hours(DAYS)));
    }

    async fn a_job_that_a_wrong_clock_leased_for_a_year_is_run_after_the_next_sweep(records: TestDatabase) {
        let receiver = Receiver::start(&[0]).await;
        let app = an_app_in_use(records, &receiver).await;
        let (wrong, _) = started_ahead(&app, hours(400 * DAYS)).await;
        // It dies while it sends: the lease is never given back.
        let sending = tokio::spawn(async move { wrong.work_once().await });
        while receiver.received().is_empty() {
            tokio::task::yield_now().await;
        }
        sending.abort();

        app.desk.sweep_once().await.unwrap();
        app.desk.work_once().await.unwrap();

        assert_eq!(receiver.received().len(), 2);
    }
}
