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

/// Checks an item that matches; returns the address of its bank.
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

/// Returns an app with one decided case, and the ids of case, decision and action.
async fn decided(records: TestDatabase) -> (TestApp, [String; 3]) {
    let app = TestApp::open(records).await;
    matched(&app, "x", Some("a")).await;
    let (case, decision, action) = app.decided().await;
    (app, [case, decision, action])
}

on_both_engines! {
    async fn a_service_reads_its_case_its_decision_and_its_action(records: TestDatabase) {
        let (app, [case, decision, action]) = decided(records).await;

        let read = app.get(Who::Service, &format!("/v1/cases/{case}")).await.ok();
        let made = app.get(Who::Service, &format!("/v1/decisions/{decision}")).await;
        let one = app.get(Who::Service, &format!("/v1/actions/{action}")).await.ok();
        let list = app.get(Who::Service, "/v1/decisions?state=standing").await.ok();

        assert_eq!(read["item_ids"], json!(["x"]));
        assert_eq!((&read["state"], &read["account_id"]), (&json!("decided"), &json!("a")));
        assert_eq!(read["decision_id"], decision);
        assert_eq!(made.ok()["actions"], json!([one.clone()]));
        assert_eq!(list["data"], json!([made.ok()]));
        let viewing = ["author_viewing", "approver_viewing", "decided_without_viewing"];
        let viewing = viewing.map(|field| made.ok()[field].clone());
        assert_eq!(json!(viewing), json!(["not_needed", null, true]));
        assert!(!made.text.contains("staff"), "the reviewer is not named: {}", made.text);
        assert_eq!(one["kind"], "remove_item");
        assert_eq!((&one["state"], &one["sequence"]), (&json!("waiting"), &json!(1)));
        let open = app.get(Who::Service, "/v1/cases?state=open").await.ok();
        assert_eq!(open["data"], json!([]));
        let undone = app.get(Who::Service, "/v1/decisions?state=proposed").await;
        assert_eq!(undone.problem().0, 400, "a decision that waits for approval is not shown");
    }

    async fn a_service_reads_the_terms_of_its_actions_and_what_undoes_them(records: TestDatabase) {
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
        let lead = app.member(StaffRole::Lead).await;
        let recently = lead.recently(app.desk.clock().now()).unwrap();
        app.desk.approve(&lead.reviewer().unwrap(), &recently, decision).await.unwrap();
        let path = format!("/v1/decisions/{decision}");
        let made = app.get(Who::Service, &path).await.ok();
        let list = app.get(Who::Service, "/v1/actions").await.ok();
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
        let mut listed: Vec<Value> = list["data"].as_array().unwrap().clone();
        listed.sort_by_key(|action| action["sequence"].as_u64());
        assert_eq!(json!(listed), made["actions"], "the list has the same actions");
        let actions = undone["actions"].as_array().unwrap();
        let [_, _, held, restored] = &actions[..] else { panic!("{undone}") };
        assert_eq!(json!(terms(held)), json!(["hold_item", "x", null, [], null, null]));
        let back = json!(["restore_feature", null, "a", [], "live_stream", null]);
        assert_eq!(json!(terms(restored)), back);
        assert_eq!((&held["undoes"], &restored["undoes"]), (&first["id"], &second["id"]));
        assert_eq!(undone["state"], "undone");
        let waiting = app.get(Who::Service, "/v1/actions?state=waiting").await.ok();
        assert_eq!(waiting["data"].as_array().unwrap().len(), 2, "{waiting}");
        for (kind, read) in [("limit_item", first), ("restore_feature", restored)] {
            let path = format!("/v1/actions/{}", read["id"].as_str().unwrap());
            let one = app.get(Who::Service, &path).await.ok();
            assert_eq!(one["kind"], kind);
            assert_eq!(terms(&one), terms(read));
        }
    }

    async fn a_service_is_asked_to_restore_an_account_and_its_feature(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let who = app.reviewer().await;
        let feature = Feature::Message;
        let mut requested = Vec::new();

        for (item, account) in
            [("x", AccountMeasure::Restore), ("y", AccountMeasure::RestoreFeature { feature })]
        {
            matched(&app, item, Some("a")).await;
            let measures = Measures { account, ..Measures::default() };
            let decision = app.decide(&who, Outcome::Allowed, measures).await;
            let path = format!("/v1/decisions/{decision}");
            requested.push(app.get(Who::Service, &path).await.ok()["actions"][1].clone());
        }

        let fields =
            |action: &Value| json!([action["kind"], action["account_id"], action["feature"]]);
        assert_eq!(fields(&requested[0]), json!(["restore_account", "a", null]));
        assert_eq!(fields(&requested[1]), json!(["restore_feature", "a", "message"]));
    }

    async fn a_decision_says_that_its_author_approved_it_alone(records: TestDatabase) {
        let clock = Arc::new(Clock::manual(Timestamp::from_second(1_795_000_000).unwrap()));
        let settings =
            mamori_desk::Settings { is_single_person: true, ..mamori_desk::Settings::default() };
        let app = TestApp::at(records, Arc::clone(&clock), settings).await;
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
        app.desk.open_decision(&reviewer, decision, None, size).await.unwrap();
        let recently = app.again(who.staff()).await.recently(clock.now()).unwrap();
        app.desk.approve(&reviewer, &recently, decision).await.unwrap();
        let approved = app.get(Who::Service, &path).await.ok();

        assert_eq!(waiting.problem().0, 404, "a decision that waits for approval is not shown");
        assert_eq!((&approved["approval"], &approved["bulk_id"]), (&json!("alone"), &json!(null)));
    }

    async fn each_decision_of_a_bulk_names_it_and_its_approval(records: TestDatabase) {
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
        app.desk.open_bulk(&lead, bulk).await.unwrap();
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

    async fn an_administrator_reads_disputes_and_their_resolution(records: TestDatabase) {
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
        let lead = app.member(StaffRole::Lead).await.lead().unwrap();
        app.desk.agree_dispute(&lead, id).await.unwrap();
        let note = "It is right.".parse().unwrap();
        app.desk.resolve_dispute(&editor, id, Resolution::Rejected, &note).await.unwrap();
        let resolved = app.get(Who::Admin, &path).await.ok()["data"][0].clone();

        assert_eq!((&dispute["state"], &dispute["resolved_at"]), (&json!("open"), &json!(null)));
        assert_eq!((&dispute["scope"], &resolved["scope"]), (&json!("account"), &json!("service")));
        assert_eq!(dispute["reason"], "It is what the bank says.");
        assert!(bank.ends_with(dispute["bank_id"].as_str().unwrap()), "{dispute}");
        assert_eq!(dispute["service_id"], app.service.to_string());
        assert!(!open.text.contains("\"a\""), "the account is not named: {}", open.text);
        assert_eq!((&resolved["id"], &resolved["state"]), (&dispute["id"], &json!("rejected")));
        assert!(resolved["resolved_at"].is_string(), "{resolved}");
        let page = app.get(Who::Admin, &format!("{path}?limit=1")).await.ok();
        assert_eq!(page["data"], json!([resolved]));
    }

    async fn an_action_takes_one_answer_and_refuses_a_different_one(records: TestDatabase) {
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
        let one = app.get(Who::Service, &format!("/v1/actions/{action}")).await.ok();
        assert_eq!((&one["state"], &one["note"]), (&json!("done"), &json!("gone")));
        let waiting = app.get(Who::Service, "/v1/actions?state=waiting").await.ok();
        assert_eq!(waiting["data"], json!([]));
    }
}
