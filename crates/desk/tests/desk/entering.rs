//! People come, enter, and stay for as long as they may.

use jiff::SignedDuration;
use mamori_desk::staff::add_staff::{NewStaff, StaffAdmin};
use mamori_desk::staff::list_staff::StaffReader;
use mamori_desk::{AtTheMachine, Desk, Error};
use mamori_model::page::PageSize;
use mamori_model::sign_in::{StaffEventKind, TicketKind};
use mamori_model::staff::{Language, StaffRole};
use mamori_model::{Refusal, Sensitive};
use mamori_testkit::on_both_engines;
use mamori_testkit::records::Records;

use crate::common::people::{enter, found, somebody};
use crate::common::{House, house};

fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

fn new(name: &str, roles: &[StaffRole]) -> NewStaff {
    NewStaff {
        name: name.parse().unwrap(),
        shown: "Ada".parse().unwrap(),
        roles: roles.iter().copied().collect(),
        language: Language::English,
    }
}

/// What becomes of somebody who shows this cookie at a page.
async fn shown(
    desk: &Desk,
    cookie: &Sensitive<String>,
) -> Result<Option<Sensitive<String>>, Refusal> {
    match desk.member(cookie.reveal()).await {
        Ok(Some(found)) => Ok(found.renewed),
        Ok(None) => Err(Refusal::SessionEnded),
        Err(Error::Refused(refusal)) => Err(refusal),
        Err(other) => panic!("{other}"),
    }
}

/// Somebody who entered, comes back every ten minutes, and has had one change of the cookie.
async fn with_a_changed_cookie(house: &House) -> (Sensitive<String>, Sensitive<String>) {
    let who = somebody(&house.desk, "ada", &[StaffRole::Reviewer]).await;
    let old = enter(&house.desk, who).await.cookie;
    house.clock.advance(minutes(10));
    assert!(shown(&house.desk, &old).await.unwrap().is_none(), "not due");
    house.clock.advance(minutes(5));
    let new = shown(&house.desk, &old).await.unwrap().unwrap();
    (old, new)
}

