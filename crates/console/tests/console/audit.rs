//! The page of the audit record and its export.

use axum::http::StatusCode;
use mamori_desk::Admin;
use mamori_model::StaffRole;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::test_app::TestApp;
use crate::world::World;

on_both_engines! {
    async fn an_auditor_reads_who_changed_what_and_filters_it(records: TestDatabase) {
        let world = World::open(records).await;
        let eve = world.sign_in(Some(StaffRole::Auditor)).await.unwrap();
        let admin = Admin::local_cli();
        let name = "A photo <i>service</i>".parse().unwrap();
        let service = world.app.desk.create_service(&admin, name).await.unwrap();

        let all = world.app.get_as(&eve, "/console/audit").await;
        let of_service = format!("/console/audit?target={}", service.id);
        let of_service = world.app.get_as(&eve, &of_service).await;
        let of_verb = world.app.get_as(&eve, "/console/audit?verb=key_revoked").await;
        let of_day = world.app.get_as(&eve, "/console/audit?from=2099-01-01&to=2099-12-31").await;

        assert!(all.page().contains("Service registered"), "{all:?}");
        assert!(all.text.contains("Case changed"), "{all:?}");
        assert!(of_service.page().contains("Command line"), "{of_service:?}");
        assert!(of_service.text.contains("A photo &lt;i&gt;service&lt;/i&gt;"), "{of_service:?}");
        assert!(!of_service.text.contains(">Case changed</td>"), "{of_service:?}");
        for none in [of_verb, of_day] {
            assert!(none.page().contains("No events."), "{none:?}");
        }
    }

    async fn a_filter_that_is_not_one_is_refused(records: TestDatabase) {
        let world = World::open(records).await;
        let eve = world.sign_in(Some(StaffRole::Auditor)).await.unwrap();

        for (query, status) in [
            ("verb=burnt", StatusCode::NOT_FOUND),
            ("target=%3Cscript%3E", StatusCode::NOT_FOUND),
            ("from=yesterday", StatusCode::UNPROCESSABLE_ENTITY),
            ("before=ev_1", StatusCode::NOT_FOUND),
        ] {
            let answer = world.app.get_as(&eve, &format!("/console/audit?{query}")).await;
            assert_eq!(answer.status, status, "{query}");
        }
    }

    async fn the_export_is_the_chain_in_its_order(records: TestDatabase) {
        let world = World::open(records).await;
        let eve = world.sign_in(Some(StaffRole::Auditor)).await.unwrap();
        world.app.desk.sequence_audit_once().await.unwrap();

        let all = world.app.get_as(&eve, "/console/audit/export").await;
        let rest = world.app.get_as(&eve, "/console/audit/export?after=2").await;
        let beyond = world.app.get_as(&eve, "/console/audit/export?after=999999").await;

        let lines: Vec<&str> = all.text.lines().collect();
        for (number, line) in (1..).zip(&lines) {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            assert_eq!(line["seq"], number);
        }
        assert!(lines.len() > 3, "{lines:?}");
        assert_eq!(rest.text.lines().collect::<Vec<_>>(), lines[2..]);
        assert_eq!(beyond.status, StatusCode::NOT_FOUND);
    }

    async fn an_auditor_sees_who_claims_one_case_again_and_again(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("a", Some("one-account")).await;
        let rei = app.reviewer("rei").await;
        let aud = app.person("aud", &[StaffRole::Auditor]).await;
        let mut case = String::new();
        for _ in 0..3 {
            let page;
            (case, page) = app.claim_next(&rei).await;
            let form = [("claim", &*page.field("claim")), ("how", "leave")];
            app.post_as(&rei, &format!("{case}/release"), &form).await;
        }

        let record = app.get_as(&aud, "/console/audit").await;
        let claims = app.get_as(&aud, "/console/audit/claims").await;
        let before = "/console/audit/claims?from=2020-01-01&to=2020-01-31";
        let before = app.get_as(&aud, before).await;

        assert!(record.page().contains("href=\"/console/audit/claims\""), "{record:?}");
        assert!(claims.page().contains("claimed 3 times"), "{claims:?}");
        assert!(claims.text.contains(&format!("href=\"{case}\"")), "{claims:?}");
        assert!(claims.text.contains(&format!("href=\"/console/staff/{}\"", rei.staff.id)));
        assert!(!claims.text.contains("one-account"), "{claims:?}");
        assert!(before.page().contains("There is nothing to count on these days."), "{before:?}");
    }

    async fn days_that_are_none_or_too_many_are_refused(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let aud = app.person("aud", &[StaffRole::Auditor]).await;

        for (query, status) in [
            ("from=2026-10-01&to=2026-10-31", StatusCode::OK),
            ("from=2026-10-01&to=2026-11-01", StatusCode::UNPROCESSABLE_ENTITY),
            ("from=2026-10-02&to=2026-10-01", StatusCode::UNPROCESSABLE_ENTITY),
            ("from=-009999-01-01", StatusCode::UNPROCESSABLE_ENTITY),
            ("to=-009999-01-01", StatusCode::UNPROCESSABLE_ENTITY),
            ("to=9999-12-31", StatusCode::UNPROCESSABLE_ENTITY),
            ("to=today", StatusCode::UNPROCESSABLE_ENTITY),
            ("after=1", StatusCode::NOT_FOUND),
            ("staff=x", StatusCode::UNPROCESSABLE_ENTITY),
        ] {
            let answer = app.get_as(&aud, &format!("/console/audit/claims?{query}")).await;
            assert_eq!(answer.status, status, "{query}");
        }
    }
}
