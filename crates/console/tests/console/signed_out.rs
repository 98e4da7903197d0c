//! Answers without a session: the assets, and the page of a fault.

use axum::body::Body;
use axum::http::header::{
    ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, VARY,
};
use axum::http::{Request, StatusCode};
use mamori_console::assets::{self, ASSETS};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::test_app::TestApp;

on_both_engines! {
    async fn an_asset_is_cached_for_a_year_under_its_digest(records: TestDatabase) {
        let app = TestApp::open(records).await;

        for asset in ASSETS {
            let answer = app.get(&assets::address(asset.name)).await;
            assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
            assert_eq!(answer.headers[CACHE_CONTROL], "public, max-age=31536000, immutable");
            assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        }
        let old = app.get("/console/assets/0123456789abcdef/console.css").await;
        assert_eq!(old.status, StatusCode::NOT_FOUND);
        assert_eq!(old.headers[CACHE_CONTROL], "no-store");
    }

    async fn the_favicon_is_served(records: TestDatabase) {
        let app = TestApp::open(records).await;

        let icon = app.get("/favicon.ico").await;

        assert_eq!(icon.status, StatusCode::OK);
        assert_eq!(icon.headers[CONTENT_TYPE], "image/svg+xml");
        assert!(icon.text.starts_with("<svg"), "{}", icon.text);
    }

    async fn a_404_page_is_in_the_language_of_the_browser(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let request = Request::get("/console/no/such/page").header(ACCEPT_LANGUAGE, "ja,en;q=0.5");

        let answer = app.send(request.body(Body::empty()).unwrap()).await;

        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert_eq!(answer.headers[CONTENT_TYPE], "text/html; charset=utf-8");
        assert!(answer.text.contains("<html lang=\"ja\""), "{}", answer.text);
        assert!(answer.text.contains("<title>ページが見つかりません"), "{}", answer.text);
        let english = app.get("/console/no/such/page").await;
        assert!(english.text.contains("<title>Page not found"), "{}", english.text);
    }

    async fn every_answer_forbids_loading_from_other_origins(records: TestDatabase) {
        let app = TestApp::open(records).await;

        for path in ["/console/no/such/page", &assets::address("console.css")] {
            let answer = app.get(path).await;
            let policy = answer.headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
            assert!(policy.starts_with("default-src 'none'"), "{policy}");
            assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
            // Under `no-referrer` browsers would send `Origin: null` with forms.
            assert_eq!(answer.headers[REFERRER_POLICY], "same-origin");
            assert_eq!(answer.headers[VARY], "cookie");
        }
    }
}
