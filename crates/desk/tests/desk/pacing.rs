//! The pace limits of claims, and what auditors see of claims.

use jiff::SignedDuration;
use mamori_desk::cases::claim_case::{Claimed, Queue};
use mamori_desk::cases::pace_limit::PaceReached;
use mamori_desk::cases::release_case::Release;
use mamori_desk::decisions::decide_case::NewDecision;
use mamori_desk::settings::PaceLimits;
use mamori_desk::staff::member::Reviewer;
use mamori_desk::{Error, Paced, Settings};
use mamori_model::action::ItemMeasure;
use mamori_model::case::{ClaimCounts, DayRange, Level, RepeatedClaim};
use mamori_model::page::PageSize;
use mamori_model::staff::StaffRole;
use mamori_model::{CaseId, FreeText, Measures, Outcome, Refusal, Urgency};
use mamori_store::Released;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::common::{TestApp, settings, test_app, test_app_with};

fn why() -> FreeText {
    "because of a test".parse().unwrap()
}

fn limits(claims_hour_max: u32, left_hour_max: u32, left_day_max: u32) -> Settings {
    let mut settings = settings();
    settings.cases.pace = PaceLimits { claims_hour_max, left_hour_max, left_day_max };
    settings
}

async fn claim(app: &TestApp, who: &Reviewer) -> Result<Option<Claimed>, Error> {
    app.desk.claim_next(who, Queue::default()).await
}

async fn next(app: &TestApp, who: &Reviewer) -> Claimed {
    claim(app, who).await.unwrap().unwrap()
}

