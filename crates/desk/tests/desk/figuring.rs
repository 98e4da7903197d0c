//! Workload figures, by policy and day, and never by person.

use jiff::SignedDuration;
use mamori_desk::cases::claim_case::Queue;
use mamori_desk::decisions::decide_case::NewDecision;
use mamori_model::action::{AccountMeasure, ItemMeasure};
use mamori_model::staff::StaffRole;
use mamori_model::{ActionState, Measures, Outcome, Purpose};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::common::test_app;

on_both_engines! {
    async fn figures_count_cases_decisions_and_actions(records: TestDatabase) {
        let app = test_app(records).await;
        app.cases(7).await;
        let (desk, who) = (&app.desk, app.reviewer("one").await);
        let began = app.clock.now();
        let mut made = Vec::new();
        for minutes in 1..=6 {
            app.clock.advance(SignedDuration::from_mins(1));
            let claimed = desk.claim_next(&who, Queue::default()).await.unwrap().unwrap();
            let outcome = if minutes == 6 { Outcome::Allowed } else { Outcome::Violates };
            let items = if minutes == 6 { ItemMeasure::Leave } else { ItemMeasure::Remove };
            let new = NewDecision {
                case: claimed.case,
                claim: claimed.number,
                version: claimed.version,
                outcome,
                reason: "As the bank says.".parse().unwrap(),
                measures: Measures { items, ..Measures::default() },
            };
            made.push(desk.decide(&who, new).await.unwrap().id);
        }
        desk.undo(&who, made[0], &"Another picture.".parse().unwrap()).await.unwrap();
        let administrator = app.member("admin", &[StaffRole::Administrator]).await;

        let figures = desk.figures(&administrator).await.unwrap();

        let [arrived] = &figures.arrivals[..] else { panic!("{figures:?}") };
        assert_eq!((arrived.purpose, arrived.day, arrived.cases), (Purpose::Rehearsal, figures.to, 7));
        let [all, of_policy] = &figures.waiting[..] else { panic!("{figures:?}") };
        assert_eq!((all.purpose, of_policy.purpose), (None, Some(Purpose::Rehearsal)));
        assert_eq!((all.cases, all.half), (6, SignedDuration::from_mins(3)));
        assert_eq!(of_policy.most, SignedDuration::from_mins(6));
        let [day] = &figures.decided[..] else { panic!("{figures:?}") };
        assert_eq!((day.from, day.to), (figures.to, figures.to));
        assert_eq!((day.violates, day.allowed, day.not_a_match), (4, 1, 0));
        assert_eq!((day.resolved, day.overturned), (6, 1));
        let [open] = &figures.unanswered[..] else { panic!("{figures:?}") };
        assert_eq!((open.state, open.actions), (ActionState::Waiting, 6));
        assert_eq!(open.oldest, Some(began + SignedDuration::from_mins(2)));
    }

    async fn a_proposal_counts_from_the_week_in_which_it_takes_effect(records: TestDatabase) {
        let app = test_app(records).await;
        app.cases(3).await;
        let (desk, who) = (&app.desk, app.reviewer("one").await);
        let mut proposals = Vec::new();
        for _ in 0..3 {
            let claimed = desk.claim_next(&who, Queue::default()).await.unwrap().unwrap();
            let account = AccountMeasure::Suspend { until: None };
            let new = NewDecision {
                case: claimed.case,
                claim: claimed.number,
                version: claimed.version,
                outcome: Outcome::Violates,
                reason: "As the bank says.".parse().unwrap(),
                measures: Measures { items: ItemMeasure::Remove, account, ..Measures::default() },
            };
            proposals.push(desk.decide(&who, new).await.unwrap().id);
        }
        let before = desk.figures(who.member()).await.unwrap();

        app.clock.advance(SignedDuration::from_hours(24 * 7));
        let lead = app.member("two", &[StaffRole::Lead]).await;
        let recently = lead.recently(app.clock.now()).unwrap();
        let approver = lead.reviewer().unwrap();
        desk.approve(&approver, &recently, proposals[0]).await.unwrap();
        let why = "Another picture.".parse().unwrap();
        desk.refuse(&approver, &recently, proposals[1], &why).await.unwrap();
        let after = desk.figures(&lead).await.unwrap();

        assert_eq!(before.decided, []);
        let [week] = &after.decided[..] else { panic!("{after:?}") };
        assert!(before.to < week.from && week.from <= after.to, "{week:?}");
        assert_eq!((week.violates, week.allowed, week.not_a_match), (1, 0, 0));
        assert_eq!((week.resolved, week.overturned), (2, 1));
    }

    async fn figures_cover_the_last_thirty_days(records: TestDatabase) {
        let app = test_app(records).await;
        app.cases(1).await;
        app.clock.advance(SignedDuration::from_hours(24 * 30));
        let member = app.reviewer("one").await;

        let figures = app.desk.figures(member.member()).await.unwrap();

        assert_eq!(figures.arrivals, []);
        assert_eq!((figures.to - figures.from).get_days(), 29);
    }
}
