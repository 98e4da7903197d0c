//! The start page.

use mamori_desk::Admin;
use mamori_model::StaffRole;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::test_app::{TestApp, new_bank};

on_both_engines! {
    async fn an_administrator_sees_what_is_not_set_up_yet(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let ada = app.person("ada", &[StaffRole::Administrator]).await;
        let steps = [
            "No service receives webhooks.",
            "There is no reviewer.",
            "There is no lead,",
            "There is no policy editor,",
            "There is no auditor.",
            "You are the only administrator.",
            "No picture is kept,",
        ];

        let before = app.get_as(&ada, "/console").await;
        for step in steps {
            assert!(before.page().contains(step), "{step}: {before:?}");
        }
        assert!(!before.text.contains("No service is registered."), "{before:?}");
        assert!(!before.text.contains("No bank is switched on"), "{before:?}");

        let endpoint = app.desk.add_endpoint(&app.caller, "http://127.0.0.1:9/hook");
        endpoint.await.unwrap();
        let lea = app.person("lea", &[StaffRole::Lead, StaffRole::PolicyEditor]).await;
        app.person("audi", &[StaffRole::Auditor]).await;
        app.person("ben", &[StaffRole::Administrator]).await;
        let after = app.get_as(&ada, "/console").await;
        for step in steps.iter().filter(|step| !step.starts_with("No picture")) {
            assert!(!after.page().contains(step), "{step}: {after:?}");
        }
        assert!(after.text.contains("No picture is kept,"), "{after:?}");
        let lead = app.get_as(&lea, "/console").await;
        assert!(!lead.page().contains("Not set up yet"), "{lead:?}");
    }

    async fn a_bank_that_is_switched_off_is_none(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let ada = app.person("ada", &[StaffRole::Administrator]).await;
        let admin = Admin::local_cli();
        let bank = app.desk.directory().banks().next().unwrap().id;
        app.desk.delete_bank(&admin, bank).await.unwrap();
        app.desk.catch_up().await.unwrap();

        let none = app.get_as(&ada, "/console").await;
        let off = mamori_desk::banks::create_bank::NewBank { is_enabled: false, ..new_bank("off") };
        app.desk.create_bank(&admin, off).await.unwrap();
        app.desk.catch_up().await.unwrap();
        let switched_off = app.get_as(&ada, "/console").await;

        assert!(none.page().contains("No bank is switched on"), "{none:?}");
        assert!(switched_off.page().contains("No bank is switched on"), "{switched_off:?}");
    }
}
