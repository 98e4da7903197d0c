//! Lists show an alias of an account; its own name stands on the page of the claimed case.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use mamori_model::StaffRole;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::test_app::{Person, TestApp, TestResponse};

/// The aliases on a page, in their order.
fn aliases(page: &TestResponse) -> Vec<String> {
    let is_alias = |text: &&str| {
        let (first, second) = text.split_once('-').unwrap_or_default();
        let is_group = |group: &str| {
            group.len() == 4 && group.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
        };
        is_group(first) && is_group(second)
    };
    page.page().split(['<', '>']).filter(is_alias).map(str::to_owned).collect()
}

/// Decides the next case of the queue; returns its id.
async fn decide(app: &TestApp, who: &Person) -> String {
    let (case, page) = app.claim_next(who).await;
    let form = [
        ("claim", &*page.field("claim")),
        ("version", &*page.field("version")),
        ("outcome", "violates"),
        ("items", "remove"),
        ("reason", "It is the poster."),
    ];
    app.post_as(who, &format!("{case}/decide"), &form).await.to();
    case.rsplit('/').next().unwrap().to_owned()
}

on_both_engines! {
    async fn each_list_shows_an_alias_of_its_own_and_never_the_name(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let (rei, lead) = (app.reviewer("rei").await, app.lead("lin").await);
        // Two decided cases of one account, and an open one.
        for item in ["a", "b", "c"] {
            app.item(item, Some("user-17")).await;
            if item != "c" {
                decide(&app, &rei).await;
                app.post_as(&rei, "/console/queue/next", &[]).await;
            }
        }
        let aoi = app.reviewer("aoi").await;

        let lists = [
            (&rei, "/console/decisions", 2),
            (&rei, "/console/decisions?outcome=violates", 2),
            (&lead, "/console/decisions?state=standing", 2),
            (&aoi, "/console/find?q=a", 1),
            (&aoi, "/console/find?q=b", 1),
            (&rei, "/console/bulk/new", 1),
            (&rei, "/console/bulk/new?policy=rehearsal", 1),
            (&rei, "/console/queue", 0),
        ];
        let mut seen = BTreeSet::new();
        for (who, list, count) in lists {
            let page = app.get_as(who, list).await;
            let shown = aliases(&page);
            assert_eq!(shown.len(), count, "{list}: {page:?}");
            let shown: BTreeSet<_> = shown.into_iter().collect();
            assert_eq!(shown.len(), count.min(1), "{list}: one account has one alias");
            assert!(shown.iter().all(|alias| seen.insert(alias.clone())), "{list}: of its own");
            assert!(!page.text.contains("user-17"), "{list}: {page:?}");
        }
        let again = aliases(&app.get_as(&lead, "/console/decisions").await);
        assert!(again.iter().all(|alias| seen.contains(alias)), "the list is the same for all");
        app.clock.advance(SignedDuration::from_hours(25));
        let rei = app.new_session(rei.staff).await;
        let tomorrow = aliases(&app.get_as(&rei, "/console/decisions").await);
        assert!(tomorrow.iter().all(|alias| !seen.contains(alias)), "{tomorrow:?}");
    }

    async fn a_lead_sees_the_name_of_a_claimed_case_and_an_alias_before(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("a", Some("user-17")).await;
        let (rei, lead) = (app.reviewer("rei").await, app.lead("lin").await);
        let auditor = app.person("aud", &[StaffRole::Auditor]).await;
        let (case, claimed) = app.claim_next(&rei).await;

        let before = app.get_as(&lead, &case).await;
        let record = app.get_as(&auditor, &case).await;
        app.post_as(&rei, &format!("{case}/release"), &[
            ("claim", &*claimed.field("claim")),
            ("how", "leave"),
        ])
        .await
        .to();
        app.post_as(&lead, &format!("{case}/claim"), &[]).await.to();
        let after = app.get_as(&lead, &case).await;

        assert!(claimed.text.contains("<bdi>user-17</bdi>"), "{claimed:?}");
        assert!(!before.page().contains("user-17"), "{before:?}");
        assert_eq!(aliases(&before).len(), 1, "{before:?}");
        assert!(record.page().contains("<bdi>user-17</bdi>"), "an auditor reads the name: {record:?}");
        assert!(after.page().contains("<bdi>user-17</bdi>"), "{after:?}");
    }

    async fn a_bulk_decision_shows_which_cases_are_about_one_account(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let rei = app.reviewer("rei").await;
        app.item("a", Some("user-17")).await;
        let first = decide(&app, &rei).await;
        app.item("b", Some("user-17")).await;
        app.item("c", Some("user-18")).await;
        let undone = app.get_as(&rei, "/console/decisions").await;
        let decision = undone.text.split("/console/decisions/").nth(1).unwrap();
        let decision = decision.split('"').next().unwrap();
        let undo = format!("/console/decisions/{decision}/undo");
        app.post_as(&rei, &undo, &[("text", "Both at once.")]).await.to();
        let offered = app.get_as(&rei, "/console/bulk/new").await;
        let ids = offered.page().split("name=\"case\" value=\"").skip(1);
        let ids: Vec<String> = ids.map(|rest| rest.split('"').next().unwrap().into()).collect();
        assert!(ids.contains(&first), "{ids:?}");
        let mut form: Vec<(&str, &str)> = ids.iter().map(|id| ("case", &**id)).collect();
        form.extend([("outcome", "violates"), ("items", "remove"), ("account", "leave")]);
        form.push(("reason", "It is the poster."));

        let bulk = app.post_as(&rei, "/console/bulk", &form).await.to();
        let page = app.get_as(&rei, &bulk).await;

        let shown = aliases(&page);
        assert_eq!(shown.len(), 3, "{page:?}");
        assert_eq!(BTreeSet::from_iter(shown).len(), 2, "{page:?}");
        assert!(!page.text.contains("user-1"), "{page:?}");
    }
}
