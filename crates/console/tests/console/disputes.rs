//! The pages of disputes: which staff members read them, and how a lead agrees.

use axum::http::StatusCode;
use mamori_model::StaffRole;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::test_app::{Person, TestApp, TestResponse};
use crate::world::World;

async fn sign_in(world: &World, role: StaffRole) -> Person {
    world.sign_in(Some(role)).await.unwrap()
}

/// "Not a match" for the next case.
async fn not_a_match(app: &TestApp, who: &Person) -> String {
    let (case, page) = app.claim_next(who).await;
    decide_not_a_match(app, who, &case, &page).await;
    case
}

async fn decide_not_a_match(app: &TestApp, who: &Person, case: &str, page: &TestResponse) {
    let form = [
        ("claim", &*page.field("claim")),
        ("version", &*page.field("version")),
        ("outcome", "not_a_match"),
        ("confirmed", "yes"),
        ("items", "leave"),
        ("reason", "It is a <b>cat</b>."),
    ];
    app.post_as(who, &format!("{case}/decide"), &form).await.to();
}

/// The path of the dispute that the list of disputes shows first.
async fn first_dispute(app: &TestApp, who: &Person) -> String {
    let list = app.get_as(who, "/console/disputes").await;
    let id = list.page().split("href=\"/console/disputes/").nth(1).unwrap();
    format!("/console/disputes/{}", id.split('"').next().unwrap())
}

