//! Sign-in at the organisation's provider: the console against `oidc-provider-mock`, with a browser
//! without scripts.

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, COOKIE, ORIGIN, SET_COOKIE};
use axum::http::{Request, StatusCode};
use jiff::SignedDuration;
use mamori_desk::staff::add_staff::StaffAdmin;
use mamori_desk::{Clock, LocalCli};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use mamori_testkit::peer::{Peer, sign_in_at_provider};
use serde_json::json;
use url::{Url, form_urlencoded};

use crate::stub_provider;
use crate::test_app::{Person, TEST_ORIGIN, TestApp, TestResponse};

const SIGN_IN: &str = "/console/sign-in/oidc";
const PROVE: &str = "/console/prove/oidc";
const CONNECT: &str = "/console/me/oidc";
const FINISH: &str = "/console/sign-in/oidc/finish";

const REFUSED: &str = "The answer of your organisation’s sign-in service was refused";
const UNKNOWN: &str =
    "This account of your organisation is not connected to an active account here";

/// A browser, by its cookies.
#[derive(Clone, Default)]
struct Browser {
    session: String,
    oidc: String,
}

/// The fields of the form on the page to which the provider leads.
#[derive(Clone)]
struct Answer {
    code: String,
    state: String,
    iss: String,
}

impl Browser {
    fn of(person: &Person) -> Self {
        Self { session: person.cookie.clone(), ..Self::default() }
    }

    async fn get(&mut self, app: &TestApp, path: &str) -> TestResponse {
        let request = Request::get(path).header(COOKIE, self.cookies());
        let answer = app.send(request.body(Body::empty()).unwrap()).await;
        self.keep(&answer);
        answer
    }

    async fn post(&mut self, app: &TestApp, path: &str, fields: &[(&str, &str)]) -> TestResponse {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post(path)
            .header(COOKIE, self.cookies())
            .header(ORIGIN, TEST_ORIGIN)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = app.send(request.body(Body::from(form)).unwrap()).await;
        self.keep(&answer);
        answer
    }

    fn cookies(&self) -> String {
        format!("mamori-local={}; mamori-local-oidc={}", self.session, self.oidc)
    }

    fn keep(&mut self, answer: &TestResponse) {
        for line in answer.headers.get_all(SET_COOKIE) {
            let pair = line.to_str().unwrap().split(';').next().unwrap();
            match pair.split_once('=').unwrap() {
                ("mamori-local", value) => value.clone_into(&mut self.session),
                ("mamori-local-oidc", value) => value.clone_into(&mut self.oidc),
                other => panic!("an unknown cookie: {other:?}"),
            }
        }
    }

    /// Opens an address that leads to the provider, signs `subject` in there, and returns the form to
    /// which the provider leads back. Browsers send no cookie with that last step.
    async fn answer(&mut self, app: &TestApp, path: &str, subject: &str) -> Answer {
        let address = self.get(app, path).await.to();
        answer_to(app, &address, subject).await
    }

    async fn finish(&mut self, app: &TestApp, answer: &Answer) -> TestResponse {
        let Answer { code, state, iss } = answer;
        self.post(app, FINISH, &[("code", code), ("state", state), ("iss", iss)]).await
    }

    /// The whole way to the provider and back.
    async fn through(&mut self, app: &TestApp, path: &str, subject: &str) -> TestResponse {
        let answer = self.answer(app, path, subject).await;
        self.finish(app, &answer).await
    }
}

async fn answer_to(app: &TestApp, address: &str, subject: &str) -> Answer {
    let back = sign_in_at_provider(address, subject).unwrap();
    let page = app.get(back.strip_prefix(TEST_ORIGIN).unwrap()).await;
    assert!(page.page().contains(&format!("action=\"{FINISH}\"")), "{page:?}");
    Answer { code: page.field("code"), state: page.field("state"), iss: page.field("iss") }
}

/// A console at the time of the provider, which it uses.
async fn open(records: TestDatabase) -> (TestApp, Peer) {
    open_with(records, "sub").await
}

