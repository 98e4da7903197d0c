//! Cases, decisions and actions, as their service reads and answers them.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use mamori_desk::Clock;
use mamori_desk::banks::resolve_dispute::Resolution;
use mamori_desk::decisions::prepare_bulk::NewBulk;
use mamori_model::action::{AccountMeasure, Feature, ItemMeasure};
use mamori_model::page::PageSize;
use mamori_model::staff::StaffRole;
use mamori_model::{Measures, Outcome};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use serde_json::{Value, json};

use crate::test_app::{TestApp, Who};

/// An item of an account matches; gives its bank's address.
async fn matched(app: &TestApp, item: &str, account: Option<&str>) -> String {
    let (name, md5) = (format!("known-{item}"), format!("{:0<32x}", item.as_bytes()[0]));
    let bank = app.bank(&name).await;
    app.add(&bank, "md5", &md5).await;
    let check = json!({
        "item_id": item, "account_id": account, "surface": "public", "md5": md5,
    });
    app.post(Who::Service, "/v1/check", check).await.ok();
    bank
}

/// An app with one decided case.
async fn decided(records: TestDatabase) -> (TestApp, [String; 3]) {
    let app = TestApp::open(records).await;
    matched(&app, "x", Some("a")).await;
    let (case, decision, action) = app.decided().await;
    (app, [case, decision, action])
}

