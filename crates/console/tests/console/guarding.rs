//! What bad input gets, at every route: forms from elsewhere, too much of it, and cookies that are
//! worth nothing.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_LENGTH, COOKIE, ORIGIN, SET_COOKIE};
use axum::http::{Request, StatusCode};
use futures_util::{StreamExt, stream};
use jiff::SignedDuration;
use mamori_console::guard::SIGN_IN;
use mamori_desk::AtTheMachine;
use mamori_desk::staff::add_staff::StaffAdmin;
use mamori_model::StaffRole;
use mamori_testkit::on_both_engines;
use mamori_testkit::records::Records;
use tokio::time::timeout;

use crate::house::{Answer, House, Person};
use crate::matrix::matrix;
use crate::world::{EVERYBODY, World, from_our_page};

/// What scripts of ours send, and no form: each needs one to be of any use.
pub const BY_SCRIPT: &[&str] = &[
    "/console/cases/{case}/keep",
    "/console/cases/{case}/looks",
    "/console/looks/{look}/close",
    "/console/looks/{look}/keep",
    "/console/me/passkey/begin",
    "/console/me/passkey/finish",
    "/console/prove/passkey/begin",
    "/console/prove/passkey/finish",
    "/console/sign-in/passkey/begin",
    "/console/sign-in/passkey/finish",
    "/console/welcome/{ticket}/passkey/begin",
    "/console/welcome/{ticket}/passkey/finish",
];

/// Each route that takes a form, with somebody who may send it.
fn posts() -> Vec<(&'static str, Option<StaffRole>)> {
    let posts = matrix().into_iter().filter(|((method, _), _)| *method == "POST");
    let who = |expected: Vec<&str>| expected.iter().position(|word| *word == "yes").unwrap();
    posts.map(|((_, path), expected)| (path, EVERYBODY[who(expected)])).collect()
}

on_both_engines! {
    async fn a_form_from_elsewhere_does_nothing(records: Records) {
        let world = World::open(records).await;

        for (template, role) in posts() {
            let who = world.enter(role).await;
            let path = world.path(template, who.as_ref()).await;
            for origin in [Some("https://evil.example"), Some("null"), None] {
                let answer = send(&world.house, who.as_ref(), &path, origin).await;
                forged(&answer, &path);
            }
            // Before anybody signed in there is no session whose token could be right.
            let Some(who) = who else { continue };
            let other = world.enter(role).await.unwrap();
            for csrf in [other.csrf.as_str(), "", "nonsense"] {
                let stolen = Person { csrf: csrf.to_owned(), ..who.clone() };
                let answer = world.post(Some(&stolen), &path, &[]).await;
                forged(&answer, &path);
            }
        }
    }

    async fn a_cookie_ends_with_its_session(records: Records) {
        let world = World::open(records).await;
        let here = AtTheMachine::here();
        let (rei, lea) = (
            world.enter(Some(StaffRole::Reviewer)).await.unwrap(),
            world.enter(Some(StaffRole::Lead)).await.unwrap(),
        );
        let queue = world.house.get_as(&rei, "/console/queue").await;
        assert_eq!(queue.status, StatusCode::OK);

        world.house.desk.end_staff(StaffAdmin::AtTheMachine(&here), rei.staff.id).await.unwrap();
        world.house.clock.advance(SignedDuration::from_mins(31));

        for (who, why) in [(&rei, ""), (&lea, "why=ended")] {
            let answer = world.house.get_as(who, "/console/queue").await;
            let to = answer.to();
            assert!(to.starts_with(SIGN_IN) && to.contains(why), "{to}");
            assert!(to.ends_with("on=%2Fconsole%2Fqueue"), "{to}");
            let forgotten = answer.headers[SET_COOKIE].to_str().unwrap();
            assert!(forgotten.contains("mamori-local=;") && forgotten.contains("Max-Age=0"));
        }
    }

    async fn an_old_cookie_ends_the_session_of_whoever_shows_it(records: Records) {
        let world = World::open(records).await;
        let thief = world.enter(Some(StaffRole::Reviewer)).await.unwrap();
        world.house.clock.advance(SignedDuration::from_mins(16));

        let changed = world.house.get_as(&thief, "/console/queue").await;
        let line = changed.headers[SET_COOKIE].to_str().unwrap();
        assert!(line.contains("HttpOnly") && line.contains("SameSite=Strict"), "{line}");
        let cookie = line.split(['=', ';']).nth(1).unwrap().to_owned();
        let owner = Person { cookie, ..thief.clone() };
        assert_eq!(world.house.get_as(&owner, "/console/queue").await.status, StatusCode::OK);
        world.house.clock.advance(SignedDuration::from_mins(2));

        let stolen = world.house.get_as(&thief, "/console/queue").await.to();
        let own = world.house.get_as(&owner, "/console/queue").await.to();

        assert!(stolen.starts_with(&format!("{SIGN_IN}?why=replayed")), "{stolen}");
        assert!(own.starts_with(SIGN_IN), "{own}");
    }

    async fn a_made_up_cookie_is_no_cookie(records: Records) {
        let world = World::open(records).await;
        let rei = world.enter(Some(StaffRole::Reviewer)).await.unwrap();

        for cookie in ["", "ms_", "nonsense", &"x".repeat(10_000), &rei.cookie.to_uppercase()] {
            let made_up = Person { cookie: cookie.to_owned(), ..rei.clone() };
            let to = world.house.get_as(&made_up, "/console/queue").await.to();
            assert_eq!(to, format!("{SIGN_IN}?on=%2Fconsole%2Fqueue"));
        }
        // The cookie of a console behind TLS is none of a console at this machine.
        let request = Request::get("/console/queue").header(COOKIE, format!("__Host-mamori={}", rei.cookie));
        let other = world.house.send(request.body(Body::empty()).unwrap()).await;
        assert!(other.to().starts_with(SIGN_IN));
    }
}

