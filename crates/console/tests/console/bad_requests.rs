//! Bad requests at every route: forms from other origins, forms that are too large, and invalid
//! cookies.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_LENGTH, COOKIE, ORIGIN, SET_COOKIE};
use axum::http::{Request, StatusCode};
use futures_util::{StreamExt, stream};
use jiff::SignedDuration;
use mamori_console::guard::SIGN_IN;
use mamori_desk::LocalCli;
use mamori_desk::staff::add_staff::StaffAdmin;
use mamori_model::StaffRole;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use tokio::time::timeout;

use crate::matrix::matrix;
use crate::test_app::{Person, TestApp, TestResponse};
use crate::world::{MATRIX_COLUMNS, World, same_origin_post};

/// The routes to which only scripts send requests; no page has a form for them.
pub const BY_SCRIPT: &[&str] = &[
    "/console/cases/{case}/extend-claim",
    "/console/cases/{case}/views",
    "/console/views/{view}/close",
    "/console/views/{view}/heartbeat",
    "/console/me/passkey/begin",
    "/console/me/passkey/finish",
    "/console/prove/passkey/begin",
    "/console/prove/passkey/finish",
    "/console/sign-in/passkey/begin",
    "/console/sign-in/passkey/finish",
    "/console/enroll/{token}/passkey/begin",
    "/console/enroll/{token}/passkey/finish",
];

/// Each POST route, with a role that may use it; `None`: no session is needed.
fn posts() -> Vec<(&'static str, Option<StaffRole>)> {
    let posts = matrix().into_iter().filter(|((method, _), _)| *method == "POST");
    let who = |expected: Vec<&str>| expected.iter().position(|word| *word == "yes").unwrap();
    posts.map(|((_, path), expected)| (path, MATRIX_COLUMNS[who(expected)])).collect()
}

on_both_engines! {
    async fn a_form_from_another_origin_or_with_another_token_is_refused(records: TestDatabase) {
        let world = World::open(records).await;

        for (template, role) in posts() {
            let who = world.sign_in(role).await;
            let path = world.path(template, who.as_ref()).await;
            for origin in [Some("https://evil.example"), Some("null"), None] {
                let answer = send(&world.app, who.as_ref(), &path, origin).await;
                forged(&answer, &path);
            }
            // Without a session there is no token to compare.
            let Some(who) = who else { continue };
            let other = world.sign_in(role).await.unwrap();
            for csrf in [other.csrf.as_str(), "", "nonsense"] {
                let stolen = Person { csrf: csrf.to_owned(), ..who.clone() };
                let answer = world.post(Some(&stolen), &path, &[]).await;
                forged(&answer, &path);
            }
        }
    }

    async fn a_cookie_is_deleted_when_its_session_has_ended(records: TestDatabase) {
        let world = World::open(records).await;
        let here = LocalCli::here();
        let (rei, lea) = (
            world.sign_in(Some(StaffRole::Reviewer)).await.unwrap(),
            world.sign_in(Some(StaffRole::Lead)).await.unwrap(),
        );
        let queue = world.app.get_as(&rei, "/console/queue").await;
        assert_eq!(queue.status, StatusCode::OK);

        world.app.desk.end_staff(StaffAdmin::LocalCli(&here), rei.staff.id).await.unwrap();
        world.app.clock.advance(SignedDuration::from_mins(31));

        for (who, why) in [(&rei, ""), (&lea, "why=ended")] {
            let answer = world.app.get_as(who, "/console/queue").await;
            let to = answer.to();
            assert!(to.starts_with(SIGN_IN) && to.contains(why), "{to}");
            assert!(to.ends_with("next=%2Fconsole%2Fqueue"), "{to}");
            let forgotten = answer.headers[SET_COOKIE].to_str().unwrap();
            assert!(forgotten.contains("mamori-local=;") && forgotten.contains("Max-Age=0"));
        }
    }

    async fn an_old_cookie_ends_its_session(records: TestDatabase) {
        let world = World::open(records).await;
        let thief = world.sign_in(Some(StaffRole::Reviewer)).await.unwrap();
        world.app.clock.advance(SignedDuration::from_mins(16));

        let changed = world.app.get_as(&thief, "/console/queue").await;
        let line = changed.headers[SET_COOKIE].to_str().unwrap();
        assert!(line.contains("HttpOnly") && line.contains("SameSite=Strict"), "{line}");
        let cookie = line.split(['=', ';']).nth(1).unwrap().to_owned();
        let owner = Person { cookie, ..thief.clone() };
        assert_eq!(world.app.get_as(&owner, "/console/queue").await.status, StatusCode::OK);
        world.app.clock.advance(SignedDuration::from_mins(2));

        let stolen = world.app.get_as(&thief, "/console/queue").await.to();
        let own = world.app.get_as(&owner, "/console/queue").await.to();

        assert!(stolen.starts_with(&format!("{SIGN_IN}?why=replayed")), "{stolen}");
        assert!(own.starts_with(SIGN_IN), "{own}");
    }

    async fn an_invalid_cookie_counts_as_none(records: TestDatabase) {
        let world = World::open(records).await;
        let rei = world.sign_in(Some(StaffRole::Reviewer)).await.unwrap();

        for cookie in ["", "ms_", "nonsense", &"x".repeat(10_000), &rei.cookie.to_uppercase()] {
            let made_up = Person { cookie: cookie.to_owned(), ..rei.clone() };
            let to = world.app.get_as(&made_up, "/console/queue").await.to();
            assert_eq!(to, format!("{SIGN_IN}?next=%2Fconsole%2Fqueue"));
        }
        // At `http://localhost` the cookie has another name than with TLS.
        let request = Request::get("/console/queue").header(COOKIE, format!("__Host-mamori={}", rei.cookie));
        let other = world.app.send(request.body(Body::empty()).unwrap()).await;
        assert!(other.to().starts_with(SIGN_IN));
    }
}

