//! The forms that lower the urgency of a case.

use axum::http::StatusCode;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::test_app::{Person, TestApp, TestResponse};

/// Escalates the next case with this urgency, as a lead, who then claims it again.
async fn escalated(app: &TestApp, who: &Person, urgency: &str) -> (String, TestResponse) {
    let (case, page) = app.claim_next(who).await;
    let claim = page.field("claim");
    let form =
        [("claim", &*claim), ("how", "escalate"), ("urgency", urgency), ("text", "Look at it.")];
    app.post_as(who, &format!("{case}/release"), &form).await.to();
    let page = app.get_as(who, &case).await;
    (case, page)
}

on_both_engines! {
    async fn an_escalation_has_no_lower_urgency_in_form_or_answer(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("a", Some("one")).await;
        let lin = app.lead("lin").await;
        let (case, page) = escalated(&app, &lin, "new_material").await;
        let claim = page.field("claim");

        let escalate = page.page().split("id=\"urgency\"").nth(1).unwrap();
        let escalate = escalate.split("</select>").next().unwrap();
        let lower = page.text.split("id=\"lower-urgency\"").nth(1).unwrap();
        let lower = lower.split("</select>").next().unwrap();
        let form = [
            ("claim", &*claim),
            ("how", "escalate"),
            ("urgency", "known_material"),
            ("text", "It is an old one."),
        ];
        let refused = app.post_as(&lin, &format!("{case}/release"), &form).await;
        let form = [("claim", &*claim), ("urgency", "known_material"), ("text", "An old one.")];
        let lowered = app.post_as(&lin, &format!("{case}/lower-urgency"), &form).await.to();
        let page = app.get_as(&lin, &lowered).await;

        assert!(escalate.contains("child_in_danger") && escalate.contains("new_material"));
        assert!(!escalate.contains("known_material"), "{escalate}");
        assert!(lower.contains("known_material") && !lower.contains("new_material"), "{lower}");
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains("Escalating cannot lower the urgency"), "{refused:?}");
        assert!(refused.text.contains(">It is an old one.</textarea>"), "the text is kept");
        assert_eq!(lowered, case);
        assert!(page.page().contains("<span class=\"state\">Known material</span>"), "{page:?}");
        assert!(page.text.contains("The urgency was lowered</strong>: Known material"), "{page:?}");
        assert!(!page.text.contains("id=\"lower-urgency\""), "nothing is lower: {page:?}");
    }

    async fn another_lead_agrees_to_lower_the_urgency_of_a_child_in_danger(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("a", Some("user-17")).await;
        let (rei, lin, mia) =
            (app.reviewer("rei").await, app.lead("lin").await, app.lead("mia").await);
        let (case, page) = escalated(&app, &lin, "child_in_danger").await;
        let claim = page.field("claim");
        let form = [("claim", &*claim), ("urgency", "known_material"), ("text", "An old <one>.")];
        let (agree, refuse) = (format!("{case}/lowering/agree"), format!("{case}/lowering/refuse"));

        app.post_as(&lin, &format!("{case}/lower-urgency"), &form).await.to();
        let own = app.get_as(&lin, &case).await;
        let own_agree = app.post_as(&lin, &agree, &[]).await;
        let queue = app.get_as(&mia, "/console/queue").await;
        let before = app.get_as(&mia, &case).await;
        let refused = app.post_as(&mia, &refuse, &[("text", "She is filmed now.")]).await.to();
        let kept = app.get_as(&mia, &refused).await;
        app.post_as(&lin, &format!("{case}/lower-urgency"), &form).await.to();
        let agreed = app.post_as(&mia, &agree, &[]).await.to();
        let after = app.get_as(&mia, &agreed).await;
        let late = app.post_as(&mia, &agree, &[]).await;
        let reviewers = app.post_as(&rei, &agree, &[]).await;

        assert!(own.page().contains("A lead who did not propose it must agree."), "{own:?}");
        assert!(!own.text.contains("lowering/agree"), "{own:?}");
        assert_eq!(own_agree.status, StatusCode::FORBIDDEN);
        let id = case.rsplit('/').next().unwrap();
        assert!(queue.page().contains("Proposals to lower an urgency"), "{queue:?}");
        assert!(queue.text.contains(&format!("href=\"/console/cases/{id}\"")), "{queue:?}");
        assert!(before.page().contains("An old &lt;one&gt;."), "{before:?}");
        assert!(before.text.contains(&format!("action=\"{agree}\"")), "{before:?}");
        assert!(!before.text.contains("user-17"), "the case is not claimed: {before:?}");
        assert!(kept.page().contains("Child in danger now"), "{kept:?}");
        assert!(kept.text.contains("A lead kept the urgency</strong>: Known material"), "{kept:?}");
        assert!(after.page().contains("<span class=\"state\">Known material</span>"), "{after:?}");
        assert_eq!(late.status, StatusCode::CONFLICT);
        assert!(late.text.contains("No proposal to lower the urgency is waiting"), "{late:?}");
        assert_eq!(reviewers.status, StatusCode::NOT_FOUND);
    }

    async fn a_person_who_works_alone_reads_from_when_they_can_agree(records: TestDatabase) {
        let app = TestApp::open_single_person(records).await;
        app.item("a", Some("one")).await;
        let rei = app.reviewer("rei").await;
        let (case, page) = escalated(&app, &rei, "child_in_danger").await;
        let claim = page.field("claim");
        let form = [("claim", &*claim), ("urgency", "new_material"), ("text", "It is not now.")];

        app.post_as(&rei, &format!("{case}/lower-urgency"), &form).await.to();
        let page = app.get_as(&rei, &case).await;
        let early = app.post_as(&rei, &format!("{case}/lowering/agree"), &[]).await;

        let from = "you can agree after one day, from <time datetime=\"2026-11-19T";
        assert!(page.page().contains(from), "{page:?}");
        assert!(page.text.contains("lowering/refuse\""), "refusing needs no wait: {page:?}");
        assert_eq!(early.status, StatusCode::FORBIDDEN);
        assert!(early.text.contains("It is too early for the second review"), "{early:?}");
    }
}
