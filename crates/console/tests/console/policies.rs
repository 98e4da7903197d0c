//! Policies are read and edited.

use axum::http::StatusCode;
use mamori_model::StaffRole;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::test_app::TestApp;

const REHEARSAL: &str = "/console/policies/rehearsal";

on_both_engines! {
    async fn an_edited_policy_keeps_its_earlier_versions(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let edi = app.person("edi", &[StaffRole::PolicyEditor]).await;
        let form = |after| {
            let wording = "Pictures of <b>the rehearsal</b> stay out.";
            [("after", after), ("wording", wording), ("severity", "3"), ("evidence_days", "7")]
        };

        let list = app.get_as(&edi, "/console/policies").await;
        let changed = app.post_as(&edi, REHEARSAL, &form("1")).await;
        let late = app.post_as(&edi, REHEARSAL, &form("1")).await;

        assert!(list.page().contains(&format!("href=\"{REHEARSAL}\"")), "{list:?}");
        assert_eq!(changed.to(), REHEARSAL);
        assert_eq!(late.status, StatusCode::CONFLICT, "version 1 is no longer in force");
        let page = app.get_as(&edi, REHEARSAL).await;
        assert!(page.page().contains("Pictures of &lt;b&gt;the rehearsal&lt;/b&gt; stay out."));
        assert!(page.text.contains("A picture of the rehearsal bank may not be shared."));
        assert_eq!(page.field("after"), "2");
    }

    async fn only_a_policy_editor_gets_the_form_and_its_limits_are_checked(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let edi = app.person("edi", &[StaffRole::PolicyEditor]).await;
        let rei = app.reviewer("rei").await;
        let form = |severity, days| {
            [("after", "1"), ("wording", "x"), ("severity", severity), ("evidence_days", days)]
        };

        for (severity, days) in [("6", "0"), ("0", "0"), ("1", "367"), ("1", "-1"), ("x", "0")] {
            let odd = app.post_as(&edi, REHEARSAL, &form(severity, days)).await;
            assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY, "{severity} {days}");
        }
        let page = app.get_as(&rei, REHEARSAL).await;
        assert!(!page.page().contains("name=\"wording\""), "{page:?}");
        let benign = app.get_as(&rei, "/console/policies/known_benign").await;
        assert_eq!(benign.status, StatusCode::NOT_FOUND, "a negative purpose has no policy");
    }
}