/// The answer comes before the whole form has arrived; with a `Content-Length`, before any of it
/// has.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_of_ten_megabytes_is_refused_early() {
    let world = World::open(TestDatabase::sqlite().unwrap()).await;
    let form_bytes_max = mamori_console::Settings::default().form_bytes_max;

    for (template, role) in posts() {
        let is_form = !BY_SCRIPT.contains(&template);
        let who = world.sign_in(role).await;
        let path = world.path(template, who.as_ref()).await;
        for says_length in [true, false] {
            let mut request = same_origin_post(who.as_ref(), &path);
            let comes = if says_length && is_form { 0 } else { form_bytes_max + 1 };
            if says_length {
                request = request.header(CONTENT_LENGTH, 10 << 20);
            }
            let request = request.body(begun(comes)).unwrap();

            let answer = timeout(Duration::from_secs(20), world.app.send(request)).await;

            let status = answer.unwrap_or_else(|_| panic!("{path} waits for the rest")).status;
            // A route that reads no body need not refuse a large one.
            assert!(!is_form || status == StatusCode::PAYLOAD_TOO_LARGE, "{path}: {status}");
            assert!(!status.is_server_error(), "{path}: {status}");
        }
    }
}

/// A body that begins with this number of bytes of a form and never ends.
fn begun(bytes: usize) -> Body {
    let mut first = b"text=".to_vec();
    first.resize(bytes, b'x');
    let first = (bytes > 0).then(|| Ok::<_, Infallible>(Bytes::from(first)));
    Body::from_stream(stream::iter(first).chain(stream::pending()))
}

/// Sends a form with the right token and this `Origin`.
async fn send(
    app: &TestApp,
    who: Option<&Person>,
    path: &str,
    origin: Option<&str>,
) -> TestResponse {
    let mut request = same_origin_post(who, path);
    let headers = request.headers_mut().unwrap();
    headers.remove(ORIGIN);
    if let Some(origin) = origin {
        headers.insert(ORIGIN, origin.parse().unwrap());
    }
    let token = who.map_or("", |who| &who.csrf);
    app.send(request.body(Body::from(format!("csrf={token}"))).unwrap()).await
}

#[track_caller]
fn forged(answer: &TestResponse, path: &str) {
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}: {answer:?}");
    assert!(answer.text.contains("<title>This form did not come from this page"), "{path}");
}
