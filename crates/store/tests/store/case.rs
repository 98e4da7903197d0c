//! Cases: one open one for each subject, and their items.

use mamori_model::case::{
    About, Case, CaseEvent, CaseEventKind, CaseState, Level, Subject, Urgency,
};
use mamori_model::{Assignment, CaseId, Purpose, Verdict};
use mamori_store::{NewCase, Store};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::given::{a_match, at, hit, id, open, size, stored_service};

fn new_case(number: u128, subject: &str) -> NewCase {
    NewCase {
        id: id(number),
        service: id(1),
        purpose: Purpose::Rehearsal,
        subject: Subject::parse(subject).unwrap(),
        urgency: Urgency::KnownMaterial,
        opened_at: at(0),
        items_max: 3,
    }
}

/// Records a match and puts it into the case that `open_or_join_case` returns.
async fn join(store: &Store, case: &NewCase, item: u128) -> CaseId {
    let found = a_match(item, &format!("item-{item}"), Verdict::Hold, vec![hit(1, 1)]);
    let mut tx = store.begin("test").await.unwrap();
    tx.record_match(&found).await.unwrap();
    let joined = tx.open_or_join_case(case).await.unwrap();
    tx.insert_case_item(joined, found.id, at(0)).await.unwrap();
    tx.commit().await.unwrap();
    joined
}

async fn case(store: &Store, number: u128) -> Case {
    store.case(id(number), &Assignment::EVERYTHING).await.unwrap().unwrap()
}

on_both_engines! {
    async fn a_subject_has_one_open_case_until_it_is_full(records: TestDatabase) {
        let store = open(&records).await;
        stored_service(&store, 1).await;
        let account = "account:somebody";

        let joined = [
            join(&store, &new_case(1, account), 1).await,
            join(&store, &new_case(2, account), 2).await,
            join(&store, &new_case(3, account), 3).await,
            join(&store, &new_case(4, account), 4).await,
            join(&store, &new_case(5, "account:else"), 5).await,
        ];

        assert_eq!(joined, [id(1), id(1), id(1), id(4), id(5)]);
        let full = case(&store, 1).await;
        assert_eq!((full.items, full.version, full.state), (3, 3, CaseState::Open));
        assert_eq!(full.subject, Subject::parse(account).unwrap());
        assert_eq!(full.level, Level::Reviewer);
        let items = store.case_items(id(1), None, size(2)).await.unwrap();
        let names: Vec<_> = items.rows.iter().map(|found| found.id).collect();
        assert_eq!((names, items.next), (vec![id(3), id(2)], Some(id(2))));
        assert_eq!(items.rows[0].hits.len(), 1);
    }

    async fn a_decided_case_takes_no_item_and_an_open_one_is_found_by_its_item(records: TestDatabase) {
        let store = open(&records).await;
        stored_service(&store, 1).await;
        join(&store, &new_case(1, "item:x"), 1).await;
        let mut tx = store.begin("test").await.unwrap();
        let open_case = tx.lock_open_case_of_item(id(1)).await.unwrap();
        assert_eq!(open_case.map(|case| case.id), Some(id(1)));

        tx.close_case(id(1), CaseState::Decided, Some(at(5))).await.unwrap();
        tx.commit().await.unwrap();
        let next = join(&store, &new_case(2, "item:x"), 2).await;
        let mut tx = store.begin("test").await.unwrap();
        tx.reopen_case(id(1), Level::Lead).await.unwrap();
        tx.commit().await.unwrap();

        assert_eq!(next, id(2));
        let again = case(&store, 1).await;
        assert_eq!((again.state, again.level, again.closed_at), (CaseState::Open, Level::Lead, None));
        assert_eq!(join(&store, &new_case(3, "item:x"), 3).await, id(2), "a reopened one is full");
    }

    async fn a_match_in_a_case_stays_as_long_as_the_case(records: TestDatabase) {
        let store = open(&records).await;
        stored_service(&store, 1).await;
        join(&store, &new_case(1, "item:x"), 1).await;
        let mut tx = store.begin("test").await.unwrap();
        let event = CaseEvent {
            id: id(1),
            case: id(1),
            kind: CaseEventKind::Opened,
            by: None,
            note: Some("two\nlines".parse().unwrap()),
            about: About { item: Some(id(1)), ..About::default() },
            at: at(0),
        };
        tx.insert_case_event(&event).await.unwrap();
        assert_eq!(tx.delete_matches_before(at(9), 9).await.unwrap(), 0);
        assert_eq!(tx.delete_cases_before(at(9), 9).await.unwrap(), 0, "it is open");
        tx.close_case(id(1), CaseState::Decided, Some(at(5))).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.case_events(id(1), 9).await.unwrap(), [event]);

        let mut tx = store.begin("test").await.unwrap();
        assert_eq!(tx.delete_cases_before(at(5), 9).await.unwrap(), 0);
        assert_eq!(tx.delete_cases_before(at(6), 9).await.unwrap(), 1);
        assert_eq!(tx.delete_matches_before(at(9), 9).await.unwrap(), 1);
        tx.commit().await.unwrap();

        assert_eq!(store.case(id(1), &Assignment::EVERYTHING).await.unwrap(), None);
        assert_eq!(store.case_events(id(1), 9).await.unwrap(), []);
    }

    async fn every_purpose_that_accuses_has_a_policy(records: TestDatabase) {
        let store = open(&records).await;

        for &purpose in Purpose::ALL {
            let policy = store.policy(purpose).await.unwrap();
            assert_eq!(policy.is_none(), purpose.is_negative(), "{purpose:?}");
            assert!(policy.is_none_or(|policy| policy.evidence_days == 0), "{purpose:?}");
        }
        assert_eq!(store.policies().await.unwrap().len(), Purpose::ALL.len() - 1);
    }

    async fn a_case_of_an_account_does_not_show_it(records: TestDatabase) {
        let store = open(&records).await;
        stored_service(&store, 1).await;
        join(&store, &new_case(1, "account:user-17"), 1).await;

        let shown = format!("{:?} {:?}", case(&store, 1).await, new_case(2, "account:user-17"));

        assert!(!shown.contains("user-17"), "{shown}");
    }
}