async fn open_with(records: TestDatabase, claim: &str) -> (TestApp, Peer) {
    open_limited(records, claim, None).await
}

/// `attempts`: how many wrong answers the provider is asked about within the period.
async fn open_limited(
    records: TestDatabase,
    claim: &str,
    attempts: Option<u32>,
) -> (TestApp, Peer) {
    let provider = Peer::oidc_provider().unwrap();
    let issuer = provider.ready()["issuer"].as_str().unwrap().to_owned();
    let app = TestApp::at(Clock::system().now(), records, |settings| {
        let oidc = stub_provider::settings(issuer);
        let oidc = mamori_desk::settings::OidcSettings { subject_claim: claim.to_owned(), ..oidc };
        settings.sign_in.oidc = Some(oidc);
        settings.sign_in.attempts.of_all = attempts.unwrap_or(settings.sign_in.attempts.of_all);
    });
    (app.await, provider)
}

/// A reviewer who connected `subject` on their own page.
async fn connected(app: &TestApp, name: &str, subject: &str) -> Person {
    let person = app.reviewer(name).await;
    let done = Browser::of(&person).through(app, CONNECT, subject).await;
    assert_eq!(done.to(), "/console/me");
    person
}

async fn enrolment_link(app: &TestApp, person: &Person) -> String {
    let here = LocalCli::here();
    let token = app.desk.enroll_again(StaffAdmin::LocalCli(&here), person.staff.id).await;
    format!("/console/enroll/{}", token.unwrap().reveal())
}

#[track_caller]
fn is_refused(answer: &TestResponse, status: StatusCode, text: &str) {
    assert_eq!(answer.status, status, "{answer:?}");
    assert!(answer.text.contains(text), "{answer:?}");
    let cookies = answer.headers.get_all(SET_COOKIE).iter();
    let session = cookies.filter(|line| line.to_str().unwrap().starts_with("mamori-local=m"));
    assert_eq!(session.count(), 0, "{answer:?}");
}

