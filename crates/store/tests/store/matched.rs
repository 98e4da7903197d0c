//! Matches.

use mamori_model::matched::{Match, SeenHashes};
use mamori_model::{
    Backdrop, Distance, Evidence, Hit, MatchId, Purpose, Sensitive, Transform, Variant, Verdict,
};
use mamori_store::{Error, MatchFilter, Recorded, Store};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::given::{a_match, at, hit, id, open, size, stored_service};

async fn record(store: &Store, found: &Match) -> Recorded {
    let mut tx = store.begin("test_record").await.unwrap();
    let recorded = tx.record_match(found).await.unwrap();
    tx.commit().await.unwrap();
    recorded
}

async fn ids(store: &Store, filter: MatchFilter) -> Vec<MatchId> {
    let page = store.matches(&filter, None, size(100)).await.unwrap();
    page.rows.into_iter().map(|found| found.id).collect()
}

/// Stored bytes of match 1.
fn evidence(bytes: u8) -> Evidence {
    Evidence {
        id: id(bytes.into()),
        item: id(1),
        sha256: Some([bytes; 32].into()),
        purpose: Purpose::Rehearsal,
        size: 1,
        wrapped_key: Some(Sensitive::new(vec![bytes; 60])),
        key_name: "key".to_owned(),
        stored_at: at(0),
        expires_at: at(9),
    }
}

