//! Banks: made, read, listed, changed, deleted.

use jiff::ToSpan;
use jiff::tz::TimeZone;
use mamori_desk::Clock;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use serde_json::json;

use crate::test_app::{TestApp, Who, new_bank};

/// The day so many days from today, as text.
fn in_days(days: i64) -> String {
    let today = Clock::system().now().to_zoned(TimeZone::UTC).date();
    today.saturating_add(days.days()).to_string()
}

on_both_engines! {
    async fn a_new_bank_has_the_least_effect_by_default(records: TestDatabase) {
        let app = TestApp::open(records).await;

        let made = app.post(Who::Admin, "/v1/banks", new_bank("list-a")).await;

        assert_eq!(made.status, 201);
        let bank = made.json();
        assert_eq!(made.headers["location"], format!("/v1/banks/{}", bank["id"].as_str().unwrap()));
        assert_eq!(bank["surfaces"], json!(["public", "shared"]));
        assert_eq!(bank["distance_max"], 31);
        assert_eq!(bank["quality_min"], 50);
        assert_eq!(bank["action"], "none");
        assert_eq!(bank["enabled"], true);
        assert_eq!(bank["private_basis"], json!(null));
        assert_eq!(bank["entries"], 0);
    }

    async fn a_change_of_a_bank_changes_only_the_keys_that_are_sent(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let bank = app.bank("list-a").await;
        let before = app.get(Who::Admin, &bank).await.ok();

        let after = app.patch(Who::Admin, &bank, json!({"distance_max": 8})).await.ok();

        let mut expected = before.clone();
        expected["distance_max"] = json!(8);
        expected["changed_at"] = after["changed_at"].clone();
        assert_eq!(after, expected);
        assert_eq!(app.get(Who::Admin, &bank).await.ok(), after);
    }

    async fn a_service_sees_of_a_bank_only_what_explains_its_hits(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let bank = app.bank("list-a").await;
        let id = bank.rsplit('/').next().unwrap();

        let read = app.get(Who::Service, &bank).await.ok();
        let listed = app.get(Who::Service, "/v1/banks").await.ok();
        let full = app.get(Who::Admin, "/v1/banks").await.ok();

        let seen =
            json!({"id": id, "name": "list-a", "purpose": "rehearsal", "action": "block"});
        assert_eq!(read, seen);
        assert_eq!(listed["data"], json!([seen]));
        assert_eq!(full["data"][0]["source"], "drawn by code");
        assert_eq!(full["data"][0]["entries"], 0);
        assert_eq!(full["data"][0]["private_basis"], json!(null));
    }

    async fn a_bank_applies_to_private_messages_only_with_a_law(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let bank = app.bank("list-a").await;
        let everywhere = json!({"surfaces": ["public", "private_message"]});
        let law = json!({"law": "Some Act, s. 4", "until": in_days(700)});

        let refused = app.patch(Who::Admin, &bank, everywhere.clone()).await;
        let mut lawful = everywhere;
        lawful["private_basis"] = law.clone();
        let changed = app.patch(Who::Admin, &bank, lawful).await.ok();
        let unchanged = app.patch(Who::Admin, &bank, json!({"owner": "the team"})).await.ok();
        let stripped = app.patch(Who::Admin, &bank, json!({"private_basis": null})).await;

        assert_eq!(refused.problem(), (422, "request.invalid".to_owned()));
        assert_eq!(changed["private_basis"], law);
        assert_eq!(unchanged["private_basis"], law);
        assert_eq!(stripped.problem(), (422, "request.invalid".to_owned()));
    }

    async fn a_law_for_private_messages_is_cited_and_set_for_two_years_at_most(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let bank = app.bank("list-a").await;
        let with = |law: &str, until: String| {
            json!({
                "surfaces": ["private_message"],
                "private_basis": {"law": law, "until": until},
            })
        };

        for (law, until, words) in [
            ("x", in_days(30), "at least 12 characters; write its title"),
            ("2021/1232, 4 (1)", in_days(30), "write its title"),
            ("Some Act, s. 4", "9999-12-31".to_owned(), "at the latest, 2 years from today"),
            ("Some Act, s. 4", in_days(732), "at the latest, 2 years from today"),
        ] {
            let changed = app.patch(Who::Admin, &bank, with(law, until.clone())).await;
            let mut new = new_bank("list-b");
            new.as_object_mut().unwrap().extend(with(law, until).as_object().unwrap().clone());
            let created = app.post(Who::Admin, "/v1/banks", new).await;

            for refused in [changed, created] {
                assert_eq!(refused.problem(), (422, "request.invalid".to_owned()), "{law}");
                assert!(refused.detail().contains(words), "{refused:?}");
            }
        }
        assert_eq!(app.get(Who::Admin, &bank).await.ok()["private_basis"], json!(null));
    }

    async fn a_purpose_never_changes_and_the_answer_says_why(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let bank = app.bank("list-a").await;

        let refused = app.patch(Who::Admin, &bank, json!({"purpose": "known_benign"})).await;

        assert_eq!(refused.problem(), (422, "bank.purpose_fixed".to_owned()));
        assert_eq!(app.get(Who::Admin, &bank).await.ok()["purpose"], "rehearsal");
    }

    async fn a_name_is_taken_once(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let bank = app.bank("list-a").await;
        app.bank("list-b").await;

        let again = app.post(Who::Admin, "/v1/banks", new_bank("list-a")).await;
        let renamed = app.patch(Who::Admin, &bank, json!({"name": "list-b"})).await;

        assert_eq!(again.problem(), (409, "conflict".to_owned()));
        assert_eq!(renamed.problem(), (409, "conflict".to_owned()));
    }

    async fn the_pages_of_a_list_miss_and_repeat_nothing(records: TestDatabase) {
        let app = TestApp::open(records).await;
        for number in 0..5 {
            app.bank(&format!("list-{number}")).await;
        }

        let mut names = Vec::new();
        let mut path = "/v1/banks?limit=2".to_owned();
        loop {
            let page = app.get(Who::Service, &path).await.ok();
            for bank in page["data"].as_array().unwrap() {
                names.push(bank["name"].as_str().unwrap().to_owned());
            }
            let Some(next) = page["next"].as_str() else { break };
            path = format!("/v1/banks?limit=2&cursor={next}");
        }

        assert_eq!(names, ["list-0", "list-1", "list-2", "list-3", "list-4"]);
    }

    async fn a_deleted_bank_matches_nothing(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let bank = app.bank("list-a").await;
        app.add(&bank, "pdq", &"5a".repeat(32)).await;
        let check = json!({"item_id": "i", "surface": "public", "pdq": "5a".repeat(32)});
        let before = app.post(Who::Service, "/v1/check", check.clone()).await.ok();

        let deleted = app.delete(Who::Admin, &bank).await;
        let after = app.post(Who::Service, "/v1/check", check).await.ok();

        assert_eq!(deleted.status, 204);
        assert_eq!(before["verdict"], "block");
        assert_eq!(after["verdict"], "allow");
        assert_eq!(app.get(Who::Admin, &bank).await.problem(), (404, "not_found".to_owned()));
        let again = app.delete(Who::Admin, &bank).await;
        assert_eq!(again.problem(), (404, "not_found".to_owned()));
    }
}
