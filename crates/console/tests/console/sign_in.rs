//! Sign-in and sign-out in a browser without scripts.

use axum::http::StatusCode;
use axum::http::header::{RETRY_AFTER, SET_COOKIE};
use jiff::SignedDuration;
use mamori_desk::LocalCli;
use mamori_desk::staff::add_staff::StaffAdmin;
use mamori_model::Sensitive;
use mamori_model::sign_in::SignInLinkKind;
use mamori_signin::TotpSecret;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::{base32, on_both_engines};

use crate::test_app::{Person, TestApp, TestResponse};

pub const PASSWORD: &str = "four words without sense";

/// The code that an authenticator shows for a secret.
pub fn code(app: &TestApp, secret: &str) -> String {
    let bytes = base32::read(secret).unwrap();
    let secret = TotpSecret::from_stored(Sensitive::new(bytes)).unwrap();
    let unix_s = u64::try_from(app.clock.now().as_second()).unwrap();
    secret.code_at(unix_s).unwrap().reveal().clone()
}

fn cookie(answer: &TestResponse) -> String {
    let cookie = answer.headers[SET_COOKIE].to_str().unwrap();
    let value = cookie.strip_prefix("mamori-local=").unwrap();
    value.split(';').next().unwrap().to_owned()
}

/// Sets up a password and codes under an enrolment link, and returns the secret of the codes.
async fn with_password(app: &TestApp, who: &Person) -> String {
    let here = LocalCli::here();
    let token = app.desk.enroll_again(StaffAdmin::LocalCli(&here), who.staff.id).await;
    let link = format!("/console/enroll/{}", token.unwrap().reveal());
    let page = app.get(&link).await;
    let sealed = page.field("sealed");
    let secret = page.page().split("<p><code translate=\"no\">").nth(1).unwrap();
    let secret = secret.split('<').next().unwrap().to_owned();
    let chosen = [("password", PASSWORD), ("code", &*code(app, &secret)), ("sealed", &sealed)];
    assert_eq!(app.post(&link, &chosen).await.to(), "/console");
    app.clock.advance(SignedDuration::from_secs(60));
    secret
}