on_both_engines! {
    async fn an_account_is_connected_under_an_enrolment_link_and_signs_in_from_then_on(
        records: TestDatabase
    ) {
        let (app, _provider) = open(records).await;
        let rei = app.reviewer("rei").await;
        let link = enrolment_link(&app, &rei).await;
        let mut browser = Browser::default();
        let page = browser.get(&app, &link).await;
        assert!(page.page().contains(&format!("href=\"{link}/oidc\"")), "{page:?}");

        let entered = browser.through(&app, &format!("{link}/oidc"), "number-4711").await;
        let me = browser.get(&app, "/console/me").await;
        let mut other = Browser::default();
        let form = other.get(&app, "/console/sign-in").await;
        let next = format!("{SIGN_IN}?next=%2Fconsole%2Fqueue");
        let again = other.through(&app, &next, "number-4711").await;
        let queue = other.get(&app, "/console/queue").await;
        let used = Browser::default().get(&app, &format!("{link}/oidc")).await;

        assert_eq!(entered.to(), "/console");
        assert!(me.page().contains("<td>Account of your organisation</td>"), "{me:?}");
        assert!(me.page().contains("Example Directory"), "{me:?}");
        assert!(!me.text.contains("number-4711"), "the name at the provider is not stored: {me:?}");
        assert!(form.page().contains(&format!("href=\"{SIGN_IN}\"")), "{form:?}");
        assert_eq!(again.to(), "/console/queue");
        assert_eq!(queue.status, StatusCode::OK, "{queue:?}");
        assert_eq!(other.oidc, "", "the cookie is deleted");
        assert_eq!(used.status, StatusCode::GONE, "{used:?}");
    }

    async fn an_account_that_is_not_connected_is_refused(records: TestDatabase) {
        let (app, _provider) = open(records).await;
        connected(&app, "rei", "ada").await;

        let unknown = Browser::default().through(&app, SIGN_IN, "rei").await;

        is_refused(&unknown, StatusCode::FORBIDDEN, UNKNOWN);
        assert!(unknown.text.contains("id=\"sign-in\""), "the form follows: {unknown:?}");
    }

    async fn a_deactivated_staff_account_is_refused(records: TestDatabase) {
        let (app, _provider) = open(records).await;
        let rei = connected(&app, "rei", "ada").await;
        let here = LocalCli::here();

        app.desk.end_staff(StaffAdmin::LocalCli(&here), rei.staff.id).await.unwrap();
        let ended = Browser::default().through(&app, SIGN_IN, "ada").await;

        is_refused(&ended, StatusCode::FORBIDDEN, UNKNOWN);
    }

    async fn an_answer_is_taken_once_even_if_the_provider_takes_its_code_again(
        records: TestDatabase
    ) {
        let (app, mut provider) = open(records).await;
        connected(&app, "rei", "ada").await;
        provider.tell(&json!({ "keeps_codes": true })).unwrap();
        let mut browser = Browser::default();
        let answer = browser.answer(&app, SIGN_IN, "ada").await;
        let mut thief = browser.clone();

        let first = browser.finish(&app, &answer).await;
        let replayed = thief.finish(&app, &answer).await;

        assert_eq!(first.to(), "/console");
        is_refused(&replayed, StatusCode::FORBIDDEN, REFUSED);
    }

    async fn a_code_that_was_used_elsewhere_is_refused(records: TestDatabase) {
        let (app, _provider) = open(records).await;
        connected(&app, "rei", "ada").await;
        let mut first = Browser::default();
        let used = first.answer(&app, SIGN_IN, "ada").await;
        assert_eq!(first.finish(&app, &used).await.to(), "/console");
        let mut second = Browser::default();
        let own = second.answer(&app, SIGN_IN, "ada").await;

        let injected = second.finish(&app, &Answer { code: used.code, ..own }).await;

        is_refused(&injected, StatusCode::FORBIDDEN, REFUSED);
    }

    async fn an_account_belongs_to_one_staff_account(records: TestDatabase) {
        let (app, _provider) = open(records).await;
        connected(&app, "rei", "ada").await;
        let lea = app.reviewer("lea").await;
        let link = enrolment_link(&app, &lea).await;

        let taken = Browser::default().through(&app, &format!("{link}/oidc"), "ada").await;
        let own = Browser::default().through(&app, &format!("{link}/oidc"), "bob").await;
        let by_rei = Browser::default().through(&app, SIGN_IN, "ada").await;

        let text = "This account of your organisation is connected to another staff account";
        is_refused(&taken, StatusCode::CONFLICT, text);
        assert_eq!(own.to(), "/console", "the link is not used up");
        assert_eq!(by_rei.to(), "/console");
    }

    async fn another_account_replaces_the_one_before_and_ends_other_sessions(
        records: TestDatabase
    ) {
        let (app, _provider) = open(records).await;
        let rei = connected(&app, "rei", "ada").await;
        let mut elsewhere = Browser::default();
        assert_eq!(elsewhere.through(&app, SIGN_IN, "ada").await.to(), "/console");

        let here = app.new_session(rei.staff.clone()).await;
        let replaced = Browser::of(&here).through(&app, CONNECT, "bob").await;
        let old = Browser::default().through(&app, SIGN_IN, "ada").await;
        let new = Browser::default().through(&app, SIGN_IN, "bob").await;

        assert_eq!(replaced.to(), "/console/me");
        is_refused(&old, StatusCode::FORBIDDEN, UNKNOWN);
        assert_eq!(new.to(), "/console");
        let ended = elsewhere.get(&app, "/console/queue").await.to();
        assert!(ended.starts_with("/console/sign-in?"), "{ended}");
    }

    async fn wrong_answers_of_visitors_do_not_keep_staff_from_confirming_their_identity(
        records: TestDatabase
    ) {
        let (app, _provider) = open_limited(records, "sub", Some(2)).await;
        let rei = connected(&app, "rei", "ada").await;
        let mut visitor = Browser::default();
        let mut statuses = Vec::new();
        for _ in 0..3 {
            let answer = visitor.answer(&app, SIGN_IN, "eve").await;
            let wrong = Answer { code: "wrong".to_owned(), ..answer };
            statuses.push(visitor.finish(&app, &wrong).await.status);
        }

        let path = format!("{PROVE}?next=%2Fconsole%2Fme");
        let proved = Browser::of(&app.new_session(rei.staff.clone()).await)
            .through(&app, &path, "ada")
            .await;

        let refused = StatusCode::FORBIDDEN;
        assert_eq!(statuses, [refused, refused, StatusCode::TOO_MANY_REQUESTS]);
        assert_eq!(proved.to(), "/console/me");
    }

    async fn a_sign_in_at_the_provider_confirms_ones_identity(records: TestDatabase) {
        let (app, mut provider) = open(records).await;
        let rei = connected(&app, "rei", "ada").await;
        let mut browser = Browser::of(&app.new_session(rei.staff.clone()).await);
        app.clock.advance(SignedDuration::from_mins(16));
        // The provider's clock goes on, so it is behind by 16 minutes.
        provider.tell(&json!({ "auth_age_s": -16 * 60 })).unwrap();

        let asked = browser.get(&app, CONNECT).await.to();
        let page = browser.get(&app, &asked).await;
        let before = browser.session.clone();
        let other = browser.through(&app, PROVE, "bob").await;
        let proved = browser.through(&app, &format!("{PROVE}?next=%2Fconsole%2Fme"), "ada").await;

        assert_eq!(asked, "/console/prove?next=%2Fconsole%2Fme%2Foidc");
        let link = format!("href=\"{PROVE}?next=%2Fconsole%2Fme%2Foidc\"");
        assert!(page.page().contains(&link), "{page:?}");
        is_refused(&other, StatusCode::FORBIDDEN, UNKNOWN);
        assert_eq!(proved.to(), "/console/me");
        assert_ne!(browser.session, before, "the cookie is replaced");
        let leads = browser.get(&app, CONNECT).await.to();
        assert!(leads.starts_with("http://localhost:"), "{leads}");
    }
}

