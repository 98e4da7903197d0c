//! The search finds cases, decisions, banks and pages, and no accounts or staff members.

use mamori_desk::Admin;
use mamori_model::StaffRole;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::test_app::{TestApp, TestResponse, new_bank};

fn cases(page: &TestResponse) -> usize {
    page.page().matches("href=\"/console/cases/case_").count()
}

on_both_engines! {
    async fn an_id_redirects_to_its_page_and_an_item_name_must_be_exact(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("post 1/a", Some("user-17")).await;
        let rei = app.reviewer("rei").await;
        let (case, _) = app.claim_next(&rei).await;
        let id = case.rsplit('/').next().unwrap();

        let by_id = app.get_as(&rei, &format!("/console/find?q=+{id}+")).await;
        let by_name = app.get_as(&rei, "/console/find?q=post+1%2Fa").await;
        let by_part = app.get_as(&rei, "/console/find?q=post+1").await;
        let page = app.get_as(&rei, "/console/find?q=queue").await;

        assert_eq!(by_id.to(), case);
        assert_eq!((cases(&by_name), cases(&by_part)), (1, 0));
        assert!(by_part.page().contains("No results."), "{by_part:?}");
        let queue = "<a href=\"/console/queue\" autofocus><span class=\"faint small\">Page</span>";
        assert!(page.page().contains(queue), "{page:?}");
    }

    async fn results_say_policy_and_state_and_commands_are_found(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("post 1/a", Some("user-17")).await;
        let (rei, lea) = (app.reviewer("rei").await, app.lead("lea").await);
        let audi = app.person("audi", &[StaffRole::Auditor]).await;
        let find = async |who, text: &str| {
            app.get_as(who, &format!("/console/find?q={text}")).await.page().to_owned()
        };
        let live = async |who, text: &str| {
            let answer = app.get_as(who, &format!("/console/find/results?q={text}")).await;
            answer.page().to_owned()
        };

        let item = find(&rei, "post+1%2Fa").await;
        assert!(item.contains("<span class=\"about small\">Rehearsal</span>"), "{item}");
        assert!(item.contains("<span class=\"about small\">Open</span>"), "{item}");
        let typed = live(&rei, "post+1%2Fa").await;
        assert!(typed.contains("\"about\":[\"Rehearsal\",\"Open\"]"), "{typed}");
        assert!(typed.contains("\"kind\":\"Case\"") && !typed.contains("user-17"), "{typed}");
        let bank = live(&audi, "REHEARS").await;
        assert!(bank.contains("\"about\":[\"Rehearsal\",\"Enabled\"]"), "{bank}");

        let next = find(&rei, "next").await;
        assert!(next.contains("action=\"/console/queue/next\""), "{next}");
        assert!(!find(&audi, "next").await.contains("/console/queue/next"), "an auditor claims none");
        assert!(find(&lea, "undecided").await.contains("href=\"/console/cases\""));
        assert!(!find(&rei, "undecided").await.contains("href=\"/console/cases\""));
        assert!(live(&audi, "sign+out").await.contains("\"is_form\":true"));
        let none = live(&rei, "nothing+is+called+so").await;
        assert!(none.contains("\"rows\":[]") && none.contains("\"none\":\"No results.\""), "{none}");
        assert!(live(&rei, "").await.contains("\"rows\":[]"), "nothing is searched for");
    }

    async fn only_a_whole_id_redirects_to_its_page(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let editor = app.person("edi", &[StaffRole::PolicyEditor]).await;
        let admin = Admin::local_cli();
        let bank = app.desk.create_bank(&admin, new_bank("0123456789abcdef")).await.unwrap();
        app.desk.catch_up().await.unwrap();
        let id = bank.id.to_string();
        let end = &id[id.len() - 1..];

        let by_id = app.get_as(&editor, &format!("/console/find?q={id}")).await;
        // The bank's name contains every hexadecimal digit, and so the last digit of its id.
        let by_end = app.get_as(&editor, &format!("/console/find?q={end}")).await;

        assert_eq!(by_id.to(), format!("/console/banks/{id}"));
        assert!(by_end.page().contains(&format!("href=\"/console/banks/{id}\"")), "{by_end:?}");
    }

    async fn a_search_finds_no_account_no_person_and_nothing_forbidden(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("a", Some("user-17")).await;
        let (rei, aoi) = (app.reviewer("rei").await, app.reviewer("aoi").await);
        let editor = app.person("edi", &[StaffRole::PolicyEditor]).await;
        let (case, page) = app.claim_next(&rei).await;
        let form = [
            ("claim", &*page.field("claim")),
            ("version", &*page.field("version")),
            ("outcome", "violates"),
            ("items", "remove"),
            ("reason", "It is the poster."),
        ];
        let to = app.post_as(&rei, &format!("{case}/decide"), &form).await.to();
        let decision = to.split("after=").nth(1).unwrap().split('&').next().unwrap();
        let id = case.rsplit('/').next().unwrap();
        let staff = aoi.staff.id.to_string();

        for (who, text) in [
            (&rei, "user-17"),
            (&rei, "account:user-17"),
            (&rei, "aoi"),
            (&rei, &*staff),
            (&aoi, decision),
            (&editor, id),
            (&editor, decision),
            (&editor, "a"),
            (&rei, "%3Cscript%3Ealert(1)%3C/script%3E"),
        ] {
            let found = app.get_as(who, &format!("/console/find?q={text}")).await;
            assert!(!found.page().contains("href=\"/console/cases/"), "{text}: {found:?}");
            assert!(!found.page().contains("href=\"/console/decisions/"), "{text}: {found:?}");
            assert!(!found.page().contains("href=\"/console/staff/"), "{text}: {found:?}");
            assert!(!found.page().contains("<script>alert"), "{found:?}");
        }
        let own = app.get_as(&rei, &format!("/console/find?q={decision}")).await;
        assert_eq!(own.to(), format!("/console/decisions/{decision}"));
    }
}