/// The answer comes while most of the form does not, and where the form says how large it is, before
/// any of it does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_of_ten_megabytes_is_refused_early() {
    let world = World::open(Records::sqlite().unwrap()).await;
    let form_bytes_max = mamori_console::Settings::default().form_bytes_max;

    for (template, role) in posts() {
        let is_form = !BY_SCRIPT.contains(&template);
        let who = world.enter(role).await;
        let path = world.path(template, who.as_ref()).await;
        for says_length in [true, false] {
            let mut request = from_our_page(who.as_ref(), &path);
            let comes = if says_length && is_form { 0 } else { form_bytes_max + 1 };
            if says_length {
                request = request.header(CONTENT_LENGTH, 10 << 20);
            }
            let request = request.body(begun(comes)).unwrap();

            let answer = timeout(Duration::from_secs(20), world.house.send(request)).await;

            let status = answer.unwrap_or_else(|_| panic!("{path} waits for it all")).status;
            // What takes no body need not refuse one that it never reads.
            assert!(!is_form || status == StatusCode::PAYLOAD_TOO_LARGE, "{path}: {status}");
            assert!(!status.is_server_error(), "{path}: {status}");
        }
    }
}

/// So many bytes of a form, of which the rest never comes.
fn begun(bytes: usize) -> Body {
    let mut first = b"words=".to_vec();
    first.resize(bytes, b'x');
    let first = (bytes > 0).then(|| Ok::<_, Infallible>(Bytes::from(first)));
    Body::from_stream(stream::iter(first).chain(stream::pending()))
}

/// A form with the right token from another page.
async fn send(house: &House, who: Option<&Person>, path: &str, origin: Option<&str>) -> Answer {
    let mut request = from_our_page(who, path);
    let headers = request.headers_mut().unwrap();
    headers.remove(ORIGIN);
    if let Some(origin) = origin {
        headers.insert(ORIGIN, origin.parse().unwrap());
    }
    let token = who.map_or("", |who| &who.csrf);
    house.send(request.body(Body::from(format!("csrf={token}"))).unwrap()).await
}

#[track_caller]
fn forged(answer: &Answer, path: &str) {
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}: {answer:?}");
    assert!(answer.text.contains("<title>This form did not come from this page"), "{path}");
}
