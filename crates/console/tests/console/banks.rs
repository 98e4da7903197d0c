//! Banks are read, and a dispute is settled.

use axum::http::StatusCode;
use mamori_model::StaffRole;
use mamori_testkit::on_both_engines;
use mamori_testkit::records::Records;

use crate::house::Person;
use crate::world::World;

async fn enter(world: &World, role: StaffRole) -> Person {
    world.enter(Some(role)).await.unwrap()
}

on_both_engines! {
    async fn a_bank_shows_what_it_is_for_and_no_hash(records: Records) {
        let world = World::open(records).await;
        let rei = enter(&world, StaffRole::Reviewer).await;

        let list = world.house.get_as(&rei, "/console/banks").await;
        let bank = list.page().split("href=\"/console/banks/").nth(1).unwrap();
        let bank = format!("/console/banks/{}", bank.split('"').next().unwrap());
        let page = world.house.get_as(&rei, &bank).await;

        for said in ["drawn by a test", "none needed", "the tests", "everywhere", "<dd>31</dd>"] {
            assert!(page.page().contains(said), "{said}: {page:?}");
        }
        assert!(!page.text.contains(&"01".repeat(16)), "{page:?}");
        assert!(!page.text.contains("Disputes</h2>"), "a reviewer reads no disputes");
        let none = "/console/banks/bank_00000000000000000000000000000000";
        assert_eq!(world.house.get_as(&rei, none).await.status, StatusCode::NOT_FOUND);
    }

    async fn a_dispute_is_answered_once_and_the_bank_says_so(records: Records) {
        let world = World::open(records).await;
        let (edi, audi) =
            (enter(&world, StaffRole::PolicyEditor).await, enter(&world, StaffRole::Auditor).await);
        let dispute = world.disputed().await;
        let bank = format!("/console/banks/{}", dispute.bank);
        let settle = format!("/console/disputes/{}/settle", dispute.id);
        let id = dispute.bank.to_string();
        let form = [("bank", &*id), ("settlement", "upheld"), ("words", "It is <b>another</b>.")];

        let open = world.house.get_as(&audi, &bank).await;
        let settled = world.house.post_as(&edi, &settle, &form).await;
        let twice = world.house.post_as(&edi, &settle, &form).await;
        let page = world.house.get_as(&edi, &settled.to()).await;

        assert!(open.page().contains("It is what the bank says."), "{open:?}");
        assert!(open.text.contains("href=\"/console/decisions/dec_"), "{open:?}");
        assert!(!open.text.contains("name=\"settlement\""), "an auditor settles nothing");
        assert_eq!(settled.to(), bank);
        assert!(page.page().contains("The entry was withdrawn"), "{page:?}");
        assert!(page.text.contains("It is &lt;b&gt;another&lt;/b&gt;."), "{page:?}");
        assert_eq!(twice.status, StatusCode::CONFLICT);
        assert!(twice.text.contains("<title>This dispute has already been settled"), "{twice:?}");
        let odd = [("bank", &*id), ("settlement", "maybe"), ("words", "x")];
        let odd = world.house.post_as(&edi, &settle, &odd).await;
        assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}