on_both_engines! {
    async fn a_lead_reads_an_open_dispute_and_agrees_to_it(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let (rei, lead) = (app.reviewer("rei").await, app.lead("lin").await);
        let editor = app.person("edi", &[StaffRole::PolicyEditor]).await;
        let start = app.get_as(&lead, "/console").await;
        app.item("a", Some("user-17")).await;
        not_a_match(&app, &rei).await;

        let counted = app.get_as(&lead, "/console").await;
        let dispute = first_dispute(&app, &lead).await;
        let before = app.get_as(&lead, &dispute).await;
        let agreed = app.post_as(&lead, &format!("{dispute}/agree"), &[]).await.to();
        let after = app.get_as(&editor, &dispute).await;
        let twice = app.post_as(&lead, &format!("{dispute}/agree"), &[]).await;
        let recounted = app.get_as(&editor, "/console").await;

        assert!(start.page().contains("href=\"/console/disputes\""), "{start:?}");
        assert!(counted.page().contains("One dispute about an entry is open."), "{counted:?}");
        assert!(before.page().contains("one account <code"), "{before:?}");
        assert!(before.text.contains("It is a &lt;b&gt;cat&lt;/b&gt;."), "{before:?}");
        assert!(before.text.contains(&format!("action=\"{dispute}/agree\"")), "{before:?}");
        assert!(!before.text.contains("user-17"), "the page names no account: {before:?}");
        assert_eq!(agreed, dispute);
        assert!(after.page().contains("all items of the service"), "{after:?}");
        assert!(!after.text.contains("/agree\""), "{after:?}");
        assert_eq!(twice.status, StatusCode::CONFLICT);
        assert!(twice.text.contains("<title>A lead has already agreed"), "{twice:?}");
        assert!(recounted.page().contains("one applies to a whole service"), "{recounted:?}");
        let reviewers = app.get_as(&rei, "/console").await;
        assert!(!reviewers.page().contains("/console/disputes"), "{reviewers:?}");
    }

    async fn not_a_match_is_refused_until_viewed_and_asked_until_confirmed(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let (rei, lead) = (app.reviewer("rei").await, app.lead("lin").await);
        app.item("a", Some("user-17")).await;
        let (case, page) = app.claim_next(&rei).await;
        let item = app.store_evidence(case.rsplit('/').next().unwrap()).await;
        let (claim, version) = (page.field("claim"), page.field("version"));
        let send = async |confirmed: &[(&str, &str)]| {
            let mut form = vec![("claim", claim.as_str()), ("version", &version)];
            form.extend([("outcome", "not_a_match"), ("items", "leave"), ("reason", "A cat.")]);
            form.extend_from_slice(confirmed);
            app.post_as(&rei, &format!("{case}/decide"), &form).await
        };
        let disputes = async || app.get_as(&lead, "/console/disputes").await;

        let unseen = send(&[]).await;
        let unseen_confirmed = send(&[("confirmed", "yes")]).await;
        let view = [("claim", claim.as_str()), ("item", &item)];
        let begun = app.post_as(&rei, &format!("{case}/views"), &view).await;
        let begun: serde_json::Value = serde_json::from_str(begun.page()).unwrap();
        app.get_as(&rei, begun["picture"].as_str().unwrap()).await;
        let asked = send(&[]).await;
        let misspelt = send(&[("confirmed", "true")]).await;
        let back = send(&[("confirmed", "no")]).await;
        let before = disputes().await;
        let made = send(&[("confirmed", "yes")]).await;
        let after = disputes().await;

        for refused in [unseen, unseen_confirmed] {
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{refused:?}");
            assert_eq!(refused.text.matches("id=\"problem-decide-views\"").count(), 1, "{refused:?}");
            assert!(refused.text.contains(">A cat.</textarea>"), "{refused:?}");
        }
        for page in [asked, misspelt] {
            assert!(page.page().contains("data-page=\"decide-confirm\""), "{page:?}");
            assert!(page.text.contains("name=\"confirmed\" value=\"yes\""), "{page:?}");
        }
        assert!(back.page().contains(">A cat.</textarea>"), "{back:?}");
        assert!(!before.page().contains("/console/disputes/disp_"), "{before:?}");
        assert!(made.to().contains("then=decided"), "{made:?}");
        assert!(after.page().contains("/console/disputes/disp_"), "{after:?}");
    }

    async fn a_lead_views_an_item_of_a_dispute_before_agreeing(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let (rei, lead) = (app.reviewer("rei").await, app.lead("lin").await);
        let auditor = app.person("aud", &[StaffRole::Auditor]).await;
        app.item("a", Some("user-17")).await;
        let (case, page) = app.claim_next(&rei).await;
        let id = case.rsplit('/').next().unwrap();
        let item = app.store_evidence(id).await;
        let leave = [("claim", &*page.field("claim")), ("how", "leave")];
        app.post_as(&rei, &format!("{case}/release"), &leave).await.to();
        let (again, page) = app.claim_next(&rei).await;
        assert_eq!(again, case);
        let form = [("claim", &*page.field("claim")), ("item", &*item)];
        let begun = app.post_as(&rei, &format!("{case}/views"), &form).await;
        let picture = begun.page().split("\"picture\":\"").nth(1).unwrap();
        app.get_as(&rei, picture.split('"').next().unwrap()).await.page();
        decide_not_a_match(&app, &rei, &case, &page).await;
        let dispute = first_dispute(&app, &lead).await;
        let by = dispute.rsplit('/').next().unwrap();

        let page = app.get_as(&lead, &dispute).await;
        let refused = app.post_as(&lead, &format!("{dispute}/agree"), &[]).await;
        let views = format!("{case}/views");
        let form = [("dispute", by), ("item", &*item)];
        let unasked = app.post_as(&rei, &views, &form).await;
        let begun = app.post_as(&lead, &views, &form).await;
        let picture = begun.page().split("\"picture\":\"").nth(1).unwrap();
        let picture = app.get_as(&lead, picture.split('"').next().unwrap()).await;
        let agreed = app.post_as(&lead, &format!("{dispute}/agree"), &[]).await;

        assert!(page.page().contains(&format!("data-by=\"dispute={by}\"")), "{page:?}");
        assert!(page.text.contains("View one of these items clearly first."), "{page:?}");
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert!(refused.text.contains("View an item before you agree"), "{refused:?}");
        assert_eq!(unasked.status, StatusCode::NOT_FOUND, "a reviewer has no part in it");
        assert_eq!(picture.status, StatusCode::OK);
        assert_eq!(agreed.to(), dispute);
        let record = app.get_as(&auditor, &dispute).await;
        assert!(!record.page().contains("data-by"), "an auditor sees no picture: {record:?}");
    }

    async fn the_maker_of_a_decision_is_told_that_another_lead_must_agree(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let lead = app.lead("lin").await;
        app.item("a", None).await;
        not_a_match(&app, &lead).await;
        let dispute = first_dispute(&app, &lead).await;

        let page = app.get_as(&lead, &dispute).await;
        let own = app.post_as(&lead, &format!("{dispute}/agree"), &[]).await;

        assert!(page.page().contains("Another lead must agree."), "{page:?}");
        assert!(page.text.contains("one item without a known account"), "{page:?}");
        assert!(!page.text.contains("/agree\""), "{page:?}");
        assert_eq!(own.status, StatusCode::FORBIDDEN);
        let none = "/console/disputes/disp_00000000000000000000000000000000";
        assert_eq!(app.get_as(&lead, none).await.status, StatusCode::NOT_FOUND);
    }

    async fn the_list_of_disputes_has_pages_and_only_open_disputes(records: TestDatabase) {
        let world = World::open(records).await;
        let editor = sign_in(&world, StaffRole::PolicyEditor).await;
        let mut ids = Vec::new();
        for _ in 0..52 {
            world.app.clock.advance(jiff::SignedDuration::from_mins(2));
            ids.push(world.open_dispute().await.id.to_string());
        }
        let editor = world.app.new_session(editor.staff).await;
        let resolve = format!("/console/disputes/{}/resolve", ids[51]);
        let bank = world.open_dispute().await.bank.to_string();
        let form = [("bank", &*bank), ("resolution", "rejected"), ("text", "It is right.")];
        world.app.post_as(&editor, &resolve, &form).await.to();

        let first = world.app.get_as(&editor, "/console/disputes").await;
        let next = first.page().split("href=\"/console/disputes?before=").nth(1).unwrap();
        let next = format!("/console/disputes?before={}", next.split('"').next().unwrap());
        let second = world.app.get_as(&editor, &next).await;

        let count = |page: &str| page.matches("href=\"/console/disputes/disp_").count();
        assert_eq!((count(&first.text), count(second.page())), (50, 2));
        assert!(!first.text.contains(&ids[51]) && !second.text.contains(&ids[51]));
    }
}
