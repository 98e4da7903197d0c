//! `/m/…`, the kinds of hash, and the state of the index.

use axum::http::StatusCode;
use mamori_desk::NewEntry;
use mamori_desk::banks::create_bank::NewBank;
use mamori_media::Limits;
use mamori_model::{Action, Distance, Jurisdictions, Pdq, Purpose, Quality, Reach, Surface};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use mamori_testkit::pictures::{draw, encode};
use mamori_web::budget;
use mamori_web::hma::Settings;
use serde_json::json;

use crate::test_app::{TestApp, settings};

const PDQ: &str = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22";
const FAR: &str = "5555555555555555555555555555555555555555555555555555555555555555";
const MD5: &str = "cab08b36195edb1a1231d2d09fa450e0";

/// Returns `PDQ` with its first `bits` bits inverted.
fn at(bits: usize) -> String {
    let mut bytes = *PDQ.parse::<Pdq>().unwrap().as_bytes();
    for bit in 0..bits {
        bytes[bit / 8] ^= 0x80 >> (bit % 8);
    }
    Pdq::from(bytes).to_string()
}

fn lookup(signal: &str) -> String {
    format!("/m/lookup?signal_type=pdq&signal={signal}")
}

on_both_engines! {
    async fn a_look_up_names_banks_numbers_and_distances_as_texts(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.bank("BANK").await;
        app.bank("SECOND").await;
        let near = app.add("BANK", "pdq", &at(31)).await;
        app.add("BANK", "pdq", &at(32)).await;
        let same = app.add("SECOND", "pdq", PDQ).await;

        let found = app.get(&lookup(PDQ)).await.ok();

        let expected = json!({
            "BANK": [{ "bank_content_id": near, "distance": "31" }],
            "SECOND": [{ "bank_content_id": same, "distance": "0" }],
        });
        assert_eq!(found, expected);
        assert_eq!(app.get(&lookup(FAR)).await.ok(), json!({}));
    }

    async fn a_raw_look_up_lists_numbers_the_nearest_first(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.bank("BANK").await;
        let near = app.add("BANK", "pdq", &at(5)).await;
        let same = app.add("BANK", "pdq", PDQ).await;
        let uri = format!("/m/raw_lookup?signal_type=pdq&signal={PDQ}");

        let plain = app.get(&uri).await.ok();
        let full = app.get(&format!("{uri}&include_distance=True")).await.ok();

        assert_eq!(plain, json!({ "matches": [same, near] }));
        let expected = json!([
            { "bank_content_id": same, "distance": "0" },
            { "bank_content_id": near, "distance": "10" },
        ]);
        assert_eq!(full, json!({ "matches": expected }));
    }

    async fn distances_are_coarse_and_hits_in_the_order_of_their_numbers(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.bank("BANK").await;
        let mut added = Vec::new();
        for bits in [9, 2, 25, 0, 12] {
            added.push(app.add("BANK", "pdq", &at(bits)).await);
        }
        let raw = format!("/m/raw_lookup?signal_type=pdq&signal={PDQ}");

        let found = app.get(&lookup(PDQ)).await.ok();
        let plain = app.get(&raw).await.ok();
        let full = app.get(&format!("{raw}&include_distance=true")).await.ok();

        let places = [(3, "0"), (0, "10"), (1, "10"), (4, "20"), (2, "31")];
        let content = |(place, distance): (usize, &str)| {
            json!({ "bank_content_id": added[place], "distance": distance })
        };
        assert_eq!(found["BANK"], json!(places.map(content)));
        assert_eq!(plain, json!({ "matches": places.map(|(place, _)| added[place]) }));
        assert_eq!(full, json!({ "matches": places.map(content) }));
    }

    async fn a_client_chooses_no_threshold(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.bank("BANK").await;
        let near = app.add("BANK", "pdq", &at(7)).await;

        for name in ["threshold", "distance", "max_distance", "distance_threshold"] {
            for threshold in [0, 6, 7, 100] {
                let uri = format!("{}&{name}={threshold}", lookup(PDQ));
                let expected = json!({ "BANK": [{ "bank_content_id": near, "distance": "10" }] });
                assert_eq!(app.get(&uri).await.ok(), expected, "{uri}");
            }
        }
        assert_eq!(app.get("/m/lookup_threshold").await.status, StatusCode::NOT_FOUND);
    }

    async fn look_ups_by_hash_that_come_near_are_limited_and_files_are_not(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.bank("BANK").await;
        let known = encode::png(&draw(5, 400, 300));
        let added = app.upload("/c/bank/BANK/content", "photo", &known).await.ok();
        let pdq: Pdq = added["signals"]["pdq"].as_str().unwrap().parse().unwrap();
        let probe = |bit: usize| {
            let mut bytes = *pdq.as_bytes();
            bytes[bit / 8] ^= 0x80 >> (bit % 8);
            Pdq::from(bytes).to_string()
        };
        for bit in 0..120 {
            let raw = format!("/m/raw_lookup?signal_type=pdq&signal={}", probe(bit));
            let uri = if bit % 2 == 0 { lookup(&probe(bit)) } else { raw };
            assert_eq!(app.get(&uri).await.status, StatusCode::OK, "{bit}");
        }

        let refused = app.get(&lookup(&probe(200))).await;
        let raw = app.get(&format!("/m/raw_lookup?signal_type=pdq&signal={}", probe(201))).await;

        assert_eq!(refused.refusal().0, 429);
        assert!(refused.refusal().1.contains("do not treat it as clean"), "{refused:?}");
        let wait: u64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((3_500..=3_600).contains(&wait), "{wait}");
        assert_eq!(raw.refusal().0, 429);
        let file = app.upload("/m/lookup", "photo", &encode::jpeg(&draw(5, 400, 300), 70)).await;
        assert_eq!(file.ok()["pdq"]["BANK"][0]["bank_content_id"], json!(1));
        let again = app.get(&lookup(&probe(0))).await.ok();
        assert_eq!(again["BANK"][0]["distance"], "10");
        assert_eq!(app.get(&lookup(FAR)).await.ok(), json!({}));
    }

    async fn an_md5_matches_without_a_distance(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.bank("BANK").await;
        let id = app.add("BANK", "video_md5", MD5).await;

        let found = app.get(&format!("/m/lookup?signal_type=video_md5&signal={MD5}")).await.ok();
        let bytes = app.upload("/m/lookup", "video", b"no video").await.ok();

        assert_eq!(found, json!({ "BANK": [{ "bank_content_id": id, "distance": "-" }] }));
        assert_eq!(bytes, json!({ "video_md5": {} }));
    }

    async fn a_look_up_may_be_restricted_to_some_banks(records: TestDatabase) {
        let app = TestApp::open(records).await;
        for bank in ["ONE", "TWO", "THREE"] {
            app.bank(bank).await;
            app.add(bank, "pdq", PDQ).await;
        }

        let two = app.get(&format!("{}&banks=ONE,TWO,NOPE", lookup(PDQ))).await.ok();
        let none = app.get(&format!("{}&banks=NOPE", lookup(PDQ))).await.ok();

        assert_eq!(two.as_object().unwrap().keys().collect::<Vec<_>>(), ["ONE", "TWO"]);
        assert_eq!(none, json!({}));
    }

    async fn an_edited_copy_of_a_picture_matches_and_another_picture_does_not(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.bank("BANK").await;
        let known = encode::png(&draw(5, 400, 300));
        app.upload("/c/bank/BANK/content", "photo", &known).await.ok();

        let copy = app.upload("/m/lookup", "photo", &encode::jpeg(&draw(5, 400, 300), 70)).await;
        let other = app.upload("/m/lookup", "photo", &encode::jpeg(&draw(6, 400, 300), 70)).await;

        assert_eq!(copy.ok()["pdq"]["BANK"][0]["bank_content_id"], json!(1));
        assert_eq!(other.ok(), json!({ "pdq": {} }));
    }

    async fn a_moving_picture_matches_by_any_of_its_frames(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.bank("BANK").await;
        let known = encode::png(&draw(5, 128, 96));
        app.upload("/c/bank/BANK/content", "photo", &known).await.ok();
        let frames = [draw(6, 128, 96), draw(5, 128, 96)];

        let found = app.upload("/m/lookup", "photo", &encode::png_animated(&frames)).await.ok();

        assert_eq!(found["pdq"]["BANK"][0]["bank_content_id"], json!(1));
    }

    async fn a_picture_that_was_compared_in_part_is_not_reported_as_clean(records: TestDatabase) {
        let limits = Limits { frames_max: 2, ..Limits::default() };
        let budget_limits = budget::Limits::default();
        let app = TestApp::with_media(records, settings(), limits, budget_limits).await;
        app.bank("BANK").await;
        let picture = |seed: u64| draw(seed, 128, 96);
        app.upload("/c/bank/BANK/content", "photo", &encode::png(&picture(5))).await.ok();
        let look = async |frames: &[u64]| {
            let frames: Vec<_> = frames.iter().map(|seed| picture(*seed)).collect();
            app.upload("/m/lookup", "photo", &encode::png_animated(&frames)).await
        };

        let whole = look(&[6, 7]).await;
        // Of three frames, the first and the last are compared.
        let hidden = look(&[6, 5, 7]).await;
        let found = look(&[6, 7, 5]).await;

        assert_eq!(whole.ok(), json!({ "pdq": {} }));
        let (status, message) = hidden.refusal();
        assert_eq!(status, 413);
        assert!(message.contains("do not treat it as clean"), "{message}");
        assert_eq!(found.ok()["pdq"]["BANK"][0]["bank_content_id"], json!(1));
        assert_eq!(found.headers["mamori-frames-left-out"], "true");
        assert!(!whole.headers.contains_key("mamori-frames-left-out"));
    }

    async fn a_disabled_bank_matches_nothing_on_any_route(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.bank("BANK").await;
        app.add("BANK", "pdq", PDQ).await;
        app.put("/c/bank/BANK", json!({ "enabled": false })).await.ok();

        let found = app.get(&format!("{}&bypass_coinflip=true", lookup(PDQ))).await;
        let raw = app.get(&format!("/m/raw_lookup?signal_type=pdq&signal={PDQ}")).await;

        assert_eq!(found.ok(), json!({}));
        assert_eq!(raw.ok(), json!({ "matches": [] }));
        assert_eq!(found.headers["mamori-not-looked"], "no bank is switched on");
    }

    async fn a_file_to_which_no_bank_applies_is_not_decoded(records: TestDatabase) {
        let surface = Surface::PrivateMessage;
        let app = TestApp::with(records, Settings { surface, ..settings() }).await;
        app.bank("BANK").await;

        let answer = app.upload("/m/lookup", "photo", b"would be refused if it were read").await;

        assert_eq!(answer.ok(), json!({ "pdq": {} }));
        assert_eq!(answer.headers["mamori-not-looked"], "no bank may be used on this surface");
    }

    async fn a_photo_that_cannot_be_decoded_is_found_by_its_bytes(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.bank("BANK").await;
        let file = b"no picture at all";
        let unknown = app.upload("/m/lookup", "photo", file).await;
        let md5 = mamori_media::digests(file).md5.to_string();
        app.add("BANK", "video_md5", &md5).await;

        let found = app.upload("/m/lookup", "photo", file).await;

        assert_eq!(unknown.refusal().0, 400);
        assert_eq!(found.headers["mamori-not-decoded"], "unknown is not supported");
        assert_eq!(found.ok()["pdq"]["BANK"][0]["distance"], json!("0"));
    }

    async fn an_item_that_a_negative_bank_knows_is_no_match(records: TestDatabase) {
        let app = TestApp::with_admins_key(records).await;
        app.bank("BANK").await;
        app.add("BANK", "pdq", PDQ).await;
        let surfaces = [Surface::Public].into();
        let benign = NewBank {
            name: "known-benign".parse().unwrap(),
            purpose: Purpose::KnownBenign,
            source: "drawn by code".parse().unwrap(),
            legal_basis: "none is needed".parse().unwrap(),
            owner: "the tests".parse().unwrap(),
            reach: Reach::new(surfaces, Jurisdictions::Everywhere, None).unwrap(),
            distance_max: Distance::PDQ_SAME_MAX,
            quality_min: Quality::ANY,
        transforms: None,
            action: Action::None,
            is_enabled: true,
        };
        let benign = app.desk.create_bank(&app.admin, benign).await.unwrap();
        let entry = NewEntry::bare(mamori_model::Hash::Pdq(at(3).parse().unwrap()));
        app.desk.add_entries(&app.admin, benign.id, &[entry]).await.unwrap();

        let found = app.get(&lookup(PDQ)).await.ok();
        let held = app.get(&format!("{}&banks=BANK", lookup(PDQ))).await.ok();

        assert_eq!(found, json!({}));
        assert_eq!(held, json!({}));
    }

    async fn an_invalid_look_up_is_refused_in_hmas_words(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let either = "Either url or both signal and signal_type are required";
        let cases = [
            ("/m/lookup".to_owned(), either),
            (format!("/m/lookup?signal={PDQ}"), either),
            (format!("/m/lookup?signal_type=nope&signal={PDQ}"), "No such SignalType 'nope'"),
            (lookup("xxx"), "invalid signal: invalid PDQ hash"),
            (format!("/m/raw_lookup?signal={PDQ}"), "signal_type is required"),
            ("/m/raw_lookup?signal_type=pdq".to_owned(), "signal is required"),
            (
                format!("/m/raw_lookup?signal_type=pdq&signal={PDQ}&include_distance=perhaps"),
                "invalid boolean parameter - prefer true/false",
            ),
            ("/m/index/status?signal_type=nope".to_owned(), "No such signal type 'nope'"),
            ("/c/signal_type/index?signal_type=nope".to_owned(), "No such signal type 'nope'"),
        ];

        for (uri, message) in cases {
            assert_eq!(app.get(&uri).await.refusal(), (400, message.to_owned()), "{uri}");
        }
    }

    async fn two_hashes_are_compared(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let pairs = json!({ "pdq": [PDQ, at(2)], "video_md5": [MD5, MD5] });

        let near = app.post("/m/compare", pairs).await.ok();
        let far = app.post("/m/compare", json!({ "pdq": [PDQ, at(32)] })).await.ok();

        assert_eq!(near, json!({ "pdq": [true, { "distance": 2 }], "video_md5": [true, {}] }));
        assert_eq!(far, json!({ "pdq": [false, { "distance": 32 }] }));
        let cases = [
            (json!([]), "Request input was not a dict"),
            (json!({ "pdq": "x" }), "Comparison hashes for pdq was not a list"),
            (json!({ "pdq": [PDQ] }), "Comparison hash list length must be exactly 2"),
            (json!({ "nope": [PDQ, PDQ] }), "No such SignalType 'nope'"),
            (json!({ "pdq": [PDQ, "x"] }), "Invalid pdq hash: invalid PDQ hash"),
        ];
        for (body, message) in cases {
            let refused = app.post("/m/compare", body.clone()).await;
            assert_eq!(refused.refusal(), (400, message.to_owned()), "{body}");
        }
    }

    async fn the_index_is_absent_until_it_holds_a_hash(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let absent = json!({ "present": false, "built_to": -1, "size": 0 });
        let before = app.get("/m/index/status").await.ok();
        app.bank("BANK").await;
        app.add("BANK", "pdq", PDQ).await;

        let after = app.get("/m/index/status?signal_type=pdq").await.ok();
        let built = app.get("/c/signal_type/index").await.ok();

        assert_eq!(before, json!({ "pdq": absent, "video_md5": absent }));
        assert_eq!(after["pdq"]["present"], json!(true));
        assert_eq!(after["pdq"]["size"], json!(1));
        assert!(after["pdq"]["built_to"].as_i64() > Some(1_700_000_000));
        assert!(after.get("video_md5").is_none());
        assert_eq!(built["pdq"]["index_size"], json!(1));
        assert_eq!(built["pdq"]["index_out_of_date"], json!(false));
    }

    async fn the_kinds_of_hash_and_content_are_two_each_and_stay_on(records: TestDatabase) {
        let app = TestApp::open(records).await;

        let kinds = app.get("/c/signal_type").await.ok();
        let contents = app.get("/c/content_type").await.ok();
        let on = app.put("/c/signal_type/pdq", json!({ "enabled_ratio": 1.0 })).await;
        let off = app.put("/c/signal_type/pdq", json!({ "enabled_ratio": 0.0 })).await;

        let kind = |name: &str| json!({ "name": name, "enabled_ratio": 1.0 });
        assert_eq!(kinds, json!([kind("pdq"), kind("video_md5")]));
        let content = |name: &str| json!({ "name": name, "enabled": true });
        assert_eq!(contents, json!([content("photo"), content("video")]));
        assert_eq!(on.status, StatusCode::NO_CONTENT);
        assert_eq!(off.refusal().0, 501);
    }

    async fn there_are_no_exchanges(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let missing = (404, "Exchange 'FAKE' not found".to_owned());

        assert_eq!(app.get("/c/exchanges").await.ok(), json!([]));
        assert_eq!(app.get("/c/exchanges/apis").await.ok(), json!([]));
        assert_eq!(app.get("/c/exchange/FAKE").await.refusal(), missing);
        assert_eq!(app.get("/c/exchange/FAKE/status").await.refusal(), missing);
        assert_eq!(app.put("/c/exchange/FAKE", json!({})).await.refusal(), missing);
        let gone = app.delete("/c/exchange/FAKE").await.ok();
        assert_eq!(gone, json!({ "message": "Exchange deleted" }));
        let api = app.get("/c/exchanges/api/ncmec").await;
        assert_eq!(api.refusal(), (400, "no such Exchange API 'ncmec'".to_owned()));
        let made = app.post("/c/exchanges", json!({ "bank": "A", "api": "ncmec" })).await;
        assert_eq!(made.refusal(), (400, "No such exchange type 'ncmec'".to_owned()));
    }

    async fn the_status_is_hmas_word(records: TestDatabase) {
        let app = TestApp::open(records).await;

        let answer = app.get("/status").await;

        assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, "I-AM-ALIVE"));
    }
}
