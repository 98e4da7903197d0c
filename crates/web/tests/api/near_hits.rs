//! What a service learns about listed hashes by checks that come near to them: coarse distances, and
//! not many of them.

use std::sync::Arc;

use axum::http::header::RETRY_AFTER;
use mamori_desk::Clock;
use mamori_model::{Distances, Pdq};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use mamori_testkit::pictures::{draw, edit, encode};
use serde_json::{Value, json};

use crate::test_app::{TestApp, TestResponse, Who};

const LISTED: &str = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22";

/// The most near hits of a key within an hour, by default.
const HOUR_MAX: usize = 120;

/// The hash `pdq` with these bits flipped.
fn flipped(pdq: &str, bits: impl IntoIterator<Item = usize>) -> String {
    let mut bytes = *pdq.parse::<Pdq>().unwrap().as_bytes();
    for bit in bits {
        bytes[bit / 8] ^= 0x80 >> (bit % 8);
    }
    Pdq::from(bytes).to_string()
}

/// A hash that differs from the listed one in every ninth bit, `bits` in all.
fn at(bits: usize) -> String {
    flipped(LISTED, (0..bits).map(|nth| 9 * nth % 256))
}

async fn check(app: &TestApp, who: Who, pdq: &str) -> TestResponse {
    let body = json!({"item_id": "probe", "surface": "public", "pdq": pdq});
    app.post(who, "/v1/check", body).await
}

/// Flips each bit of `base` in turn; returns what each answer shows, `None` for a refusal. What is
/// shown of a check without a hit is `null`.
async fn flip_each_bit(app: &TestApp, base: &str) -> Vec<Option<Value>> {
    let mut shown = Vec::new();
    for bit in 0..256 {
        let answer = check(app, Who::Service, &flipped(base, [bit])).await;
        shown.push(if answer.status == 429 {
            assert_eq!(answer.problem(), (429, "limit.near_hits".to_owned()));
            None
        } else {
            Some(answer.ok()["matches"][0]["distance_max"].clone())
        });
    }
    shown
}

