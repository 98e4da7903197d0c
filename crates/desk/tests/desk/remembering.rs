//! The full history of a case is read, a page at a time.

use jiff::SignedDuration;
use mamori_desk::Error;
use mamori_desk::cases::claim_case::Queue;
use mamori_desk::cases::read_history::{HistoryCursor, HistoryReader};
use mamori_desk::staff::member::Reviewer;
use mamori_model::case::CaseEventKind;
use mamori_model::page::PageSize;
use mamori_model::staff::StaffRole;
use mamori_model::{CaseId, Clarity, MatchId, Refusal, View};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::common::{TestApp, test_app};

/// How many notes and views a case has here: more than two pages.
const MANY: usize = 230;

/// A claimed case with as many notes and views.
async fn long(app: &TestApp) -> (Reviewer, CaseId) {
    let case = app.cases(1).await[0];
    let who = app.reviewer("one").await;
    let got = app.desk.claim_next(&who, Queue::default()).await.unwrap().unwrap();
    let view = app.desk.case(&who, case, None, PageSize::DEFAULT).await.unwrap();
    let item = view.items.rows[0].found.id;
    let event = view.history[1].clone();
    let mut tx = app.store().await.begin("test").await.unwrap();
    for number in 0..MANY {
        let id = app.clock.mint().unwrap().into();
        let note = Some(format!("note {number}").parse().unwrap());
        let kind = CaseEventKind::Noted;
        let event = mamori_model::case::CaseEvent { id, kind, note, ..event.clone() };
        tx.insert_case_event(&event).await.unwrap();
        tx.insert_view(&a_view(app, &who, case, item)).await.unwrap();
    }
    tx.commit().await.unwrap();
    assert_eq!(got.case, case);
    (who, case)
}

fn a_view(app: &TestApp, who: &Reviewer, case: CaseId, item: MatchId) -> View {
    let now = app.clock.now();
    View {
        id: app.clock.mint().unwrap().into(),
        case,
        item,
        by: who.staff(),
        clarity: Clarity::Blurred,
        severity: 1,
        opened_at: now,
        seen_at: now,
        shown_at: None,
        closed_at: None,
    }
}

on_both_engines! {
    async fn a_long_history_is_read_to_its_beginning_without_gaps(records: TestDatabase) {
        let app = test_app(records).await;
        let (who, case) = long(&app).await;
        let auditor = app.member("auditor", &[StaffRole::Auditor]).await.records().unwrap();
        let store = app.store().await;
        let all = store.case_events(case, 9_999).await.unwrap();

        for reader in [HistoryReader::Claimant(&who), HistoryReader::Records(&auditor)] {
            let first = app.desk.case(&who, case, None, PageSize::DEFAULT).await.unwrap();
            assert!(first.history.len() < all.len() && first.views.len() < MANY);
            assert_eq!(first.view_count, u64::try_from(MANY).unwrap());
            let (mut events, mut views, mut older) = (first.history, first.views, first.older);
            while older != HistoryCursor::default() {
                let page = app.desk.history(reader, case, older).await.unwrap();
                assert_eq!(page.people[&who.staff()].as_str(), "one");
                if older.event.is_some() {
                    events.splice(0..0, page.events);
                }
                if older.view.is_some() {
                    views.splice(0..0, page.views);
                }
                older = HistoryCursor {
                    event: older.event.and(page.older.event),
                    view: older.view.and(page.older.view),
                };
            }
            assert_eq!(events, all);
            assert_eq!(events[0].kind, CaseEventKind::Opened);
            assert_eq!(views.len(), MANY);
            assert!(views.is_sorted_by_key(|view| view.id), "no view is there twice");
        }
    }

    async fn only_the_claimant_reads_the_history_of_a_case(records: TestDatabase) {
        let app = test_app(records).await;
        let (who, case) = long(&app).await;
        let two = app.reviewer("two").await;
        let read = async |who: &Reviewer, case| {
            app.desk.history(HistoryReader::Claimant(who), case, HistoryCursor::default()).await
        };

        let theirs = read(&two, case).await;
        let unknown = read(&two, uuid::Uuid::nil().into()).await;
        app.clock.advance(SignedDuration::from_mins(10));
        let late = read(&who, case).await;

        assert!(matches!(theirs, Err(Error::Refused(Refusal::ClaimedByOther))), "{theirs:?}");
        assert!(matches!(unknown, Err(Error::NotFound("case"))), "{unknown:?}");
        assert!(matches!(late, Err(Error::Refused(Refusal::ClaimLapsed))), "{late:?}");
    }
}
