//! Bulk decisions, in a browser without scripts.

use axum::http::StatusCode;
use mamori_model::Pdq;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::test_app::{Person, TestApp, TestResponse};

/// The ids of the cases that the form offers.
fn offered(page: &TestResponse) -> Vec<String> {
    let parts = page.page().split("name=\"case\" value=\"").skip(1);
    parts.map(|part| part.split('"').next().unwrap().to_owned()).collect()
}

async fn prepare(app: &TestApp, who: &Person, cases: &[String]) -> TestResponse {
    let mut form: Vec<(&str, &str)> = cases.iter().map(|case| ("case", case.as_str())).collect();
    form.extend([("outcome", "violates"), ("items", "remove"), ("account", "leave")]);
    form.push(("reason", "The <poster> again."));
    app.post_as(who, "/console/bulk", &form).await
}

on_both_engines! {
    async fn a_bulk_decision_is_shown_then_approved_and_undone_as_a_whole(records: TestDatabase) {
        let app = TestApp::open(records).await;
        for account in ["one", "two", "three"] {
            app.item(account, Some(account)).await;
        }
        let (rei, lea) = (app.reviewer("rei").await, app.lead("lea").await);
        let cases = offered(&app.get_as(&rei, "/console/bulk/new").await);
        assert_eq!(cases.len(), 3);

        let bulk = prepare(&app, &rei, &cases).await.to();
        let shown = app.get_as(&rei, &bulk).await;
        let before = app.post_as(&lea, "/console/queue/next", &[]).await;
        let confirmed = app.post_as(&rei, &format!("{bulk}/confirm"), &[]).await;
        let author = app.get_as(&rei, &bulk).await;
        let own = app.post_as(&rei, &format!("{bulk}/approve"), &[]).await;
        let waits = app.get_as(&lea, &bulk).await;
        let approved = app.post_as(&lea, &format!("{bulk}/approve"), &[]).await;
        let in_effect = app.get_as(&rei, &bulk).await;
        let undo = [("text", "I was wrong.")];
        let undone = app.post_as(&rei, &format!("{bulk}/undo"), &undo).await;

        let text = shown.page().replace(['\u{2068}', '\u{2069}'], "");
        assert!(text.contains("<p>3 cases · 3 items</p>"), "accounts are not counted: {text}");
        assert!(text.contains("<strong>Remove 3 items.</strong>"), "{text}");
        assert!(text.contains(">Propose: remove 3 items</button>"), "{text}");
        assert!(!text.contains("notice bad"), "no account is acted on: {text}");
        assert!(text.contains("The &lt;poster&gt; again."), "{text}");
        assert_eq!(before.to(), "/console/queue?none=1", "these cases are not in the queue");
        assert_eq!(confirmed.to(), bulk);
        let who = "A lead who did not propose it must approve it.";
        assert!(author.page().contains(who) && !waits.text.contains(who), "{author:?}");
        assert_eq!(own.status, StatusCode::NOT_FOUND, "a reviewer cannot be the second approver");
        assert!(waits.page().contains("Waiting for second approval"), "{waits:?}");
        assert!(waits.text.contains("You are the second approver"), "{waits:?}");
        assert_eq!(approved.to(), bulk);
        assert!(in_effect.page().contains("In effect"), "{in_effect:?}");
        assert_eq!(undone.to(), bulk);
        let after = app.get_as(&lea, &bulk).await;
        assert!(after.page().contains(">Undone<"), "{after:?}");
        let again = offered(&app.get_as(&rei, "/console/bulk/new").await);
        assert_eq!(again.len(), 3, "they are open again");
    }

    async fn a_bulk_decision_without_a_case_is_refused(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let rei = app.reviewer("rei").await;

        let none = prepare(&app, &rei, &[]).await;

        assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(none.text.contains("<strong>No case is chosen"), "{none:?}");
        assert!(none.text.contains("There is no open case"), "there is no form to show: {none:?}");
        let list = app.get_as(&rei, "/console/bulk").await;
        assert!(!list.page().contains("/console/bulk/bulk_"), "{list:?}");
    }

    async fn a_discarded_or_stale_bulk_decision_decides_nothing(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("a", Some("one")).await;
        let rei = app.reviewer("rei").await;
        let cases = offered(&app.get_as(&rei, "/console/bulk/new").await);

        let bulk = prepare(&app, &rei, &cases).await.to();
        app.post_as(&rei, &format!("{bulk}/drop"), &[]).await.to();
        let late = app.post_as(&rei, &format!("{bulk}/confirm"), &[]).await;
        let other = prepare(&app, &rei, &cases).await.to();
        app.item("b", Some("one")).await;
        let stale = app.post_as(&rei, &format!("{other}/confirm"), &[]).await;
        let none = app.post_as(&rei, "/console/bulk", &[("outcome", "allowed"), ("reason", "x")]).await;

        assert_eq!(late.status, StatusCode::CONFLICT);
        assert!(late.text.contains("<title>This bulk decision can no longer be"), "{late:?}");
        assert_eq!(stale.status, StatusCode::CONFLICT);
        assert!(stale.text.contains("<title>A case changed since this was prepared"), "{stale:?}");
        assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
        let list = app.get_as(&rei, "/console/bulk").await;
        assert!(list.page().contains("Discarded or expired"), "{list:?}");
    }

    async fn cases_near_two_entries_are_offered_in_two_groups(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let rei = app.reviewer("rei").await;
        for account in ["one", "two"] {
            app.item(account, Some(account)).await;
        }
        app.item_like("three", Some("three"), Pdq::from([1; 32])).await;

        let list = app.get_as(&rei, "/console/bulk/new").await;

        let groups: Vec<&str> = list.page().split("<section class=\"group\"").skip(1).collect();
        let cases = |group: &&str| group.matches("name=\"case\"").count();
        let mut counts: Vec<usize> = groups.iter().map(cases).collect();
        counts.sort_unstable();
        assert_eq!(counts, [1, 2], "{list:?}");
        for group in groups {
            assert_eq!(group.matches("data-select-all").count(), 1, "{group}");
            assert!(group.contains("<code translate=\"no\">ent_"), "{group}");
        }
    }

    async fn cases_with_the_same_entry_are_offered_together(records: TestDatabase) {
        let app = TestApp::open(records).await;
        for account in ["one", "two"] {
            app.item(account, Some(account)).await;
        }
        let rei = app.reviewer("rei").await;
        let (case, page) = app.claim_next(&rei).await;
        let id = case.rsplit('/').next().unwrap();

        let link = format!("/console/bulk/new?like={id}");
        let alike = app.get_as(&rei, &link).await;

        assert!(page.page().contains(&link), "{page:?}");
        let cases = offered(&alike);
        assert!(cases.len() == 2 && cases.contains(&id.to_owned()), "{cases:?}");
        assert!(alike.text.contains(" checked>"), "{alike:?}");
    }
}