on_both_engines! {
    async fn a_proof_of_identity_replaces_the_cookie(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let rei = app.reviewer("rei").await;
        let secret = with_password(&app, &rei).await;
        let before = app.new_session(rei.staff.clone()).await;

        let shown = code(&app, &secret);
        let form = [("password", PASSWORD), ("code", &*shown), ("next", "/console/queue")];
        let proved = app.post_as(&before, "/console/prove", &form).await;
        let after = Person { cookie: cookie(&proved), ..before.clone() };
        let copied = app.get_as(&before, "/console/queue").await;

        assert_eq!(proved.to(), "/console/queue");
        assert_eq!(copied.status, StatusCode::CONFLICT, "{copied:?}");
        assert!(copied.text.contains("Your session was renewed"), "{copied:?}");
        assert!(!copied.headers.contains_key(SET_COOKIE), "the newer cookie stays in the browser");
        assert_eq!(app.get_as(&after, "/console/queue").await.status, StatusCode::OK);
        app.clock.advance(SignedDuration::from_mins(2));
        let copied = app.get_as(&before, "/console/queue").await;
        assert!(copied.to().starts_with("/console/sign-in?why=replayed"), "{copied:?}");
    }

    async fn the_button_on_my_page_ends_the_other_sessions(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let there = app.reviewer("rei").await;
        let here = app.new_session(there.staff.clone()).await;
        let path = "/console/me/sign-out-elsewhere";
        let page = app.get_as(&here, "/console/me").await;
        assert!(page.page().contains(&format!("action=\"{path}\"")), "{page:?}");

        let done = app.post_as(&here, path, &[]).await;

        assert_eq!(done.to(), "/console/me");
        assert!(app.get_as(&there, "/console").await.to().starts_with("/console/sign-in"));
        assert_eq!(app.get_as(&here, "/console").await.status, StatusCode::OK);
    }

    async fn every_page_says_that_a_sign_in_method_was_added(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let rei = app.reviewer("rei").await;
        let notice = "A sign-in method was added to your account on <time";
        assert!(!app.get_as(&rei, "/console/queue").await.page().contains(notice));

        let form = [("password", PASSWORD)];
        let set = app.post_as(&rei, "/console/me/password", &form).await;

        assert_eq!(set.to(), "/console/me");
        for path in ["/console/queue", "/console", "/console/me"] {
            let page = app.get_as(&rei, path).await;
            assert!(page.page().contains(notice), "{path}: {page:?}");
        }
    }

    async fn a_link_signs_in_once_and_opening_it_does_not_use_it(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let rei = app.reviewer("rei").await;
        let here = LocalCli::here();
        let token = app.desk.local_sign_in_link(&here, rei.staff.id, SignInLinkKind::SignIn);
        let link = format!("/console/enroll/{}", token.await.unwrap().reveal());

        let opened = [app.get(&link).await, app.get(&link).await];
        let entered = app.post(&link, &[]).await;
        let again = app.post(&link, &[]).await;

        assert!(opened.iter().all(|page| page.page().contains("This link signs you in once")));
        assert_eq!(entered.to(), "/console");
        let cookie = entered.headers[SET_COOKIE].to_str().unwrap();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
        assert_eq!(again.status, StatusCode::GONE);
        assert!(again.text.contains("<title>This link has been used or has expired"), "{again:?}");
    }

    async fn an_enrolment_link_sets_up_a_password_and_codes_that_sign_in(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let rei = app.reviewer("rei").await;
        let here = LocalCli::here();
        let by = StaffAdmin::LocalCli(&here);
        let token = app.desk.enroll_again(by, rei.staff.id).await.unwrap();
        let link = format!("/console/enroll/{}", token.reveal());
        let page = app.get(&link).await;
        let sealed = page.field("sealed");
        let secret = page.page().split("<p><code translate=\"no\">").nth(1).unwrap();
        let secret = secret.split('<').next().unwrap().to_owned();

        let weak = [("password", "short"), ("code", &*code(&app, &secret)), ("sealed", &sealed)];
        let weak = app.post(&link, &weak).await;
        let chosen = [("password", PASSWORD), ("code", &*code(&app, &secret)), ("sealed", &sealed)];
        let entered = app.post(&link, &chosen).await;
        app.clock.advance(SignedDuration::from_secs(60));
        let shown = code(&app, &secret);
        let form = [("name", "rei"), ("password", PASSWORD), ("code", &*shown), ("next", "/console/queue")];
        let again = app.post("/console/sign-in", &form).await;
        let replayed = app.post("/console/sign-in", &form).await;

        assert_eq!(weak.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(weak.text.contains("This password is too easy to guess"), "{weak:?}");
        assert_eq!(entered.to(), "/console");
        assert_eq!(again.to(), "/console/queue");
        assert_eq!(replayed.status, StatusCode::FORBIDDEN, "a code signs in once");
    }

    async fn failed_sign_ins_are_limited_and_reveal_no_names(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.reviewer("rei").await;
        let guess = |name| [("name", name), ("password", "wrong wrong wrong"), ("code", "123456")];

        let known = app.post("/console/sign-in", &guess("rei")).await;
        let unknown = app.post("/console/sign-in", &guess("nobody")).await;
        for _ in 0..5 {
            app.post("/console/sign-in", &guess("rei")).await;
        }
        let slowed = app.post("/console/sign-in", &guess("rei")).await;

        assert_eq!(known.status, StatusCode::FORBIDDEN);
        assert_eq!(known.text.replace("rei", "nobody"), unknown.text);
        assert_eq!(slowed.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(slowed.headers[RETRY_AFTER], "900");
    }

    async fn sign_out_ends_the_session_and_deletes_the_cookie(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let rei = app.reviewer("rei").await;

        let out = app.post_as(&rei, "/console/sign-out", &[]).await;
        let after = app.get_as(&rei, "/console/queue").await;

        assert_eq!(out.to(), "/console/sign-in");
        assert_eq!(cookie(&out), "");
        assert_eq!(after.to(), "/console/sign-in?next=%2Fconsole%2Fqueue");
        let page = app.get(&after.to()).await;
        assert!(page.page().contains("name=\"next\" value=\"/console/queue\""), "{page:?}");
        let elsewhere = app.get("/console/sign-in?next=https://evil.example").await;
        assert!(!elsewhere.page().contains("evil"), "{elsewhere:?}");
    }

    async fn the_start_page_shows_the_open_work_and_has_no_dead_link(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("a", Some("one")).await;
        let rei = app.reviewer("rei").await;

        let start = app.get_as(&rei, "/console").await;

        assert!(start.page().contains("<p class=\"big\">1</p>"), "{start:?}");
        assert!(start.page().contains("<svg class=\"chart\""), "{start:?}");
        assert!(start.page().contains("<td class=\"number\">1</td>"), "and as a table: {start:?}");
        let linked = start.page().split("href=\"/console").skip(1);
        for path in linked.filter_map(|rest| rest.split('"').next()) {
            let page = app.get_as(&rei, &format!("/console{path}")).await;
            assert_eq!(page.status, StatusCode::OK, "{path}");
        }
        let name = "rei &lt;b&gt;rei&lt;/b&gt;";
        assert!(start.page().contains(name), "{start:?}");
    }
}
