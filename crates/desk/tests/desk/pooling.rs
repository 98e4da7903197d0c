//! A desk whose transactions each get another connection, from PgBouncer in its mode `transaction`.

use std::fmt::Write as _;

use futures_util::future::join_all;
use futures_util::stream;
use jiff::SignedDuration;
use mamori_desk::banks::import_entries::ImportOptions;
use mamori_desk::banks::import_lines::LineFormat;
use mamori_model::page::PageSize;
use mamori_model::webhook::DeliveryState;
use mamori_model::{Action, Hash, HashKind, Pdq, Surface};
use mamori_testkit::database::TestDatabase;

use crate::common::receiver::Receiver;
use crate::common::{TestApp, hashes, item, node, settings, test_app};

async fn pooled_app() -> TestApp {
    test_app(TestDatabase::pooled().unwrap()).await
}

/// The PDQ hashes of a list, each far from the others.
fn listed(nth: usize) -> Pdq {
    let mut bytes = [0; 32];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::try_from((nth >> (at % 12)) * (at + 7) % 251).unwrap();
    }
    Pdq::from(bytes)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn checks_at_the_same_time_are_recorded_and_their_messages_sent_through_a_pooler() {
    const ITEMS: usize = 60;
    let app = pooled_app().await;
    let receiver = Receiver::start(&[]).await;
    app.desk.add_endpoint(&app.caller, &receiver.url).await.unwrap();
    let bank = app.bank("known", Action::Hold).await;
    app.add(&bank, Pdq::from([1; 32])).await;

    let checks = (0..ITEMS).map(|nth| {
        let item = item(&format!("item-{nth}"), Surface::Public);
        app.desk.check(&app.caller, item, hashes(Pdq::from([1; 32])))
    });
    let checked = join_all(checks).await;
    while app.desk.work_once().await.unwrap() > 0 {}

    assert!(checked.iter().all(|one| one.as_ref().unwrap().recorded.is_some()));
    assert_eq!(receiver.received().len(), ITEMS);
    let page = app.desk.deliveries(&app.caller, None, None, None, PageSize::DEFAULT).await.unwrap();
    assert!(page.rows.iter().all(|delivery| delivery.state == DeliveryState::Delivered));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_that_is_imported_at_one_node_matches_at_another_through_a_pooler() {
    let app = pooled_app().await;
    let other = node(&app.records, &app.clock, settings()).await;
    let bank = app.bank("known", Action::Hold).await;
    let mut lines = String::new();
    for nth in 0..3_000 {
        writeln!(lines, "{{\"hash\":\"{}\"}}", Hash::Pdq(listed(nth))).unwrap();
    }
    let chunks = stream::iter([Ok::<_, std::io::Error>(lines.into())]);
    let mut options = ImportOptions::new(LineFormat::Ndjson, HashKind::Pdq);
    options.takes_any_pdq = true;

    app.desk.import_entries(&app.admin, bank.id, options, chunks).await.unwrap();
    app.desk.catch_up().await.unwrap();
    other.catch_up().await.unwrap();

    assert_eq!(other.holdings().entries, app.desk.holdings().entries);
    let found = other.check(&app.caller, item("a", Surface::Public), hashes(listed(2_999))).await;
    assert!(found.unwrap().recorded.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sweep_the_probe_of_writes_and_a_restart_work_through_a_pooler() {
    let app = pooled_app().await;
    let bank = app.bank("known", Action::Hold).await;
    app.add(&bank, Pdq::from([1; 32])).await;
    let check = app.desk.check(&app.caller, item("a", Surface::Public), hashes(Pdq::from([1; 32])));
    check.await.unwrap();
    app.desk.delete_bank(&app.admin, bank.id).await.unwrap();

    while app.desk.work_once().await.unwrap() > 0 {}
    app.clock.advance(SignedDuration::from_hours(24 * 400));
    let swept = app.desk.sweep_once().await.unwrap();
    let again = node(&app.records, &app.clock, settings()).await;

    assert!(swept.rows_deleted > 0, "{swept:?}");
    assert_eq!(app.desk.check_writes().await, Ok(()));
    assert_eq!(again.holdings().entries, 0);
}
