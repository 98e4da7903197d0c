//! `/h/hash`.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::Request;
use futures_util::stream;
use mamori_media::Limits;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use mamori_testkit::pictures::{draw, encode};
use mamori_web::budget;
use mamori_web::hma::Settings;
use serde_json::json;

use crate::test_app::{TestApp, form, settings};

on_both_engines! {
    async fn a_photo_becomes_a_pdq_hash(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let picture = draw(3, 320, 240);
        let expected = mamori_media::hash(&encode::png(&picture), &mamori_media::Limits::default());

        let hashed = app.upload("/h/hash", "photo", &encode::png(&picture)).await.ok();

        let pdq = expected.unwrap().frames[0].stored().unwrap().0;
        assert_eq!(hashed, json!({ "pdq": pdq.to_string() }));
    }

    async fn a_video_becomes_an_md5_hash_and_is_not_decoded(records: TestDatabase) {
        let app = TestApp::open(records).await;

        let hashed = app.upload("/h/hash", "video", b"").await.ok();

        assert_eq!(hashed, json!({ "video_md5": "d41d8cd98f00b204e9800998ecf8427e" }));
    }

    async fn a_picture_without_structure_has_an_empty_hash(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let flat = encode::png(&image::RgbImage::new(200, 200));
        app.bank("A_BANK").await;

        let hashed = app.upload("/h/hash", "photo", &flat).await.ok();
        let searched = app.upload("/m/lookup", "photo", &flat).await;
        let added = app.upload("/c/bank/A_BANK/content", "photo", &flat).await;

        assert_eq!(hashed, json!({ "pdq": "" }));
        assert_eq!(searched.refusal(), (400, "invalid signal: invalid PDQ hash".to_owned()));
        assert_eq!(added.refusal(), (400, "Invalid pdq signal: invalid PDQ hash".to_owned()));
    }

    async fn the_parameter_types_chooses_among_the_kinds_of_hash(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let picture = encode::png(&draw(3, 64, 64));
        let none = "empty signal type selection".to_owned();
        let unknown = "signal type 'video_md5' doesn't exist or is disabled".to_owned();

        let chosen = app.upload("/h/hash?types=pdq,", "photo", &picture).await;

        assert!(chosen.ok().get("pdq").is_some());
        let empty = app.upload("/h/hash?types=,", "photo", &picture).await;
        assert_eq!(empty.refusal(), (400, none));
        let wrong = app.upload("/h/hash?types=video_md5", "photo", &picture).await;
        assert_eq!(wrong.refusal(), (400, unknown));
    }

    async fn no_url_is_fetched(records: TestDatabase) {
        let app = TestApp::open(records).await;

        let uris = ["/h/hash?url=http://127.0.0.1/a.png", "/m/lookup?url=https://example.com/a.png"];
        for uri in uris {
            let (status, message) = app.get(uri).await.refusal();
            assert_eq!(status, 400);
            assert!(message.starts_with("Invalid or unsafe URL provided"), "{message}");
        }
        assert_eq!(app.get("/h/hash").await.refusal(), (400, "url is required".to_owned()));
    }

    async fn a_file_for_which_there_is_no_memory_is_refused_until_there_is(records: TestDatabase) {
        let budget_limits = budget::Limits {
            bytes_max: 2_048,
            service_bytes_max: 1_024,
            wait_max: Duration::from_millis(10),
        };
        let app = TestApp::with_media(records, settings(), Limits::default(), budget_limits).await;

        let refused = app.upload("/h/hash", "video", &[0; 2_000]).await;
        let taken = app.upload("/h/hash", "video", &[0; 500]).await;

        let message = "there is no room for more items at the moment; \
                       send the request again in a moment";
        assert_eq!(refused.refusal(), (503, message.to_owned()));
        assert_eq!(refused.headers["retry-after"], "1");
        taken.ok();
    }

    async fn a_file_over_the_limit_is_refused_as_too_large(records: TestDatabase) {
        let settings = Settings { item_bytes_max: 1000, ..settings() };
        let app = TestApp::with(records, settings).await;
        let large = vec![0; 100_000];

        let refused = app.send(form("/h/hash", &[("video", Some("a file"), &large)])).await;

        assert_eq!(refused.refusal(), (413, "Content too large".to_owned()));
    }
}

#[tokio::test]
async fn a_sender_that_stops_in_the_middle_is_cut_off() {
    let app = TestApp::open(TestDatabase::sqlite().unwrap()).await;
    let request =
        Request::post("/h/hash").header("content-type", "multipart/form-data; boundary=x");
    let body = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());

    tokio::time::pause();
    let late = app.send(request.body(body).unwrap()).await;

    assert_eq!(late.refusal(), (408, "the request took too long".to_owned()));
}
