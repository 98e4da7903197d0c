//! The pages of banks, and the form that resolves a dispute.

use axum::http::StatusCode;
use mamori_desk::Admin;
use mamori_desk::banks::create_bank::NewBank;
use mamori_model::{Action, Hash, Pdq, Purpose, StaffRole};
use mamori_store::NewEntry;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::test_app::{Person, TestApp, new_bank};
use crate::world::World;

async fn sign_in(world: &World, role: StaffRole) -> Person {
    world.sign_in(Some(role)).await.unwrap()
}

on_both_engines! {
    async fn the_page_of_a_bank_shows_its_fields_and_no_hash(records: TestDatabase) {
        let world = World::open(records).await;
        let rei = sign_in(&world, StaffRole::Reviewer).await;

        let list = world.app.get_as(&rei, "/console/banks").await;
        let bank = list.page().split("href=\"/console/banks/").nth(1).unwrap();
        let bank = format!("/console/banks/{}", bank.split('"').next().unwrap());
        let page = world.app.get_as(&rei, &bank).await;

        for text in ["drawn by a test", "none needed", "the tests", "everywhere", "<dd>31</dd>"] {
            assert!(page.page().contains(text), "{text}: {page:?}");
        }
        assert!(!page.text.contains(&"01".repeat(16)), "{page:?}");
        assert!(!page.text.contains("Disputes</h2>"), "a reviewer reads no disputes");
        let none = "/console/banks/bank_00000000000000000000000000000000";
        assert_eq!(world.app.get_as(&rei, none).await.status, StatusCode::NOT_FOUND);
    }

    async fn the_page_of_a_negative_bank_shows_how_many_checks_it_cleared(records: TestDatabase) {
        // Within the first day, a negative bank needs no second actor.
        let app = TestApp::open(records).await;
        let audi = app.person("audi", &[StaffRole::Auditor]).await;
        let (desk, admin) = (&app.desk, Admin::local_cli());
        let benign = NewBank {
            purpose: Purpose::KnownBenign,
            action: Action::None,
            ..new_bank("benign")
        };
        let benign = desk.create_bank(&admin, benign).await.unwrap();
        desk.catch_up().await.unwrap();
        let page = format!("/console/banks/{}", benign.id);
        let before = app.get_as(&audi, &page).await;
        let entry = NewEntry::bare(Hash::Pdq(Pdq::from([1; 32])));
        desk.add_entries(&admin, benign.id, &[entry]).await.unwrap();
        desk.catch_up().await.unwrap();

        assert!(!app.is_recorded("cleared", Pdq::from([1; 32])).await);
        desk.store_cleared_once().await.unwrap();
        let after = app.get_as(&audi, &page).await;

        assert!(before.page().contains("has cleared no check"), "{before:?}");
        let day = app.clock.now().to_string()[..10].to_owned();
        let row = format!("<time>{day}</time></th><td class=\"number\">1</td>");
        assert!(after.page().contains(&row), "{after:?}");
    }

    async fn a_dispute_is_resolved_once_and_the_page_of_the_bank_shows_it(records: TestDatabase) {
        let world = World::open(records).await;
        let (edi, audi) =
            (sign_in(&world, StaffRole::PolicyEditor).await, sign_in(&world, StaffRole::Auditor).await);
        let dispute = world.open_dispute().await;
        let bank = format!("/console/banks/{}", dispute.bank);
        let resolve = format!("/console/disputes/{}/resolve", dispute.id);
        let id = dispute.bank.to_string();
        let form = [("bank", &*id), ("resolution", "upheld"), ("text", "It is <b>another</b>.")];

        let open = world.app.get_as(&audi, &bank).await;
        let resolved = world.app.post_as(&edi, &resolve, &form).await;
        let twice = world.app.post_as(&edi, &resolve, &form).await;
        let page = world.app.get_as(&edi, &resolved.to()).await;

        assert!(open.page().contains("It is what the bank says."), "{open:?}");
        assert!(open.text.contains("href=\"/console/decisions/dec_"), "{open:?}");
        assert!(!open.text.contains("name=\"resolution\""), "an auditor cannot resolve a dispute");
        assert_eq!(resolved.to(), bank);
        assert!(page.page().contains("The entry was withdrawn"), "{page:?}");
        assert!(page.text.contains("It is &lt;b&gt;another&lt;/b&gt;."), "{page:?}");
        assert_eq!(twice.status, StatusCode::CONFLICT);
        assert!(twice.text.contains("<title>This dispute has already been resolved"), "{twice:?}");
        let odd = [("bank", &*id), ("resolution", "maybe"), ("text", "x")];
        let odd = world.app.post_as(&edi, &resolve, &odd).await;
        assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}
