//! What the fuzzer knows of the API: every endpoint that reads text, and first inputs that are
//! accepted.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use mamori_desk::Clock;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::test_app::{TestApp, Who};

/// A line for each endpoint: letter, method, path, media type.
const ENDPOINTS: &str = include_str!("../../fuzz/endpoints/api_json.txt");

#[test]
fn every_endpoint_that_reads_text_is_fuzzed() {
    let document = serde_json::to_value(mamori_web::openapi()).unwrap();
    let mut documented = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let media_types = operation["requestBody"]["content"].as_object();
            let media_types = media_types.into_iter().flat_map(|types| types.keys());
            let texts = ["application/json", "application/x-ndjson", "text/csv"];
            for text in media_types.filter(|name| texts.contains(&name.as_str())) {
                documented.insert(format!("{} {path} {text}", method.to_uppercase()));
            }
        }
    }

    let fuzzed: BTreeSet<String> = ENDPOINTS.lines().map(|line| line[2..].to_owned()).collect();

    assert_eq!(fuzzed, documented);
}

on_both_engines! {
    async fn every_seed_is_accepted(records: TestDatabase) {
        let clock = Arc::new(Clock::manual(Timestamp::from_second(1_795_000_000).unwrap()));
        let app = TestApp::at(records, Arc::clone(&clock), mamori_desk::Settings::default()).await;
        // Within the first day nothing waits for a second actor.
        clock.advance(SignedDuration::from_hours(24));
        let new = serde_json::json!({"role": "admin", "name": "waits"});
        let waiting = app.post(Who::Colleague, "/v1/keys", new).await.ok();
        let approval = waiting["id"].as_str().unwrap();
        let bank = app.bank("seeded").await;
        let entry = app.add(&bank, "md5", &"5a".repeat(16)).await;
        let check = serde_json::json!({
            "item_id": "x", "surface": "public", "md5": "5a".repeat(16),
        });
        app.post(Who::Service, "/v1/check", check).await.ok();
        let (_, _, action) = app.decided().await;
        let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds/api_json");
        let mut letters = BTreeSet::new();

        for seed in fs::read_dir(seeds).unwrap() {
            let seed = seed.unwrap().path();
            let text = fs::read_to_string(&seed).unwrap();
            let (letter, body) = text.split_at(1);
            let line = ENDPOINTS.lines().find(|line| line.starts_with(letter)).unwrap();
            let [_, method, path, media_type] = line.split(' ').collect::<Vec<_>>()[..] else {
                panic!("{line}")
            };
            let services = ["/v1/check", "/v1/webhooks", "/v1/actions/{action}/answer"];
            let is_services = services.contains(&path);
            let who = if is_services { Who::Service } else { Who::Admin };
            let service = app.service.to_string();
            let fill = |text: &str| {
                let text = text.replace("{entry}", &entry).replace("{service}", &service);
                text.replace("{action}", &action).replace("{approval}", approval)
            };
            let path = fill(&path.replace("/v1/banks/{bank}", &bank));
            let body = fill(body).into_bytes();

            let answer = app.send(app.request(who, method, &path, Some(media_type), body)).await;

            assert!(answer.status.is_success(), "{seed:?}: {answer:?}");
            letters.insert(letter.to_owned());
        }

        assert_eq!(letters.len(), ENDPOINTS.lines().count(), "an endpoint has no seed");
    }
}
