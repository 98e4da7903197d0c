//! The full history of a case is read, a page at a time.

use jiff::SignedDuration;
use mamori_desk::Error;
use mamori_desk::cases::claim_case::Queue;
use mamori_desk::cases::read_history::{Before, HistoryReader};
use mamori_desk::staff::member::Reviewer;
use mamori_model::case::CaseEventKind;
use mamori_model::page::PageSize;
use mamori_model::staff::StaffRole;
use mamori_model::{CaseId, Clarity, Look, MatchId, Refusal};
use mamori_testkit::on_both_engines;
use mamori_testkit::records::Records;

use crate::common::{House, house};

/// How many notes and looks a case has here: more than two pages.
const MANY: usize = 230;

/// A case in somebody's hand, with as many notes and looks.
async fn long(house: &House) -> (Reviewer, CaseId) {
    let case = house.cases(1).await[0];
    let who = house.reviewer("one").await;
    let got = house.desk.claim_next(&who, Queue::default()).await.unwrap().unwrap();
    let view = house.desk.case(&who, case, None, PageSize::DEFAULT).await.unwrap();
    let item = view.items.rows[0].found.id;
    let event = view.history[1].clone();
    let mut tx = house.store().await.begin("test").await.unwrap();
    for number in 0..MANY {
        let id = house.clock.mint().unwrap().into();
        let note = Some(format!("note {number}").parse().unwrap());
        let kind = CaseEventKind::Noted;
        let event = mamori_model::case::CaseEvent { id, kind, note, ..event.clone() };
        tx.insert_case_event(&event).await.unwrap();
        tx.insert_look(&look(house, &who, case, item)).await.unwrap();
    }
    tx.commit().await.unwrap();
    assert_eq!(got.case, case);
    (who, case)
}

fn look(house: &House, who: &Reviewer, case: CaseId, item: MatchId) -> Look {
    let now = house.clock.now();
    Look {
        id: house.clock.mint().unwrap().into(),
        case,
        item,
        by: who.staff(),
        clarity: Clarity::Veiled,
        severity: 1,
        opened_at: now,
        seen_at: now,
        shown_at: None,
        closed_at: None,
    }
}

on_both_engines! {
    async fn a_long_history_is_read_to_its_begin_and_nothing_is_left_out(records: Records) {
        let house = house(records).await;
        let (who, case) = long(&house).await;
        let auditor = house.member("auditor", &[StaffRole::Auditor]).await.records().unwrap();
        let store = house.store().await;
        let all = store.case_events(case, 9_999).await.unwrap();

        for reader in [HistoryReader::InHand(&who), HistoryReader::Records(&auditor)] {
            let first = house.desk.case(&who, case, None, PageSize::DEFAULT).await.unwrap();
            assert!(first.history.len() < all.len() && first.looks.len() < MANY);
            assert_eq!(first.look_count, u64::try_from(MANY).unwrap());
            let (mut events, mut looks, mut older) = (first.history, first.looks, first.older);
            while older != Before::default() {
                let page = house.desk.history(reader, case, older).await.unwrap();
                assert_eq!(page.people[&who.staff()].as_str(), "one");
                if older.event.is_some() {
                    events.splice(0..0, page.events);
                }
                if older.look.is_some() {
                    looks.splice(0..0, page.looks);
                }
                older = Before {
                    event: older.event.and(page.older.event),
                    look: older.look.and(page.older.look),
                };
            }
            assert_eq!(events, all);
            assert_eq!(events[0].kind, CaseEventKind::Opened);
            assert_eq!(looks.len(), MANY);
            assert!(looks.is_sorted_by_key(|look| look.id), "none is there twice");
        }
    }

    async fn the_history_is_for_whoever_may_read_the_case(records: Records) {
        let house = house(records).await;
        let (who, case) = long(&house).await;
        let two = house.reviewer("two").await;
        let read = async |who: &Reviewer, case| {
            house.desk.history(HistoryReader::InHand(who), case, Before::default()).await
        };

        let theirs = read(&two, case).await;
        let unknown = read(&two, uuid::Uuid::nil().into()).await;
        house.clock.advance(SignedDuration::from_mins(10));
        let late = read(&who, case).await;

        assert!(matches!(theirs, Err(Error::Refused(Refusal::ClaimedByOther))), "{theirs:?}");
        assert!(matches!(unknown, Err(Error::NotFound("case"))), "{unknown:?}");
        assert!(matches!(late, Err(Error::Refused(Refusal::ClaimLapsed))), "{late:?}");
    }
}
