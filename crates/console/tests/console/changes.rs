//! The page of changes that wait for a second actor, and of notices.

use axum::http::StatusCode;
use mamori_model::StaffRole;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::world::World;

on_both_engines! {
    async fn a_lead_approves_a_change_and_an_auditor_refuses_one(records: TestDatabase) {
        let world = World::open(records).await;
        let lead = world.sign_in(Some(StaffRole::Lead)).await.unwrap();
        let auditor = world.sign_in(Some(StaffRole::Auditor)).await.unwrap();
        let (first, second) = (world.waiting_request().await, world.waiting_request().await);
        let of = |id: &str, verb: &str| format!("/console/changes/{id}/{verb}");

        let before = world.app.get_as(&lead, "/console/changes").await;
        let start = world.app.get_as(&lead, "/console").await;
        let approve = of(&first.to_string(), "approve");
        let approved = world.app.post_as(&lead, &approve, &[]).await.to();
        let again = world.app.post_as(&lead, &approve, &[]).await;
        let refuse = of(&second.to_string(), "refuse");
        let form = [("text", "This list is <b>not</b> ours.")];
        let refused = world.app.post_as(&auditor, &refuse, &form).await.to();
        let after = world.app.get_as(&auditor, &refused).await;

        assert!(before.page().contains("Create a bank with the a"), "{before:?}");
        assert!(before.text.contains(&format!("action=\"{approve}\"")), "{before:?}");
        assert!(start.page().contains("href=\"/console/changes\""), "{start:?}");
        assert_eq!(approved, "/console/changes?done=approved");
        assert_eq!(again.status, StatusCode::CONFLICT);
        assert_eq!(refused, "/console/changes?done=refused");
        assert!(!after.page().contains(&second.to_string()), "{after:?}");
    }

    async fn a_notice_stays_on_the_page_until_a_lead_acknowledges_it(records: TestDatabase) {
        let world = World::open(records).await;
        let lead = world.sign_in(Some(StaffRole::Lead)).await.unwrap();
        let notice = world.notice().await;
        let path = format!("/console/notices/{notice}/acknowledge");

        let before = world.app.get_as(&lead, "/console/changes").await;
        let done = world.app.post_as(&lead, &path, &[]).await.to();
        let after = world.app.get_as(&lead, &done).await;

        assert!(before.page().contains(&format!("action=\"{path}\"")), "{before:?}");
        assert!(!after.page().contains(&path), "{after:?}");
    }
}
