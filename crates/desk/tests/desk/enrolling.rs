//! Staff accounts, one-time links, and sessions with their cookies.

use jiff::SignedDuration;
use mamori_desk::staff::add_staff::{NewStaff, StaffAdmin};
use mamori_desk::staff::list_staff::StaffReader;
use mamori_desk::{Desk, Error, LocalCli, StaffEventFilter};
use mamori_model::page::PageSize;
use mamori_model::sign_in::SignInLinkKind;
use mamori_model::staff::{Language, StaffRole};
use mamori_model::{AuditVerb, Refusal, Sensitive};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::common::people::{new_staff, session_of, sign_in_as};
use crate::common::{TestApp, test_app};

fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

fn new(name: &str, roles: &[StaffRole]) -> NewStaff {
    NewStaff {
        name: name.parse().unwrap(),
        display_name: "Ada".parse().unwrap(),
        roles: roles.iter().copied().collect(),
        assignment: mamori_model::Assignment::EVERYTHING,
        language: Language::English,
    }
}

/// Opens a page with this cookie; returns the cookie that it is replaced with, if it is.
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

/// The old and the new cookie of a session whose cookie has changed once.
async fn with_a_changed_cookie(app: &TestApp) -> (Sensitive<String>, Sensitive<String>) {
    let who = new_staff(&app.desk, "ada", &[StaffRole::Reviewer]).await;
    let old = sign_in_as(&app.desk, who).await.cookie;
    app.clock.advance(minutes(10));
    assert!(shown(&app.desk, &old).await.unwrap().is_none(), "not due");
    app.clock.advance(minutes(5));
    let new = shown(&app.desk, &old).await.unwrap().unwrap();
    (old, new)
}

