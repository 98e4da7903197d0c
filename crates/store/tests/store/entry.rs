//! Entries.

use mamori_model::text::Labels;
use mamori_model::{Entry, EntryChange, EntryId, EntryState, Hash, Line, Patch};
use mamori_store::{Added, Change, EntryFilter, Error, NewEntry};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::given::{
    add, at, changes, ending, entry_id, id, new_entries, new_entry, open, pdq, raw, restore, size,
    stored_bank,
};

/// How many transactions of a PostgreSQL database wait for another one.
const WAITING: &str = "SELECT count(*)
                         FROM pg_stat_activity
                        WHERE datname = current_database() AND wait_event_type = 'Lock'";

on_both_engines! {
    async fn entries_read_back_as_they_were_added(records: TestDatabase) {
        let store = open(&records).await;
        let bank = stored_bank(&store, 1).await;
        let labels: Labels = vec!["A1".to_owned(), "\"守り\"\\".to_owned()].try_into().unwrap();
        let source_id: Line = "the source's \"7\"".parse().unwrap();
        let full = NewEntry {
            hash: Hash::Md5([9; 16].into()),
            metadata: EntryChange {
                source_id: Patch::Value(source_id.clone()),
                labels: Patch::Value(labels.clone()),
                expires_at: Patch::Value(at(100)),
            },
        };
        let bytes = NewEntry { hash: Hash::Sha256([8; 32].into()), ..new_entry(0) };
        let sha1 = NewEntry { hash: Hash::Sha1([7; 20].into()), ..new_entry(0) };

        let added = add(&store, bank, &[full.clone(), bytes.clone(), sha1.clone()], 5).await;

        let ids = [entry_id(1), entry_id(2), entry_id(3)];
        let entries = ids.map(Some).to_vec();
        assert_eq!(added, Added { entries, added: 3, updated: 0, duplicates: 0, ..Added::default() });
        let read = store.entries_by_ids(&ids).await.unwrap();
        let expected = Entry {
            id: ids[0],
            bank,
            hash: full.hash,
            source_id: Some(source_id),
            labels,
            added_at: at(5),
            expires_at: Some(at(100)),
            withdrawn_at: None,
        };
        assert_eq!(read[0], expected);
        assert_eq!(read[1].hash, bytes.hash);
        assert_eq!(read[2].hash, sha1.hash);
        assert_eq!(store.entry(ids[0]).await.unwrap(), Some(expected.clone()));
        assert_eq!(store.entry_with_hash(bank, &full.hash).await.unwrap(), Some(expected));
        assert_eq!(store.entry(entry_id(4)).await.unwrap(), None);
    }

    async fn a_hash_is_in_a_bank_once(records: TestDatabase) {
        let store = open(&records).await;
        let (one, two) = (stored_bank(&store, 1).await, stored_bank(&store, 2).await);
        add(&store, one, &new_entries([1, 2]), 0).await;

        let again = add(&store, one, &new_entries([3, 2, 3, 4]), 1).await;
        let elsewhere = add(&store, two, &new_entries([1]), 1).await;
        let nothing_new = add(&store, one, &new_entries([1, 2]), 1).await;

        let ids = [Some(entry_id(3)), None, None, Some(entry_id(6))];
        assert_eq!(again, Added { entries: ids.to_vec(), added: 2, updated: 0, duplicates: 2, ..Added::default() });
        assert_eq!(elsewhere.added, 1);
        assert_eq!((nothing_new.added, nothing_new.duplicates), (0, 2));
        let added = |bank, first, last| {
            Change::Added { bank, first: entry_id(first), last: entry_id(last) }
        };
        assert_eq!(
            changes(&store).await[2..],
            [added(one, 1, 2), added(one, 3, 6), added(two, 7, 7)]
        );
    }

    async fn an_expired_hash_is_added_again_and_a_withdrawn_one_is_restored(records: TestDatabase) {
        let store = open(&records).await;
        let bank = stored_bank(&store, 1).await;
        let ends = ending(2, 10);
        let old = add(&store, bank, &[new_entry(1), ends], 0).await;

        let mut tx = store.begin("test").await.unwrap();
        tx.withdraw_entries(bank, &[old.entries[0].unwrap()], at(1)).await.unwrap();
        tx.commit().await.unwrap();
        let left_out = add(&store, bank, &new_entries([3, 1, 2]), 10).await;
        let again = restore(&store, bank, &new_entries([1, 2]), 10).await;
        let known = add(&store, bank, &new_entries([1]), 10).await;

        assert_eq!((left_out.added, left_out.withdrawn), (2, vec![1]));
        assert_eq!(left_out.entries.iter().map(Option::is_some).collect::<Vec<_>>(), [true, false, true]);
        assert_eq!((again.added, again.duplicates, again.withdrawn), (1, 1, vec![]));
        assert_eq!((known.duplicates, known.withdrawn), (1, vec![]), "it was restored");
        assert_eq!(store.count_entries(bank, at(10)).await.unwrap(), 3);
        let live = store.entry_with_hash(bank, &pdq(1)).await.unwrap();
        assert_eq!(live.map(|entry| Some(entry.id)), Some(again.entries[0]));
    }

    async fn new_metadata_of_a_known_hash_changes_its_entry(records: TestDatabase) {
        let store = open(&records).await;
        let (bank, other) = (stored_bank(&store, 1).await, stored_bank(&store, 2).await);
        let labels = |label: &str| Labels::try_from(vec![label.to_owned()]).unwrap();
        let entry_of = |number, source_id: Patch<Line>, labels| {
            let metadata = EntryChange { source_id, labels, ..EntryChange::default() };
            NewEntry { metadata, ..new_entry(number) }
        };
        let first = entry_of(1, Patch::Value("a".parse().unwrap()), Patch::Value(labels("x")));
        add(&store, bank, &[first.clone(), ending(2, 50), new_entry(3)], 0).await;
        add(&store, other, std::slice::from_ref(&first), 0).await;
        let last = store.last_change().await.unwrap();

        let same = add(&store, bank, &[first, new_entry(1), ending(2, 50)], 1).await;
        let relabelled = entry_of(1, Patch::Unset, Patch::Value(labels("y")));
        let unnamed = entry_of(1, Patch::Null, Patch::Unset);
        let lines = [relabelled, unnamed, ending(2, 90), ending(3, 5), new_entry(4), ending(4, 7)];
        let changed = add(&store, bank, &lines, 5).await;

        assert_eq!((same.added, same.updated, same.duplicates), (0, 0, 3));
        assert_eq!((changed.added, changed.updated, changed.duplicates), (1, 4, 1));
        let ids = changed.entries.iter().map(|id| id.map(EntryId::number)).collect::<Vec<_>>();
        assert_eq!(ids[..4], [None, Some(1), Some(2), Some(3)]);
        assert_eq!(ids[4], ids[5]);
        let entry = async |number| store.entry(entry_id(number)).await.unwrap().unwrap();
        let one = entry(1).await;
        assert_eq!((one.source_id, one.labels), (None, labels("y")));
        assert_eq!(entry(2).await.expires_at, Some(at(90)));
        assert_eq!(entry(3).await.state(at(5)), EntryState::Expired);
        assert_eq!(entry(4).await.labels, labels("x"), "another bank's");
        assert_eq!(entry(ids[4].unwrap()).await.expires_at, Some(at(7)));
        let news = store.changes_after(last, 9).await.unwrap();
        let three = Change::Removed { bank, first: entry_id(3), last: entry_id(3) };
        assert!(news.iter().any(|logged| logged.change == three), "{news:?}");
    }

    async fn an_entry_is_changed_until_it_ends(records: TestDatabase) {
        let store = open(&records).await;
        let bank = stored_bank(&store, 1).await;
        add(&store, bank, &[ending(1, 10), new_entry(2)], 0).await;
        let mut tx = store.begin("test").await.unwrap();
        let before = tx.lock_entry(bank, entry_id(1)).await.unwrap().unwrap();
        assert_eq!(tx.lock_entry(id(9), entry_id(1)).await.unwrap(), None);

        let longer = Entry { expires_at: None, ..before.clone() };
        assert!(tx.update_entry(&longer, at(1)).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(store.entry(entry_id(1)).await.unwrap(), Some(longer));
        let last = store.last_change().await.unwrap();
        let mut tx = store.begin("test").await.unwrap();
        let ended = Entry { expires_at: Some(at(3)), ..before };
        assert!(tx.update_entry(&ended, at(3)).await.unwrap());
        assert!(!tx.update_entry(&ended, at(3)).await.unwrap(), "it has ended");
        tx.commit().await.unwrap();

        let removed = Change::Removed { bank, first: entry_id(1), last: entry_id(1) };
        let news = store.changes_after(last, 9).await.unwrap();
        assert_eq!(news.iter().map(|logged| logged.change).collect::<Vec<_>>(), [removed]);
        assert_eq!(store.live_entries(None, 9).await.unwrap().len(), 1);
        assert_eq!(add(&store, bank, &[new_entry(1)], 3).await.added, 1, "its hash is free");
    }

    async fn nothing_is_added_to_a_bank_that_does_not_exist(records: TestDatabase) {
        let store = open(&records).await;
        let deleted = stored_bank(&store, 1).await;
        let mut tx = store.begin("test").await.unwrap();
        tx.delete_bank(deleted, at(1)).await.unwrap();
        tx.commit().await.unwrap();

        for bank in [deleted, id(2)] {
            let mut tx = store.begin("test").await.unwrap();
            let refused = tx.add_entries(bank, &new_entries([1]), at(2)).await;
            assert!(matches!(refused, Err(Error::NotFound("bank"))), "{refused:?}");
        }
    }

    async fn withdrawn_entries_end_and_the_log_has_their_exact_ranges(records: TestDatabase) {
        let store = open(&records).await;
        let (bank, other) = (stored_bank(&store, 1).await, stored_bank(&store, 2).await);
        add(&store, bank, &new_entries(1..=6), 0).await;
        add(&store, other, &new_entries([7]), 0).await;
        let ids = [5, 2, 1, 7, 99].map(entry_id);

        let mut tx = store.begin("test").await.unwrap();
        assert_eq!(tx.withdraw_entries(bank, &ids, at(3)).await.unwrap(), 3);
        assert_eq!(tx.withdraw_entries(bank, &ids, at(4)).await.unwrap(), 0);
        tx.commit().await.unwrap();

        let removed = |first, last| {
            Change::Removed { bank, first: entry_id(first), last: entry_id(last) }
        };
        assert_eq!(changes(&store).await[4..], [removed(1, 2), removed(5, 5)]);
        let entry = store.entry(entry_id(1)).await.unwrap().unwrap();
        assert_eq!(entry.withdrawn_at, Some(at(3)));
        let live = store.entries(bank, &EntryFilter::default(), None, size(10), at(4)).await.unwrap();
        assert_eq!(live.rows.iter().map(|e| e.id.number()).collect::<Vec<_>>(), [3, 4, 6]);
        let all = EntryFilter { includes_ended: true, ..EntryFilter::default() };
        assert_eq!(store.entries(bank, &all, None, size(10), at(4)).await.unwrap().rows.len(), 6);
        assert_eq!(store.count_entries(other, at(4)).await.unwrap(), 1);
    }

    async fn an_entry_past_its_end_is_not_live_and_is_logged_once(records: TestDatabase) {
        let store = open(&records).await;
        let bank = stored_bank(&store, 1).await;
        add(&store, bank, &[ending(1, 10), ending(2, 20), new_entry(3)], 0).await;

        assert_eq!(store.count_entries(bank, at(9)).await.unwrap(), 3);
        assert_eq!(store.count_entries(bank, at(10)).await.unwrap(), 2);
        assert_eq!(store.live_entries(None, 10).await.unwrap().len(), 3, "its end may change");
        let page = store.entries(bank, &EntryFilter::default(), None, size(10), at(10)).await.unwrap();
        assert_eq!(page.rows.len(), 2);
        let mut tx = store.begin("test").await.unwrap();
        assert_eq!(tx.expire_entries(at(10), 100).await.unwrap(), 1);
        assert_eq!(tx.expire_entries(at(10), 100).await.unwrap(), 0);
        tx.commit().await.unwrap();

        assert_eq!(store.live_entries(None, 10).await.unwrap().len(), 2);
        let expired = Change::Removed { bank, first: entry_id(1), last: entry_id(1) };
        assert_eq!(changes(&store).await[2..], [expired]);
        let entry = store.entry(entry_id(1)).await.unwrap().unwrap();
        assert_eq!(entry.state(at(10)), EntryState::Expired);
    }

    async fn an_index_loads_live_entries_in_the_order_of_ids(records: TestDatabase) {
        let store = open(&records).await;
        let (bank, gone) = (stored_bank(&store, 1).await, stored_bank(&store, 2).await);
        add(&store, bank, &new_entries(1..=3), 0).await;
        add(&store, gone, &new_entries(4..=5), 0).await;
        add(&store, bank, &new_entries(6..=7), 0).await;
        let mut tx = store.begin("test").await.unwrap();
        tx.withdraw_entries(bank, &[entry_id(2)], at(1)).await.unwrap();
        tx.delete_bank(gone, at(1)).await.unwrap();
        tx.commit().await.unwrap();
        let numbers = |rows: Vec<mamori_store::IndexRow>| {
            rows.into_iter().map(|row| row.entry.number()).collect::<Vec<_>>()
        };

        let first = store.live_entries(None, 2).await.unwrap();
        assert_eq!(first[0].hash, pdq(1));
        assert_eq!(first[0].bank, bank);
        assert_eq!(numbers(first), [1, 3]);
        assert_eq!(numbers(store.live_entries(Some(entry_id(3)), 9).await.unwrap()), [6, 7]);
        let range = store.live_entries_in(entry_id(2), entry_id(6)).await.unwrap();
        assert_eq!(numbers(range), [3, 6]);
        let named = store.entries_by_ids(&[2, 4, 6].map(entry_id)).await.unwrap();
        assert_eq!(named.iter().map(|entry| entry.id.number()).collect::<Vec<_>>(), [2, 6]);
    }

    async fn purging_a_deleted_bank_removes_its_rows_and_no_others(records: TestDatabase) {
        let store = open(&records).await;
        let (bank, gone) = (stored_bank(&store, 1).await, stored_bank(&store, 2).await);
        add(&store, bank, &new_entries(1..=3), 0).await;
        add(&store, gone, &new_entries(1..=5), 0).await;
        let mut tx = store.begin("test").await.unwrap();
        tx.delete_bank(gone, at(1)).await.unwrap();
        tx.commit().await.unwrap();

        let mut tx = store.begin("test").await.unwrap();
        assert_eq!(tx.purge_bank_entries(gone, 3).await.unwrap(), 3);
        assert_eq!(tx.purge_bank_entries(gone, 3).await.unwrap(), 2);
        assert_eq!(tx.purge_bank_entries(gone, 3).await.unwrap(), 0);
        assert_eq!(tx.purge_bank_entries(bank, 3).await.unwrap(), 0);
        tx.commit().await.unwrap();

        assert_eq!(store.count_entries(gone, at(1)).await.unwrap(), 0);
        assert_eq!(store.count_entries(bank, at(1)).await.unwrap(), 3);
    }

    async fn two_transactions_that_add_the_same_hashes_add_each_once(records: TestDatabase) {
        let store = open(&records).await;
        let bank = stored_bank(&store, 1).await;
        let upward = new_entries(0..2_000);
        let mut downward = upward.clone();
        downward.reverse();

        let (one, two) =
            tokio::join!(add(&store, bank, &upward, 1), add(&store, bank, &downward, 1));

        assert_eq!(one.added + two.added, 2_000);
        assert_eq!(one.duplicates + two.duplicates, 2_000);
        assert_eq!(store.count_entries(bank, at(1)).await.unwrap(), 2_000);
    }

    async fn a_hash_that_is_withdrawn_during_an_import_does_not_return_through_it(
        records: TestDatabase
    ) {
        let store = open(&records).await;
        let bank = stored_bank(&store, 1).await;
        add(&store, bank, &new_entries(1..=3), 1).await;

        let mut withdrawal = store.begin("test_withdraw").await.unwrap();
        withdrawal.withdraw_entries(bank, &[entry_id(2)], at(2)).await.unwrap();
        let importer = store.clone();
        let import =
            tokio::spawn(async move { add(&importer, bank, &new_entries(1..=4), 3).await });
        // With SQLite the import begins after the commit.
        while records.server().is_some() && raw(&records, WAITING).await == 0 {
            assert!(!import.is_finished(), "the import waits for the withdrawal");
            tokio::task::yield_now().await;
        }
        withdrawal.commit().await.unwrap();
        let added = import.await.unwrap();

        assert_eq!((added.added, added.duplicates, added.withdrawn), (1, 2, vec![1]));
        let live = "SELECT count(*) FROM entry WHERE withdrawn_at IS NULL";
        assert_eq!(raw(&records, live).await, 3);
    }

    async fn a_withdrawal_is_remembered_after_its_entry_is_purged(records: TestDatabase) {
        let store = open(&records).await;
        let (one, two) = (stored_bank(&store, 1).await, stored_bank(&store, 2).await);
        add(&store, one, &new_entries([1]), 0).await;
        let mut tx = store.begin("test").await.unwrap();
        tx.withdraw_entries(one, &[entry_id(1)], at(1)).await.unwrap();
        assert_eq!(tx.purge_ended_entries(at(5), 9).await.unwrap(), 1);
        tx.commit().await.unwrap();

        let same = add(&store, one, &new_entries([1]), 6).await;
        let elsewhere = add(&store, two, &new_entries([1]), 6).await;

        assert_eq!((same.added, same.withdrawn), (0, vec![0]));
        assert_eq!((elsewhere.added, elsewhere.withdrawn), (1, vec![]));
    }

    async fn entries_are_found_by_hash_and_by_source(records: TestDatabase) {
        let store = open(&records).await;
        let bank = stored_bank(&store, 1).await;
        let of = |hash: Hash, source: &str| NewEntry {
            hash,
            metadata: EntryChange {
                source_id: Patch::Value(source.parse().unwrap()),
                ..EntryChange::default()
            },
        };
        let bytes = [0x3c; 32];
        let entries = [
            of(Hash::Pdq(bytes.into()), "a"),
            of(Hash::Sha256(bytes.into()), "b"),
            of(Hash::Sha1([0x3c; 20].into()), "a"),
            of(Hash::Md5([0x3c; 16].into()), "a"),
        ];
        add(&store, bank, &entries, 0).await;
        let ids = async |filter: &EntryFilter, after: Option<i64>, rows: u32| {
            let after = after.map(entry_id);
            let page = store.entries(bank, filter, after, size(rows), at(9)).await.unwrap();
            let ids: Vec<i64> = page.rows.iter().map(|entry| entry.id.number()).collect();
            (ids, page.next.map(EntryId::number))
        };
        let hash = |text: String| EntryFilter {
            hash: Some(text.parse().unwrap()),
            ..EntryFilter::default()
        };
        let source = |text: &str| EntryFilter {
            source_id: Some(text.parse().unwrap()),
            ..EntryFilter::default()
        };

        let mut tx = store.begin("test").await.unwrap();
        let withdrawn = tx.withdraw_source(bank, &"b".parse().unwrap(), at(1)).await.unwrap();
        let again = tx.withdraw_source(bank, &"b".parse().unwrap(), at(1)).await.unwrap();
        tx.commit().await.unwrap();

        assert_eq!((withdrawn, again), (1, 0));
        assert_eq!(ids(&hash("3C".repeat(32)), None, 9).await, (vec![1], None));
        let ended = EntryFilter { includes_ended: true, ..hash("3c".repeat(32)) };
        assert_eq!(ids(&ended, None, 9).await, (vec![1, 2], None));
        assert_eq!(ids(&ended, None, 1).await, (vec![1], Some(1)));
        assert_eq!(ids(&ended, Some(1), 1).await, (vec![2], None));
        let both = EntryFilter { source_id: Some("b".parse().unwrap()), ..ended };
        assert_eq!(ids(&both, None, 9).await, (vec![2], None));
        assert_eq!(ids(&hash("3c".repeat(20)), None, 9).await, (vec![3], None));
        assert_eq!(ids(&source("a"), None, 2).await, (vec![1, 3], Some(3)));
        assert_eq!(ids(&source("a"), Some(3), 2).await, (vec![4], None));
        assert_eq!(ids(&source("b"), None, 9).await, (vec![], None));
        let ended = EntryFilter { includes_ended: true, ..source("b") };
        assert_eq!(ids(&ended, None, 9).await, (vec![2], None));
    }
}
