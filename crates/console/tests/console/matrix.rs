//! Compares the access matrix in `matrix.txt` with the console: every route in each role, and
//! without a session.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;
use axum::http::header::LOCATION;
use mamori_console::ROUTES;
use mamori_console::guard::SIGN_IN;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::test_app::TestResponse;
use crate::world::{MATRIX_COLUMNS, World};

const MATRIX: &str = include_str!("../../matrix.txt");

/// Answers 404, because no person in this test has a passkey.
const WITHOUT_A_PASSKEY: &str = "/console/prove/passkey/begin";

/// (method, path) → the expected word for each of [`MATRIX_COLUMNS`].
pub fn matrix() -> BTreeMap<(&'static str, &'static str), Vec<&'static str>> {
    let lines = MATRIX.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let rows = lines.map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        ((words[0], words[1]), words[2..].to_vec())
    });
    rows.collect()
}

/// The word of the matrix for an answer. Only a request without a session counts as redirected to
/// the sign-in page.
pub fn outcome(answer: &TestResponse, is_signed_out: bool) -> &'static str {
    let to = answer.headers.get(LOCATION).and_then(|to| to.to_str().ok()).unwrap_or("");
    match answer.status {
        StatusCode::NOT_FOUND => "404",
        StatusCode::SEE_OTHER if is_signed_out && to.starts_with(SIGN_IN) => "in",
        _ => "yes",
    }
}

#[test]
fn the_matrix_has_every_route_and_no_other() {
    let matrix = matrix();
    let rows: BTreeSet<_> = matrix.keys().copied().collect();
    let routes: BTreeSet<_> = ROUTES.iter().copied().collect();

    assert_eq!(rows, routes, "rows of matrix.txt, and routes");
    assert_eq!(
        MATRIX.lines().filter(|l| l.contains("/console")).count(),
        rows.len(),
        "no row twice"
    );
    for (route, expected) in matrix {
        assert_eq!(expected.len(), MATRIX_COLUMNS.len(), "{route:?}");
        assert!(["yes", "in"].contains(&expected[0]), "{route:?}: without a session");
        for word in &expected[1..] {
            assert!(["yes", "404"].contains(word), "{route:?}: {word}");
        }
    }
}

on_both_engines! {
    async fn every_route_answers_each_role_as_in_the_matrix(records: TestDatabase) {
        let world = World::open(records).await;

        let mut wrong = Vec::new();
        let mut rows: Vec<_> = matrix().into_iter().collect();
        // Staff on a break can neither claim a case nor open a view.
        rows.sort_by_key(|((_, template), _)| *template == "/console/me/break");
        for ((method, template), expected) in rows {
            for (role, expected) in MATRIX_COLUMNS.into_iter().zip(expected) {
                let who = world.sign_in(role).await;
                let path = world.path(template, who.as_ref()).await;
                let answer = match method {
                    "GET" => world.get(who.as_ref(), &path).await,
                    _ => world.post(who.as_ref(), &path, &[]).await,
                };
                let mut got = outcome(&answer, role.is_none());
                if template == WITHOUT_A_PASSKEY && got == "404" {
                    got = "yes";
                }
                if got != expected || answer.status.is_server_error() {
                    wrong.push(format!("{method} {path} {role:?}: {got}, {}", answer.status));
                }
                if let (Some(who), "404") = (&who, expected) {
                    let nothing = world.app.get_as(who, "/console/no/such/page").await;
                    assert_eq!(answer.text, nothing.text, "{method} {path}: 404s look alike");
                }
            }
        }

        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
