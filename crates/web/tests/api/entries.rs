//! Entries: added, listed, imported, exported, withdrawn.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Body;
use futures_util::{StreamExt as _, stream};
use mamori_desk::Admin;
use mamori_model::page::PageSize;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use serde_json::json;

use crate::test_app::{TestApp, Who};

/// A PDQ hash with half of its bits set, as every one of a picture has.
fn half_set(number: u128) -> String {
    format!("{number:032x}{:032x}", !number)
}

/// How long a long list is, and how many lines of it come at once.
const LINES: u64 = 50_000;
const AT_ONCE: u64 = 500;

on_both_engines! {
    async fn a_hash_that_a_bank_has_already_is_not_added_twice(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let bank = app.bank("list-a").await;
        let path = format!("{bank}/entries");
        let one = json!({"hash": "0f".repeat(32), "source_id": "case 1", "labels": ["A1"]});
        let two = json!({"hash": "f0".repeat(16), "kind": "md5", "expires_at": "2999-01-01T00:00:00Z"});

        let first = app.post(Who::Admin, &path, json!({"entries": [one, two, one]})).await.ok();
        let second = app.post(Who::Admin, &path, json!({"entries": [two]})).await.ok();

        assert_eq!((&first["added"], &first["duplicates"]), (&json!(2), &json!(1)));
        assert_eq!(first["ids"][2], json!(null));
        assert_eq!((&second["added"], &second["duplicates"]), (&json!(0), &json!(1)));
        let id = first["ids"][0].as_str().unwrap();
        let entry = app.get(Who::Admin, &format!("{path}/{id}")).await.ok();
        assert_eq!((&entry["hash"], &entry["state"]), (&json!("0f".repeat(32)), &json!("live")));
        assert_eq!((&entry["source_id"], &entry["labels"]), (&json!("case 1"), &json!(["A1"])));
        assert_eq!(app.get(Who::Admin, &bank).await.ok()["entries"], 2);
    }

    async fn an_entry_changes_and_null_removes_a_value(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let bank = app.bank("list-a").await;
        let path = format!("{bank}/entries");
        let (hash, end) = ("0f".repeat(32), "2999-01-01T00:00:00Z");
        let new = json!({"hash": hash, "kind": "sha256", "source_id": "case 1", "expires_at": end});
        let added = app.post(Who::Admin, &path, json!({"entries": [new]})).await.ok();
        let path = format!("{path}/{}", added["ids"][0].as_str().unwrap());
        let verdict = async |item: &str| {
            let check = json!({"item_id": item, "surface": "public", "sha256": hash});
            app.post(Who::Service, "/v1/check", check).await.ok()["verdict"].clone()
        };

        let change = json!({"labels": ["A1"], "source_id": null});
        let changed = app.patch(Who::Admin, &path, change).await.ok();
        let before = verdict("a").await;
        let past = json!({"expires_at": "2001-01-01T00:00:00Z"});
        let ended = app.patch(Who::Admin, &path, past).await.ok();
        let after = verdict("b").await;

        assert_eq!((&changed["labels"], &changed["source_id"]), (&json!(["A1"]), &json!(null)));
        assert_eq!(changed["expires_at"], end);
        assert_eq!((before, after), (json!("block"), json!("allow")));
        assert_eq!((&ended["state"], &ended["labels"]), (&json!("expired"), &json!(["A1"])));
        let late = app.patch(Who::Admin, &path, json!({"expires_at": null})).await;
        assert_eq!(late.problem(), (409, "conflict".to_owned()));
        let hash = app.patch(Who::Admin, &path, json!({"hash": "0f"})).await;
        assert_eq!(hash.problem(), (422, "json.shape".to_owned()));
    }

    async fn a_list_with_new_metadata_changes_entries(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let bank = app.bank("list-a").await;
        let path = format!("{bank}/imports");
        let line = |number: u8, rest: &str| format!("{{\"hash\":\"{}\"{rest}}}\n", half_set(number.into()));
        let first = line(1, ",\"labels\":[\"x\"]") + &line(2, "") + &line(3, "");
        app.post_bytes(Who::Admin, &path, "application/x-ndjson", first.as_bytes()).await.ok();

        let second = line(1, "") + &line(2, ",\"expires_at\":\"2999-01-01T00:00:00Z\"") + &line(4, "");
        let answer =
            app.post_bytes(Who::Admin, &path, "application/x-ndjson", second.as_bytes()).await.ok();

        assert_eq!((&answer["added"], &answer["updated"]), (&json!(1), &json!(1)));
        assert_eq!((&answer["duplicates"], &answer["rejected"]), (&json!(1), &json!(0)));
        let entries = app.get(Who::Admin, &format!("{bank}/entries")).await.ok();
        assert_eq!(entries["data"][0]["labels"], json!(["x"]), "an absent key changes nothing");
        assert_eq!(entries["data"][1]["expires_at"], "2999-01-01T00:00:00Z");
    }

    async fn a_withdrawn_entry_matches_nothing_and_can_still_be_read(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let bank = app.bank("list-a").await;
        let id = app.add(&bank, "sha256", &"0f".repeat(32)).await;
        let path = format!("{bank}/entries/{id}");

        let withdrawn = app.delete(Who::Admin, &path).await;

        assert_eq!(withdrawn.status, 204);
        let check = json!({"item_id": "i", "surface": "public", "sha256": "0f".repeat(32)});
        assert_eq!(app.post(Who::Service, "/v1/check", check).await.ok()["verdict"], "allow");
        assert_eq!(app.get(Who::Admin, &path).await.ok()["state"], "withdrawn");
        let live = app.get(Who::Admin, &format!("{bank}/entries")).await.ok();
        let all = app.get(Who::Admin, &format!("{bank}/entries?include_ended=true")).await.ok();
        assert_eq!(live["data"].as_array().unwrap().len(), 0);
        assert_eq!(all["data"].as_array().unwrap().len(), 1);
        assert_eq!(app.delete(Who::Admin, &path).await.problem().0, 404);
    }

    async fn an_entry_of_another_bank_is_not_there(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let (a, b) = (app.bank("list-a").await, app.bank("list-b").await);
        let id = app.add(&a, "md5", &"0f".repeat(16)).await;

        assert_eq!(app.get(Who::Admin, &format!("{b}/entries/{id}")).await.problem().0, 404);
        assert_eq!(app.delete(Who::Admin, &format!("{b}/entries/{id}")).await.problem().0, 404);
        let change = app.patch(Who::Admin, &format!("{b}/entries/{id}"), json!({})).await;
        assert_eq!(change.problem().0, 404);
        assert_eq!(app.get(Who::Admin, &format!("{a}/entries/{id}")).await.status, 200);
    }

    async fn a_list_streams_in_and_its_wrong_lines_are_named(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let bank = app.bank("list-a").await;
        let lines = (0..6_000).map(|number| format!("{{\"hash\":\"{}\"}}", half_set(number)));
        let mut lines: Vec<String> = lines.collect();
        lines.push("{\"hash\":\"xyz\"}\n".to_owned());
        lines.push(format!("{{\"hash\":\"{}\",\"colour\":\"red\"}}", "0".repeat(64)));
        let list = lines.join("\n");

        let path = format!("{bank}/imports");
        let answer =
            app.post_bytes(Who::Admin, &path, "application/x-ndjson", list.as_bytes()).await.ok();

        assert_eq!(answer["state"], "finished");
        assert_eq!((&answer["added"], &answer["rejected"]), (&json!(6_000), &json!(2)));
        assert_eq!(answer["rejected_lines"][0]["line"], 6_001);
        assert_eq!(answer["rejected_lines"][1]["line"], 6_003);
        let id = answer["id"].as_str().unwrap();
        assert_eq!(app.get(Who::Admin, &format!("{path}/{id}")).await.ok(), answer);
        assert_eq!(app.get(Who::Admin, &path).await.ok()["data"][0], answer);
    }

    async fn a_long_list_is_stored_as_it_arrives_and_never_in_memory_whole(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let bank = app.bank("list-a").await;
        let id = bank.rsplit('/').next().unwrap().parse().unwrap();
        let (desk, furthest) = (app.desk.clone(), Arc::new(AtomicU64::new(0)));
        let seen = Arc::clone(&furthest);
        // Each chunk is made when it is read, and checks how many of the earlier lines are stored.
        let chunks = stream::iter((0..LINES).step_by(500)).then(move |from| {
            let (desk, seen) = (desk.clone(), Arc::clone(&seen));
            async move {
                let admin = Admin::local_cli();
                let imports = desk.imports(&admin, id, None, PageSize::DEFAULT).await.unwrap();
                let stored = imports.rows.first().map_or(0, |import| import.lines);
                seen.fetch_max(from - stored, Ordering::SeqCst);
                let line = |number: u64| format!("{{\"hash\":\"{}\"}}\n", half_set(number.into()));
                let lines = (from..from + AT_ONCE).map(line).collect::<String>();
                Ok::<_, std::io::Error>(lines.into_bytes())
            }
        });
        let (path, media_type) = (format!("{bank}/imports"), Some("application/x-ndjson"));
        let mut request = app.request(Who::Admin, "POST", &path, media_type, Vec::new());
        *request.body_mut() = Body::from_stream(chunks);

        let answer = app.send(request).await.ok();

        assert_eq!((&answer["added"], &answer["rejected"]), (&json!(LINES), &json!(0)));
        let held = furthest.load(Ordering::SeqCst);
        assert!((1..=5_000 + 2 * AT_ONCE).contains(&held), "{held} lines were read too early");
    }

    async fn an_exported_list_is_imported_as_the_same_entries(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let (a, b) = (app.bank("list-a").await, app.bank("list-b").await);
        let csv = format!(
            "kind,hash,source_id,labels,expires_at\r\npdq,{},\"a, \"\"b\"\"\",A1;B2,2999-01-01T00:00:00Z\r\nmd5,{},,,\r\nsha1,{},,,\r\n",
            "0ff0".repeat(16), "0f".repeat(16), "0f".repeat(20),
        );
        let path = format!("{a}/imports");
        app.post_bytes(Who::Admin, &path, "text/csv", csv.as_bytes()).await.ok();

        let lines = app.get(Who::Admin, &format!("{a}/export")).await;
        let mut request = app.request(Who::Admin, "GET", &format!("{a}/export"), None, Vec::new());
        request.headers_mut().insert("accept", "text/csv".parse().unwrap());
        let table = app.send(request).await;
        let path = format!("{b}/imports");
        let first =
            app.post_bytes(Who::Admin, &path, "application/x-ndjson", lines.text.as_bytes()).await.ok();
        let second =
            app.post_bytes(Who::Admin, &path, "text/csv; charset=utf-8", table.text.as_bytes()).await.ok();

        assert_eq!((&first["added"], &first["rejected"]), (&json!(3), &json!(0)));
        assert_eq!((&second["duplicates"], &second["rejected"]), (&json!(3), &json!(0)));
        let again = app.get(Who::Admin, &format!("{b}/export")).await;
        assert_eq!(again.text, lines.text);
        assert_eq!(lines.headers["content-type"], "application/x-ndjson");
    }

    async fn a_list_without_a_usable_head_is_refused(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let bank = app.bank("list-a").await;
        let path = format!("{bank}/imports");

        let csv = app.post_bytes(Who::Admin, &path, "text/csv", b"colour\nred\n").await;
        let plain = app.post_bytes(Who::Admin, &path, "text/plain", b"red\n").await;
        let kind = format!("{path}?kind=sha512");
        let kind = app.post_bytes(Who::Admin, &kind, "text/csv", b"hash\n").await;

        assert_eq!(csv.problem(), (422, "import.columns".to_owned()));
        assert!(csv.detail().contains("found `colour`"), "{csv:?}");
        assert_eq!(csv.json()["import"]["state"], "refused");
        assert_eq!(plain.problem(), (415, "content_type.unsupported".to_owned()));
        assert_eq!(kind.problem(), (400, "query.invalid".to_owned()));
    }

    async fn columns_are_named_by_a_parameter_or_a_preset(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let bank = app.bank("list-a").await;
        let (md5, sha1) = ("0123456789ABCDEF".repeat(2), "89abcdef01".repeat(4));
        let list = format!("MD5;SHA1;Image ID;Series name\r\n{md5};{sha1};17;s;\r\n");
        let import = async |query: &str, media_type: &str| {
            let path = format!("{bank}/imports?{query}");
            app.post_bytes(Who::Admin, &path, media_type, list.as_bytes()).await
        };

        let named = import("kind=md5&columns=hash=%20md5,source_id=Image%20ID", "text/csv").await.ok();
        let preset = import("preset=icse", "text/csv").await.ok();

        assert_eq!((&named["added"], &preset["added"]), (&json!(1), &json!(1)));
        let entries = app.get(Who::Admin, &format!("{bank}/entries?source_id=17")).await.ok();
        let kinds: Vec<&str> = entries["data"].as_array().unwrap().iter().map(|entry| entry["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["md5", "sha1"]);
        let (wrong, apart) = ((400, "query.invalid"), (422, "import.columns"));
        for (query, media_type, words, expected) in [
            ("columns=MD5", "text/csv", "`MD5` is not FIELD=COLUMN", wrong),
            ("columns=colour=MD5", "text/csv", "no field", wrong),
            ("columns=hash=MD5&preset=icse", "text/csv", "either", apart),
            ("preset=icse&kind=pdq", "text/csv", "has no pdq", apart),
            ("preset=icse", "application/x-ndjson", "for `text/csv`", apart),
            ("preset=acme", "text/csv", "acme", wrong),
        ] {
            let refused = import(query, media_type).await;
            assert_eq!(refused.problem(), (expected.0, expected.1.to_owned()), "{query}");
            assert!(refused.detail().contains(words), "{refused:?}");
        }
        let missing = import("columns=hash=MD6", "text/csv").await;
        assert_eq!(missing.problem(), (422, "import.columns".to_owned()));
    }

    async fn a_list_without_an_accepted_line_is_a_problem_that_says_why(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let bank = app.bank("list-a").await;
        let path = format!("{bank}/imports?kind=md5");

        let empty = app.post_bytes(Who::Admin, &path, "text/csv", b"").await;
        let wrong = app.post_bytes(Who::Admin, &path, "text/csv", b"hash\rx\r").await;

        for (answer, rejected) in [(&empty, 0), (&wrong, 1)] {
            assert_eq!(answer.problem(), (422, "import.nothing_accepted".to_owned()));
            let import = &answer.json()["import"];
            assert_eq!((&import["state"], &import["rejected"]), (&json!("nothing_accepted"), &json!(rejected)));
            let id = import["id"].as_str().unwrap();
            let kept = app.get(Who::Admin, &format!("{bank}/imports/{id}")).await.ok();
            assert_eq!(kept, *import);
        }
    }

    async fn digests_are_accepted_as_pdq_only_on_request(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let bank = app.bank("list-a").await;
        let hashes = (1..=80_u8).map(|n| format!("{n:02x}37").repeat(16));
        let list = [vec!["hash".to_owned()], hashes.collect()].concat().join("\n");
        let import = async |query: &str| {
            let path = format!("{bank}/imports{query}");
            app.post_bytes(Who::Admin, &path, "text/csv", list.as_bytes()).await
        };

        let refused = import("").await;
        let forced = import("?accept_any_pdq=true").await.ok();

        assert_eq!(refused.problem(), (422, "import.not_pdq".to_owned()));
        assert!(refused.detail().contains("accept_any_pdq=true"), "{refused:?}");
        assert_eq!(refused.json()["import"]["added"], 0);
        assert_eq!(forced["state"], "finished");
    }

    async fn entries_are_withdrawn_by_source_and_restored_on_request(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let bank = app.bank("list-a").await;
        let entry = |byte: &str, source: &str| json!({"hash": byte.repeat(16), "kind": "md5", "source_id": source});
        let entries = json!({"entries": [entry("ab", "case 7"), entry("cd", "case 8"), entry("ef", "case 7")]});
        let path = format!("{bank}/entries");
        app.post(Who::Admin, &path, entries.clone()).await.ok();
        let check = async || {
            let check = json!({"item_id": "i", "surface": "public", "md5": "ab".repeat(16)});
            app.post(Who::Service, "/v1/check", check).await.ok()["verdict"].clone()
        };
        assert_eq!(check().await, "block");

        let source = json!({"source_id": "case 7"});
        let withdrawals = format!("{bank}/withdrawals");
        let withdrawn = app.post(Who::Admin, &withdrawals, source.clone()).await.ok();
        let again = app.post(Who::Admin, &withdrawals, source).await.ok();
        let sent = app.post(Who::Admin, &path, entries.clone()).await.ok();
        let after = check().await;
        let restored = app.post(Who::Admin, &format!("{path}?restore_withdrawn=true"), entries).await.ok();

        assert_eq!((&withdrawn["withdrawn"], &again["withdrawn"]), (&json!(2), &json!(0)));
        assert_eq!((&sent["withdrawn"], &sent["withdrawn_places"]), (&json!(2), &json!([0, 2])));
        assert_eq!((&sent["added"], &sent["duplicates"], after), (&json!(0), &json!(1), json!("allow")));
        assert_eq!((&restored["added"], &restored["withdrawn"]), (&json!(2), &json!(0)));
        assert_eq!(check().await, "block");
        let found = app.get(Who::Admin, &format!("{path}?hash={}", "AB".repeat(16))).await.ok();
        assert_eq!(found["data"].as_array().unwrap().len(), 1);
        let all = app.get(Who::Admin, &format!("{path}?include_ended=true&hash={}", "ab".repeat(16))).await.ok();
        assert_eq!(all["data"].as_array().unwrap().len(), 2);
        let wrong = app.get(Who::Admin, &format!("{path}?hash=ab")).await;
        assert_eq!(wrong.problem(), (400, "query.invalid".to_owned()));
    }
}
