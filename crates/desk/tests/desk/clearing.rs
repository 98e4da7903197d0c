//! Totals of the checks that a bank of known benign pictures cleared: counted in memory, stored for
//! each bank and day, and nothing else.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use mamori_desk::Desk;
use mamori_desk::checks::check::CheckInput;
use mamori_model::{Action, Bank, Hash, Pdq, Purpose, StaffRole, Surface, Verdict};
use mamori_store::NewEntry;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use sqlx::{AssertSqlSafe, PgPool, SqlitePool};

use crate::common::{TestApp, hashes, item, new_bank, node, settings, test_app};
use crate::traceless::contents;

fn pdq(byte: u8) -> Pdq {
    Pdq::from([byte; 32])
}

async fn negative_bank(app: &TestApp, name: &str) -> Bank {
    let new = mamori_desk::banks::create_bank::NewBank {
        purpose: Purpose::KnownBenign,
        ..new_bank(name, Action::None)
    };
    let bank = app.desk.create_bank(&app.admin, new).await.unwrap();
    app.desk.catch_up().await.unwrap();
    bank
}

async fn is_allowed(app: &TestApp, desk: &Desk, input: CheckInput) {
    let checked = desk.check(&app.caller, item("a", Surface::Public), input).await.unwrap();
    assert_eq!((checked.verdict, checked.recorded), (Verdict::Allow, None));
}

/// The stored totals of a bank, by day.
async fn totals(app: &TestApp, bank: &Bank) -> BTreeMap<String, u64> {
    let stored = app.store().await.cleared_checks(bank.id).await.unwrap();
    stored.into_iter().map(|on| (on.day.to_string(), on.total)).collect()
}

async fn rename_table(records: &TestDatabase, from: &str, to: &str) {
    let rename = AssertSqlSafe(format!("ALTER TABLE {from} RENAME TO {to}"));
    if let Some(path) = records.url().strip_prefix("sqlite:") {
        let pool = SqlitePool::connect(path).await.unwrap();
        sqlx::query(rename).execute(&pool).await.unwrap();
    } else {
        let pool = PgPool::connect(records.url()).await.unwrap();
        sqlx::query(rename).execute(&pool).await.unwrap();
    }
}

fn day(app: &TestApp) -> String {
    app.clock.now().to_string()[..10].to_owned()
}

