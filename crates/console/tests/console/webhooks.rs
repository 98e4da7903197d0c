//! The page of webhook deliveries.

use axum::http::StatusCode;
use mamori_model::StaffRole;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::world::World;

on_both_engines! {
    async fn deliveries_are_listed_by_host_without_their_content(records: TestDatabase) {
        let world = World::open(records).await;
        let lea = world.sign_in(Some(StaffRole::Lead)).await.unwrap();
        let ada = world.sign_in(Some(StaffRole::Administrator)).await.unwrap();
        let delivery = world.fixture_id("delivery", None).await;

        let by_lead = world.app.get_as(&lea, "/console/webhooks").await;
        let by_administrator = world.app.get_as(&ada, "/console/webhooks").await;

        for page in [by_lead.page(), by_administrator.page()] {
            assert!(page.contains("<bdi>127.0.0.1:9</bdi>") && page.contains("no connection"), "{page}");
            for hidden in ["token-4711", "account 0", "item 0", "What the bank says"] {
                assert!(!page.contains(hidden), "{hidden}: {page}");
            }
            assert!(page.contains(&delivery), "{page}");
            assert!(page.contains(">0 waiting<") && page.contains(">1 overdue<"), "{page}");
        }
        let decision = world.fixture_id("decision", None).await;
        assert!(by_lead.text.contains("Remove the item"), "a lead reads the requested action");
        assert!(!by_administrator.text.contains("Remove the item"), "{decision}");
    }

    async fn a_delivery_that_waits_is_tried_at_once(records: TestDatabase) {
        let world = World::open(records).await;
        let ada = world.sign_in(Some(StaffRole::Administrator)).await.unwrap();
        let audi = world.sign_in(Some(StaffRole::Auditor)).await.unwrap();
        world.case().await;
        world.work().await;
        let waiting = "/console/webhooks?state=waiting";
        let attempts = |page: &str| page.matches("<td class=\"number\">2</td>").count();

        let before = world.app.get_as(&ada, waiting).await;
        let again = before.page().split("action=\"").find(|part| part.contains("/redeliver"));
        let again = again.unwrap().split('"').next().unwrap().to_owned();
        let read = world.app.get_as(&audi, waiting).await;
        world.work().await;
        let untouched = world.app.get_as(&ada, waiting).await;
        let sent = world.app.post_as(&ada, &again, &[]).await;
        world.work().await;
        let after = world.app.get_as(&ada, waiting).await;

        assert!(before.text.contains("Send now") && before.text.contains("Next attempt"), "{before:?}");
        assert!(read.page().contains("Next attempt") && !read.text.contains("Send now"), "{read:?}");
        assert_eq!(untouched.text, before.text, "it is not due yet");
        assert_eq!(sent.to(), "/console/webhooks?sent=1");
        assert_eq!(attempts(after.page()), attempts(before.page()) + 1, "{after:?}");
    }

    async fn a_failed_delivery_is_sent_again(records: TestDatabase) {
        let world = World::open(records).await;
        let ada = world.sign_in(Some(StaffRole::Administrator)).await.unwrap();
        let delivery = world.fixture_id("delivery", None).await;
        let again = format!("/console/deliveries/{delivery}/redeliver");

        let sent = world.app.post_as(&ada, &again, &[]).await;
        world.work().await;
        let page = world.app.get_as(&ada, "/console/webhooks?sent=1").await;

        assert_eq!(sent.to(), "/console/webhooks?sent=1");
        assert!(page.page().contains("The message is being sent again."), "{page:?}");
        let none = again.replace(&delivery, "msg_00000000000000000000000000000000");
        assert_eq!(world.app.post_as(&ada, &none, &[]).await.status, StatusCode::NOT_FOUND);
    }

    async fn deliveries_are_filtered_by_state_and_paged(records: TestDatabase) {
        let world = World::open(records).await;
        let audi = world.sign_in(Some(StaffRole::Auditor)).await.unwrap();
        let mut failed = Vec::new();
        for _ in 0..51 {
            failed.push(world.delivery().await.to_string());
        }

        let all = world.app.get_as(&audi, "/console/webhooks?state=failed").await;
        let next = all.page().split("href=\"").find(|part| part.contains("before=")).unwrap();
        let next = next.split('"').next().unwrap().replace("&#38;", "&");
        let older = world.app.get_as(&audi, &next).await;
        let received = world.app.get_as(&audi, "/console/webhooks?state=delivered").await;

        assert!(all.text.contains(&failed[50]) && !all.text.contains(&failed[0]));
        assert!(older.page().contains(&failed[0]) && !older.text.contains(&failed[50]));
        assert!(received.page().contains("There are no messages."), "{received:?}");
        assert!(!all.text.contains("/redeliver"), "an auditor changes nothing");
        for odd in ["state=lost", "before=x", "other=1"] {
            let odd = world.app.get_as(&audi, &format!("/console/webhooks?{odd}")).await;
            assert!(odd.status.is_client_error(), "{odd:?}");
        }
    }
}
