//! A start from a snapshot finds what a start from the records finds.

use std::path::Path;

use jiff::SignedDuration;
use mamori_desk::{Desk, NewEntry, Settings};
use mamori_matching::{Index, Indexed};
use mamori_model::{Action, EntryId, Hash, Pdq, Surface, Verdict};
use mamori_testkit::on_both_engines;
use mamori_testkit::records::Records;
use tokio_util::sync::CancellationToken;

use crate::common::{House, hashes, house, item, node};

fn with_snapshot(path: &Path) -> Settings {
    Settings { snapshot: Some(path.to_owned()), ..Settings::default() }
}

async fn verdict(house: &House, desk: &Desk, byte: u8) -> Verdict {
    let item = item(&format!("item {byte}"), Surface::Public);
    let checked = desk.check(&house.caller, item, hashes(Pdq::from([byte; 32]))).await;
    checked.unwrap().verdict
}

on_both_engines! {
    async fn a_snapshot_and_the_log_are_the_records(records: Records) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index");
        let house = house(records).await;
        let bank = house.bank("known", Action::Hold).await;
        let entry = NewEntry::bare(Hash::Pdq(Pdq::from([1; 32])));
        let added = house.desk.add_entries(&house.admin, bank.id, &[entry]).await.unwrap();
        let before = added.entries[0].unwrap();
        house.add(&bank, Pdq::from([0x0f; 32])).await;
        let first = node(&house.records, &house.clock, with_snapshot(&path)).await;
        let stop = CancellationToken::new();
        stop.cancel();
        first.tidy(stop).await;
        assert!(path.is_file(), "a stop leaves a snapshot");

        house.desk.withdraw_entry(&house.admin, bank.id, before).await.unwrap();
        house.add(&bank, Pdq::from([0xf0; 32])).await;
        let second = node(&house.records, &house.clock, with_snapshot(&path)).await;

        house.desk.catch_up().await.unwrap();
        assert_eq!(second.position().version, house.desk.position().version);
        assert_eq!(second.holdings(), house.desk.holdings());
        for (byte, expected) in [(1, Verdict::Allow), (0x0f, Verdict::Hold), (0xf0, Verdict::Hold)] {
            assert_eq!(verdict(&house, &second, byte).await, expected, "{byte}");
        }
    }

    async fn a_start_reads_the_snapshot_and_not_every_entry(records: Records) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index");
        let house = house(records).await;
        let bank = house.bank("known", Action::Hold).await;
        house.add(&bank, Pdq::from([1; 32])).await;
        let first = node(&house.records, &house.clock, with_snapshot(&path)).await;
        assert!(first.save_snapshot().await.unwrap());
        // One more than the records have: whoever read those would not hold it.
        let (index, tag) = Index::open(&path).unwrap();
        let entry = EntryId::new(1_000).unwrap();
        let hash = Hash::Pdq(Pdq::from([2; 32]));
        index.insert(&[Indexed { entry, bank: bank.id, hash }]);
        index.save(&path, &tag).unwrap();

        let second = node(&house.records, &house.clock, with_snapshot(&path)).await;

        assert_eq!(second.holdings().entries, 2);
    }

    async fn a_snapshot_of_other_records_or_a_damaged_one_is_not_used(records: Records) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index");
        let house = house(records).await;
        let bank = house.bank("known", Action::Hold).await;
        house.add(&bank, Pdq::from([1; 32])).await;
        // Others, with a change of the same number.
        let others = crate::common::house(Records::sqlite().unwrap()).await;
        others.clock.advance(SignedDuration::from_secs(1));
        let other_bank = others.bank("known", Action::Hold).await;
        others.add(&other_bank, Pdq::from([0xf0; 32])).await;
        let other = node(&others.records, &others.clock, with_snapshot(&path)).await;
        assert!(other.save_snapshot().await.unwrap());

        let foreign = node(&house.records, &house.clock, with_snapshot(&path)).await;
        assert_eq!(verdict(&house, &foreign, 1).await, Verdict::Hold);
        assert_eq!(foreign.holdings().entries, 1);

        std::fs::write(&path, b"mamori\0i, and then nothing of sense").unwrap();
        let damaged = node(&house.records, &house.clock, with_snapshot(&path)).await;
        assert_eq!(verdict(&house, &damaged, 1).await, Verdict::Hold);
    }
}
