//! Data is removed at the end of its retention term.

use mamori_model::Verdict;
use mamori_model::import::{Import, ImportState};
use mamori_model::matched::Match;
use mamori_model::webhook::Delivery;
use mamori_store::{EntryFilter, MatchFilter};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::given::{
    a_match, add, at, delivery, ending, entry_id, hit, id, new_entry, open, size, stored_bank,
    stored_endpoint, stored_service,
};

on_both_engines! {
    async fn old_matches_are_removed_with_their_hits_in_batches(records: TestDatabase) {
        let store = open(&records).await;
        stored_service(&store, 1).await;
        let mut tx = store.begin("test").await.unwrap();
        for number in 1..=4 {
            let changed_at = at(i64::try_from(number).unwrap());
            let item = format!("item-{number}");
            let hits = vec![hit(1, 1)];
            let found = Match { changed_at, ..a_match(number, &item, Verdict::Hold, hits) };
            tx.record_match(&found).await.unwrap();
        }
        tx.commit().await.unwrap();

        let mut tx = store.begin("test").await.unwrap();
        assert_eq!(tx.delete_matches_before(at(4), 2).await.unwrap(), 2);
        assert_eq!(tx.delete_matches_before(at(4), 2).await.unwrap(), 1);
        assert_eq!(tx.delete_matches_before(at(4), 2).await.unwrap(), 0);
        tx.commit().await.unwrap();

        let filter = MatchFilter { bank: Some(id(1)), ..MatchFilter::default() };
        let kept = store.matches(&filter, None, size(9)).await.unwrap().rows;
        assert_eq!((kept.len(), kept[0].id), (1, id(4)));
    }

    async fn an_item_whose_match_was_removed_can_match_again(records: TestDatabase) {
        let store = open(&records).await;
        stored_service(&store, 1).await;
        let mut tx = store.begin("test").await.unwrap();
        tx.record_match(&a_match(1, "item", Verdict::Hold, vec![hit(1, 1)])).await.unwrap();
        tx.delete_matches_before(at(1), 9).await.unwrap();
        let again = a_match(2, "item", Verdict::Hold, vec![]);

        let recorded = tx.record_match(&again).await.unwrap();
        tx.commit().await.unwrap();

        assert!(recorded.is_new && recorded.has_new_hashes);
        let kept = store.a_match(id(1), id(2)).await.unwrap().unwrap();
        assert_eq!((kept.created_at, kept.hits.len(), kept.hashes.len()), (at(0), 0, 1));
    }

    async fn old_deliveries_are_removed(records: TestDatabase) {
        let store = open(&records).await;
        stored_endpoint(&store).await;
        let mut tx = store.begin("test").await.unwrap();
        tx.insert_delivery(&delivery(1)).await.unwrap();
        tx.insert_delivery(&Delivery { created_at: at(2), ..delivery(2) }).await.unwrap();

        assert_eq!(tx.delete_deliveries_before(at(2), 9).await.unwrap(), 1);
        tx.commit().await.unwrap();

        assert_eq!(store.endpoint_for_delivery(id(1)).await.unwrap(), None);
        assert!(store.endpoint_for_delivery(id(2)).await.unwrap().is_some());
    }

    async fn old_imports_are_removed_and_stalled_ones_are_interrupted(records: TestDatabase) {
        let store = open(&records).await;
        stored_bank(&store, 1).await;
        let import = |number, state, changed| Import {
            state,
            changed_at: at(changed),
            ..Import::begun(id(number), id(1), at(0))
        };
        let (running, finished) = (ImportState::Running, ImportState::Finished);
        let imports =
            [import(1, running, 2), import(2, running, 5), import(3, finished, 2), import(4, finished, 5)];
        let mut tx = store.begin("test").await.unwrap();
        for import in &imports {
            tx.insert_import(import).await.unwrap();
        }

        assert_eq!(tx.delete_imports_before(at(5), 9).await.unwrap(), 1, "no running one");
        assert_eq!(tx.interrupt_imports(at(5)).await.unwrap(), 1);
        tx.commit().await.unwrap();

        let left = store.imports(id(1), None, size(9)).await.unwrap().rows;
        let left: Vec<_> = left.iter().map(|import| (import.id, import.state)).collect();
        let expected =
            [(id(4), finished), (id(2), running), (id(1), ImportState::Interrupted)];
        assert_eq!(left, expected);
    }

    async fn entries_that_ended_long_ago_are_removed(records: TestDatabase) {
        let store = open(&records).await;
        let bank = stored_bank(&store, 1).await;
        let ends = ending(2, 5);
        add(&store, bank, &[new_entry(1), ends, new_entry(3), new_entry(4)], 0).await;
        let mut tx = store.begin("test").await.unwrap();
        tx.withdraw_entries(bank, &[entry_id(1)], at(4)).await.unwrap();
        tx.withdraw_entries(bank, &[entry_id(3)], at(9)).await.unwrap();
        tx.expire_entries(at(6), 9).await.unwrap();

        assert_eq!(tx.purge_ended_entries(at(9), 1).await.unwrap(), 1);
        assert_eq!(tx.purge_ended_entries(at(9), 9).await.unwrap(), 1);
        tx.commit().await.unwrap();

        let all = EntryFilter { includes_ended: true, ..EntryFilter::default() };
        let left = store.entries(bank, &all, None, size(9), at(9)).await.unwrap().rows;
        let left: Vec<i64> = left.iter().map(|entry| entry.id.number()).collect();
        assert_eq!(left, [3, 4]);
    }
}