on_both_engines! {
    async fn a_listed_hash_cannot_be_read_bit_by_bit_from_distances(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let bank = app.bank("list-a").await;
        app.add(&bank, "pdq", LISTED).await;
        let base = check(&app, Who::Service, &at(26)).await.ok();
        assert_eq!(base["matches"][0]["distance_max"], 31);

        let shown = flip_each_bit(&app, &at(26)).await;

        let answered: Vec<&Value> = shown.iter().flatten().collect();
        assert!(answered.iter().all(|shown| **shown == 31), "an answer depends on the bit: {shown:?}");
        assert_eq!(answered.len(), HOUR_MAX - 1, "and the limit ends the attempt");
    }

    async fn a_border_of_the_coarse_distance_gives_no_more_bits_than_the_limit(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let bank = app.bank("list-a").await;
        app.add(&bank, "pdq", LISTED).await;
        check(&app, Who::Service, &at(10)).await.ok();

        let shown = flip_each_bit(&app, &at(10)).await;

        assert!(shown[..HOUR_MAX - 1].iter().all(Option::is_some));
        assert!(shown[HOUR_MAX - 1..].iter().all(Option::is_none));
    }

    async fn the_border_of_a_match_gives_no_more_bits_than_the_limit(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let bank = app.bank("list-a").await;
        app.add(&bank, "pdq", LISTED).await;
        check(&app, Who::Service, &at(31)).await.ok();

        let shown = flip_each_bit(&app, &at(31)).await;

        let clean = shown.iter().filter(|shown| **shown == Some(Value::Null)).count();
        assert!(clean > HOUR_MAX / 2, "most probes match nothing: {shown:?}");
        assert!(shown[..HOUR_MAX - 1].iter().all(Option::is_some));
        assert!(shown[HOUR_MAX - 1..].iter().all(Option::is_none), "whether they match or not");
    }

    async fn a_refused_key_learns_when_to_try_again_and_may_do_everything_else(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let bank = app.bank("list-a").await;
        let picture = draw(1, 400, 300);
        let listed = app.pdq(&encode::png(&picture)).await;
        app.add(&bank, "pdq", &listed).await;
        app.add(&bank, "md5", &"aa".repeat(16)).await;
        for nth in 0..HOUR_MAX {
            check(&app, Who::Service, &flipped(&listed, [nth])).await.ok();
        }

        let refused = check(&app, Who::Service, &flipped(&listed, [200])).await;

        assert_eq!(refused.problem(), (429, "limit.near_hits".to_owned()));
        let guessed = check(&app, Who::Service, &listed).await;
        assert_eq!(guessed.status, 429, "it would confirm a guess");
        let wait: u64 = refused.headers[RETRY_AFTER].to_str().unwrap().parse().unwrap();
        assert!((3_500..=3_600).contains(&wait), "{wait}");
        let copy = encode::jpeg(&edit::resize(&picture, 320, 240), 70);
        assert_eq!(app.check("bytes", &copy).await.ok()["verdict"], "block");
        assert_eq!(check(&app, Who::Service, &flipped(&listed, [0])).await.ok()["verdict"], "block");
        assert_eq!(check(&app, Who::Service, &"5".repeat(64)).await.ok()["verdict"], "allow");
        let by_md5 = json!({"item_id": "md5", "surface": "public", "md5": "aa".repeat(16)});
        assert_eq!(app.post(Who::Service, "/v1/check", by_md5).await.ok()["verdict"], "block");
        let other = check(&app, Who::OtherService, &flipped(&listed, [200])).await.ok();
        assert_eq!(other["verdict"], "block");
    }

    async fn a_refused_check_is_not_recorded(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let bank = app.bank("list-a").await;
        app.add(&bank, "pdq", LISTED).await;
        for nth in 0..HOUR_MAX {
            check(&app, Who::Service, &flipped(LISTED, [nth])).await.ok();
        }

        let body = json!({"item_id": "refused", "surface": "public", "pdq": flipped(LISTED, [200])});
        let refused = app.post(Who::Service, "/v1/check", body).await;

        assert_eq!(refused.status, 429);
        let matches = app.get(Who::Service, "/v1/matches").await.ok();
        let items: Vec<&Value> =
            matches["data"].as_array().unwrap().iter().map(|row| &row["item_id"]).collect();
        assert_eq!(items, ["probe"]);
    }

    async fn exact_hits_are_not_limited(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let bank = app.bank("list-a").await;
        let listed: Vec<String> = (0..=HOUR_MAX).map(|nth| flipped(LISTED, [nth, 255 - nth])).collect();
        let entries: Vec<Value> = listed.iter().map(|pdq| json!({"kind": "pdq", "hash": pdq})).collect();
        // So that one listed hash is no near hit of another.
        app.patch(Who::Admin, &bank, json!({"distance_max": 0})).await.ok();
        app.post(Who::Admin, &format!("{bank}/entries"), json!({"entries": entries})).await.ok();

        for pdq in &listed {
            let answer = check(&app, Who::Service, pdq).await.ok();
            assert_eq!(answer["matches"][0]["distance_max"], 0, "{pdq}");
        }
    }

    async fn an_operator_may_show_exact_distances(records: TestDatabase) {
        let settings =
            mamori_desk::Settings { distances: Distances::Exact, ..mamori_desk::Settings::default() };
        let app = TestApp::at(records, Arc::new(Clock::system()), settings).await;
        let bank = app.bank("list-a").await;
        app.add(&bank, "pdq", LISTED).await;

        let answer = check(&app, Who::Service, &at(26)).await.ok();

        assert_eq!(answer["matches"][0]["distance_max"], 26);
    }

    async fn a_recorded_match_shows_hits_in_the_order_of_their_entries(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let bank = app.bank("list-a").await;
        let mut added = Vec::new();
        for bits in [9, 2, 25, 0, 12] {
            added.push(app.add(&bank, "pdq", &at(bits)).await);
        }

        let answer = check(&app, Who::Service, LISTED).await.ok();

        let shown: Vec<(&Value, u64)> = answer["matches"].as_array().unwrap().iter()
            .map(|hit| (&hit["entry_id"], hit["distance_max"].as_u64().unwrap())).collect();
        let ids: Vec<Value> = added.iter().map(|id| json!(id)).collect();
        assert_eq!(shown, [(&ids[3], 0), (&ids[0], 10), (&ids[1], 10), (&ids[4], 20), (&ids[2], 31)]);
        let id = answer["match_id"].as_str().unwrap();
        let stored = app.get(Who::Service, &format!("/v1/matches/{id}")).await.ok();
        assert_eq!(stored["matches"], answer["matches"]);
    }
}
