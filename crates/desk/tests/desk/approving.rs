//! The second approver is another person than the maker, and not an account that an administrator
//! changed a moment ago.

use jiff::SignedDuration;
use mamori_desk::cases::claim_case::Queue;
use mamori_desk::decisions::decide_case::NewDecision;
use mamori_desk::staff::add_staff::{NewStaff, StaffAdmin};
use mamori_desk::{Error, LocalCli, Member};
use mamori_model::action::{AccountMeasure, ItemMeasure};
use mamori_model::staff::{Assignment, Language, StaffRole};
use mamori_model::{DecisionId, Measures, Outcome, Refusal, StaffId};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::common::people::{session_of, sign_in_as};
use crate::common::{TestApp, test_app};

/// A suspension that `maker` proposes.
async fn proposed(app: &TestApp, maker: &Member) -> DecisionId {
    app.cases(1).await;
    let maker = maker.reviewer().unwrap();
    let claimed = app.desk.claim_next(&maker, Queue::default()).await.unwrap().unwrap();
    let account = AccountMeasure::Suspend { until: None };
    let new = NewDecision {
        case: claimed.case,
        claim: claimed.number,
        version: claimed.version,
        outcome: Outcome::Violates,
        reason: "It is what the bank says.".parse().unwrap(),
        measures: Measures { items: ItemMeasure::Remove, account, ..Measures::default() },
    };
    app.desk.decide(&maker, new).await.unwrap().id
}

/// Approves the decision as `who`.
async fn approve(app: &TestApp, who: &Member, decision: DecisionId) -> Result<(), Refusal> {
    let recently = who.recently(app.clock.now()).unwrap();
    match app.desk.approve(&who.reviewer().unwrap(), &recently, decision).await {
        Ok(()) => Ok(()),
        Err(Error::Refused(refusal)) => Err(refusal),
        Err(other) => panic!("{other}"),
    }
}

/// The same person in another session.
async fn again(app: &TestApp, who: StaffId) -> Member {
    session_of(&app.desk, &sign_in_as(&app.desk, who).await).await.member
}

on_both_engines! {
    async fn a_namesake_of_the_maker_is_no_second_approver(records: TestDatabase) {
        let app = test_app(records).await;
        let maker = app.member("ada", &[StaffRole::Lead]).await;
        let decision = proposed(&app, &maker).await;
        let here = LocalCli::here();
        app.desk.end_staff(StaffAdmin::LocalCli(&here), maker.staff()).await.unwrap();

        let namesake = app.member("ada", &[StaffRole::Lead]).await;
        let other = app.member("bob", &[StaffRole::Lead]).await;

        assert_ne!(namesake.staff(), maker.staff());
        assert_eq!(approve(&app, &namesake, decision).await, Err(Refusal::ApproverIsAuthor));
        assert_eq!(approve(&app, &other, decision).await, Ok(()));
    }

    async fn a_new_account_is_no_second_approver_for_a_day(records: TestDatabase) {
        let app = test_app(records).await;
        let maker = app.member("ada", &[StaffRole::Reviewer]).await;
        let decision = proposed(&app, &maker).await;
        let boss = app.member("boss", &[StaffRole::Administrator]).await;
        let by = boss.recently(app.clock.now()).unwrap();
        let new = NewStaff {
            name: "cho".parse().unwrap(),
            display_name: "Cho".parse().unwrap(),
            roles: [StaffRole::Lead].into(),
            assignment: Assignment::EVERYTHING,
            language: Language::English,
        };
        let added = app.desk.add_staff(StaffAdmin::RecentlyAuthenticated(&by), new).await.unwrap().staff.id;

        let early = approve(&app, &again(&app, added).await, decision).await;
        app.clock.advance(SignedDuration::from_hours(24));
        let late = approve(&app, &again(&app, added).await, decision).await;

        assert_eq!((early, late), (Err(Refusal::ApproverTooNew), Ok(())));
    }

    async fn an_account_with_new_roles_services_or_a_link_is_no_approver_for_a_day(records: TestDatabase) {
        let app = test_app(records).await;
        let maker = app.member("ada", &[StaffRole::Reviewer]).await;
        let decision = proposed(&app, &maker).await;
        let boss = app.member("boss", &[StaffRole::Administrator]).await;
        let [linked, promoted, assigned, other] = [
            app.member("lea", &[StaffRole::Lead]).await.staff(),
            app.member("pat", &[StaffRole::Reviewer]).await.staff(),
            app.member("asa", &[StaffRole::Lead]).await.staff(),
            app.member("oda", &[StaffRole::Lead]).await.staff(),
        ];
        let by = boss.recently(app.clock.now()).unwrap();
        let by = StaffAdmin::RecentlyAuthenticated(&by);
        app.desk.enroll_again(by, linked).await.unwrap();
        app.desk.change_roles(by, promoted, [StaffRole::Lead].into()).await.unwrap();
        let services = Some([app.caller.service()].into());
        let assignment = Assignment { services, purposes: None };
        app.desk.change_assignment(by, assigned, assignment).await.unwrap();

        for who in [linked, promoted, assigned] {
            let refused = approve(&app, &again(&app, who).await, decision).await;
            assert_eq!(refused, Err(Refusal::ApproverTooNew));
        }
        assert_eq!(approve(&app, &again(&app, other).await, decision).await, Ok(()));
    }

    async fn own_roles_are_changed_by_another_administrator_or_the_cli(records: TestDatabase) {
        let app = test_app(records).await;
        let boss = app.member("boss", &[StaffRole::Administrator]).await;
        let other = app.member("other", &[StaffRole::Administrator]).await;
        let lead = || [StaffRole::Lead].into();
        let [by, by_other] = [&boss, &other].map(|who| who.recently(app.clock.now()).unwrap());

        let own = app.desk.change_roles(StaffAdmin::RecentlyAuthenticated(&by), boss.staff(), lead()).await;

        assert!(matches!(own, Err(Error::Refused(Refusal::OwnRoles))), "{own:?}");
        assert!(again(&app, boss.staff()).await.administrator().is_some());
        let by_other = StaffAdmin::RecentlyAuthenticated(&by_other);
        app.desk.change_roles(by_other, boss.staff(), lead()).await.unwrap();
        let here = LocalCli::here();
        let here = StaffAdmin::LocalCli(&here);
        app.desk.change_roles(here, boss.staff(), [StaffRole::Administrator].into()).await.unwrap();
        assert!(again(&app, boss.staff()).await.administrator().is_some());
    }
}
