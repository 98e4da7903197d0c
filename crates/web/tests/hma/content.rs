//! `/c/bank/{bank_name}/content…` and `…/signal`.

use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use mamori_testkit::pictures::{draw, encode};
use serde_json::json;

use crate::test_app::{TestApp, form};

const PDQ: &str = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22";
const MD5: &str = "cab08b36195edb1a1231d2d09fa450e0";

on_both_engines! {
    async fn an_uploaded_picture_is_added_by_its_hash_and_matches_at_once(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.bank("NEW_BANK").await;
        let picture = encode::png(&draw(1, 300, 200));

        let added = app.upload("/c/bank/NEW_BANK/content", "photo", &picture).await.ok();

        let hash = app.upload("/h/hash", "photo", &picture).await.ok();
        assert_eq!(added, json!({ "id": 1, "signals": hash }));
        let found = app.upload("/m/lookup", "photo", &picture).await.ok();
        let entry = json!({ "bank_content_id": 1, "distance": "0" });
        assert_eq!(found, json!({ "pdq": { "NEW_BANK": [entry] } }));
    }

    async fn a_hash_is_added_once_and_keeps_its_number(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.bank("NEW_BANK").await;
        app.bank("OTHER").await;

        let first = app.add("NEW_BANK", "pdq", PDQ).await;
        let again = app.add("NEW_BANK", "pdq", PDQ).await;
        let video = app.add("NEW_BANK", "video_md5", MD5).await;
        let video_again = app.add("NEW_BANK", "video_md5", &MD5.to_uppercase()).await;
        let elsewhere = app.add("OTHER", "pdq", PDQ).await;

        assert_eq!(first, again);
        assert_eq!(video, video_again);
        assert!(first != video && first != elsewhere);
    }

    async fn an_invalid_hash_is_refused_in_hmas_words(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.bank("NEW_BANK").await;
        let cases = [
            (json!({}), "No signals given"),
            (json!([PDQ]), "No signals given"),
            (json!({ "nope": PDQ }), "No such signal type nope"),
            (json!({ "pdq": "xxx" }), "Invalid pdq signal: invalid PDQ hash"),
            (json!({ "pdq": PDQ.to_uppercase() }), "Invalid pdq signal: invalid PDQ hash"),
            (json!({ "pdq": 7 }), "Invalid pdq signal: invalid PDQ hash"),
            (json!({ "video_md5": "x" }), "Invalid video_md5 signal: 'x' is not a valid MD5 hash"),
            (
                json!({ "pdq": PDQ, "video_md5": MD5 }),
                "content has one signal here: send each in a request of its own",
            ),
        ];

        for (body, message) in cases {
            let refused = app.post("/c/bank/NEW_BANK/signal", body.clone()).await;
            assert_eq!(refused.refusal(), (400, message.to_owned()), "{body}");
        }
        let missing = app.post("/c/bank/NOPE/signal", json!({ "pdq": PDQ })).await;
        assert_eq!(missing.refusal(), (404, "bank 'NOPE' not found".to_owned()));
    }

    async fn content_is_shown_with_its_hash_on_request(records: TestDatabase) {
        let app = TestApp::with_admins_key(records).await;
        app.bank("A_BANK").await;
        let id = app.add("A_BANK", "pdq", PDQ).await;
        let uri = format!("/c/bank/A_BANK/content/{id}");

        let plain = app.get(&uri).await.ok();
        let full = app.get(&format!("{uri}?include_signals=true")).await.ok();

        assert_eq!(plain["id"], json!(id));
        assert_eq!(plain["disable_until_ts"], json!(1));
        assert_eq!(plain["bank"], json!({ "name": "A_BANK", "matching_enabled_ratio": 1.0 }));
        assert!(plain.get("signals").is_none());
        assert_eq!(full["signals"], json!({ "pdq": PDQ }));
        let of = |name: &str| format!("{uri}?signal_type={name}");
        assert_eq!(app.get(&of("pdq")).await.ok()["signals"], json!({ "pdq": PDQ }));
        assert_eq!(app.get(&of("video_md5")).await.ok()["signals"], json!({}));
        let unknown = app.get(&of("nope")).await;
        assert_eq!(unknown.refusal(), (400, "No such signal type 'nope'".to_owned()));
    }

    async fn missing_content_is_not_found_and_its_removal_succeeds(records: TestDatabase) {
        let app = TestApp::open(records).await;
        assert_eq!(
            app.get("/c/bank/A_BANK/content/1").await.refusal(),
            (404, "bank 'A_BANK' not found".to_owned())
        );
        app.bank("A_BANK").await;
        app.bank("OTHER").await;
        let id = app.add("OTHER", "pdq", PDQ).await;

        for number in [id.to_string(), "999".to_owned(), "0".to_owned(), "x".to_owned()] {
            let uri = format!("/c/bank/A_BANK/content/{number}");
            let missing = (404, format!("content '{number}' not found"));
            assert_eq!(app.get(&uri).await.refusal(), missing, "{number}");
        }
        let removed = app.delete(&format!("/c/bank/A_BANK/content/{id}")).await.ok();
        assert_eq!(removed, json!({ "deleted": 0 }));
    }

    async fn content_that_was_removed_matches_no_more(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.bank("NEW_BANK").await;
        let id = app.add("NEW_BANK", "pdq", PDQ).await;
        let uri = format!("/c/bank/NEW_BANK/content/{id}");

        let removed = app.delete(&uri).await.ok();

        assert_eq!(removed, json!({ "deleted": 1 }));
        let raw = app.get(&format!("/m/raw_lookup?signal_type=pdq&signal={PDQ}")).await.ok();
        assert_eq!(raw, json!({ "matches": [] }));
        assert_eq!(app.get(&uri).await.refusal().0, 404);
        assert_eq!(app.delete(&uri).await.ok(), json!({ "deleted": 0 }));
    }

    async fn content_that_is_switched_off_matches_no_more(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.bank("A_BANK").await;
        let id = app.add("A_BANK", "pdq", PDQ).await;
        let uri = format!("/c/bank/A_BANK/content/{id}");

        let off = app.put(&uri, json!({ "disable_until_ts": "0" })).await.ok();
        let again = app.put(&uri, json!({ "disable_until_ts": 0 })).await.ok();

        assert_eq!((&off["id"], &off["disable_until_ts"]), (&json!(id), &json!(0)));
        assert_eq!(again, off);
        let raw = app.get(&format!("/m/raw_lookup?signal_type=pdq&signal={PDQ}")).await.ok();
        assert_eq!(raw, json!({ "matches": [] }));
        let missing = (404, format!("content '{id}' not found"));
        assert_eq!(app.put(&uri, json!({ "disable_until_ts": 1 })).await.refusal(), missing);
        let nobodys = app.put("/c/bank/A_BANK/content/9", json!({ "disable_until_ts": 0 })).await;
        assert_eq!(nobodys.refusal(), (404, "content '9' not found".to_owned()));
        assert_ne!(app.add("A_BANK", "pdq", PDQ).await, id);
    }

    async fn content_cannot_be_disabled_for_a_limited_time(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.bank("A_BANK").await;
        let id = app.add("A_BANK", "pdq", PDQ).await;
        let uri = format!("/c/bank/A_BANK/content/{id}");
        let next_year = app.desk.clock().now().as_second() + 365 * 24 * 3_600;

        let on = app.put(&uri, json!({ "disable_until_ts": 1 })).await.ok();
        let past = app.put(&uri, json!({ "disable_until_ts": 1_700_000_000 })).await.ok();
        let nothing = app.put(&uri, json!({})).await.ok();
        let later = app.put(&uri, json!({ "disable_until_ts": next_year })).await;
        let far = app.put(&uri, json!({ "disable_until_ts": i64::MAX })).await;
        let never = app.put(&uri, json!({ "disable_until_ts": -1 })).await;

        assert_eq!(on["disable_until_ts"], json!(1));
        assert_eq!((&past, &nothing), (&on, &on));
        assert_eq!(later.refusal().0, 501);
        let far_words = "disable_until_ts must be less than 5 years in the future";
        assert_eq!(far.refusal(), (400, far_words.to_owned()));
        let never_words = "disable_until_ts must be a non-negative integer";
        assert_eq!(never.refusal(), (400, never_words.to_owned()));
        let raw = app.get(&format!("/m/raw_lookup?signal_type=pdq&signal={PDQ}")).await.ok();
        assert_eq!(raw, json!({ "matches": [id] }));
    }

    async fn an_upload_that_is_not_one_file_of_a_known_kind_is_refused(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.bank("A_BANK").await;
        let uri = "/c/bank/A_BANK/content";
        let picture = encode::png(&draw(1, 64, 64));
        let file = Some("a file");
        let cases = [
            (form(uri, &[]), "Missing multipart/form-data file upload"),
            (form(uri, &[("photo", None, &picture)]), "Missing multipart/form-data file upload"),
            (
                form(uri, &[("photo", file, &picture), ("photo", file, &picture)]),
                "Only one file allowed per request",
            ),
            (form(uri, &[("text", file, &picture)]), "no such content_type: 'text'"),
        ];

        for (request, message) in cases {
            assert_eq!(app.send(request).await.refusal(), (400, message.to_owned()));
        }
        let unreadable = app.upload(uri, "photo", b"no picture").await;
        assert_eq!(unreadable.refusal().0, 400);
        let fetched = app.post(&format!("{uri}?url=http://127.0.0.1/a.png"), json!({})).await;
        assert!(fetched.refusal().1.starts_with("Invalid or unsafe URL provided"));
    }
}
