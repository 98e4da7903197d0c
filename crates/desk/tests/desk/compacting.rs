//! A start from a snapshot holds the same entries as a start from the database.

use std::path::Path;

use jiff::SignedDuration;
use mamori_desk::{Desk, NewEntry, Settings};
use mamori_matching::{Index, IndexEntry};
use mamori_model::{Action, EntryId, Hash, Pdq, Surface, Verdict};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use tokio_util::sync::CancellationToken;

use crate::common::{TestApp, hashes, item, node, test_app};

fn with_snapshot(path: &Path) -> Settings {
    Settings { snapshot: Some(path.to_owned()), ..Settings::default() }
}

async fn verdict(app: &TestApp, desk: &Desk, byte: u8) -> Verdict {
    let item = item(&format!("item {byte}"), Surface::Public);
    let checked = desk.check(&app.caller, item, hashes(Pdq::from([byte; 32]))).await;
    checked.unwrap().verdict
}

on_both_engines! {
    async fn a_snapshot_and_the_log_give_the_same_index_as_the_database(records: TestDatabase) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index");
        let app = test_app(records).await;
        let bank = app.bank("known", Action::Hold).await;
        let entry = NewEntry::bare(Hash::Pdq(Pdq::from([1; 32])));
        let added = app.desk.add_entries(&app.admin, bank.id, &[entry]).await.unwrap();
        let before = added.entries[0].unwrap();
        app.add(&bank, Pdq::from([0x0f; 32])).await;
        let first = node(&app.records, &app.clock, with_snapshot(&path)).await;
        let stop = CancellationToken::new();
        stop.cancel();
        first.compact(stop).await;
        assert!(path.is_file(), "a stop writes a snapshot");

        app.desk.withdraw_entry(&app.admin, bank.id, before).await.unwrap();
        app.add(&bank, Pdq::from([0xf0; 32])).await;
        let second = node(&app.records, &app.clock, with_snapshot(&path)).await;

        app.desk.catch_up().await.unwrap();
        assert_eq!(second.position().version, app.desk.position().version);
        assert_eq!(second.holdings(), app.desk.holdings());
        for (byte, expected) in [(1, Verdict::Allow), (0x0f, Verdict::Hold), (0xf0, Verdict::Hold)] {
            assert_eq!(verdict(&app, &second, byte).await, expected, "{byte}");
        }
    }

    async fn a_start_reads_the_snapshot_and_not_every_entry(records: TestDatabase) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index");
        let app = test_app(records).await;
        let bank = app.bank("known", Action::Hold).await;
        app.add(&bank, Pdq::from([1; 32])).await;
        let first = node(&app.records, &app.clock, with_snapshot(&path)).await;
        assert!(first.save_snapshot().await.unwrap());
        // One more than the database has: a node that read every entry would not hold it.
        let (index, tag) = Index::open(&path).unwrap();
        let entry = EntryId::new(1_000).unwrap();
        let hash = Hash::Pdq(Pdq::from([2; 32]));
        index.insert(&[IndexEntry { entry, bank: bank.id, hash }]);
        index.save(&path, &tag).unwrap();

        let second = node(&app.records, &app.clock, with_snapshot(&path)).await;

        assert_eq!(second.holdings().entries, 2);
    }

    async fn a_snapshot_of_another_database_or_a_damaged_one_is_not_used(records: TestDatabase) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index");
        let app = test_app(records).await;
        let bank = app.bank("known", Action::Hold).await;
        app.add(&bank, Pdq::from([1; 32])).await;
        // Another database, with a change of the same number.
        let others = crate::common::test_app(TestDatabase::sqlite().unwrap()).await;
        others.clock.advance(SignedDuration::from_secs(1));
        let other_bank = others.bank("known", Action::Hold).await;
        others.add(&other_bank, Pdq::from([0xf0; 32])).await;
        let other = node(&others.records, &others.clock, with_snapshot(&path)).await;
        assert!(other.save_snapshot().await.unwrap());

        let foreign = node(&app.records, &app.clock, with_snapshot(&path)).await;
        assert_eq!(verdict(&app, &foreign, 1).await, Verdict::Hold);
        assert_eq!(foreign.holdings().entries, 1);

        std::fs::write(&path, b"mamori\0i, and then nothing of sense").unwrap();
        let damaged = node(&app.records, &app.clock, with_snapshot(&path)).await;
        assert_eq!(verdict(&app, &damaged, 1).await, Verdict::Hold);
    }
}
