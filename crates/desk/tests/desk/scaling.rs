//! Many banks, many hits, and a bank of many entries.

use mamori_desk::banks::change_bank::BankChange;
use mamori_desk::{Directory, Settings};
use mamori_model::{Action, Hash, Pdq, Sha256, Surface};
use mamori_store::NewEntry;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use serde_json::Value;
use sqlx::{Connection as _, PgConnection, SqliteConnection};

use crate::common::receiver::Receiver;
use crate::common::{TestApp, hashes, item, new_bank, node, settings, test_app, test_app_with};

/// The number that a query returns behind the store's back.
async fn raw(records: &TestDatabase, query: &'static str) -> i64 {
    if let Some(path) = records.url().strip_prefix("sqlite:") {
        let mut sqlite = SqliteConnection::connect(path).await.unwrap();
        sqlx::query_scalar(query).fetch_one(&mut sqlite).await.unwrap()
    } else {
        let mut postgres = PgConnection::connect(records.url()).await.unwrap();
        sqlx::query_scalar(query).fetch_one(&mut postgres).await.unwrap()
    }
}

/// Adds this many SHA-256 digests to the bank.
async fn add_digests(app: &TestApp, bank: &mamori_model::Bank, count: u32) {
    let entry = |nth: u32| {
        let mut digest = [0; 32];
        digest[..4].copy_from_slice(&nth.to_be_bytes());
        NewEntry::bare(Hash::Sha256(Sha256::from(digest)))
    };
    let entries: Vec<NewEntry> = (0..count).map(entry).collect();
    for some in entries.chunks(1_000) {
        app.desk.add_entries(&app.admin, bank.id, some).await.unwrap();
    }
}

on_both_engines! {
    async fn a_change_of_one_bank_replaces_no_other_in_memory(records: TestDatabase) {
        let app = test_app(records).await;
        let other = node(&app.records, &app.clock, settings()).await;
        let (kept, changed) = (app.bank("kept", Action::Hold).await, app.bank("changed", Action::Hold).await);
        let deleted = app.bank("deleted", Action::Hold).await;
        other.catch_up().await.unwrap();
        let before = other.directory();

        let change = BankChange { action: Some(Action::None), ..BankChange::default() };
        app.desk.change_bank(&app.admin, changed.id, change).await.unwrap();
        app.desk.delete_bank(&app.admin, deleted.id).await.unwrap();
        let new = app.bank("new", Action::Hold).await;
        other.catch_up().await.unwrap();

        let after = other.directory();
        let is_same = std::ptr::eq(before.bank(kept.id).unwrap(), after.bank(kept.id).unwrap());
        assert!(is_same, "it was not read again");
        assert_eq!(after.bank(changed.id).unwrap().action, Action::None);
        assert!(after.bank(deleted.id).is_none());
        assert_eq!(after.bank(new.id).unwrap().name, new.name);
        assert_eq!(other.holdings().banks, 3);
    }

    async fn many_changed_banks_are_read_together(records: TestDatabase) {
        let app = test_app(records).await;
        let other = node(&app.records, &app.clock, settings()).await;
        let kept = app.bank("kept", Action::Hold).await;
        other.catch_up().await.unwrap();
        let create = async |name: String| {
            app.desk.create_bank(&app.admin, new_bank(&name, Action::Hold)).await.unwrap();
        };

        let first = other.directory();
        for nth in 0..50 {
            create(format!("few-{nth}")).await;
        }
        other.catch_up().await.unwrap();
        let few = other.directory();
        for nth in 0..51 {
            create(format!("many-{nth}")).await;
        }
        other.catch_up().await.unwrap();
        let many = other.directory();

        let is_same = |one: &Directory, other: &Directory| {
            std::ptr::eq(one.bank(kept.id).unwrap(), other.bank(kept.id).unwrap())
        };
        assert!(is_same(&first, &few), "fifty are read one by one, and no other bank with them");
        assert!(!is_same(&few, &many), "of more, every bank is read");
        assert_eq!(few.banks().count(), 51);
        assert_eq!(many.banks().count(), 102);
        assert_eq!(other.holdings().banks, 102);
    }

    async fn of_hits_in_many_banks_the_answer_and_the_webhook_name_some_and_count_the_rest(records: TestDatabase) {
        let app = test_app_with(records, Settings { hits_max: 10, ..settings() }).await;
        let receiver = Receiver::start(&[]).await;
        app.desk.add_endpoint(&app.caller, &receiver.url).await.unwrap();
        for nth in 0..30 {
            let action = if nth == 29 { Action::Block } else { Action::Hold };
            let bank = app.bank(&format!("bank-{nth}"), action).await;
            app.add(&bank, Pdq::from([1; 32])).await;
        }

        let checked = app.desk.check(&app.caller, item("a", Surface::Public), hashes(Pdq::from([1; 32])));
        let checked = checked.await.unwrap();
        app.desk.work_once().await.unwrap();

        let view = app.desk.settings().hit_view();
        let shown = checked.directory.shown_hits(view, &checked.hits);
        assert_eq!((shown.hits.len(), shown.more), (10, 20));
        let body: Value = serde_json::from_str(&receiver.received()[0].body).unwrap();
        let named = body["data"]["matches"].as_array().unwrap();
        assert_eq!((named.len(), &body["data"]["more_matches"]), (10, &Value::from(20)));
        assert_eq!(body["data"]["verdict"], "block");
        let is_block = |hit: &Value| hit["bank"] == "bank-29";
        assert!(named.iter().any(is_block), "the hit that the verdict follows from is named");
        assert_eq!(checked.hits.len(), 30, "all are recorded");
    }

    async fn a_bank_of_many_entries_is_purged_in_several_jobs_between_which_others_run(records: TestDatabase) {
        let app = test_app(records).await;
        let receiver = Receiver::start(&[]).await;
        app.desk.add_endpoint(&app.caller, &receiver.url).await.unwrap();
        let (large, known) = (app.bank("large", Action::Hold).await, app.bank("known", Action::Hold).await);
        add_digests(&app, &large, 101_000).await;
        app.add(&known, Pdq::from([1; 32])).await;
        app.desk.delete_bank(&app.admin, large.id).await.unwrap();

        let purging = tokio::spawn({
            let desk = app.desk.clone();
            async move { desk.work_once().await.unwrap() }
        });
        let mut recorded = 0_u32;
        while !purging.is_finished() {
            let item = item(&format!("item-{recorded}"), Surface::Public);
            let checked = app.desk.check(&app.caller, item, hashes(Pdq::from([1; 32]))).await;
            assert!(checked.unwrap().recorded.is_some());
            recorded += 1;
        }
        let rows = "SELECT count(*) FROM entry";
        let left = raw(&app.records, rows).await;
        while app.desk.work_once().await.unwrap() > 0 {}

        assert!(recorded >= 10, "{recorded} matches were recorded meanwhile");
        assert_eq!(left, 1_001, "one job removes a hundred thousand");
        assert_eq!(raw(&app.records, rows).await, 1, "the next one the rest");
    }
}
