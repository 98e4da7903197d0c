//! An administrator's forms create, change and deactivate staff accounts.

use axum::http::StatusCode;
use jiff::SignedDuration;
use mamori_model::StaffRole;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::test_app::{Person, TestApp, TestResponse};

async fn admin(app: &TestApp) -> Person {
    app.person("boss", &[StaffRole::Administrator]).await
}

async fn change(
    app: &TestApp,
    admin: &Person,
    who: &Person,
    form: &[(&str, &str)],
) -> TestResponse {
    app.post_as(admin, &format!("/console/staff/{}", who.staff.id), form).await
}

on_both_engines! {
    async fn a_new_account_has_an_enrolment_link_that_is_shown_once(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let admin = admin(&app).await;
        let form = [
            ("name", "yuki"),
            ("display_name", "Yuki <i>田中</i>"),
            ("language", "ja"),
            ("role", "reviewer"),
            ("role", "policy_editor"),
            ("services", "all"),
            ("policies", "some"),
            ("policy", "rehearsal"),
        ];

        let added = app.post_as(&admin, "/console/staff", &form).await;
        let taken = app.post_as(&admin, "/console/staff", &form).await;

        let link = added.page().split("value=\"http://localhost:8080").nth(1).unwrap();
        let link = link.split('"').next().unwrap();
        assert!(link.starts_with("/console/enroll/mt_"), "{link}");
        let enroll_page = app.get(link).await;
        assert!(enroll_page.page().contains("yuki"), "{enroll_page:?}");
        assert_eq!(taken.status, StatusCode::CONFLICT);
        let list = app.get_as(&admin, "/console/staff").await;
        assert!(list.page().contains("Yuki &lt;i&gt;田中&lt;/i&gt;"), "{list:?}");
        assert!(list.text.contains("Staff account created: Reviewer, Policy editor"), "{list:?}");
        assert!(!list.text.contains("mt_"), "the link is nowhere else");
    }

    async fn changed_roles_apply_at_once_and_roles_that_clash_are_refused(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let (admin, rei) = (admin(&app).await, app.reviewer("rei").await);
        assert_eq!(app.get_as(&rei, "/console/queue").await.status, StatusCode::OK);

        let clash = [("what", "roles"), ("role", "auditor"), ("role", "lead")];
        let clash = change(&app, &admin, &rei, &clash).await;
        let none = change(&app, &admin, &rei, &[("what", "roles")]).await;
        let auditor = [("what", "roles"), ("role", "auditor")];
        let changed = change(&app, &admin, &rei, &auditor).await;

        for refused in [clash, none] {
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(refused.text.contains("These roles cannot be combined"), "{refused:?}");
        }
        let page = app.get_as(&admin, &changed.to()).await;
        assert!(page.page().contains("Saved."), "{page:?}");
        assert!(app.get_as(&rei, "/console/queue").await.to().starts_with("/console/sign-in"));
        let again = app.new_session(rei.staff.clone()).await;
        assert_eq!(app.get_as(&again, "/console/queue").await.status, StatusCode::NOT_FOUND);
    }

    async fn an_assignment_is_set_by_a_form_and_told_to_the_reviewer(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let (admin, rei) = (admin(&app).await, app.reviewer("rei").await);
        let audi = app.person("audi", &[StaffRole::Auditor]).await;
        let service = app.caller.service().to_string();
        let only = |service| {
            [
                ("what", "assignment"),
                ("services", "some"),
                ("service", service),
                ("policies", "some"),
                ("policy", "rehearsal"),
            ]
        };

        let none = [("what", "assignment"), ("services", "some"), ("policies", "all")];
        let none = change(&app, &admin, &rei, &none).await;
        let unknown = only("svc_00000000000000000000000000000009");
        let unknown = change(&app, &admin, &rei, &unknown).await;
        let unsaid = change(&app, &admin, &rei, &[("what", "assignment")]).await;
        let auditor = change(&app, &admin, &audi, &only(&service)).await;
        let changed = change(&app, &admin, &rei, &only(&service)).await;

        assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(none.text.contains("<strong>No service or no policy is chosen"), "{none:?}");
        assert!(none.text.contains("name=\"services\" value=\"some\" checked"), "{none:?}");
        assert_eq!(unknown.status, StatusCode::NOT_FOUND);
        assert!(unsaid.status.is_client_error(), "{unsaid:?}");
        assert!(auditor.text.contains("An auditor or an administrator cannot be limited"));
        let page = app.get_as(&admin, &changed.to()).await;
        assert!(page.page().contains("<dd><bdi>a service</bdi>; Rehearsal</dd>"), "{page:?}");
        assert!(page.text.contains(&format!("value=\"{service}\" checked")), "{page:?}");
        let list = app.get_as(&audi, "/console/staff").await;
        assert!(list.page().contains("<span class=\"state\">Limited</span>"), "{list:?}");
        assert!(list.text.contains("Services and policies of a staff member changed"), "{list:?}");
        assert!(app.get_as(&rei, "/console/queue").await.to().starts_with("/console/sign-in"));
        let again = app.new_session(rei.staff.clone()).await;
        let queue = app.get_as(&again, "/console/queue").await;
        let told = "You see the cases of these services: <bdi>a service</bdi></p>";
        assert!(queue.page().contains(told), "{queue:?}");
        let other = app.get_as(&app.reviewer("aoi").await, "/console/queue").await;
        assert!(!other.page().contains("You see the cases"), "{other:?}");
    }

    async fn the_record_is_filtered_and_downloaded_by_an_auditor(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let (admin, rei) = (admin(&app).await, app.reviewer("rei").await);
        let audi = app.person("audi", &[StaffRole::Auditor]).await;
        change(&app, &admin, &rei, &[("what", "roles"), ("role", "lead")]).await.to();
        change(&app, &admin, &rei, &[("what", "link")]).await.page();
        let who = rei.staff.id.to_string();

        let roles = app.get_as(&audi, "/console/staff?what=staff_roles_changed").await;
        let of_rei = app.get_as(&audi, &format!("/console/staff?who={who}")).await;
        let path = of_rei.page().split("href=\"").find(|part| part.starts_with("/console/staff/events"));
        let path = path.unwrap().split('"').next().unwrap().replace("&#38;", "&");
        let export = app.get_as(&audi, &path).await;
        let all = app.get_as(&audi, "/console/staff/events").await;

        let events = |page: &TestResponse| {
            page.page().split("id=\"events\"").nth(1).unwrap().matches("<tr><td><time").count()
        };
        assert_eq!(events(&roles), 1, "{roles:?}");
        assert!(roles.text.contains("Roles of a staff member changed: Lead</td>"), "{roles:?}");
        // Created, with a sign-in link that was used; then roles, and an enrolment link.
        assert!(events(&of_rei) >= 4, "{of_rei:?}");
        assert!(of_rei.text.contains("One-time link created: enrolment link"), "{of_rei:?}");
        assert!(of_rei.text.contains("One-time link created: sign-in link"), "{of_rei:?}");
        assert!(of_rei.text.contains("<td><bdi>Command line</bdi></td>"), "{of_rei:?}");
        let lines: Vec<&str> = export.page().lines().collect();
        assert_eq!(lines.len(), events(&of_rei), "{export:?}");
        for line in &lines {
            assert!(line.contains(&format!("\"staff\":\"{who}\"")), "{line}");
        }
        assert!(lines[0].contains("\"verb\":\"staff_link_made\""), "the newest first: {lines:?}");
        assert!(lines[0].contains("\"actor_name\":\"boss"), "{lines:?}");
        assert!(all.page().lines().count() > lines.len(), "{all:?}");
        let by_admin = app.get_as(&admin, "/console/staff").await;
        assert!(!by_admin.page().contains("/console/staff/events"), "only an auditor takes it along");
        for odd in ["what=bank_created", "who=x", "other=1"] {
            let odd = app.get_as(&audi, &format!("/console/staff?{odd}")).await;
            assert!(odd.status.is_client_error(), "{odd:?}");
        }
    }

    async fn the_last_administrator_cannot_be_deactivated(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let admin = admin(&app).await;

        let unsure = change(&app, &admin, &admin, &[("what", "end")]).await;
        let left = change(&app, &admin, &admin, &[("what", "end"), ("confirmed", "yes")]).await;
        let lesser = [("what", "roles"), ("role", "lead")];
        let lesser = change(&app, &admin, &admin, &lesser).await;

        assert_eq!(unsure.status, StatusCode::UNPROCESSABLE_ENTITY, "it is not confirmed");
        assert_eq!(left.status, StatusCode::CONFLICT);
        assert!(left.text.contains("<strong>This is the last administrator"), "{left:?}");
        assert_eq!(lesser.status, StatusCode::FORBIDDEN);
        assert!(lesser.text.contains("<strong>You cannot change your own roles"), "{lesser:?}");
        app.person("other", &[StaffRole::Administrator]).await;
        change(&app, &admin, &admin, &[("what", "end"), ("confirmed", "yes")]).await.to();
        assert!(app.get_as(&admin, "/console/staff").await.to().starts_with("/console/sign-in"));
    }

    async fn exposure_limits_are_set_and_exposure_is_never_shown(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let (admin, rei) = (admin(&app).await, app.reviewer("rei").await);
        let audi = app.person("audi", &[StaffRole::Auditor]).await;
        let page = format!("/console/staff/{}", rei.staff.id);

        let limits = [("what", "limits"), ("views", "40"), ("minutes", ""), ("points", "99")];
        change(&app, &admin, &rei, &limits).await.to();
        let zero = [("what", "limits"), ("views", "0")];
        let zero = change(&app, &admin, &rei, &zero).await;

        assert_eq!(zero.status, StatusCode::UNPROCESSABLE_ENTITY);
        let read = app.get_as(&audi, &page).await;
        assert!(read.page().contains("<dd>40</dd>") && read.text.contains("<dd>99</dd>"), "{read:?}");
        assert!(!read.text.contains("action=\"/console/staff"), "an auditor changes nothing");
        assert!(!read.text.contains("<meter"), "{read:?}");
        let unknown = app.get_as(&admin, "/console/staff/staff_00000000000000000000000000000000");
        assert_eq!(unknown.await.status, StatusCode::NOT_FOUND);
    }

    async fn a_new_enrolment_link_replaces_the_earlier_one(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let (admin, rei) = (admin(&app).await, app.reviewer("rei").await);

        let first = change(&app, &admin, &rei, &[("what", "link")]).await;
        let second = change(&app, &admin, &rei, &[("what", "link")]).await;

        let link = |answer: &TestResponse| {
            let link = answer.page().split("value=\"http://localhost:8080").nth(1).unwrap();
            link.split('"').next().unwrap().to_owned()
        };
        let enroll_page = app.get(&link(&second)).await;
        assert!(enroll_page.page().contains("name=\"password\""), "{enroll_page:?}");
        let stale = app.get(&link(&first)).await;
        assert!(!stale.page().contains("name=\"password\""), "the earlier link no longer works");
    }

    async fn a_change_of_a_staff_account_needs_a_recent_proof_of_identity(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let (admin, rei) = (admin(&app).await, app.reviewer("rei").await);
        app.clock.advance(SignedDuration::from_mins(15));
        let path = format!("/console/staff/{}", rei.staff.id);

        let page = app.get_as(&admin, &path).await;
        let end = change(&app, &admin, &rei, &[("what", "end"), ("confirmed", "yes")]).await;

        assert!(page.page().contains("href=\"/console/prove?next=%2Fconsole%2Fstaff%2Fstaff_"));
        assert!(!page.text.contains("value=\"end\""), "{page:?}");
        assert_eq!(end.status, StatusCode::FORBIDDEN);
        assert!(end.text.contains("href=\"/console/prove?next=%2Fconsole%2Fstaff%2Fstaff_"), "{end:?}");
        let list = app.get_as(&admin, "/console/staff").await;
        assert!(!list.page().contains("name=\"display_name\""), "{list:?}");
        app.get_as(&rei, "/console/queue").await.page();
    }

    async fn a_form_sent_after_the_proof_of_identity_lapsed_keeps_its_text(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let (admin, rei) = (admin(&app).await, app.reviewer("rei").await);
        app.clock.advance(SignedDuration::from_mins(15));
        let form = [
            ("name", "yuki"),
            ("display_name", "Yuki <i>"),
            ("language", "ja"),
            ("role", "reviewer"),
            ("role", "policy_editor"),
            ("services", "all"),
            ("policies", "some"),
            ("policy", "rehearsal"),
        ];

        let added = app.post_as(&admin, "/console/staff", &form).await;
        let limits = [("what", "limits"), ("views", "40"), ("minutes", ""), ("points", "99")];
        let limited = change(&app, &admin, &rei, &limits).await;
        let roles = change(&app, &admin, &rei, &[("what", "roles"), ("role", "lead")]).await;

        for page in [&added, &limited, &roles] {
            assert_eq!(page.status, StatusCode::FORBIDDEN);
            assert!(page.text.contains("<strong>Confirm your identity"), "{page:?}");
            let beside = "target=\"_blank\" rel=\"noopener\">Confirm your identity</a>";
            assert!(page.text.contains(beside), "{page:?}");
        }
        for kept in [
            "name=\"name\" value=\"yuki\"",
            "name=\"display_name\" value=\"Yuki &#60;i&#62;\"",
            "value=\"ja\" lang=\"ja\" selected",
            "value=\"reviewer\" checked",
            "value=\"policy_editor\" checked",
            "name=\"policies\" value=\"some\" checked",
            "value=\"rehearsal\" checked",
        ] {
            assert!(added.text.contains(kept), "{kept}: {added:?}");
        }
        assert!(!added.text.contains("value=\"lead\" checked"), "{added:?}");
        assert!(limited.text.contains("value=\"40\"") && limited.text.contains("value=\"99\""), "{limited:?}");
        assert!(roles.text.contains("value=\"lead\" checked"), "{roles:?}");
        assert!(!roles.text.contains("value=\"reviewer\" checked"), "{roles:?}");
        let list = app.get_as(&admin, "/console/staff").await;
        assert!(!list.page().contains("yuki"), "nothing was done: {list:?}");
    }

    async fn a_form_with_a_name_that_is_taken_keeps_its_text(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let admin = admin(&app).await;
        app.reviewer("rei").await;
        let form = [
            ("name", "rei"),
            ("display_name", "Another Rei"),
            ("language", "en"),
            ("role", "lead"),
            ("services", "all"),
            ("policies", "all"),
        ];

        let taken = app.post_as(&admin, "/console/staff", &form).await;

        assert_eq!(taken.status, StatusCode::CONFLICT);
        assert!(taken.text.contains("value=\"Another Rei\""), "{taken:?}");
    }
}
