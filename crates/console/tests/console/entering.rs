//! Ways in and out, as a browser without scripts uses them.

use axum::http::StatusCode;
use axum::http::header::{RETRY_AFTER, SET_COOKIE};
use jiff::SignedDuration;
use mamori_desk::AtTheMachine;
use mamori_desk::staff::add_staff::StaffAdmin;
use mamori_model::Sensitive;
use mamori_model::sign_in::TicketKind;
use mamori_signin::CodeSecret;
use mamori_testkit::records::Records;
use mamori_testkit::{base32, on_both_engines};

use crate::house::{Answer, House, Person};

pub const PASSWORD: &str = "four words without sense";

/// What an authenticator shows of an offered secret.
pub fn code(house: &House, secret: &str) -> String {
    let bytes = base32::read(secret).unwrap();
    let secret = CodeSecret::from_kept(Sensitive::new(bytes)).unwrap();
    let unix_s = u64::try_from(house.clock.now().as_second()).unwrap();
    secret.code_at(unix_s).unwrap().reveal().clone()
}

fn cookie(answer: &Answer) -> String {
    let cookie = answer.headers[SET_COOKIE].to_str().unwrap();
    let value = cookie.strip_prefix("mamori-local=").unwrap();
    value.split(';').next().unwrap().to_owned()
}

/// Somebody's password and codes, set up by a link: the secret of the codes.
async fn with_password(house: &House, who: &Person) -> String {
    let here = AtTheMachine::here();
    let ticket = house.desk.welcome_again(StaffAdmin::AtTheMachine(&here), who.staff.id).await;
    let link = format!("/console/welcome/{}", ticket.unwrap().reveal());
    let page = house.get(&link).await;
    let sealed = page.field("sealed");
    let secret = page.page().split("<p><code translate=\"no\">").nth(1).unwrap();
    let secret = secret.split('<').next().unwrap().to_owned();
    let chosen = [("password", PASSWORD), ("code", &*code(house, &secret)), ("sealed", &sealed)];
    assert_eq!(house.post(&link, &chosen).await.to(), "/console");
    house.clock.advance(SignedDuration::from_secs(60));
    secret
}