/// A console with a connected account, for what the database has no part in.
async fn open_connected() -> (TestApp, Peer, Person) {
    let (app, provider) = open(TestDatabase::sqlite().unwrap()).await;
    let rei = connected(&app, "rei", "ada").await;
    (app, provider, rei)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_for_another_request_is_refused() {
    let (app, _provider, _) = open_connected().await;
    let mut browser = Browser::default();
    let mut address = Url::parse(&browser.get(&app, SIGN_IN).await.to()).unwrap();
    let pairs: Vec<_> = address.query_pairs().into_owned().collect();
    assert!(pairs.iter().any(|(key, _)| key == "nonce"), "{address}");
    address.query_pairs_mut().clear().extend_pairs(pairs.iter().map(|(key, value)| {
        let value = if key == "nonce" { "another" } else { value.as_str() };
        (key, value)
    }));

    let answer = answer_to(&app, address.as_str(), "ada").await;
    let refused = browser.finish(&app, &answer).await;

    is_refused(&refused, StatusCode::FORBIDDEN, REFUSED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_of_another_issuer_is_refused() {
    let (app, mut provider, _) = open_connected().await;
    provider.tell(&json!({ "token_host": "evil.example" })).unwrap();

    let refused = Browser::default().through(&app, SIGN_IN, "ada").await;

    is_refused(&refused, StatusCode::FORBIDDEN, REFUSED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_names_another_issuer_is_refused() {
    let (app, _provider, _) = open_connected().await;
    let mut browser = Browser::default();
    let answer = browser.answer(&app, SIGN_IN, "ada").await;
    let mut again = browser.clone();

    let mixed = Answer { iss: "https://evil.example".to_owned(), ..answer.clone() };
    let refused = browser.finish(&app, &mixed).await;

    is_refused(&refused, StatusCode::FORBIDDEN, REFUSED);
    assert_eq!(again.finish(&app, &answer).await.to(), "/console", "nothing was used up");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_belongs_to_the_browser_and_to_what_it_began() {
    let (app, _provider, rei) = open_connected().await;
    let mut browser = Browser::default();
    let answer = browser.answer(&app, SIGN_IN, "ada").await;
    let mut victim = Browser::default();
    victim.answer(&app, SIGN_IN, "ada").await;
    let mut prover = Browser::of(&app.new_session(rei.staff.clone()).await);
    let proof = prover.answer(&app, PROVE, "ada").await;
    let other_session = app.new_session(rei.staff.clone()).await;
    let mut moved = Browser { session: other_session.cookie, ..prover.clone() };
    let mut signed_out = Browser { session: String::new(), ..prover.clone() };
    // The cookie of a proof of identity, changed so that it would begin a session.
    let other_cookie = prover.oidc.split_once(".prove.").unwrap().0.to_owned() + ".sign_in.~";
    let mut forger = Browser { oidc: other_cookie, ..Browser::default() };

    for (who, shown) in [
        (&mut Browser::default(), &answer),
        (&mut victim, &answer),
        (&mut moved, &proof),
        (&mut signed_out, &proof),
        (&mut forger, &proof),
    ] {
        let refused = who.finish(&app, shown).await;
        is_refused(&refused, StatusCode::FORBIDDEN, REFUSED);
    }
    assert_eq!(browser.finish(&app, &answer).await.to(), "/console");
    assert_eq!(prover.finish(&app, &proof).await.to(), "/console");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_after_ten_minutes_is_refused() {
    let (app, _provider, _) = open_connected().await;
    let mut browser = Browser::default();
    let answer = browser.answer(&app, SIGN_IN, "ada").await;
    app.clock.advance(SignedDuration::from_mins(10));

    let late = browser.finish(&app, &answer).await;

    is_refused(&late, StatusCode::FORBIDDEN, REFUSED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_whom_the_provider_did_not_ask_again_is_refused() {
    let (app, mut provider, _) = open_connected().await;

    for age_s in [json!(3600), json!(null)] {
        provider.tell(&json!({ "auth_age_s": age_s })).unwrap();
        let refused = Browser::default().through(&app, SIGN_IN, "ada").await;
        is_refused(&refused, StatusCode::FORBIDDEN, REFUSED);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_claim_can_identify_a_person() {
    let (app, _provider) = open_with(TestDatabase::sqlite().unwrap(), "employee").await;
    connected(&app, "rei", "ada").await;

    let entered = Browser::default().through(&app, SIGN_IN, "ada").await;
    let without = Browser::default().through(&app, SIGN_IN, "bob").await;

    assert_eq!(entered.to(), "/console");
    is_refused(&without, StatusCode::FORBIDDEN, REFUSED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_does_not_answer_leaves_the_other_methods() {
    let records = TestDatabase::sqlite().unwrap();
    // No process listens on port 9 (discard).
    let app = TestApp::with(records, |settings| {
        settings.sign_in.oidc = Some(stub_provider::settings("http://localhost:9".to_owned()));
    });
    let app = app.await;

    let silent = app.get(SIGN_IN).await;
    let form = app.get("/console/sign-in").await;

    assert_eq!(silent.status, StatusCode::SERVICE_UNAVAILABLE, "{silent:?}");
    assert!(silent.text.contains("Your organisation’s sign-in service cannot be reached"));
    assert!(form.page().contains("id=\"password\""), "{form:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_provider_no_page_leads_to_one() {
    let app = TestApp::open(TestDatabase::sqlite().unwrap()).await;
    let rei = app.reviewer("rei").await;

    for path in ["/console/sign-in", "/console/me", "/console/prove"] {
        let page = app.get_as(&rei, path).await;
        assert!(!page.page().contains("oidc"), "{path}: {page:?}");
    }
    for path in [SIGN_IN, PROVE, CONNECT] {
        assert_eq!(app.get_as(&rei, path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let refused = app.get("/console/sign-in/oidc/return?error=access_denied").await;
    is_refused(&refused, StatusCode::FORBIDDEN, REFUSED);
}