on_both_engines! {
    async fn a_match_reads_back_as_it_was_recorded(records: TestDatabase) {
        let store = open(&records).await;
        stored_service(&store, 1).await;
        stored_service(&store, 2).await;
        let found = a_match(1, "item 守り", Verdict::Hold, vec![hit(4, 0), hit(3, 12)]);

        let recorded = record(&store, &found).await;

        let new = Recorded {
            id: id(1),
            is_new: true,
            verdict_before: None,
            added_hits: 2,
            hashes_became_current_at: at(0),
            has_new_hashes: true,
            place: 1,
            has_newest_hashes: true,
        };
        assert_eq!(recorded, new);
        let seen = SeenHashes { sha256: None, pdq: found.pdq, seen_at: at(0) };
        let found = Match { hashes: vec![seen], ..found };
        assert_eq!(store.a_match(id(1), id(1)).await.unwrap(), Some(found.clone()));
        assert_eq!(store.match_of_item(id(1), &found.item.name).await.unwrap(), Some(found));
        assert_eq!(store.a_match(id(2), id(1)).await.unwrap(), None);
    }

    async fn the_same_item_again_adds_only_what_is_new(records: TestDatabase) {
        let store = open(&records).await;
        stored_service(&store, 1).await;
        record(&store, &a_match(1, "item", Verdict::Hold, vec![hit(1, 20), hit(2, 20)])).await;
        let mut again = a_match(2, "item", Verdict::Allow, vec![hit(3, 8), hit(2, 4), hit(1, 25)]);
        again.changed_at = at(5);
        again.sha256 = Some([9; 32].into());

        let recorded = record(&store, &again).await;

        let merged = Recorded {
            id: id(1),
            is_new: false,
            verdict_before: Some(Verdict::Hold),
            added_hits: 1,
            hashes_became_current_at: at(0),
            has_new_hashes: false,
            place: 1,
            has_newest_hashes: true,
        };
        assert_eq!(recorded, merged);
        let kept = store.a_match(id(1), id(1)).await.unwrap().unwrap();
        assert_eq!(kept.verdict, Verdict::Hold);
        assert_eq!(kept.changed_at, at(5));
        assert_eq!(kept.sha256, Some([9; 32].into()));
        assert_eq!(kept.hits, [hit(2, 4), hit(3, 8), hit(1, 20)]);
        assert_eq!(ids(&store, MatchFilter::default()).await, [id(1)]);
    }

    async fn other_bytes_are_a_set_of_hashes_of_their_own_and_the_same_are_not(records: TestDatabase) {
        let store = open(&records).await;
        stored_service(&store, 1).await;
        let sent = |number: u128, sha256: Option<u8>, pdq: Option<u8>, seconds: i64| {
            let hashes = (sha256.map(|byte| [byte; 32].into()), pdq.map(|byte| [byte; 32].into()));
            let found = a_match(number, "item", Verdict::Hold, vec![hit(1, 20)]);
            Match { sha256: hashes.0, pdq: hashes.1, changed_at: at(seconds), ..found }
        };
        let table = [
            // The PDQ hash alone, then with the digest: one set.
            (sent(1, None, Some(7), 0), true, 0),
            (sent(2, Some(1), Some(7), 1), false, 0),
            // Other bytes, also with the same PDQ hash.
            (sent(3, Some(2), Some(7), 2), true, 2),
            (sent(4, Some(3), Some(8), 3), true, 3),
            // A digest without a PDQ hash, as of a file that cannot be decoded.
            (sent(5, Some(4), None, 4), true, 4),
            // All of them again.
            (sent(6, Some(1), None, 5), false, 0),
            (sent(7, Some(2), Some(9), 6), false, 2),
            (sent(8, None, Some(8), 7), false, 3),
            (sent(9, None, None, 8), false, 8),
            // Another PDQ hash, by a service that sends hashes.
            (sent(10, None, Some(9), 9), true, 9),
        ];

        for (found, is_new, seen_at) in table {
            let recorded = record(&store, &found).await;
            assert_eq!((recorded.has_new_hashes, recorded.hashes_became_current_at), (is_new, at(seen_at)));
        }

        let kept = store.a_match(id(1), id(1)).await.unwrap().unwrap();
        let of = |sha256: Option<u8>, pdq: Option<u8>, seconds| SeenHashes {
            sha256: sha256.map(|byte| [byte; 32].into()),
            pdq: pdq.map(|byte| [byte; 32].into()),
            seen_at: at(seconds),
        };
        let expected = [
            of(None, Some(9), 9),
            of(Some(4), None, 4),
            of(Some(3), Some(8), 3),
            of(Some(2), Some(7), 2),
            of(Some(1), Some(7), 0),
        ];
        assert_eq!(kept.hashes, expected);
        assert_eq!((kept.sha256, kept.pdq), (None, Some([9; 32].into())));
        assert_eq!(kept.changed_at, at(9));
    }

    async fn the_nearest_then_least_turned_hit_of_entry_and_frame_is_kept(records: TestDatabase) {
        let store = open(&records).await;
        stored_service(&store, 1).await;
        let turned = |entry, distance| Hit {
            variant: Variant { transform: Transform::Rotate90, backdrop: Backdrop::White },
            ..hit(entry, distance)
        };
        record(&store, &a_match(1, "item", Verdict::Hold, vec![turned(1, 4), turned(2, 4), hit(3, 4)])).await;

        let again = vec![hit(1, 4), turned(2, 2), turned(3, 4), hit(2, 3)];
        let recorded = record(&store, &a_match(2, "item", Verdict::Hold, again)).await;

        assert_eq!(recorded.added_hits, 0);
        let kept = store.a_match(id(1), id(1)).await.unwrap().unwrap();
        assert_eq!(kept.hits, [turned(2, 2), hit(1, 4), hit(3, 4)]);
    }

    async fn a_hit_belongs_to_the_newest_bytes_that_had_it(records: TestDatabase) {
        let store = open(&records).await;
        stored_service(&store, 1).await;
        let on = |frame, entry| Hit { frame, frame_count: 9_000, ..hit(entry, 4) };
        let sent = |bytes: u8, hits| Match {
            sha256: Some([bytes; 32].into()),
            ..a_match(1, "item", Verdict::Hold, hits)
        };
        record(&store, &sent(1, vec![on(0, 1), on(2, 2)])).await;
        record(&store, &sent(2, vec![on(0, 1), on(5, 3)])).await;

        let first = store.hits_of_bytes(id(1), &[1; 32].into()).await.unwrap();
        let second = store.hits_of_bytes(id(1), &[2; 32].into()).await.unwrap();
        let other = store.hits_of_bytes(id(1), &[3; 32].into()).await.unwrap();

        assert_eq!((first, second, other), (vec![on(2, 2)], vec![on(0, 1), on(5, 3)], vec![]));
    }

    async fn bytes_sent_again_are_the_newest_with_their_hits_and_their_evidence(
        records: TestDatabase
    ) {
        let store = open(&records).await;
        stored_service(&store, 1).await;
        let sent = |bytes: u8, hits| Match {
            sha256: Some([bytes; 32].into()),
            ..a_match(1, "item", Verdict::Hold, hits)
        };
        record(&store, &sent(1, vec![hit(1, 4), hit(2, 4)])).await;
        record(&store, &sent(2, vec![hit(1, 4), hit(3, 4)])).await;
        let mut tx = store.begin("test").await.unwrap();
        for bytes in [1, 2] {
            assert!(tx.insert_evidence(&evidence(bytes)).await.unwrap());
        }
        let recorded = tx.record_match(&sent(1, vec![hit(1, 4), hit(2, 4)])).await.unwrap();
        tx.make_newest(id(1), recorded.place, &[hit(1, 4), hit(2, 4)], at(3)).await.unwrap();
        tx.commit().await.unwrap();

        assert!(!recorded.has_newest_hashes);
        let first = store.hits_of_bytes(id(1), &[1; 32].into()).await.unwrap();
        let second = store.hits_of_bytes(id(1), &[2; 32].into()).await.unwrap();
        assert_eq!((first, second), (vec![hit(1, 4), hit(2, 4)], vec![hit(3, 4)]));
        let newest = store.evidence_of_item(id(1)).await.unwrap().unwrap();
        assert_eq!(newest.id, id(1));
        let found = store.a_match(id(1), id(1)).await.unwrap().unwrap();
        assert_eq!((found.sha256, found.changed_at), (Some([1; 32].into()), at(3)));
    }

    async fn surplus_sets_of_hashes_are_deleted_unless_something_refers_to_them(
        records: TestDatabase
    ) {
        let store = open(&records).await;
        stored_service(&store, 1).await;
        let sent = |bytes: u8, hits| Match {
            sha256: Some([bytes; 32].into()),
            created_at: at(bytes.into()),
            changed_at: at(bytes.into()),
            ..a_match(1, "item", Verdict::Hold, hits)
        };
        for bytes in 1..=9 {
            // Only the third set keeps a hit, on entry 3; those on entry 1 move to the newest set.
            let entries: &[i64] = if bytes == 3 { &[1, 3] } else { &[1] };
            let hits = entries.iter().map(|entry| hit(*entry, 4)).collect();
            record(&store, &sent(bytes, hits)).await;
        }
        let mut tx = store.begin("test").await.unwrap();
        assert!(tx.insert_evidence(&evidence(5)).await.unwrap());
        assert_eq!(tx.trim_hashes(id(1), 9).await.unwrap(), 0);
        assert_eq!(tx.trim_hashes(id(1), 8).await.unwrap(), 1);
        tx.commit().await.unwrap();
        let digests = async || {
            let found = store.a_match(id(1), id(1)).await.unwrap().unwrap();
            let bytes = |seen: &SeenHashes| seen.sha256.unwrap().as_bytes()[0];
            found.hashes.iter().map(bytes).collect::<Vec<_>>()
        };
        assert_eq!(digests().await, [9, 8, 7, 6, 5, 4, 3, 1]);

        let mut tx = store.begin("test").await.unwrap();
        assert_eq!(tx.trim_hashes(id(1), 2).await.unwrap(), 4);
        tx.commit().await.unwrap();

        assert_eq!(digests().await, [9, 5, 3, 1]);
        let found = store.a_match(id(1), id(1)).await.unwrap().unwrap();
        assert_eq!((found.sha256, found.hits.len()), (Some([9; 32].into()), 2));
        let third = store.hits_of_bytes(id(1), &[3; 32].into()).await.unwrap();
        assert_eq!(third, [hit(3, 4)]);
    }

    async fn a_stricter_verdict_replaces_a_milder_one(records: TestDatabase) {
        let store = open(&records).await;
        stored_service(&store, 1).await;
        record(&store, &a_match(1, "item", Verdict::Hold, vec![hit(1, 20)])).await;
        let stricter = Match { changed_at: at(5), ..a_match(2, "item", Verdict::Block, vec![]) };

        record(&store, &stricter).await;

        let kept = store.a_match(id(1), id(1)).await.unwrap().unwrap();
        assert_eq!((kept.verdict, kept.created_at, kept.changed_at), (Verdict::Block, at(0), at(5)));
    }

    async fn an_entry_near_to_many_frames_is_many_hits(records: TestDatabase) {
        let store = open(&records).await;
        stored_service(&store, 1).await;
        let second = Hit { frame: 1, frame_count: 2, distance: Distance(9), ..hit(1, 0) };
        let twice = Hit { distance: Distance(12), ..second };

        let found = a_match(1, "item", Verdict::Hold, vec![hit(1, 3), twice, second]);
        let recorded = record(&store, &found).await;

        assert_eq!(recorded.added_hits, 2);
        let kept = store.a_match(id(1), id(1)).await.unwrap().unwrap();
        assert_eq!(kept.hits, [hit(1, 3), second]);
    }

    async fn an_item_checked_by_many_at_once_has_one_match(records: TestDatabase) {
        let store = open(&records).await;
        stored_service(&store, 1).await;
        let tasks: Vec<_> = (1..=12_u32)
            .map(|number| {
                let verdict = if number == 7 { Verdict::Block } else { Verdict::Hold };
                let found =
                    a_match(u128::from(number), "item", verdict, vec![hit(i64::from(number), number)]);
                let store = store.clone();
                tokio::spawn(async move { record(&store, &found).await })
            })
            .collect();

        let mut recorded = Vec::new();
        for task in tasks {
            recorded.push(task.await.unwrap());
        }

        assert_eq!(recorded.iter().filter(|recorded| recorded.is_new).count(), 1);
        assert!(recorded.iter().all(|one| one.id == recorded[0].id));
        assert!(recorded.iter().all(|one| one.added_hits == 1));
        let kept = store.a_match(id(1), recorded[0].id).await.unwrap().unwrap();
        assert_eq!(kept.verdict, Verdict::Block);
        assert_eq!(kept.hits.len(), 12);
        assert!(kept.hits.is_sorted_by_key(|hit| hit.distance));
    }

    async fn two_transactions_that_add_to_one_match_at_once_lose_nothing(records: TestDatabase) {
        let store = open(&records).await;
        stored_service(&store, 1).await;
        for number in 1..=40 {
            let item = format!("item-{number}");
            record(&store, &a_match(number, &item, Verdict::Hold, vec![])).await;
            let stricter = a_match(1_000, &item, Verdict::Block, vec![]);
            let mut known = a_match(1_001, &item, Verdict::Hold, vec![]);
            known.sha256 = Some([9; 32].into());
            let [one, two] = [stricter, known].map(|found| {
                let store = store.clone();
                tokio::spawn(async move { record(&store, &found).await })
            });
            one.await.unwrap();
            two.await.unwrap();

            let kept = store.a_match(id(1), id(number)).await.unwrap().unwrap();
            assert_eq!((kept.verdict, kept.sha256), (Verdict::Block, Some([9; 32].into())));
        }
    }

    async fn matches_are_listed_by_service_bank_and_time_the_newest_first(records: TestDatabase) {
        let store = open(&records).await;
        stored_service(&store, 1).await;
        stored_service(&store, 2).await;
        let other_bank = Hit { bank: id(2), ..hit(5, 1) };
        for (number, hits) in [(1, vec![hit(1, 1)]), (2, vec![other_bank, hit(1, 1)]), (3, vec![])] {
            let time = at(i64::try_from(number).unwrap());
            let item = format!("item-{number}");
            let found = Match { created_at: time, ..a_match(number, &item, Verdict::Hold, hits) };
            record(&store, &found).await;
        }
        let elsewhere = a_match(4, "item-1", Verdict::Hold, vec![]);
        record(&store, &Match { service: id(2), created_at: at(4), ..elsewhere }).await;

        let all = MatchFilter::default();
        assert_eq!(ids(&store, all.clone()).await, [4, 3, 2, 1].map(id));
        let own = MatchFilter { service: Some(id(1)), ..all.clone() };
        assert_eq!(ids(&store, own.clone()).await, [3, 2, 1].map(id));
        assert_eq!(ids(&store, MatchFilter { bank: Some(id(2)), ..own.clone() }).await, [id(2)]);
        assert_eq!(ids(&store, MatchFilter { bank: Some(id(1)), ..all.clone() }).await, [2, 1].map(id));
        let time = MatchFilter { from: Some(at(2)), to: Some(at(4)), ..all };
        assert_eq!(ids(&store, time).await, [3, 2].map(id));
        let item = |name: &str| Some(name.parse().unwrap());
        assert_eq!(ids(&store, MatchFilter { item: item("item-2"), ..own.clone() }).await, [id(2)]);
        let beside = MatchFilter { item: item("item-2"), bank: Some(id(9)), ..own.clone() };
        assert_eq!(ids(&store, beside).await, []);
        assert_eq!(ids(&store, MatchFilter { item: item("item-9"), ..own.clone() }).await, []);
        let page = store.matches(&own, None, size(2)).await.unwrap();
        assert_eq!(page.next, Some(id(2)));
        let rest = store.matches(&own, page.next, size(2)).await.unwrap();
        assert_eq!(rest.rows.len(), 1);
        assert_eq!(rest.rows[0].hits, [hit(1, 1)]);
    }

    async fn a_match_needs_its_service(records: TestDatabase) {
        let store = open(&records).await;

        let mut tx = store.begin("test").await.unwrap();
        let refused = tx.record_match(&a_match(1, "item", Verdict::Hold, vec![])).await;

        assert!(matches!(refused, Err(Error::NotFound("service"))), "{refused:?}");
    }
}