on_both_engines! {
    async fn a_proof_brings_another_cookie_and_the_one_before_opens_nothing(records: Records) {
        let house = House::open(records).await;
        let rei = house.reviewer("rei").await;
        let secret = with_password(&house, &rei).await;
        let before = house.again(rei.staff.clone()).await;

        let shown = code(&house, &secret);
        let form = [("password", PASSWORD), ("code", &*shown), ("on", "/console/queue")];
        let proved = house.post_as(&before, "/console/prove", &form).await;
        let after = Person { cookie: cookie(&proved), ..before.clone() };
        let copied = house.get_as(&before, "/console/queue").await;

        assert_eq!(proved.to(), "/console/queue");
        assert_eq!(copied.status, StatusCode::CONFLICT, "{copied:?}");
        assert!(copied.text.contains("Your session was renewed"), "{copied:?}");
        assert!(!copied.headers.contains_key(SET_COOKIE), "the newer one stays in the browser");
        assert_eq!(house.get_as(&after, "/console/queue").await.status, StatusCode::OK);
        house.clock.advance(SignedDuration::from_mins(2));
        let copied = house.get_as(&before, "/console/queue").await;
        assert!(copied.to().starts_with("/console/sign-in?why=replayed"), "{copied:?}");
    }

    async fn somebody_signs_out_everywhere_else_by_a_button(records: Records) {
        let house = House::open(records).await;
        let there = house.reviewer("rei").await;
        let here = house.again(there.staff.clone()).await;
        let path = "/console/me/sign-out-elsewhere";
        let page = house.get_as(&here, "/console/me").await;
        assert!(page.page().contains(&format!("action=\"{path}\"")), "{page:?}");

        let done = house.post_as(&here, path, &[]).await;

        assert_eq!(done.to(), "/console/me");
        assert!(house.get_as(&there, "/console").await.to().starts_with("/console/sign-in"));
        assert_eq!(house.get_as(&here, "/console").await.status, StatusCode::OK);
    }

    async fn every_page_says_that_a_way_in_was_added(records: Records) {
        let house = House::open(records).await;
        let rei = house.reviewer("rei").await;
        let said = "A sign-in method was added to your account on <time";
        assert!(!house.get_as(&rei, "/console/queue").await.page().contains(said));

        let form = [("password", PASSWORD)];
        let set = house.post_as(&rei, "/console/me/password", &form).await;

        assert_eq!(set.to(), "/console/me");
        for path in ["/console/queue", "/console", "/console/me"] {
            let page = house.get_as(&rei, path).await;
            assert!(page.page().contains(said), "{path}: {page:?}");
        }
    }

    async fn a_link_lets_in_once_and_opening_it_spends_nothing(records: Records) {
        let house = House::open(records).await;
        let rei = house.reviewer("rei").await;
        let here = AtTheMachine::here();
        let ticket = house.desk.ticket_at_the_machine(&here, rei.staff.id, TicketKind::Enter);
        let link = format!("/console/welcome/{}", ticket.await.unwrap().reveal());

        let opened = [house.get(&link).await, house.get(&link).await];
        let entered = house.post(&link, &[]).await;
        let again = house.post(&link, &[]).await;

        assert!(opened.iter().all(|page| page.page().contains("This link signs you in once")));
        assert_eq!(entered.to(), "/console");
        let cookie = entered.headers[SET_COOKIE].to_str().unwrap();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
        assert_eq!(again.status, StatusCode::GONE);
        assert!(again.text.contains("<title>This link has been used or has expired"), "{again:?}");
    }

    async fn a_welcome_sets_up_a_password_and_codes_and_they_let_in(records: Records) {
        let house = House::open(records).await;
        let rei = house.reviewer("rei").await;
        let here = AtTheMachine::here();
        let by = StaffAdmin::AtTheMachine(&here);
        let ticket = house.desk.welcome_again(by, rei.staff.id).await.unwrap();
        let link = format!("/console/welcome/{}", ticket.reveal());
        let page = house.get(&link).await;
        let sealed = page.field("sealed");
        let secret = page.page().split("<p><code translate=\"no\">").nth(1).unwrap();
        let secret = secret.split('<').next().unwrap().to_owned();

        let weak = [("password", "short"), ("code", &*code(&house, &secret)), ("sealed", &sealed)];
        let weak = house.post(&link, &weak).await;
        let chosen = [("password", PASSWORD), ("code", &*code(&house, &secret)), ("sealed", &sealed)];
        let entered = house.post(&link, &chosen).await;
        house.clock.advance(SignedDuration::from_secs(60));
        let shown = code(&house, &secret);
        let form = [("name", "rei"), ("password", PASSWORD), ("code", &*shown), ("on", "/console/queue")];
        let again = house.post("/console/sign-in", &form).await;
        let replayed = house.post("/console/sign-in", &form).await;

        assert_eq!(weak.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(weak.text.contains("This password is too easy to guess"), "{weak:?}");
        assert_eq!(entered.to(), "/console");
        assert_eq!(again.to(), "/console/queue");
        assert_eq!(replayed.status, StatusCode::FORBIDDEN, "a code lets in once");
    }

    async fn guessing_is_slowed_and_tells_nothing(records: Records) {
        let house = House::open(records).await;
        house.reviewer("rei").await;
        let guess = |name| [("name", name), ("password", "wrong wrong wrong"), ("code", "123456")];

        let known = house.post("/console/sign-in", &guess("rei")).await;
        let unknown = house.post("/console/sign-in", &guess("nobody")).await;
        for _ in 0..5 {
            house.post("/console/sign-in", &guess("rei")).await;
        }
        let slowed = house.post("/console/sign-in", &guess("rei")).await;

        assert_eq!(known.status, StatusCode::FORBIDDEN);
        assert_eq!(known.text.replace("rei", "nobody"), unknown.text);
        assert_eq!(slowed.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(slowed.headers[RETRY_AFTER], "900");
    }

    async fn a_cookie_ends_with_its_session(records: Records) {
        let house = House::open(records).await;
        let rei = house.reviewer("rei").await;

        let out = house.post_as(&rei, "/console/sign-out", &[]).await;
        let after = house.get_as(&rei, "/console/queue").await;

        assert_eq!(out.to(), "/console/sign-in");
        assert_eq!(cookie(&out), "");
        assert_eq!(after.to(), "/console/sign-in?on=%2Fconsole%2Fqueue");
        let page = house.get(&after.to()).await;
        assert!(page.page().contains("name=\"on\" value=\"/console/queue\""), "{page:?}");
        let elsewhere = house.get("/console/sign-in?on=https://evil.example").await;
        assert!(!elsewhere.page().contains("evil"), "{elsewhere:?}");
    }

    async fn the_start_shows_what_waits_and_only_pages_that_are_there(records: Records) {
        let house = House::open(records).await;
        house.item("a", Some("one")).await;
        let rei = house.reviewer("rei").await;

        let start = house.get_as(&rei, "/console").await;

        assert!(start.page().contains("<p class=\"big\">1</p>"), "{start:?}");
        assert!(start.page().contains("<svg class=\"chart\""), "{start:?}");
        assert!(start.page().contains("<td class=\"number\">1</td>"), "and as a table: {start:?}");
        let linked = start.page().split("href=\"/console").skip(1);
        for path in linked.filter_map(|rest| rest.split('"').next()) {
            let page = house.get_as(&rei, &format!("/console{path}")).await;
            assert_eq!(page.status, StatusCode::OK, "{path}");
        }
        let name = "rei &lt;b&gt;rei&lt;/b&gt;";
        assert!(start.page().contains(name), "{start:?}");
    }
}