#[track_caller]
fn refused<T: std::fmt::Debug>(answer: Result<T, Error>) -> Refusal {
    match answer {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

async fn release(app: &TestApp, who: &Reviewer, release: Release) -> CaseId {
    let got = next(app, who).await;
    app.desk.release_case(who, got.case, got.number, release).await.unwrap();
    got.case
}

async fn skip(app: &TestApp, who: &Reviewer) {
    release(app, who, Release::Skip(why())).await;
}

async fn decide(app: &TestApp, who: &Reviewer) {
    let claimed = next(app, who).await;
    let new = NewDecision {
        case: claimed.case,
        claim: claimed.number,
        version: claimed.version,
        outcome: Outcome::Violates,
        reason: why(),
        measures: Measures { items: ItemMeasure::Remove, ..Measures::default() },
    };
    app.desk.decide(who, new).await.unwrap();
}

async fn in_danger(app: &TestApp, case: CaseId) {
    let mut tx = app.store().await.begin("test").await.unwrap();
    let urgency = Urgency::ChildInDanger;
    let then = Released { level: Level::Reviewer, urgency, handed: None };
    tx.release_claim(case, then).await.unwrap();
    tx.commit().await.unwrap();
}

on_both_engines! {
    async fn a_reviewer_who_leaves_twenty_cases_waits_until_an_hour_after_the_first(records: TestDatabase) {
        let app = test_app(records).await;
        app.cases(22).await;
        let (one, two) = (app.reviewer("one").await, app.reviewer("two").await);
        let began = app.clock.now();
        for _ in 0..20 {
            skip(&app, &one).await;
            app.clock.advance(SignedDuration::from_mins(1));
        }

        let limited = claim(&app, &one).await;
        let shown = app.desk.queue(&one).await.unwrap().pace_reached;

        let until = began + SignedDuration::from_hours(1);
        assert_eq!(refused(limited), Refusal::LeaveLimit);
        assert_eq!(shown, Some(PaceReached { what: Paced::Leaves, until }));
        assert!(claim(&app, &two).await.unwrap().is_some(), "a colleague is not limited");
        assert_eq!(app.desk.queue(&two).await.unwrap().pace_reached, None);
        let left = until.duration_since(app.clock.now());
        app.clock.advance(left - SignedDuration::from_micros(1));
        assert_eq!(refused(claim(&app, &one).await), Refusal::LeaveLimit);
        app.clock.advance(SignedDuration::from_micros(1));
        assert_eq!(app.desk.queue(&one).await.unwrap().pace_reached, None);
        skip(&app, &one).await;
        assert_eq!(refused(claim(&app, &one).await), Refusal::LeaveLimit, "twenty again");
    }

    async fn a_reviewer_who_decides_is_not_limited(records: TestDatabase) {
        let app = test_app(records).await;
        app.cases(40).await;
        let one = app.reviewer("one").await;

        for number in 0..39 {
            match number % 2 {
                0 => decide(&app, &one).await,
                _ => skip(&app, &one).await,
            }
        }

        assert!(claim(&app, &one).await.unwrap().is_some(), "nineteen were left");
    }

    async fn every_way_back_to_the_queue_counts_and_passing_a_case_on_does_not(records: TestDatabase) {
        let app = test_app_with(records, limits(99, 3, 99)).await;
        let cases = app.cases(8).await;
        let (one, two) = (app.reviewer("one").await, app.reviewer("two").await);
        app.lead("lead").await;

        for _ in 0..3 {
            let up = Release::Escalate { urgency: Urgency::KnownMaterial, why: why() };
            release(&app, &one, up).await;
        }
        release(&app, &one, Release::HandOver { to: two.staff(), why: why() }).await;
        release(&app, &one, Release::Leave).await;
        next(&app, &one).await;
        app.clock.advance(SignedDuration::from_mins(11));
        app.desk.sweep_once().await.unwrap();
        let had = app.desk.claim_case(&one, cases[6]).await.unwrap();
        let other = app.desk.claim_case(&one, cases[7]).await;

        assert_eq!(refused(other), Refusal::LeaveLimit, "the case that was claimed would be the third");
        assert_eq!(next(&app, &one).await, had, "and stays claimed");
        app.desk.release_case(&one, had.case, had.number, Release::Leave).await.unwrap();
        assert_eq!(refused(claim(&app, &one).await), Refusal::LeaveLimit);
    }

    async fn a_day_has_a_limit_of_its_own(records: TestDatabase) {
        let app = test_app_with(records, limits(99, 2, 3)).await;
        app.cases(5).await;
        let one = app.reviewer("one").await;
        let began = app.clock.now();
        skip(&app, &one).await;
        skip(&app, &one).await;
        app.clock.advance(SignedDuration::from_hours(2));
        skip(&app, &one).await;

        app.clock.advance(SignedDuration::from_hours(2));
        let limited = claim(&app, &one).await;
        let shown = app.desk.queue(&one).await.unwrap().pace_reached.unwrap();

        assert_eq!(refused(limited), Refusal::LeaveLimit);
        assert_eq!(shown.until, began + SignedDuration::from_hours(24));
        app.clock.advance(shown.until.duration_since(app.clock.now()));
        assert!(claim(&app, &one).await.unwrap().is_some());
    }

    async fn claims_are_limited_too_and_the_claimed_case_is_returned_all_the_same(records: TestDatabase) {
        let app = test_app_with(records, limits(3, 99, 99)).await;
        let cases = app.cases(4).await;
        let one = app.reviewer("one").await;
        decide(&app, &one).await;
        decide(&app, &one).await;
        let third = next(&app, &one).await;

        assert_eq!(next(&app, &one).await, third);
        assert_eq!(app.desk.claim_case(&one, third.case).await.unwrap(), third);
        decide(&app, &one).await;
        assert_eq!(refused(claim(&app, &one).await), Refusal::ClaimLimit);
        assert_eq!(refused(app.desk.claim_case(&one, cases[3]).await), Refusal::ClaimLimit);
        app.clock.advance(SignedDuration::from_hours(1));
        assert_eq!(next(&app, &one).await.case, cases[3]);
    }

    async fn a_child_in_danger_does_not_wait_for_a_limit(records: TestDatabase) {
        let app = test_app_with(records, limits(99, 1, 99)).await;
        let cases = app.cases(4).await;
        let one = app.reviewer("one").await;
        skip(&app, &one).await;
        assert_eq!(refused(claim(&app, &one).await), Refusal::LeaveLimit);

        in_danger(&app, cases[2]).await;
        in_danger(&app, cases[3]).await;
        let first = next(&app, &one).await;
        let second = app.desk.claim_case(&one, cases[3]).await.unwrap();

        assert_eq!((first.case, second.case), (cases[2], cases[3]));
        app.desk.release_case(&one, cases[3], second.number, Release::Skip(why())).await.unwrap();
        assert_eq!(next(&app, &one).await.case, cases[2]);
        decide(&app, &one).await;
        assert_eq!(refused(claim(&app, &one).await), Refusal::LeaveLimit);
    }

    async fn auditors_read_how_cases_are_claimed_and_left(records: TestDatabase) {
        let app = test_app_with(records, limits(999, 999, 999)).await;
        app.cases(16).await;
        let auditor = app.member("auditor", &[StaffRole::Auditor]).await.auditor().unwrap();
        let (one, two) = (app.reviewer("one").await, app.reviewer("two").await);
        let three = app.reviewer("three").await;
        app.lead("lead").await;
        let today = app.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date();
        let tomorrow = today.tomorrow().unwrap();
        decide(&app, &one).await;
        let up = Release::Escalate { urgency: Urgency::KnownMaterial, why: why() };
        release(&app, &one, up).await;
        release(&app, &one, Release::HandOver { to: two.staff(), why: why() }).await;
        let repeated = release(&app, &three, Release::Leave).await;
        release(&app, &three, Release::Leave).await;
        app.clock.advance(SignedDuration::from_hours(24));
        let again = app.desk.claim_case(&three, repeated).await.unwrap();
        app.desk.release_case(&three, repeated, again.number, Release::Leave).await.unwrap();
        next(&app, &one).await;
        app.clock.advance(SignedDuration::from_mins(11));
        app.desk.sweep_once().await.unwrap();
        for _ in 0..10 {
            skip(&app, &two).await;
        }

        let days = DayRange::new(today, tomorrow).unwrap();
        let read = |after, size| {
            let size = PageSize::new(size).unwrap();
            app.desk.claim_counts(&auditor, days, after, size)
        };
        let all = read(None, 99).await.unwrap();
        let first = read(None, 3).await.unwrap();
        let rest = read(first.counts.next, 3).await.unwrap();

        let none = ClaimCounts::none;
        let repeated = Some(RepeatedClaim { case: repeated, claims: 3 });
        let mut new = [
            ClaimCounts { claimed: 10, given_back: 10, ..none(two.staff(), tomorrow) },
            ClaimCounts { claimed: 1, given_back: 1, repeated, ..none(three.staff(), tomorrow) },
        ];
        new.sort_by_key(ClaimCounts::place);
        let expected = [
            new[0],
            new[1],
            ClaimCounts { claimed: 2, given_back: 2, repeated, ..none(three.staff(), today) },
            ClaimCounts { claimed: 1, lapsed: 1, ..none(one.staff(), tomorrow) },
            ClaimCounts {
                claimed: 3,
                decided: 1,
                escalated: 1,
                handed_over: 1,
                ..none(one.staff(), today)
            },
        ];
        assert_eq!(all.counts.rows, expected);
        assert_eq!(all.counts.next, None);
        assert_eq!(all.people[&two.staff()].as_str(), "two");
        assert_eq!([first.counts.rows, rest.counts.rows].concat(), expected);
        assert_eq!(rest.counts.next, None);
        let today = DayRange::new(today, today).unwrap();
        let of_day = app.desk.claim_counts(&auditor, today, None, PageSize::DEFAULT).await.unwrap();
        assert!(of_day.counts.rows.iter().all(|counts| !counts.stands_out()), "only two claims of it");
    }
}
