//! How fast staff members claim and leave cases, and the counts of it by day.

use jiff::Timestamp;
use jiff::civil::date;
use mamori_model::case::{About, CaseEvent, CaseEventKind, ClaimCounts, DayRange, RepeatedClaim};
use mamori_store::{Paced, Store};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::decision::{a_case, insert, proposed};
use crate::given::id;

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Adds an event of person 1 or 2 to the history of the one case.
async fn event(store: &Store, number: u128, kind: CaseEventKind, by: u128, at: &str) {
    let event = CaseEvent {
        id: id(number),
        case: id(1),
        kind,
        by: Some(id(by)),
        note: None,
        about: About::default(),
        at: time(at),
    };
    let mut tx = store.begin("test").await.unwrap();
    tx.insert_case_event(&event).await.unwrap();
    tx.commit().await.unwrap();
}

on_both_engines! {
    async fn the_newest_events_of_a_pace_are_those_of_one_person_after_a_time(records: TestDatabase) {
        use CaseEventKind::{Claimed, Escalated, HandedOver, Lapsed, Released, Skipped};
        let store = a_case(&records).await;
        for (number, kind) in (1..).zip([Claimed, Released, Skipped, Lapsed, Escalated, HandedOver]) {
            event(&store, number, kind, 1, &format!("2026-11-20T10:0{number}:00Z")).await;
        }
        event(&store, 9, Released, 2, "2026-11-20T10:09:00Z").await;

        let left = |since: &'static str, skipped| {
            store.newest_paced(id(1), Paced::Leaves, time(since), skipped)
        };
        let whole = "2026-11-20T10:00:00Z";

        assert_eq!(left(whole, 0).await.unwrap(), Some(time("2026-11-20T10:04:00Z")));
        assert_eq!(left(whole, 2).await.unwrap(), Some(time("2026-11-20T10:02:00Z")));
        assert_eq!(left(whole, 3).await.unwrap(), None);
        assert_eq!(left("2026-11-20T10:02:00Z", 2).await.unwrap(), None, "only what is after it");
        let claims = store.newest_paced(id(1), Paced::Claims, time(whole), 0).await.unwrap();
        assert_eq!(claims, Some(time("2026-11-20T10:01:00Z")));
    }

    async fn claims_are_counted_on_their_day_and_days_outside_are_not(records: TestDatabase) {
        use CaseEventKind::{Claimed, Noted, Skipped};
        let store = a_case(&records).await;
        for (number, at) in (1..).zip([
            "2026-11-18T23:59:59.999999Z",
            "2026-11-19T00:00:00Z",
            "2026-11-19T23:59:59.999999Z",
            "2026-11-20T23:59:59.999999Z",
            "2026-11-21T00:00:00Z",
        ]) {
            event(&store, number, Claimed, 1, at).await;
        }
        event(&store, 8, Noted, 2, "2026-11-20T12:00:00Z").await;
        event(&store, 9, Skipped, 1, "2026-11-20T12:00:00Z").await;
        let mut decision = proposed(1);
        decision.made_at = time("2026-11-20T13:00:00Z");
        insert(&store, &decision).await.unwrap();

        let two = DayRange::new(date(2026, 11, 19), date(2026, 11, 20)).unwrap();
        let one = DayRange::new(date(2026, 11, 19), date(2026, 11, 19)).unwrap();

        let repeated = Some(RepeatedClaim { case: id(1), claims: 3 });
        let of = |day| ClaimCounts { repeated, ..ClaimCounts::none(id(1), date(2026, 11, day)) };
        assert_eq!(
            store.claim_counts(two).await.unwrap(),
            [
                ClaimCounts { claimed: 1, given_back: 1, decided: 1, ..of(20) },
                ClaimCounts { claimed: 2, ..of(19) },
            ]
        );
        let alone = ClaimCounts { claimed: 2, repeated: None, ..of(19) };
        assert_eq!(store.claim_counts(one).await.unwrap(), [alone]);
    }
}
