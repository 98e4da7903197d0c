//! `/h/hash`.

use axum::body::{Body, Bytes};
use axum::http::Request;
use futures_util::stream;
use mamori_testkit::pictures::{draw, encode};
use serde_json::json;

use crate::house::{House, form, settings};

#[tokio::test]
async fn a_photo_becomes_a_pdq_hash() {
    let house = House::open().await;
    let picture = draw(3, 320, 240);
    let expected = mamori_media::hash(&encode::png(&picture), &mamori_media::Limits::default());

    let hashed = house.upload("/h/hash", "photo", &encode::png(&picture)).await.ok();

    let pdq = expected.unwrap().frames[0].pdq;
    assert_eq!(hashed, json!({ "pdq": pdq.to_string() }));
}

#[tokio::test]
async fn a_video_becomes_an_md5_hash_and_is_not_decoded() {
    let house = House::open().await;

    let hashed = house.upload("/h/hash", "video", b"").await.ok();

    assert_eq!(hashed, json!({ "video_md5": "d41d8cd98f00b204e9800998ecf8427e" }));
}

#[tokio::test]
async fn a_picture_without_structure_has_an_empty_hash() {
    let house = House::open().await;
    let flat = encode::png(&image::RgbImage::new(200, 200));
    house.bank("A_BANK").await;

    let hashed = house.upload("/h/hash", "photo", &flat).await.ok();
    let looked = house.upload("/m/lookup", "photo", &flat).await;
    let added = house.upload("/c/bank/A_BANK/content", "photo", &flat).await;

    assert_eq!(hashed, json!({ "pdq": "" }));
    assert_eq!(looked.refusal(), (400, "invalid signal: invalid PDQ hash".to_owned()));
    assert_eq!(added.refusal(), (400, "Invalid pdq signal: invalid PDQ hash".to_owned()));
}

#[tokio::test]
async fn the_kinds_of_hash_may_be_chosen_from_those_that_there_are() {
    let house = House::open().await;
    let picture = encode::png(&draw(3, 64, 64));
    let none = "empty signal type selection".to_owned();
    let unknown = "signal type 'video_md5' doesn't exist or is disabled".to_owned();

    let chosen = house.upload("/h/hash?types=pdq,", "photo", &picture).await;

    assert!(chosen.ok().get("pdq").is_some());
    let empty = house.upload("/h/hash?types=,", "photo", &picture).await;
    assert_eq!(empty.refusal(), (400, none));
    let wrong = house.upload("/h/hash?types=video_md5", "photo", &picture).await;
    assert_eq!(wrong.refusal(), (400, unknown));
}

#[tokio::test]
async fn nothing_is_fetched_for_anybody() {
    let house = House::open().await;

    for uri in ["/h/hash?url=http://127.0.0.1/a.png", "/m/lookup?url=https://example.com/a.png"] {
        let (status, message) = house.get(uri).await.refusal();
        assert_eq!(status, 400);
        assert!(message.starts_with("Invalid or unsafe URL provided"), "{message}");
    }
    assert_eq!(house.get("/h/hash").await.refusal(), (400, "url is required".to_owned()));
}

#[tokio::test]
async fn a_file_over_the_limit_is_refused_as_too_large() {
    let house = House::with(mamori_web::hma::Settings { item_bytes_max: 1000, ..settings() }).await;
    let large = vec![0; 100_000];

    let refused = house.send(form("/h/hash", &[("video", Some("a file"), &large)])).await;

    assert_eq!(refused.refusal(), (413, "Content too large".to_owned()));
}

#[tokio::test]
async fn a_sender_who_stops_in_the_middle_does_not_stay() {
    let house = House::open().await;
    let request =
        Request::post("/h/hash").header("content-type", "multipart/form-data; boundary=x");
    let body = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());

    tokio::time::pause();
    let late = house.send(request.body(body).unwrap()).await;

    assert_eq!(late.refusal(), (408, "the request took too long".to_owned()));
}
