//! Entries: added, listed, imported, exported, withdrawn.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Body;
use futures_util::{StreamExt as _, stream};
use mamori_desk::Admin;
use mamori_model::page::PageSize;
use mamori_testkit::on_both_engines;
use mamori_testkit::records::Records;
use serde_json::json;

use crate::house::{House, Who};

/// How long a long list is, and how many lines of it come at once.
const LINES: u64 = 50_000;
const AT_ONCE: u64 = 500;

on_both_engines! {
    async fn what_a_bank_has_already_is_not_added_twice(records: Records) {
        let house = House::open(records).await;
        let bank = house.bank("list-a").await;
        let path = format!("{bank}/entries");
        let one = json!({"hash": "0f".repeat(32), "source_id": "case 1", "labels": ["A1"]});
        let two = json!({"hash": "f0".repeat(16), "kind": "md5", "expires_at": "2999-01-01T00:00:00Z"});

        let first = house.post(Who::Admin, &path, json!({"entries": [one, two, one]})).await.ok();
        let second = house.post(Who::Admin, &path, json!({"entries": [two]})).await.ok();

        assert_eq!((&first["added"], &first["duplicates"]), (&json!(2), &json!(1)));
        assert_eq!(first["ids"][2], json!(null));
        assert_eq!((&second["added"], &second["duplicates"]), (&json!(0), &json!(1)));
        let id = first["ids"][0].as_str().unwrap();
        let entry = house.get(Who::Admin, &format!("{path}/{id}")).await.ok();
        assert_eq!((&entry["hash"], &entry["state"]), (&json!("0f".repeat(32)), &json!("live")));
        assert_eq!((&entry["source_id"], &entry["labels"]), (&json!("case 1"), &json!(["A1"])));
        assert_eq!(house.get(Who::Admin, &bank).await.ok()["entries"], 2);
    }

    async fn an_entry_changes_and_null_takes_away(records: Records) {
        let house = House::open(records).await;
        let bank = house.bank("list-a").await;
        let path = format!("{bank}/entries");
        let (hash, end) = ("0f".repeat(32), "2999-01-01T00:00:00Z");
        let new = json!({"hash": hash, "kind": "sha256", "source_id": "case 1", "expires_at": end});
        let added = house.post(Who::Admin, &path, json!({"entries": [new]})).await.ok();
        let path = format!("{path}/{}", added["ids"][0].as_str().unwrap());
        let verdict = async |item: &str| {
            let check = json!({"item_id": item, "surface": "public", "sha256": hash});
            house.post(Who::Service, "/v1/check", check).await.ok()["verdict"].clone()
        };

        let change = json!({"labels": ["A1"], "source_id": null});
        let changed = house.patch(Who::Admin, &path, change).await.ok();
        let before = verdict("a").await;
        let past = json!({"expires_at": "2001-01-01T00:00:00Z"});
        let ended = house.patch(Who::Admin, &path, past).await.ok();
        let after = verdict("b").await;

        assert_eq!((&changed["labels"], &changed["source_id"]), (&json!(["A1"]), &json!(null)));
        assert_eq!(changed["expires_at"], end);
        assert_eq!((before, after), (json!("block"), json!("allow")));
        assert_eq!((&ended["state"], &ended["labels"]), (&json!("expired"), &json!(["A1"])));
        let late = house.patch(Who::Admin, &path, json!({"expires_at": null})).await;
        assert_eq!(late.problem(), (409, "conflict".to_owned()));
        let hash = house.patch(Who::Admin, &path, json!({"hash": "0f"})).await;
        assert_eq!(hash.problem(), (422, "json.shape".to_owned()));
    }

    async fn a_list_that_says_something_new_changes_entries(records: Records) {
        let house = House::open(records).await;
        let bank = house.bank("list-a").await;
        let path = format!("{bank}/imports");
        let line = |number: u8, rest: &str| format!("{{\"hash\":\"{number:064x}\"{rest}}}\n");
        let first = line(1, ",\"labels\":[\"x\"]") + &line(2, "") + &line(3, "");
        house.post_bytes(Who::Admin, &path, "application/x-ndjson", first.as_bytes()).await.ok();

        let second = line(1, "") + &line(2, ",\"expires_at\":\"2999-01-01T00:00:00Z\"") + &line(4, "");
        let answer =
            house.post_bytes(Who::Admin, &path, "application/x-ndjson", second.as_bytes()).await.ok();

        assert_eq!((&answer["added"], &answer["updated"]), (&json!(1), &json!(1)));
        assert_eq!((&answer["duplicates"], &answer["rejected"]), (&json!(1), &json!(0)));
        let entries = house.get(Who::Admin, &format!("{bank}/entries")).await.ok();
        assert_eq!(entries["data"][0]["labels"], json!(["x"]), "nothing was said of them");
        assert_eq!(entries["data"][1]["expires_at"], "2999-01-01T00:00:00Z");
    }

    async fn a_withdrawn_entry_matches_nothing_and_can_still_be_read(records: Records) {
        let house = House::open(records).await;
        let bank = house.bank("list-a").await;
        let id = house.add(&bank, "sha256", &"0f".repeat(32)).await;
        let path = format!("{bank}/entries/{id}");

        let withdrawn = house.delete(Who::Admin, &path).await;

        assert_eq!(withdrawn.status, 204);
        let check = json!({"item_id": "i", "surface": "public", "sha256": "0f".repeat(32)});
        assert_eq!(house.post(Who::Service, "/v1/check", check).await.ok()["verdict"], "allow");
        assert_eq!(house.get(Who::Admin, &path).await.ok()["state"], "withdrawn");
        let live = house.get(Who::Admin, &format!("{bank}/entries")).await.ok();
        let all = house.get(Who::Admin, &format!("{bank}/entries?include_ended=true")).await.ok();
        assert_eq!(live["data"].as_array().unwrap().len(), 0);
        assert_eq!(all["data"].as_array().unwrap().len(), 1);
        assert_eq!(house.delete(Who::Admin, &path).await.problem().0, 404);
    }

    async fn an_entry_of_another_bank_is_not_there(records: Records) {
        let house = House::open(records).await;
        let (a, b) = (house.bank("list-a").await, house.bank("list-b").await);
        let id = house.add(&a, "md5", &"0f".repeat(16)).await;

        assert_eq!(house.get(Who::Admin, &format!("{b}/entries/{id}")).await.problem().0, 404);
        assert_eq!(house.delete(Who::Admin, &format!("{b}/entries/{id}")).await.problem().0, 404);
        let change = house.patch(Who::Admin, &format!("{b}/entries/{id}"), json!({})).await;
        assert_eq!(change.problem().0, 404);
        assert_eq!(house.get(Who::Admin, &format!("{a}/entries/{id}")).await.status, 200);
    }

    async fn a_list_streams_in_and_its_wrong_lines_are_named(records: Records) {
        let house = House::open(records).await;
        let bank = house.bank("list-a").await;
        let lines = (0..6_000).map(|number| format!("{{\"hash\":\"{number:064x}\"}}"));
        let mut lines: Vec<String> = lines.collect();
        lines.push("{\"hash\":\"xyz\"}\n".to_owned());
        lines.push(format!("{{\"hash\":\"{}\",\"colour\":\"red\"}}", "0".repeat(64)));
        let list = lines.join("\n");

        let path = format!("{bank}/imports");
        let answer =
            house.post_bytes(Who::Admin, &path, "application/x-ndjson", list.as_bytes()).await.ok();

        assert_eq!(answer["state"], "finished");
        assert_eq!((&answer["added"], &answer["rejected"]), (&json!(6_000), &json!(2)));
        assert_eq!(answer["rejected_lines"][0]["line"], 6_001);
        assert_eq!(answer["rejected_lines"][1]["line"], 6_003);
        let id = answer["id"].as_str().unwrap();
        assert_eq!(house.get(Who::Admin, &format!("{path}/{id}")).await.ok(), answer);
        assert_eq!(house.get(Who::Admin, &path).await.ok()["data"][0], answer);
    }

    async fn a_long_list_is_taken_as_it_comes_and_never_held_whole(records: Records) {
        let house = House::open(records).await;
        let bank = house.bank("list-a").await;
        let id = bank.rsplit('/').next().unwrap().parse().unwrap();
        let (desk, furthest) = (house.desk.clone(), Arc::new(AtomicU64::new(0)));
        let seen = Arc::clone(&furthest);
        // Each chunk is made when it is asked for, and looks how much of the earlier ones is stored.
        let chunks = stream::iter((0..LINES).step_by(500)).then(move |from| {
            let (desk, seen) = (desk.clone(), Arc::clone(&seen));
            async move {
                let admin = Admin::at_the_machine();
                let imports = desk.imports(&admin, id, None, PageSize::DEFAULT).await.unwrap();
                let stored = imports.rows.first().map_or(0, |import| import.lines);
                seen.fetch_max(from - stored, Ordering::SeqCst);
                let line = |number: u64| format!("{{\"hash\":\"{number:064x}\"}}\n");
                let lines = (from..from + AT_ONCE).map(line).collect::<String>();
                Ok::<_, std::io::Error>(lines.into_bytes())
            }
        });
        let (path, media_type) = (format!("{bank}/imports"), Some("application/x-ndjson"));
        let mut request = house.request(Who::Admin, "POST", &path, media_type, Vec::new());
        *request.body_mut() = Body::from_stream(chunks);

        let answer = house.send(request).await.ok();

        assert_eq!((&answer["added"], &answer["rejected"]), (&json!(LINES), &json!(0)));
        let held = furthest.load(Ordering::SeqCst);
        assert!((1..=5_000 + 2 * AT_ONCE).contains(&held), "{held} lines were asked for too early");
    }

    async fn what_is_exported_is_imported_as_the_same(records: Records) {
        let house = House::open(records).await;
        let (a, b) = (house.bank("list-a").await, house.bank("list-b").await);
        let csv = format!(
            "kind,hash,source_id,labels,expires_at\r\npdq,{},\"a, \"\"b\"\"\",A1;B2,2999-01-01T00:00:00Z\r\nmd5,{},,,\r\nsha1,{},,,\r\n",
            "0f".repeat(32), "0f".repeat(16), "0f".repeat(20),
        );
        let path = format!("{a}/imports");
        house.post_bytes(Who::Admin, &path, "text/csv", csv.as_bytes()).await.ok();

        let lines = house.get(Who::Admin, &format!("{a}/export")).await;
        let mut request = house.request(Who::Admin, "GET", &format!("{a}/export"), None, Vec::new());
        request.headers_mut().insert("accept", "text/csv".parse().unwrap());
        let table = house.send(request).await;
        let path = format!("{b}/imports");
        let first =
            house.post_bytes(Who::Admin, &path, "application/x-ndjson", lines.text.as_bytes()).await.ok();
        let second =
            house.post_bytes(Who::Admin, &path, "text/csv; charset=utf-8", table.text.as_bytes()).await.ok();

        assert_eq!((&first["added"], &first["rejected"]), (&json!(3), &json!(0)));
        assert_eq!((&second["duplicates"], &second["rejected"]), (&json!(3), &json!(0)));
        let again = house.get(Who::Admin, &format!("{b}/export")).await;
        assert_eq!(again.text, lines.text);
        assert_eq!(lines.headers["content-type"], "application/x-ndjson");
    }

    async fn a_list_without_a_usable_head_is_refused(records: Records) {
        let house = House::open(records).await;
        let bank = house.bank("list-a").await;
        let path = format!("{bank}/imports");

        let csv = house.post_bytes(Who::Admin, &path, "text/csv", b"colour\nred\n").await;
        let plain = house.post_bytes(Who::Admin, &path, "text/plain", b"red\n").await;
        let kind = format!("{path}?kind=sha512");
        let kind = house.post_bytes(Who::Admin, &kind, "text/csv", b"hash\n").await;

        assert_eq!(csv.problem(), (422, "request.invalid".to_owned()));
        assert_eq!(plain.problem(), (415, "content_type.unsupported".to_owned()));
        assert_eq!(kind.problem(), (400, "query.invalid".to_owned()));
    }
}