on_both_engines! {
    async fn a_check_is_counted_for_each_negative_bank_that_cleared_it(records: TestDatabase) {
        let app = test_app(records).await;
        let known = app.bank("known", Action::Block).await;
        let benign = negative_bank(&app, "benign").await;
        let unused = negative_bank(&app, "unused").await;
        app.add(&known, pdq(1)).await;
        app.add(&benign, pdq(1)).await;
        app.add(&unused, pdq(0x33)).await;

        for _ in 0..3 {
            is_allowed(&app, &app.desk, hashes(pdq(1))).await;
        }
        is_allowed(&app, &app.desk, hashes(pdq(0x33))).await;
        is_allowed(&app, &app.desk, hashes(pdq(0xf0))).await;
        app.desk.store_cleared_once().await.unwrap();

        assert_eq!(totals(&app, &benign).await, [(day(&app), 3)].into());
        assert!(totals(&app, &unused).await.is_empty(), "there was nothing that it could clear");
        assert!(totals(&app, &known).await.is_empty());
    }

    async fn a_cleared_check_writes_nothing_but_the_total_of_its_bank_and_day(records: TestDatabase) {
        let app = test_app(records).await;
        let known = app.bank("known", Action::Block).await;
        let benign = negative_bank(&app, "benign").await;
        app.add(&known, pdq(1)).await;
        app.add(&benign, pdq(1)).await;
        let before = contents(&app.records).await;

        is_allowed(&app, &app.desk, hashes(pdq(1))).await;
        assert_eq!(contents(&app.records).await, before, "the check itself writes nothing");
        app.desk.store_cleared_once().await.unwrap();

        let after = contents(&app.records).await;
        let changed: Vec<&String> =
            after.keys().filter(|table| after[*table] != before[*table]).collect();
        assert_eq!(changed, ["cleared_checks"]);
        let row = &after["cleared_checks"];
        assert_eq!(row.matches(',').count(), 3, "bank, day, total and the name of the transaction");
        assert!(row.contains(&day(&app)) && row.contains("store_cleared"), "{row}");
    }

    async fn totals_of_nodes_and_days_are_added_and_outlive_a_restart(records: TestDatabase) {
        let app = test_app(records).await;
        let known = app.bank("known", Action::Block).await;
        let benign = negative_bank(&app, "benign").await;
        app.add(&known, pdq(1)).await;
        app.add(&benign, pdq(1)).await;
        let other = node(&app.records, &app.clock, settings()).await;
        let first = day(&app);

        is_allowed(&app, &app.desk, hashes(pdq(1))).await;
        is_allowed(&app, &other, hashes(pdq(1))).await;
        app.desk.store_cleared_once().await.unwrap();
        app.desk.store_cleared_once().await.unwrap();
        app.clock.advance(SignedDuration::from_hours(24));
        other.catch_up().await.unwrap();
        is_allowed(&app, &other, hashes(pdq(1))).await;
        other.store_cleared_once().await.unwrap();

        assert_eq!(totals(&app, &benign).await, [(first, 2), (day(&app), 1)].into());
    }

    async fn totals_that_could_not_be_stored_are_stored_later(records: TestDatabase) {
        let app = test_app(records).await;
        let known = app.bank("known", Action::Block).await;
        let benign = negative_bank(&app, "benign").await;
        app.add(&known, pdq(1)).await;
        app.add(&benign, pdq(1)).await;
        is_allowed(&app, &app.desk, hashes(pdq(1))).await;
        rename_table(&app.records, "cleared_checks", "elsewhere").await;

        let failed = app.desk.store_cleared_once().await;
        rename_table(&app.records, "elsewhere", "cleared_checks").await;
        app.desk.store_cleared_once().await.unwrap();

        assert!(failed.is_err());
        assert_eq!(totals(&app, &benign).await, [(day(&app), 1)].into());
    }

    async fn a_bank_that_clears_an_unreadable_item_by_its_bytes_is_counted(records: TestDatabase) {
        let app = test_app(records).await;
        app.bank("known", Action::Block).await;
        let benign = negative_bank(&app, "benign").await;
        let file = b"no picture, but a file that viewers show";
        let entry = NewEntry::bare(Hash::Sha256(mamori_media::digests(file).sha256));
        app.desk.add_entries(&app.admin, benign.id, &[entry]).await.unwrap();
        app.desk.catch_up().await.unwrap();

        is_allowed(&app, &app.desk, CheckInput::Bytes(file.as_slice().into())).await;
        app.desk.store_cleared_once().await.unwrap();

        assert_eq!(totals(&app, &benign).await, [(day(&app), 1)].into());
    }

    async fn totals_are_deleted_after_366_days(records: TestDatabase) {
        let app = test_app(records).await;
        let known = app.bank("known", Action::Block).await;
        let benign = negative_bank(&app, "benign").await;
        app.add(&known, pdq(1)).await;
        app.add(&benign, pdq(1)).await;
        is_allowed(&app, &app.desk, hashes(pdq(1))).await;
        app.desk.store_cleared_once().await.unwrap();

        app.clock.advance(SignedDuration::from_hours(24 * 366));
        app.desk.sweep_once().await.unwrap();
        assert_eq!(totals(&app, &benign).await.len(), 1);
        app.clock.advance(SignedDuration::from_hours(24));
        app.desk.sweep_once().await.unwrap();

        assert!(totals(&app, &benign).await.is_empty());
    }

    async fn staff_read_the_totals_of_negative_banks(records: TestDatabase) {
        let app = test_app(records).await;
        let known = app.bank("known", Action::Block).await;
        let benign = negative_bank(&app, "benign").await;
        app.add(&known, pdq(1)).await;
        app.add(&benign, pdq(1)).await;
        is_allowed(&app, &app.desk, hashes(pdq(1))).await;
        app.desk.store_cleared_once().await.unwrap();
        let auditor = app.member("audi", &[StaffRole::Auditor]).await;

        let shown = app.desk.cleared_checks(&auditor, &benign).await.unwrap().unwrap();

        assert_eq!(shown.iter().map(|on| on.total).collect::<Vec<_>>(), [1]);
        assert_eq!(app.desk.cleared_checks(&auditor, &known).await.unwrap(), None);
    }
}
