//! Headers of every answer.

use axum::body::Body;
use axum::http::Request;
use axum::http::header::STRICT_TRANSPORT_SECURITY;
use mamori_console::{Settings, router};
use mamori_testkit::database::TestDatabase;
use mamori_web::App;
use mamori_web::budget::{self, Budget};
use tower::ServiceExt as _;

use crate::test_app::TestApp;

#[tokio::test]
async fn browsers_use_tls_only_where_the_console_has_it() {
    let app = TestApp::open(TestDatabase::sqlite().unwrap()).await;
    let header_at = async |origin: &str| {
        let room = Budget::new(budget::Limits::default());
        let web = App::new(app.desk.clone(), mamori_web::Settings::default(), room);
        let settings = Settings { origin: origin.to_owned(), ..Settings::default() };
        let request = Request::get("/console/sign-in").body(Body::empty()).unwrap();
        let answer = router(app.desk.clone(), web, settings).oneshot(request).await.unwrap();
        let value = answer.headers().get(STRICT_TRANSPORT_SECURITY);
        value.map(|value| value.to_str().unwrap().to_owned())
    };

    let with_tls = header_at("https://mamori.example").await;
    assert_eq!(with_tls.as_deref(), Some("max-age=31536000"));
    assert_eq!(header_at("http://localhost:8080").await, None);
}