on_both_engines! {
    async fn whoever_has_a_ticket_enters_once(records: Records) {
        let house = house(records).await;
        let who = somebody(&house.desk, "ada", &[StaffRole::Lead]).await;
        let here = AtTheMachine::here();
        let ticket = house.desk.ticket_at_the_machine(&here, who, TicketKind::Enter).await.unwrap();

        let entered = house.desk.enter_by_ticket(ticket.reveal()).await.unwrap();
        let again = house.desk.enter_by_ticket(ticket.reveal()).await;

        let found = found(&house.desk, &entered).await;
        assert_eq!(found.member.staff(), who);
        assert_eq!(found.csrf.reveal(), entered.csrf.reveal());
        assert!(found.member.lead().is_some() && found.member.reviewer().is_some());
        assert!(found.member.administrator().is_none() && found.member.auditor().is_none());
        assert!(found.member.records().is_some() && found.member.editor().is_none());
        assert!(matches!(again, Err(Error::Refused(Refusal::TicketUsed))));
    }

    async fn a_ticket_runs_out_and_a_welcome_is_no_way_in(records: Records) {
        let house = house(records).await;
        let here = AtTheMachine::here();
        let added = house.desk.add_staff(StaffAdmin::AtTheMachine(&here), new("ada", &[StaffRole::Lead]));
        let added = added.await.unwrap();
        let late = house.desk.ticket_at_the_machine(&here, added.staff.id, TicketKind::Enter);
        let late = late.await.unwrap();
        house.clock.advance(minutes(5));

        for ticket in [added.ticket.reveal(), late.reveal(), "mt_", "", "nonsense"] {
            let refused = house.desk.enter_by_ticket(ticket).await;
            assert!(matches!(refused, Err(Error::Refused(Refusal::TicketUsed))), "{refused:?}");
        }
        let nobody = uuid::Uuid::nil().into();
        let none = house.desk.ticket_at_the_machine(&here, nobody, TicketKind::Enter).await;
        assert!(matches!(none, Err(Error::NotFound("staff"))));
    }

    async fn a_made_up_cookie_is_no_cookie(records: Records) {
        let house = house(records).await;

        for cookie in ["", "ms_", "nonsense", &"x".repeat(10_000)] {
            assert!(house.desk.member(cookie).await.unwrap().is_none());
        }
    }

    async fn a_name_is_taken_once_and_roles_that_clash_are_refused(records: Records) {
        let house = house(records).await;
        let here = AtTheMachine::here();
        let add = |new| house.desk.add_staff(StaffAdmin::AtTheMachine(&here), new);
        add(new("ada", &[StaffRole::Lead])).await.unwrap();

        let taken = add(new("ada", &[StaffRole::Reviewer])).await;
        let clash = add(new("bob", &[StaffRole::Auditor, StaffRole::Lead])).await;

        assert!(matches!(taken, Err(Error::Conflict(_))));
        assert!(matches!(clash, Err(Error::Refused(Refusal::RolesClash))));
    }

    async fn only_an_administrator_lets_people_in_and_only_a_while_after_proving_it(records: Records) {
        let house = house(records).await;
        let boss = house.member("boss", &[StaffRole::Administrator]).await;
        let lead = house.lead("lead").await;
        let reviewer = house.reviewer("reviewer").await;
        let now = house.clock.now();

        let by_boss = boss.recently(now).unwrap();
        let added = house.desk.add_staff(StaffAdmin::Recently(&by_boss), new("ada", &[StaffRole::Lead]));
        assert!(added.await.is_ok());
        for member in [lead.member(), reviewer.member()] {
            let by = member.recently(now).unwrap();
            let refused = house.desk.add_staff(StaffAdmin::Recently(&by), new("bob", &[StaffRole::Lead]));
            assert!(matches!(refused.await, Err(Error::NotFound(_))));
        }
        house.clock.advance(minutes(15));
        assert_eq!(boss.recently(house.clock.now()).unwrap_err(), Refusal::ProofStale);
    }

    async fn a_session_ends_when_somebody_is_away_and_after_half_a_day(records: Records) {
        let house = house(records).await;
        let who = somebody(&house.desk, "ada", &[StaffRole::Lead]).await;
        let idle = enter(&house.desk, who).await.cookie;
        house.clock.advance(minutes(30));
        assert_eq!(shown(&house.desk, &idle).await.unwrap_err(), Refusal::SessionEnded);
        assert!(house.desk.member(idle.reveal()).await.unwrap().is_none(), "it is gone");

        let mut busy = enter(&house.desk, who).await.cookie;
        for _ in 0..47 {
            house.clock.advance(minutes(15));
            busy = shown(&house.desk, &busy).await.unwrap().unwrap();
        }
        house.clock.advance(minutes(15));
        assert_eq!(shown(&house.desk, &busy).await.unwrap_err(), Refusal::SessionEnded);
    }

    async fn an_old_cookie_ends_the_session_of_whoever_shows_it(records: Records) {
        let house = house(records).await;
        let (old, new) = with_a_changed_cookie(&house).await;
        shown(&house.desk, &new).await.unwrap();
        house.clock.advance(minutes(1));
        assert!(shown(&house.desk, &old).await.is_ok(), "requests under way");
        house.clock.advance(minutes(1));

        let thief = shown(&house.desk, &old).await;
        let owner = shown(&house.desk, &new).await;

        assert_eq!(thief.unwrap_err(), Refusal::SessionReplayed);
        assert_eq!(owner.unwrap_err(), Refusal::SessionEnded);
        let auditor = house.member("eve", &[StaffRole::Auditor]).await.auditor().unwrap();
        let size = PageSize::new(9).unwrap();
        let events = house.desk.staff_events(StaffReader::Auditor(&auditor), None, size).await.unwrap().events;
        assert!(events.rows.iter().any(|event| event.kind == StaffEventKind::SessionEnded));
    }

    async fn a_stolen_cookie_is_found_out_however_often_it_was_replaced(records: Records) {
        let house = house(records).await;
        let (owners, new) = with_a_changed_cookie(&house).await;
        shown(&house.desk, &new).await.unwrap();
        house.clock.advance(minutes(15));
        let thiefs = shown(&house.desk, &new).await.unwrap().unwrap();
        shown(&house.desk, &thiefs).await.unwrap();
        house.clock.advance(minutes(2));

        let owner = shown(&house.desk, &owners).await;
        let thief = shown(&house.desk, &thiefs).await;

        assert_eq!(owner.unwrap_err(), Refusal::SessionReplayed);
        assert_eq!(thief.unwrap_err(), Refusal::SessionEnded);
    }

    async fn a_family_without_its_secret_opens_nothing(records: Records) {
        let house = house(records).await;
        let who = somebody(&house.desk, "ada", &[StaffRole::Lead]).await;
        let cookie = enter(&house.desk, who).await.cookie;
        let (family, secret) = cookie.reveal().split_once('.').unwrap();

        for made_up in [family.to_owned(), format!("ms_x.{secret}"), format!("{secret}.{family}")] {
            assert!(house.desk.member(&made_up).await.unwrap().is_none(), "{made_up}");
        }
        for made_up in [format!("{family}."), format!("{family}.x"), format!("{family}.{secret}x")] {
            let behind = shown(&house.desk, &Sensitive::new(made_up)).await;
            assert_eq!(behind.unwrap_err(), Refusal::CookieReplaced);
        }
        assert!(shown(&house.desk, &cookie).await.is_ok(), "on its way: nobody is accused");
    }

    async fn a_cookie_ends_with_its_session(records: Records) {
        let house = house(records).await;
        let who = somebody(&house.desk, "ada", &[StaffRole::Lead]).await;
        let [here, there] = [enter(&house.desk, who).await, enter(&house.desk, who).await];
        let me = found(&house.desk, &here).await.member;

        assert_eq!(house.desk.end_other_sessions(&me).await.unwrap(), 1);
        assert!(house.desk.member(there.cookie.reveal()).await.unwrap().is_none());
        house.desk.sign_out(&me).await.unwrap();
        house.desk.sign_out(&me).await.unwrap();

        assert!(house.desk.member(here.cookie.reveal()).await.unwrap().is_none());
    }

    async fn a_lost_answer_signs_nobody_out(records: Records) {
        let house = house(records).await;
        let (old, lost) = with_a_changed_cookie(&house).await;
        assert!(shown(&house.desk, &old).await.unwrap().is_none(), "a page's other requests");
        house.clock.advance(minutes(9));

        let third = shown(&house.desk, &old).await.unwrap().unwrap();

        assert_eq!(shown(&house.desk, &lost).await.unwrap_err(), Refusal::CookieReplaced);
        assert!(shown(&house.desk, &third).await.is_ok());
        house.clock.advance(minutes(2));
        assert_eq!(shown(&house.desk, &old).await.unwrap_err(), Refusal::SessionReplayed);
    }

    async fn what_a_page_sends_by_itself_changes_no_cookie(records: Records) {
        let house = house(records).await;
        let who = somebody(&house.desk, "ada", &[StaffRole::Lead]).await;
        let cookie = enter(&house.desk, who).await.cookie;
        house.clock.advance(minutes(20));

        let as_is = house.desk.member_as_is(cookie.reveal()).await.unwrap().unwrap();

        assert!(as_is.renewed.is_none());
        house.clock.advance(minutes(20));
        assert!(shown(&house.desk, &cookie).await.unwrap().is_some(), "seen, so not idle");
    }

    async fn two_pages_at_once_change_the_cookie_once(records: Records) {
        let house = house(records).await;
        let who = somebody(&house.desk, "ada", &[StaffRole::Lead]).await;
        let cookie = enter(&house.desk, who).await.cookie;
        house.clock.advance(minutes(15));

        let (one, other) = tokio::join!(shown(&house.desk, &cookie), shown(&house.desk, &cookie));

        let renewed = [one.unwrap(), other.unwrap()];
        assert_eq!(renewed.iter().filter(|cookie| cookie.is_some()).count(), 1);
        for cookie in renewed.iter().flatten() {
            assert!(shown(&house.desk, cookie).await.is_ok());
        }
    }
}
