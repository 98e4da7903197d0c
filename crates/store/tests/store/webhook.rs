//! Endpoints and deliveries.

use mamori_model::webhook::{Delivery, DeliveryState, Disabled, DisabledCause, EventKind};
use mamori_store::{ENDPOINT_DISABLED, Error, MissedDelivery, Store};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::given::{at, delivery, endpoint, id, open, raw, size, stored_endpoint, stored_service};

async fn store_delivery(store: &Store, delivery: &Delivery) {
    let mut tx = store.begin("test").await.unwrap();
    tx.insert_delivery(delivery).await.unwrap();
    tx.commit().await.unwrap();
}

async fn remove(store: &Store) -> bool {
    let mut tx = store.begin("test").await.unwrap();
    let is_removed = tx.remove_endpoint(id(1), id(10), at(5)).await.unwrap();
    tx.commit().await.unwrap();
    is_removed
}

on_both_engines! {
    async fn an_endpoint_belongs_to_one_service(records: TestDatabase) {
        let store = open(&records).await;
        stored_endpoint(&store).await;
        stored_service(&store, 2).await;

        assert_eq!(store.endpoint(id(1), id(10)).await.unwrap(), Some(endpoint(10)));
        assert_eq!(store.endpoint(id(2), id(10)).await.unwrap(), None);
        assert_eq!(store.live_endpoints(id(1)).await.unwrap(), [endpoint(10)]);
        assert_eq!(store.endpoints(id(1), None, size(5)).await.unwrap().rows, [endpoint(10)]);
        assert_eq!(store.live_endpoints(id(2)).await.unwrap(), []);
        let mut tx = store.begin("test").await.unwrap();
        assert!(!tx.remove_endpoint(id(2), id(10), at(1)).await.unwrap());
        assert_eq!(tx.live_endpoints(id(1)).await.unwrap(), [endpoint(10)]);
    }

    async fn removal_of_an_endpoint_fails_deliveries_and_erases_the_secret(records: TestDatabase) {
        let store = open(&records).await;
        stored_endpoint(&store).await;
        store_delivery(&store, &delivery(1)).await;

        assert!(remove(&store).await);
        assert!(!remove(&store).await);

        assert_eq!(store.live_endpoints(id(1)).await.unwrap(), []);
        assert_eq!(store.endpoint(id(1), id(10)).await.unwrap(), None);
        let (failed, gone) = store.endpoint_for_delivery(id(1)).await.unwrap().unwrap();
        assert_eq!(gone, None);
        assert_eq!(failed.state, DeliveryState::Failed);
        assert_eq!(failed.last_result.as_deref(), Some("the endpoint was removed"));
        let mut tx = store.begin("test").await.unwrap();
        let late = tx.record_attempt(id(1), DeliveryState::Waiting, 1, "500", at(9)).await;
        assert!(!late.unwrap(), "an attempt that was under way does not make it wait again");
        drop(tx);
        assert_eq!(raw(&records, "SELECT count(*) FROM endpoint WHERE url IS NOT NULL").await, 0);
        assert_eq!(raw(&records, "SELECT count(*) FROM endpoint WHERE secret IS NOT NULL").await, 0);
    }

    async fn a_delivery_fails_and_is_reset(records: TestDatabase) {
        let store = open(&records).await;
        stored_endpoint(&store).await;
        store_delivery(&store, &delivery(1)).await;
        assert_eq!(
            store.endpoint_for_delivery(id(1)).await.unwrap(),
            Some((delivery(1), Some(endpoint(10))))
        );

        let mut tx = store.begin("test").await.unwrap();
        let failed = DeliveryState::Failed;
        assert!(tx.record_attempt(id(1), failed, 3, "timeout", at(9)).await.unwrap());
        assert!(!tx.record_attempt(id(9), failed, 3, "timeout", at(9)).await.unwrap());
        tx.commit().await.unwrap();

        let attempted = Delivery {
            state: failed,
            attempts: 3,
            last_result: Some("timeout".to_owned()),
            last_attempt_at: Some(at(9)),
            ..delivery(1)
        };
        assert_eq!(store.delivery(id(1), id(1)).await.unwrap(), Some(attempted));
        assert_eq!(store.delivery(id(2), id(1)).await.unwrap(), None);
        let mut tx = store.begin("test").await.unwrap();
        tx.reset_delivery(id(1), id(1)).await.unwrap();
        let twice = tx.reset_delivery(id(1), id(1)).await;
        let not_theirs = tx.reset_delivery(id(2), id(1)).await;
        tx.commit().await.unwrap();
        assert!(matches!(twice, Err(Error::Conflict("delivery"))), "{twice:?}");
        assert!(matches!(not_theirs, Err(Error::NotFound("delivery"))), "{not_theirs:?}");
        let waiting = store.delivery(id(1), id(1)).await.unwrap().unwrap();
        assert_eq!((waiting.state, waiting.attempts), (DeliveryState::Waiting, 0));
    }

    async fn a_delivery_to_a_removed_endpoint_is_not_reset(records: TestDatabase) {
        let store = open(&records).await;
        stored_endpoint(&store).await;
        store_delivery(&store, &Delivery { state: DeliveryState::Failed, ..delivery(1) }).await;
        remove(&store).await;

        let mut tx = store.begin("test").await.unwrap();
        let refused = tx.reset_delivery(id(1), id(1)).await;

        assert!(matches!(refused, Err(Error::Conflict("endpoint"))), "{refused:?}");
    }

    async fn deliveries_that_an_enabled_endpoint_missed_are_reset_once_and_no_others(records: TestDatabase) {
        let store = open(&records).await;
        stored_endpoint(&store).await;
        let mut tx = store.begin("test").await.unwrap();
        tx.insert_endpoint(&endpoint(11)).await.unwrap();
        tx.insert_endpoint(&endpoint(12)).await.unwrap();
        tx.disable_endpoint(id(11), Disabled { at: at(1), cause: DisabledCause::Gone }).await.unwrap();
        tx.commit().await.unwrap();
        let failed = |number: u128, to: u128, result: &str| Delivery {
            endpoint: id(to),
            state: DeliveryState::Failed,
            attempts: 1,
            last_result: Some(result.to_owned()),
            ..delivery(number)
        };
        let test = Delivery { event: EventKind::EndpointTest, ..failed(4, 10, ENDPOINT_DISABLED) };
        let others = [failed(3, 10, "500"), test, failed(5, 11, ENDPOINT_DISABLED), delivery(7)];
        for other in &others {
            store_delivery(&store, other).await;
        }
        store_delivery(&store, &failed(1, 10, "410")).await;
        store_delivery(&store, &failed(2, 10, ENDPOINT_DISABLED)).await;
        store_delivery(&store, &failed(6, 12, ENDPOINT_DISABLED)).await;
        let mut tx = store.begin("test").await.unwrap();
        assert!(tx.remove_endpoint(id(1), id(12), at(5)).await.unwrap());
        tx.commit().await.unwrap();
        let reset = async |limit: u32| {
            let mut tx = store.begin("test").await.unwrap();
            let reset = tx.reset_missed_of_enabled(limit).await.unwrap();
            tx.commit().await.unwrap();
            reset
        };

        let (first, second, third) = (reset(1).await, reset(9).await, reset(9).await);

        let missed = |number: u128| MissedDelivery { id: id(number), service: id(1), endpoint: id(10) };
        assert_eq!((first, second, third), (vec![missed(1)], vec![missed(2)], vec![]));
        for number in [1, 2] {
            let waits = store.delivery(id(1), id(number)).await.unwrap().unwrap();
            assert_eq!((waits.state, waits.attempts), (DeliveryState::Waiting, 0));
        }
        for other in others {
            assert_eq!(store.delivery(id(1), other.id).await.unwrap(), Some(other));
        }
    }

    async fn deliveries_are_listed_by_endpoint_and_state(records: TestDatabase) {
        let store = open(&records).await;
        stored_endpoint(&store).await;
        let mut tx = store.begin("test").await.unwrap();
        tx.insert_endpoint(&endpoint(11)).await.unwrap();
        tx.commit().await.unwrap();
        store_delivery(&store, &delivery(1)).await;
        store_delivery(&store, &Delivery { endpoint: id(11), ..delivery(2) }).await;
        store_delivery(&store, &Delivery { state: DeliveryState::Failed, ..delivery(3) }).await;
        let list = async |endpoint, state| {
            let page = store.deliveries(id(1), endpoint, state, None, size(9)).await.unwrap();
            page.rows.into_iter().map(|delivery| delivery.id).collect::<Vec<_>>()
        };

        assert_eq!(list(None, None).await, [3, 2, 1].map(id));
        assert_eq!(list(Some(id(10)), None).await, [3, 1].map(id));
        assert_eq!(list(None, Some(DeliveryState::Waiting)).await, [2, 1].map(id));
        assert_eq!(list(Some(id(10)), Some(DeliveryState::Failed)).await, [id(3)]);
        let page = store.deliveries(id(1), None, None, Some(id(3)), size(1)).await.unwrap();
        assert_eq!(page.next, Some(id(2)));
    }

    async fn a_delivery_needs_its_endpoint(records: TestDatabase) {
        let store = open(&records).await;

        let mut tx = store.begin("test").await.unwrap();
        let refused = tx.insert_delivery(&delivery(1)).await;

        assert!(matches!(refused, Err(Error::NotFound("endpoint"))), "{refused:?}");
    }
}