on_both_engines! {
    async fn a_sign_in_link_signs_in_once(records: TestDatabase) {
        let app = test_app(records).await;
        let who = new_staff(&app.desk, "ada", &[StaffRole::Lead]).await;
        let here = LocalCli::here();
        let link = app.desk.local_sign_in_link(&here, who, SignInLinkKind::SignIn).await.unwrap();

        let entered = app.desk.sign_in_by_link(link.reveal()).await.unwrap();
        let again = app.desk.sign_in_by_link(link.reveal()).await;

        let found = session_of(&app.desk, &entered).await;
        assert_eq!(found.member.staff(), who);
        assert_eq!(found.csrf.reveal(), entered.csrf.reveal());
        assert!(found.member.lead().is_some() && found.member.reviewer().is_some());
        assert!(found.member.administrator().is_none() && found.member.auditor().is_none());
        assert!(found.member.records().is_some() && found.member.editor().is_none());
        assert!(matches!(again, Err(Error::Refused(Refusal::LinkUsed))));
    }

    async fn an_expired_link_and_an_enrolment_link_do_not_sign_in(records: TestDatabase) {
        let app = test_app(records).await;
        let here = LocalCli::here();
        let added = app.desk.add_staff(StaffAdmin::LocalCli(&here), new("ada", &[StaffRole::Lead]));
        let added = added.await.unwrap();
        let late = app.desk.local_sign_in_link(&here, added.staff.id, SignInLinkKind::SignIn);
        let late = late.await.unwrap();
        app.clock.advance(minutes(5));

        for link in [added.link.reveal(), late.reveal(), "mt_", "", "nonsense"] {
            let refused = app.desk.sign_in_by_link(link).await;
            assert!(matches!(refused, Err(Error::Refused(Refusal::LinkUsed))), "{refused:?}");
        }
        let unknown = uuid::Uuid::nil().into();
        let none = app.desk.local_sign_in_link(&here, unknown, SignInLinkKind::SignIn).await;
        assert!(matches!(none, Err(Error::NotFound("staff"))));
    }

    async fn a_made_up_cookie_has_no_session(records: TestDatabase) {
        let app = test_app(records).await;

        for cookie in ["", "ms_", "nonsense", &"x".repeat(10_000)] {
            assert!(app.desk.member(cookie).await.unwrap().is_none());
        }
    }

    async fn a_name_is_taken_once_and_roles_that_clash_are_refused(records: TestDatabase) {
        let app = test_app(records).await;
        let here = LocalCli::here();
        let add = |new| app.desk.add_staff(StaffAdmin::LocalCli(&here), new);
        add(new("ada", &[StaffRole::Lead])).await.unwrap();

        let taken = add(new("ada", &[StaffRole::Reviewer])).await;
        let clash = add(new("bob", &[StaffRole::Auditor, StaffRole::Lead])).await;

        assert!(matches!(taken, Err(Error::Conflict(_))));
        assert!(matches!(clash, Err(Error::Refused(Refusal::RolesClash))));
    }

    async fn only_a_recently_authenticated_administrator_adds_staff(records: TestDatabase) {
        let app = test_app(records).await;
        let boss = app.member("boss", &[StaffRole::Administrator]).await;
        let lead = app.lead("lead").await;
        let reviewer = app.reviewer("reviewer").await;
        let now = app.clock.now();

        let by_boss = boss.recently(now).unwrap();
        let added = app.desk.add_staff(StaffAdmin::RecentlyAuthenticated(&by_boss), new("ada", &[StaffRole::Lead]));
        assert!(added.await.is_ok());
        for member in [lead.member(), reviewer.member()] {
            let by = member.recently(now).unwrap();
            let refused = app.desk.add_staff(StaffAdmin::RecentlyAuthenticated(&by), new("bob", &[StaffRole::Lead]));
            assert!(matches!(refused.await, Err(Error::NotFound(_))));
        }
        app.clock.advance(minutes(15));
        assert_eq!(boss.recently(app.clock.now()).unwrap_err(), Refusal::ProofStale);
    }

    async fn a_session_ends_after_half_an_hour_idle_and_after_half_a_day(records: TestDatabase) {
        let app = test_app(records).await;
        let who = new_staff(&app.desk, "ada", &[StaffRole::Lead]).await;
        let idle = sign_in_as(&app.desk, who).await.cookie;
        app.clock.advance(minutes(30));
        assert_eq!(shown(&app.desk, &idle).await.unwrap_err(), Refusal::SessionEnded);
        assert!(app.desk.member(idle.reveal()).await.unwrap().is_none(), "the session has ended");

        let mut busy = sign_in_as(&app.desk, who).await.cookie;
        for _ in 0..47 {
            app.clock.advance(minutes(15));
            busy = shown(&app.desk, &busy).await.unwrap().unwrap();
        }
        app.clock.advance(minutes(15));
        assert_eq!(shown(&app.desk, &busy).await.unwrap_err(), Refusal::SessionEnded);
    }

    async fn a_replaced_cookie_ends_its_session(records: TestDatabase) {
        let app = test_app(records).await;
        let (old, new) = with_a_changed_cookie(&app).await;
        shown(&app.desk, &new).await.unwrap();
        app.clock.advance(minutes(1));
        assert!(shown(&app.desk, &old).await.is_ok(), "requests under way");
        app.clock.advance(minutes(1));

        let thief = shown(&app.desk, &old).await;
        let owner = shown(&app.desk, &new).await;

        assert_eq!(thief.unwrap_err(), Refusal::SessionReplayed);
        assert_eq!(owner.unwrap_err(), Refusal::SessionEnded);
        let auditor = app.member("eve", &[StaffRole::Auditor]).await.auditor().unwrap();
        let size = PageSize::new(9).unwrap();
        let events = app.desk.staff_events(StaffReader::Auditor(&auditor), &StaffEventFilter::default(), None, size).await.unwrap().events;
        assert!(events.rows.iter().any(|event| event.event.verb == AuditVerb::SessionReplayed));
    }

    async fn a_replayed_cookie_is_detected_after_any_number_of_changes(records: TestDatabase) {
        let app = test_app(records).await;
        let (owners, new) = with_a_changed_cookie(&app).await;
        shown(&app.desk, &new).await.unwrap();
        app.clock.advance(minutes(15));
        let thiefs = shown(&app.desk, &new).await.unwrap().unwrap();
        shown(&app.desk, &thiefs).await.unwrap();
        app.clock.advance(minutes(2));

        let owner = shown(&app.desk, &owners).await;
        let thief = shown(&app.desk, &thiefs).await;

        assert_eq!(owner.unwrap_err(), Refusal::SessionReplayed);
        assert_eq!(thief.unwrap_err(), Refusal::SessionEnded);
    }

    async fn a_cookie_family_without_its_secret_has_no_session(records: TestDatabase) {
        let app = test_app(records).await;
        let who = new_staff(&app.desk, "ada", &[StaffRole::Lead]).await;
        let cookie = sign_in_as(&app.desk, who).await.cookie;
        let (family, secret) = cookie.reveal().split_once('.').unwrap();

        for made_up in [family.to_owned(), format!("ms_x.{secret}"), format!("{secret}.{family}")] {
            assert!(app.desk.member(&made_up).await.unwrap().is_none(), "{made_up}");
        }
        for made_up in [format!("{family}."), format!("{family}.x"), format!("{family}.{secret}x")] {
            let behind = shown(&app.desk, &Sensitive::new(made_up)).await;
            assert_eq!(behind.unwrap_err(), Refusal::CookieReplaced);
        }
        assert!(shown(&app.desk, &cookie).await.is_ok(), "a lost answer is no replay");
    }

    async fn a_cookie_ends_with_its_session(records: TestDatabase) {
        let app = test_app(records).await;
        let who = new_staff(&app.desk, "ada", &[StaffRole::Lead]).await;
        let [here, there] = [sign_in_as(&app.desk, who).await, sign_in_as(&app.desk, who).await];
        let me = session_of(&app.desk, &here).await.member;

        assert_eq!(app.desk.end_other_sessions(&me).await.unwrap(), 1);
        assert!(app.desk.member(there.cookie.reveal()).await.unwrap().is_none());
        app.desk.sign_out(&me).await.unwrap();
        app.desk.sign_out(&me).await.unwrap();

        assert!(app.desk.member(here.cookie.reveal()).await.unwrap().is_none());
    }

    async fn a_lost_answer_does_not_end_the_session(records: TestDatabase) {
        let app = test_app(records).await;
        let (old, lost) = with_a_changed_cookie(&app).await;
        assert!(shown(&app.desk, &old).await.unwrap().is_none(), "a page's other requests");
        app.clock.advance(minutes(9));

        let third = shown(&app.desk, &old).await.unwrap().unwrap();

        assert_eq!(shown(&app.desk, &lost).await.unwrap_err(), Refusal::CookieReplaced);
        assert!(shown(&app.desk, &third).await.is_ok());
        app.clock.advance(minutes(2));
        assert_eq!(shown(&app.desk, &old).await.unwrap_err(), Refusal::SessionReplayed);
    }

    async fn a_pages_own_requests_do_not_change_the_cookie(records: TestDatabase) {
        let app = test_app(records).await;
        let who = new_staff(&app.desk, "ada", &[StaffRole::Lead]).await;
        let cookie = sign_in_as(&app.desk, who).await.cookie;
        app.clock.advance(minutes(20));

        let as_is = app.desk.member_as_is(cookie.reveal()).await.unwrap().unwrap();

        assert!(as_is.renewed.is_none());
        app.clock.advance(minutes(20));
        assert!(shown(&app.desk, &cookie).await.unwrap().is_some(), "seen, so not idle");
    }

    async fn two_pages_at_once_change_the_cookie_once(records: TestDatabase) {
        let app = test_app(records).await;
        let who = new_staff(&app.desk, "ada", &[StaffRole::Lead]).await;
        let cookie = sign_in_as(&app.desk, who).await.cookie;
        app.clock.advance(minutes(15));

        let (one, other) = tokio::join!(shown(&app.desk, &cookie), shown(&app.desk, &cookie));

        let renewed = [one.unwrap(), other.unwrap()];
        assert_eq!(renewed.iter().filter(|cookie| cookie.is_some()).count(), 1);
        for cookie in renewed.iter().flatten() {
            assert!(shown(&app.desk, cookie).await.is_ok());
        }
    }
}
