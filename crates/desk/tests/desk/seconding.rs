//! Whoever is the second person is somebody else, and nobody whom an administrator made a moment ago.

use jiff::SignedDuration;
use mamori_desk::cases::claim_case::Queue;
use mamori_desk::decisions::decide_case::NewDecision;
use mamori_desk::staff::add_staff::{NewStaff, StaffAdmin};
use mamori_desk::{AtTheMachine, Error, Member};
use mamori_model::action::{AccountMeasure, ItemMeasure};
use mamori_model::staff::{Language, StaffRole};
use mamori_model::{DecisionId, Measures, Outcome, Refusal, StaffId};
use mamori_testkit::on_both_engines;
use mamori_testkit::records::Records;

use crate::common::people::{enter, found};
use crate::common::{House, house};

/// A suspension that `maker` proposes.
async fn proposed(house: &House, maker: &Member) -> DecisionId {
    house.cases(1).await;
    let maker = maker.reviewer().unwrap();
    let claimed = house.desk.claim_next(&maker, Queue::default()).await.unwrap().unwrap();
    let account = AccountMeasure::Suspend { until: None };
    let new = NewDecision {
        case: claimed.case,
        claim: claimed.number,
        version: claimed.version,
        outcome: Outcome::Violates,
        reason: "It is what the bank says.".parse().unwrap(),
        measures: Measures { items: ItemMeasure::Remove, account, ..Measures::default() },
    };
    house.desk.decide(&maker, new).await.unwrap().id
}

/// What becomes of `who` agreeing.
async fn approve(house: &House, who: &Member, decision: DecisionId) -> Result<(), Refusal> {
    let recently = who.recently(house.clock.now()).unwrap();
    match house.desk.approve(&who.reviewer().unwrap(), &recently, decision).await {
        Ok(()) => Ok(()),
        Err(Error::Refused(refusal)) => Err(refusal),
        Err(other) => panic!("{other}"),
    }
}

/// The same person in another session.
async fn again(house: &House, who: StaffId) -> Member {
    found(&house.desk, &enter(&house.desk, who).await).await.member
}

on_both_engines! {
    async fn whoever_left_and_came_again_is_not_their_own_second_person(records: Records) {
        let house = house(records).await;
        let maker = house.member("ada", &[StaffRole::Lead]).await;
        let decision = proposed(&house, &maker).await;
        let here = AtTheMachine::here();
        house.desk.end_staff(StaffAdmin::AtTheMachine(&here), maker.staff()).await.unwrap();

        let namesake = house.member("ada", &[StaffRole::Lead]).await;
        let other = house.member("bob", &[StaffRole::Lead]).await;

        assert_ne!(namesake.staff(), maker.staff());
        assert_eq!(approve(&house, &namesake, decision).await, Err(Refusal::SecondIsFirst));
        assert_eq!(approve(&house, &other, decision).await, Ok(()));
    }

    async fn whom_an_administrator_let_in_is_no_second_person_for_a_day(records: Records) {
        let house = house(records).await;
        let maker = house.member("ada", &[StaffRole::Reviewer]).await;
        let decision = proposed(&house, &maker).await;
        let boss = house.member("boss", &[StaffRole::Administrator]).await;
        let by = boss.recently(house.clock.now()).unwrap();
        let new = NewStaff {
            name: "cho".parse().unwrap(),
            shown: "Cho".parse().unwrap(),
            roles: [StaffRole::Lead].into(),
            language: Language::English,
        };
        let added = house.desk.add_staff(StaffAdmin::Recently(&by), new).await.unwrap().staff.id;

        let early = approve(&house, &again(&house, added).await, decision).await;
        house.clock.advance(SignedDuration::from_hours(24));
        let late = approve(&house, &again(&house, added).await, decision).await;

        assert_eq!((early, late), (Err(Refusal::SecondTooNew), Ok(())));
    }

    async fn whoever_got_roles_or_a_link_is_no_second_person_for_a_day(records: Records) {
        let house = house(records).await;
        let maker = house.member("ada", &[StaffRole::Reviewer]).await;
        let decision = proposed(&house, &maker).await;
        let boss = house.member("boss", &[StaffRole::Administrator]).await;
        let [linked, promoted, other] = [
            house.member("lea", &[StaffRole::Lead]).await.staff(),
            house.member("pat", &[StaffRole::Reviewer]).await.staff(),
            house.member("oda", &[StaffRole::Lead]).await.staff(),
        ];
        let by = boss.recently(house.clock.now()).unwrap();
        let by = StaffAdmin::Recently(&by);
        house.desk.welcome_again(by, linked).await.unwrap();
        house.desk.change_roles(by, promoted, [StaffRole::Lead].into()).await.unwrap();

        for who in [linked, promoted] {
            let refused = approve(&house, &again(&house, who).await, decision).await;
            assert_eq!(refused, Err(Refusal::SecondTooNew));
        }
        assert_eq!(approve(&house, &again(&house, other).await, decision).await, Ok(()));
    }

    async fn nobody_changes_their_own_roles_but_at_the_machine(records: Records) {
        let house = house(records).await;
        let boss = house.member("boss", &[StaffRole::Administrator]).await;
        let other = house.member("other", &[StaffRole::Administrator]).await;
        let lead = || [StaffRole::Lead].into();
        let [by, by_other] = [&boss, &other].map(|who| who.recently(house.clock.now()).unwrap());

        let own = house.desk.change_roles(StaffAdmin::Recently(&by), boss.staff(), lead()).await;

        assert!(matches!(own, Err(Error::Refused(Refusal::OwnRoles))), "{own:?}");
        assert!(again(&house, boss.staff()).await.administrator().is_some());
        let by_other = StaffAdmin::Recently(&by_other);
        house.desk.change_roles(by_other, boss.staff(), lead()).await.unwrap();
        let here = AtTheMachine::here();
        let here = StaffAdmin::AtTheMachine(&here);
        house.desk.change_roles(here, boss.staff(), [StaffRole::Administrator].into()).await.unwrap();
        assert!(again(&house, boss.staff()).await.administrator().is_some());
    }
}
