//! The change log.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mamori_store::{Change, Store};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::given::{add, at, changes, id, new_entries, open, stored_bank};

/// Reads the log as a node does, until the writers are done and nothing is left.
async fn follow(store: Store, is_done: Arc<AtomicBool>) -> Vec<Change> {
    let mut seen = Vec::new();
    let mut last = 0;
    loop {
        let was_done = is_done.load(Ordering::SeqCst);
        let changes = store.changes_after(last, 7).await.unwrap();
        if was_done && changes.is_empty() {
            return seen;
        }
        for changed in changes {
            assert!(changed.seq > last, "{} came after {last}", changed.seq);
            last = changed.seq;
            seen.push(changed.change);
        }
    }
}

on_both_engines! {
    async fn a_follower_misses_no_change_of_eight_writers(records: TestDatabase) {
        let store = open(&records).await;
        let is_done = Arc::new(AtomicBool::new(false));
        let follower = tokio::spawn(follow(store.clone(), Arc::clone(&is_done)));
        // Creating banks takes no other lock than that of the log, which alone keeps the order.
        let writers: Vec<_> = (1..=8_u128)
            .map(|writer| {
                let store = store.clone();
                tokio::spawn(async move {
                    for number in 0..40 {
                        stored_bank(&store, writer * 100 + number).await;
                    }
                    add(&store, id(writer * 100), &new_entries(0..3), 1).await;
                })
            })
            .collect();

        for writer in writers {
            writer.await.unwrap();
        }
        is_done.store(true, Ordering::SeqCst);
        let seen = follower.await.unwrap();

        let added = seen.iter().filter(|change| matches!(change, Change::Added { .. })).count();
        assert_eq!((seen.len(), added), (8 * 41, 8));
    }

    async fn a_rolled_back_change_is_not_in_the_log(records: TestDatabase) {
        let store = open(&records).await;
        let bank = stored_bank(&store, 1).await;

        let mut tx = store.begin("test").await.unwrap();
        tx.add_entries(bank, &new_entries([1]), at(1)).await.unwrap();
        drop(tx);

        assert_eq!(changes(&store).await, [Change::BankChanged(bank)]);
    }

    async fn the_log_has_its_first_and_last_change_also_after_pruning(records: TestDatabase) {
        let store = open(&records).await;
        assert_eq!(store.last_change().await.unwrap(), 0);
        assert_eq!(store.oldest_change().await.unwrap(), None);
        let bank = stored_bank(&store, 1).await;
        // The clock of the node that wrote the third change is behind.
        for (number, seconds) in [(1, 5), (2, 2), (3, 8)] {
            add(&store, bank, &new_entries([number]), seconds).await;
        }
        let last = store.last_change().await.unwrap();
        let prune = async |seconds, limit| {
            let mut tx = store.begin("test").await.unwrap();
            let pruned = tx.prune_changes_before(at(seconds), limit).await.unwrap();
            tx.commit().await.unwrap();
            (pruned, store.oldest_change().await.unwrap().unwrap())
        };

        assert_eq!(prune(3, 9).await, (1, last - 2), "and none from the middle");
        assert_eq!(prune(6, 1).await, (1, last - 1), "some at a time");
        assert_eq!(prune(6, 9).await, (1, last));
        assert_eq!(prune(99, 9).await, (0, last), "the newest stays");
        assert_eq!(store.last_change().await.unwrap(), last);
        stored_bank(&store, 4).await;
        assert_eq!(store.changes_after(last, 10).await.unwrap().len(), 1);
    }
}
