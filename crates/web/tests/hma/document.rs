//! `docs/hma.md` names every route, and no other.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::Request;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use mamori_web::hma::PATHS;

use crate::test_app::TestApp;

const PAGE: &str = include_str!("../../../../docs/hma.md");

/// The routes of the page's table: rows that begin with a method and a path in code.
fn documented() -> Vec<(String, String)> {
    let mut routes = Vec::new();
    for row in PAGE.lines() {
        let mut code = row.split('`').skip(1).step_by(2);
        let (Some(method), Some(path)) = (code.next(), code.next()) else { continue };
        let is_method = ["GET", "POST", "PUT", "DELETE"].contains(&method);
        if row.starts_with("| `") && is_method && path.starts_with('/') {
            routes.push((method.to_owned(), path.to_owned()));
        }
    }
    routes
}

on_both_engines! {
    async fn every_route_of_the_page_exists(records: TestDatabase) {
        let app = TestApp::open(records).await;

        for (method, path) in documented() {
            let uri = path.replace(['{', '}'], "");
            let request = Request::builder().method(method.as_str()).uri(&uri);
            let answer = app.send(request.body(Body::empty()).unwrap()).await;
            let is_unknown = answer.status.as_u16() == 404 && answer.text.is_empty();
            assert!(answer.status.as_u16() != 405 && !is_unknown, "{method} {path}: {answer:?}");
        }
    }
}

#[test]
fn every_route_is_on_the_page() {
    let documented: BTreeSet<String> = documented().into_iter().map(|(_, path)| path).collect();

    let paths: BTreeSet<String> = PATHS.iter().map(|path| (*path).to_owned()).collect();

    assert_eq!(paths, documented);
}

on_both_engines! {
    async fn no_method_is_missing_from_the_page(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let documented = documented();

        for path in PATHS {
            for method in ["GET", "POST", "PUT", "DELETE"] {
                let uri = path.replace(['{', '}'], "");
                let request = Request::builder().method(method).uri(&uri);
                let answer = app.send(request.body(Body::empty()).unwrap()).await;
                let is_served = answer.status.as_u16() != 405;
                let is_documented = documented.contains(&(method.to_owned(), path.to_owned()));
                assert_eq!(is_served, is_documented, "{method} {path}");
            }
        }
    }

    async fn the_site_map_lists_every_path_in_hmas_spelling(records: TestDatabase) {
        let app = TestApp::open(records).await;

        let listed = app.get("/site-map").await.ok();

        let listed = listed.as_array().unwrap().iter();
        let listed: Vec<&str> = listed.filter_map(|path| path.as_str()).collect();
        assert_eq!(listed.len(), PATHS.len());
        assert!(listed.contains(&"/c/bank/<bank_name>/content/<content_id>"));
    }
}
