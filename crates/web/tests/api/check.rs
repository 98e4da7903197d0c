//! Checks: the verdict, what it depends on, and what is stored.

use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use mamori_testkit::pictures::{draw, edit, encode, hostile};
use serde_json::json;

use crate::test_app::{TestApp, Who, new_bank};

on_both_engines! {
    async fn a_known_picture_is_blocked_and_its_match_can_be_read(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let bank = app.bank("list-a").await;
        let original = draw(1, 400, 300);
        let pdq = app.pdq(&encode::png(&original)).await;
        let entry = app.add(&bank, "pdq", &pdq).await;
        let uploaded = encode::jpeg(&edit::resize(&original, 320, 240), 70);

        let answer = app.check("post-1", &uploaded).await.ok();

        assert_eq!(answer["verdict"], "block");
        assert_eq!(answer["looked"], "all");
        assert_eq!(answer["format"], "jpeg");
        assert_eq!((answer["width"].as_u64(), answer["height"].as_u64()), (Some(320), Some(240)));
        assert_eq!(answer["frames"].as_array().unwrap().len(), 1);
        let hit = &answer["matches"][0];
        assert_eq!((&hit["bank"], &hit["purpose"]), (&json!("list-a"), &json!("rehearsal")));
        assert_eq!((&hit["entry_id"], &hit["kind"]), (&json!(entry), &json!("pdq")));
        assert_eq!(hit["distance_max"], 20);
        let id = answer["match_id"].as_str().unwrap();
        let stored = app.get(Who::Service, &format!("/v1/matches/{id}")).await.ok();
        assert_eq!(stored["item_id"], "post-1");
        assert_eq!(stored["matches"], answer["matches"]);
    }

    async fn a_clean_picture_is_not_stored(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let bank = app.bank("list-a").await;
        app.add(&bank, "pdq", &app.pdq(&encode::png(&draw(1, 400, 300))).await).await;

        let answer = app.check("post-1", &encode::png(&draw(2, 400, 300))).await.ok();

        assert_eq!((&answer["verdict"], &answer["looked"]), (&json!("allow"), &json!("all")));
        assert_eq!(answer["matches"], json!([]));
        assert_eq!(answer.get("match_id"), None);
        assert_eq!(app.get(Who::Service, "/v1/matches").await.ok()["data"], json!([]));
    }

    async fn the_same_item_again_makes_no_second_match(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let bank = app.bank("list-a").await;
        app.add(&bank, "sha256", &"ab".repeat(32)).await;
        let check = json!({"item_id": "post-1", "surface": "public", "sha256": "AB".repeat(32)});

        let first = app.post(Who::Service, "/v1/check", check.clone()).await.ok();
        let second = app.post(Who::Service, "/v1/check", check.clone()).await.ok();
        let other = app.post(Who::OtherService, "/v1/check", check).await.ok();

        assert_eq!(first["match_id"], second["match_id"]);
        assert_ne!(first["match_id"], other["match_id"]);
        let own = app.get(Who::Service, "/v1/matches").await.ok();
        assert_eq!(own["data"].as_array().unwrap().len(), 1);
    }

    async fn an_item_to_which_no_bank_applies_is_not_decoded(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let nothing = app.check("post-1", b"not a picture").await.ok();
        let mut bank = new_bank("list-a");
        bank["jurisdictions"] = json!(["JP"]);
        app.post(Who::Admin, "/v1/banks", bank).await.ok();

        let check = async |surface: &str, country: &str| {
            let parts: [(&str, &[u8]); 4] = [
                ("file", b"not a picture"),
                ("jurisdiction", country.as_bytes()),
                ("surface", surface.as_bytes()),
                ("item_id", b"post-1"),
            ];
            let answer = app.form(Who::Service, "/v1/check", &parts).await;
            if answer.status.is_success() { answer.json() } else { json!(answer.problem().1) }
        };

        let reason = |answer: serde_json::Value| {
            assert_eq!((&answer["verdict"], &answer["looked"]), (&json!("allow"), &json!("none")));
            assert_eq!(answer.get("sha256"), None);
            assert!(answer["not_looked"][0]["explanation"].is_string());
            answer["not_looked"][0]["code"].as_str().unwrap().to_owned()
        };
        assert_eq!(reason(nothing), "no_bank");
        assert_eq!(reason(check("private_message", "JP").await), "surface");
        assert_eq!(reason(check("public", "FR").await), "jurisdiction");
        assert_eq!(check("public", "JP").await, json!("media.unsupported"));
    }

    async fn a_picture_that_cannot_be_read_is_a_named_problem_and_never_an_allow(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.bank("list-a").await;
        let whole = encode::jpeg(&draw(1, 300, 300), 80);

        let truncated = app.check("a", whole.get(..whole.len() / 2).unwrap()).await;
        let text = app.check("b", b"only some text").await;
        let huge = app.check("c", &hostile::png_header(50_000, 50_000)).await;
        let empty = app.check("d", b"").await;

        let named = ["media.unreadable", "json.shape"];
        assert_eq!(truncated.problem(), (422, named[0].to_owned()), "{truncated:?}");
        assert_eq!(text.problem(), (415, "media.unsupported".to_owned()));
        assert_eq!(huge.problem(), (422, "media.too_large".to_owned()));
        assert_eq!(empty.problem(), (422, "media.unreadable".to_owned()));
    }

    async fn a_match_is_shown_to_its_own_service_only(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let bank = app.bank("list-a").await;
        app.add(&bank, "md5", &"ab".repeat(16)).await;
        let check = json!({"item_id": "post-1", "account_id": "u-1", "surface": "public",
                           "md5": "ab".repeat(16)});
        let id = app.post(Who::Service, "/v1/check", check).await.ok()["match_id"].clone();
        let path = format!("/v1/matches/{}", id.as_str().unwrap());

        let own = app.get(Who::Service, &path).await.ok();
        let others = app.get(Who::OtherService, &path).await;
        let admins = app.get(Who::Admin, &path).await;

        assert_eq!(own["account_id"], "u-1");
        assert_eq!(others.problem(), (404, "not_found".to_owned()));
        assert_eq!(admins.problem(), (404, "not_found".to_owned()));
        assert_eq!(others.detail(), admins.detail());
    }

    async fn a_text_and_a_context_url_are_taken_and_no_answer_has_them(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let bank = app.bank("list-a").await;
        app.add(&bank, "md5", &"ab".repeat(16)).await;
        let with = |text: String, url: &str| json!({
            "item_id": "post-1", "surface": "public", "md5": "ab".repeat(16),
            "text": text, "context_url": url,
        });
        let good = "https://photos.example/p/17";

        let taken = app.post(Who::Service, "/v1/check", with("A caption.".into(), good)).await.ok();
        let blank = app.post(Who::Service, "/v1/check", with(String::new(), good)).await;
        let long = app.post(Who::Service, "/v1/check", with("x".repeat(10_001), good)).await;
        let plain = app.post(Who::Service, "/v1/check", with(String::new(), "http://a.example/")).await;
        let long_text = vec![b'x'; 40_001];
        let long_part: [(&str, &[u8]); 4] = [
            ("file", b"not a picture"), ("surface", b"public"), ("item_id", b"post-2"),
            ("text", &long_text),
        ];
        let long_part = app.form(Who::Service, "/v1/check", &long_part).await;
        let path = format!("/v1/matches/{}", taken["match_id"].as_str().unwrap());
        let read = app.get(Who::Service, &path).await.ok();

        blank.ok();
        assert_eq!(long.problem(), (422, "json.shape".to_owned()));
        assert!(long.detail().contains("at most 10000 characters"), "{long:?}");
        assert_eq!(plain.problem(), (422, "json.shape".to_owned()));
        assert!(plain.detail().contains("https://HOST"), "{plain:?}");
        assert_eq!(long_part.problem(), (422, "multipart.shape".to_owned()), "{long_part:?}");
        assert!(long_part.detail().contains("`text` is longer than 40000 bytes"), "{long_part:?}");
        for answer in [&taken, &read] {
            let text = answer.to_string();
            assert!(!text.contains("caption") && !text.contains("photos.example"), "{text}");
        }
    }

    async fn a_check_may_have_a_sha1_alone(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let bank = app.bank("list-a").await;
        app.add(&bank, "sha1", &"ab".repeat(20)).await;
        let ask = |sha1: String| json!({"item_id": "post-1", "surface": "public", "sha1": sha1});

        let known = app.post(Who::Service, "/v1/check", ask("AB".repeat(20))).await.ok();
        let other = app.post(Who::Service, "/v1/check", ask("cd".repeat(20))).await.ok();
        let short = app.post(Who::Service, "/v1/check", ask("ab".repeat(16))).await;

        assert_eq!((&known["verdict"], &known["matches"][0]["kind"]), (&json!("block"), &json!("sha1")));
        assert_eq!(other["verdict"], "allow");
        assert_eq!(short.problem(), (422, "json.shape".to_owned()));
        assert!(short.detail().contains("not a sha1 hash: expected 40 hex digits"), "{short:?}");
    }

    async fn matches_are_listed_by_time_and_bank(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let (a, b) = (app.bank("list-a").await, app.bank("list-b").await);
        app.add(&a, "md5", &"aa".repeat(16)).await;
        app.add(&b, "md5", &"bb".repeat(16)).await;
        for (item, hash) in [("post-1", "aa"), ("post-2", "bb"), ("post-3", "aa")] {
            let check = json!({"item_id": item, "surface": "shared", "md5": hash.repeat(16)});
            app.post(Who::Service, "/v1/check", check).await.ok();
        }

        let items = async |query: &str| -> Vec<String> {
            let page = app.get(Who::Service, &format!("/v1/matches?{query}")).await.ok();
            let rows = page["data"].as_array().unwrap().iter();
            rows.map(|row| row["item_id"].as_str().unwrap().to_owned()).collect()
        };

        let bank = a.rsplit('/').next().unwrap();
        assert_eq!(items("limit=2").await, ["post-3", "post-2"]);
        assert_eq!(items(&format!("bank={bank}")).await, ["post-3", "post-1"]);
        assert_eq!(items("from=2020-01-01T00:00:00Z").await.len(), 3);
        assert!(items("to=2020-01-01T00:00:00Z").await.is_empty());
    }

    async fn an_item_is_hashed_as_a_form_or_as_bare_bytes(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let picture = encode::gif_animated(&[draw(1, 128, 128), draw(2, 128, 128)]);

        let form = app.form(Who::Admin, "/v1/hash", &[("file", &picture)]).await.ok();
        let bare = app.post_bytes(Who::Service, "/v1/hash", "image/gif", &picture).await.ok();

        assert_eq!(form, bare);
        assert_eq!(form["format"], "gif");
        assert_eq!(form["frames"].as_array().unwrap().len(), 2);
        assert_eq!(form["frames"][0]["pdq"], form["pdq"]);
        assert_eq!(form["complete"], true);
        assert_eq!(form["md5"].as_str().unwrap().len(), 32);
        assert_eq!(form["sha1"].as_str().unwrap().len(), 40);
    }

    async fn a_match_is_found_by_the_services_own_name_of_the_item(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let bank = app.bank("list-a").await;
        app.add(&bank, "md5", &"aa".repeat(16)).await;
        let long = "é".repeat(512);
        let check = |item: &str| json!({"item_id": item, "surface": "shared", "md5": "aa".repeat(16)});
        for item in ["at://post/1", &long] {
            app.post(Who::Service, "/v1/check", check(item)).await.ok();
        }
        let items = async |who, query: String| -> Vec<String> {
            let page = app.get(who, &format!("/v1/matches?{query}")).await.ok();
            let rows = page["data"].as_array().unwrap().iter();
            rows.map(|row| row["item_id"].as_str().unwrap().to_owned()).collect()
        };

        assert_eq!(items(Who::Service, "item_id=at%3A%2F%2Fpost%2F1".to_owned()).await, ["at://post/1"]);
        assert_eq!(items(Who::Service, format!("item_id={}", "%C3%A9".repeat(512))).await, std::slice::from_ref(&long));
        assert!(items(Who::Service, "item_id=other".to_owned()).await.is_empty());
        assert!(items(Who::OtherService, "item_id=at%3A%2F%2Fpost%2F1".to_owned()).await.is_empty());
        let too_long = app.post(Who::Service, "/v1/check", check(&format!("{long}x"))).await;
        assert_eq!(too_long.problem(), (422, "json.shape".to_owned()));
        assert!(too_long.detail().contains("1 to 1024 bytes"), "{too_long:?}");
    }

    async fn a_country_that_is_not_assigned_is_refused_with_the_one_that_is_meant(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.bank("list-a").await;
        let check = |country: &str| {
            json!({"item_id": "i", "surface": "public", "md5": "aa".repeat(16), "jurisdiction": country})
        };

        let meant = app.post(Who::Service, "/v1/check", check("UK")).await;
        let unassigned = app.post(Who::Service, "/v1/check", check("XK")).await;
        let change = json!({"jurisdictions": ["JP", "EL"]});
        let path = app.bank("list-b").await;
        let bank = app.patch(Who::Admin, &path, change).await;

        for (answer, words) in [(meant, "use `GB`"), (unassigned, "no `XK`"), (bank, "use `GR`")] {
            assert_eq!(answer.problem(), (422, "json.shape".to_owned()));
            assert!(answer.detail().contains(words), "{answer:?}");
        }
        assert_eq!(app.post(Who::Service, "/v1/check", check("GB")).await.status, 200);
    }
}