on_both_engines! {
    async fn a_service_reads_its_case_its_decision_and_what_to_do(records: TestDatabase) {
        let (app, [case, decision, action]) = decided(records).await;

        let read = app.get(Who::Service, &format!("/v1/cases/{case}")).await.ok();
        let made = app.get(Who::Service, &format!("/v1/decisions/{decision}")).await;
        let asked = app.get(Who::Service, &format!("/v1/actions/{action}")).await.ok();
        let list = app.get(Who::Service, "/v1/decisions?state=standing").await.ok();

        assert_eq!(read["item_ids"], json!(["x"]));
        assert_eq!((&read["state"], &read["account_id"]), (&json!("decided"), &json!("a")));
        assert_eq!(read["decision_id"], decision);
        assert_eq!(made.ok()["actions"], json!([asked.clone()]));
        assert_eq!(list["data"], json!([made.ok()]));
        assert!(!made.text.contains("staff"), "who decided is not said: {}", made.text);
        assert_eq!(asked["kind"], "remove_item");
        assert_eq!((&asked["state"], &asked["sequence"]), (&json!("waiting"), &json!(1)));
        let open = app.get(Who::Service, "/v1/cases?state=open").await.ok();
        assert_eq!(open["data"], json!([]));
        let undone = app.get(Who::Service, "/v1/decisions?state=proposed").await;
        assert_eq!(undone.problem().0, 400, "what waits for a second person is not shown");
    }

    async fn a_service_reads_each_term_of_what_to_do_and_what_takes_it_back(records: TestDatabase) {
        let app = TestApp::open(records).await;
        matched(&app, "x", Some("a")).await;
        let who = app.reviewer().await;
        let countries = ["FR", "JP"].map(|code| code.parse().unwrap()).into();
        let (item_until, until) =
            ("2199-12-24".parse().unwrap(), "2199-12-31".parse().unwrap());
        let feature = Feature::LiveStream;
        let limits = Measures {
            items: ItemMeasure::Limit { countries, until: item_until },
            account: AccountMeasure::LimitFeature { feature, until },
            ..Measures::default()
        };

        let decision = app.decide(&who, Outcome::Violates, limits).await;
        let path = format!("/v1/decisions/{decision}");
        let made = app.get(Who::Service, &path).await.ok();
        let asked = app.get(Who::Service, "/v1/actions").await.ok();
        app.desk.undo(&who, decision, &"wrong".parse().unwrap()).await.unwrap();
        let undone = app.get(Who::Service, &path).await.ok();

        let terms = |action: &Value| {
            ["kind", "item_id", "account_id", "countries", "feature", "until"]
                .map(|field| action[field].clone())
        };
        let item = json!(["limit_item", "x", null, ["FR", "JP"], null, "2199-12-24"]);
        let account =
            json!(["limit_feature", null, "a", [], "live_stream", "2199-12-31"]);
        let [first, second] = &made["actions"].as_array().unwrap()[..] else { panic!("{made}") };
        assert_eq!((json!(terms(first)), json!(terms(second))), (item.clone(), account.clone()));
        assert_eq!((&first["undoes"], &second["undoes"]), (&json!(null), &json!(null)));
        let mut listed: Vec<Value> = asked["data"].as_array().unwrap().clone();
        listed.sort_by_key(|action| action["sequence"].as_u64());
        assert_eq!(json!(listed), made["actions"], "the lists say the same");
        let actions = undone["actions"].as_array().unwrap();
        let [_, _, held, restored] = &actions[..] else { panic!("{undone}") };
        assert_eq!(json!(terms(held)), json!(["hold_item", "x", null, [], null, null]));
        let back = json!(["restore_feature", null, "a", [], "live_stream", null]);
        assert_eq!(json!(terms(restored)), back);
        assert_eq!((&held["undoes"], &restored["undoes"]), (&first["id"], &second["id"]));
        assert_eq!(undone["state"], "undone");
        let asked = app.get(Who::Service, "/v1/actions?state=waiting").await.ok();
        assert_eq!(asked["data"].as_array().unwrap().len(), 2, "{asked}");
        for (kind, read) in [("limit_item", first), ("restore_feature", restored)] {
            let path = format!("/v1/actions/{}", read["id"].as_str().unwrap());
            let one = app.get(Who::Service, &path).await.ok();
            assert_eq!(one["kind"], kind);
            assert_eq!(terms(&one), terms(read));
        }
    }

    async fn a_service_is_asked_to_give_back_what_an_account_lost(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let who = app.reviewer().await;
        let feature = Feature::Message;
        let mut asked = Vec::new();

        for (item, account) in
            [("x", AccountMeasure::Restore), ("y", AccountMeasure::RestoreFeature { feature })]
        {
            matched(&app, item, Some("a")).await;
            let measures = Measures { account, ..Measures::default() };
            let decision = app.decide(&who, Outcome::Allowed, measures).await;
            let path = format!("/v1/decisions/{decision}");
            asked.push(app.get(Who::Service, &path).await.ok()["actions"][1].clone());
        }

        let said = |action: &Value| json!([action["kind"], action["account_id"], action["feature"]]);
        assert_eq!(said(&asked[0]), json!(["restore_account", "a", null]));
        assert_eq!(said(&asked[1]), json!(["restore_feature", "a", "message"]));
    }

    async fn records_say_of_a_decision_that_its_maker_was_alone(records: TestDatabase) {
        let clock = Arc::new(Clock::manual(Timestamp::from_second(1_795_000_000).unwrap()));
        let told = mamori_desk::Settings { is_single_person: true, ..mamori_desk::Settings::default() };
        let app = TestApp::at(records, Arc::clone(&clock), told).await;
        matched(&app, "x", Some("a")).await;
        let who = app.member(StaffRole::Reviewer).await;
        let reviewer = who.reviewer().unwrap();
        let suspend =
            Measures { account: AccountMeasure::Suspend { until: None }, ..Measures::default() };

        let decision = app.decide(&reviewer, Outcome::Violates, suspend).await;
        let path = format!("/v1/decisions/{decision}");
        let waiting = app.get(Who::Service, &path).await;
        clock.advance(SignedDuration::from_hours(24));
        let size = PageSize::DEFAULT;
        app.desk.read_again(&reviewer, decision, None, size).await.unwrap();
        let recently = app.again(who.staff()).await.recently(clock.now()).unwrap();
        app.desk.approve(&reviewer, &recently, decision).await.unwrap();
        let stands = app.get(Who::Service, &path).await.ok();

        assert_eq!(waiting.problem().0, 404, "nobody is told of what waits");
        assert_eq!((&stands["approval"], &stands["bulk_id"]), (&json!("alone"), &json!(null)));
    }

    async fn each_decision_of_a_bulk_says_so_and_who_looked_too(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let mut cases = BTreeSet::new();
        for (item, account) in [("x", "a"), ("y", "b")] {
            matched(&app, item, Some(account)).await;
            cases.insert(app.newest_case().await.parse().unwrap());
        }
        let (who, lead) = (app.reviewer().await, app.member(StaffRole::Lead).await);
        let new = NewBulk {
            cases,
            outcome: Outcome::Violates,
            reason: "It is what the bank says.".parse().unwrap(),
            measures: Measures { items: ItemMeasure::Remove, ..Measures::default() },
        };

        let bulk = app.desk.prepare(&who, new).await.unwrap().id;
        app.desk.confirm(&who, bulk).await.unwrap();
        let recently = lead.recently(app.desk.clock().now()).unwrap();
        let lead = lead.reviewer().unwrap();
        app.desk.read_bulk_again(&lead, bulk).await.unwrap();
        app.desk.approve_bulk(&lead, &recently, bulk).await.unwrap();

        let list = app.get(Who::Service, "/v1/decisions").await.ok();
        let list = list["data"].as_array().unwrap();
        assert_eq!(list.len(), 2, "{list:?}");
        for decision in list {
            let path = format!("/v1/decisions/{}", decision["id"].as_str().unwrap());
            let one = app.get(Who::Service, &path).await.ok();
            assert_eq!(one["bulk_id"], bulk.to_string());
            assert_eq!((&one["approval"], &one), (&json!("colleague"), decision));
        }
    }

    async fn a_banks_owner_reads_its_disputes_and_what_became_of_them(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let bank = matched(&app, "x", Some("a")).await;
        let who = app.reviewer().await;
        let path = format!("{bank}/disputes");
        assert_eq!(app.get(Who::Admin, &path).await.ok()["data"], json!([]));

        app.decide(&who, Outcome::NotAMatch, Measures::default()).await;
        let open = app.get(Who::Admin, &path).await;
        let dispute = open.ok()["data"][0].clone();
        let editor = app.member(StaffRole::PolicyEditor).await.editor().unwrap();
        let id = dispute["id"].as_str().unwrap().parse().unwrap();
        let note = "It is right.".parse().unwrap();
        app.desk.resolve_dispute(&editor, id, Resolution::Rejected, &note).await.unwrap();
        let settled = app.get(Who::Admin, &path).await.ok()["data"][0].clone();

        assert_eq!((&dispute["state"], &dispute["resolved_at"]), (&json!("open"), &json!(null)));
        assert_eq!(dispute["reason"], "It is what the bank says.");
        assert!(bank.ends_with(dispute["bank_id"].as_str().unwrap()), "{dispute}");
        assert_eq!(dispute["service_id"], app.service.to_string());
        assert!(!open.text.contains("\"a\""), "whose item it was is not said: {}", open.text);
        assert_eq!((&settled["id"], &settled["state"]), (&dispute["id"], &json!("rejected")));
        assert!(settled["resolved_at"].is_string(), "{settled}");
        let page = app.get(Who::Admin, &format!("{path}?limit=1")).await.ok();
        assert_eq!(page["data"], json!([settled]));
    }

    async fn an_answer_is_taken_once_and_another_one_refused(records: TestDatabase) {
        let (app, [_, _, action]) = decided(records).await;
        let path = format!("/v1/actions/{action}/answer");
        let done = json!({"result": "done", "note": "gone"});

        let first = app.post(Who::Service, &path, done.clone()).await;
        let again = app.post(Who::Service, &path, done).await;
        let other = app.post(Who::Service, &path, json!({"result": "cannot"})).await;
        let wrong = app.post(Who::Service, &path, json!({"result": "perhaps"})).await;

        assert_eq!((first.status.as_u16(), again.status.as_u16()), (204, 204));
        assert_eq!(other.problem(), (409, "action.answered".to_owned()));
        assert_eq!(wrong.problem().0, 422);
        let asked = app.get(Who::Service, &format!("/v1/actions/{action}")).await.ok();
        assert_eq!((&asked["state"], &asked["note"]), (&json!("done"), &json!("gone")));
        let waiting = app.get(Who::Service, "/v1/actions?state=waiting").await.ok();
        assert_eq!(waiting["data"], json!([]));
    }
}
