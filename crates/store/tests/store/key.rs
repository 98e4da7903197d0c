//! Services and keys.

use mamori_model::AuditActor;
use mamori_model::key::{Key, Role, Scope, ScopeSet, Service};
use mamori_model::webhook::{Delivery, DeliveryState};
use mamori_store::{Change, Error};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::given::{
    at, changes, delivery, endpoint, id, open, service, size, stored_endpoint, stored_service,
};

fn key(number: u8, role: Role) -> Key {
    Key {
        id: id(u128::from(number)),
        role,
        name: "a key".parse().unwrap(),
        scopes: ScopeSet::all_of(role),
        ends_at: None,
        networks: Vec::new(),
        digest: [number; 32].into(),
        created_by: AuditActor::LocalCli,
        created_at: at(0),
        waits: false,
        last_used_on: None,
        revoked_at: None,
    }
}

on_both_engines! {
    async fn services_read_back_in_pages(records: TestDatabase) {
        let store = open(&records).await;
        for number in 1..=3 {
            stored_service(&store, number).await;
        }

        let page = store.services(None, size(2)).await.unwrap();

        assert_eq!(page.rows, [service(1), service(2)]);
        assert_eq!(store.services(page.next, size(2)).await.unwrap().rows, [service(3)]);
        assert_eq!(store.all_services().await.unwrap().len(), 3);
        assert_eq!(store.service(id(2)).await.unwrap(), Some(service(2)));
        assert_eq!(store.service(id(9)).await.unwrap(), None);
    }

    async fn a_revoked_key_is_listed_and_not_live(records: TestDatabase) {
        let store = open(&records).await;
        let owner = stored_service(&store, 1).await;
        let (admin, own) = (key(1, Role::Admin), key(2, Role::Service(owner)));
        let mut tx = store.begin("test").await.unwrap();
        tx.insert_key(&admin).await.unwrap();
        tx.insert_key(&own).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.live_keys().await.unwrap(), [admin.clone(), own.clone()]);

        let mut tx = store.begin("test").await.unwrap();
        assert!(tx.revoke_key(own.id, at(5)).await.unwrap());
        assert!(!tx.revoke_key(own.id, at(6)).await.unwrap());
        assert!(!tx.revoke_key(id(9), at(6)).await.unwrap());
        tx.commit().await.unwrap();

        assert_eq!(store.live_keys().await.unwrap(), [admin]);
        let listed = store.keys(Some(owner), None, size(9)).await.unwrap().rows;
        assert_eq!(listed, [Key { revoked_at: Some(at(5)), ..own }]);
        assert_eq!(store.keys(None, None, size(9)).await.unwrap().rows.len(), 2);
        assert_eq!(changes(&store).await, [Change::Keys; 4]);
    }

    async fn a_key_reads_back_with_its_scopes_its_end_and_its_networks(records: TestDatabase) {
        let store = open(&records).await;
        let creator = AuditActor::Key { id: id(7), name: "first".parse().unwrap() };
        let narrow = Key {
            scopes: ScopeSet::new(Role::Admin, [Scope::EntriesWrite, Scope::Keys]).unwrap(),
            ends_at: Some(at(60)),
            networks: vec!["192.0.2.0/24".parse().unwrap(), "2001:db8::/32".parse().unwrap()],
            created_by: creator,
            ..key(1, Role::Admin)
        };

        let mut tx = store.begin("test").await.unwrap();
        tx.insert_key(&narrow).await.unwrap();
        tx.commit().await.unwrap();

        assert_eq!(store.live_keys().await.unwrap(), [narrow]);
    }

    async fn the_day_of_a_keys_last_use_only_grows_and_is_no_change_for_nodes(records: TestDatabase) {
        let store = open(&records).await;
        let day = |day: &str| day.parse().unwrap();
        let mut tx = store.begin("test").await.unwrap();
        tx.insert_key(&key(1, Role::Admin)).await.unwrap();
        tx.commit().await.unwrap();

        let mut tx = store.begin("test").await.unwrap();
        assert!(tx.set_last_used_on(id(1), day("2027-02-03")).await.unwrap());
        assert!(!tx.set_last_used_on(id(1), day("2027-02-03")).await.unwrap());
        assert!(!tx.set_last_used_on(id(1), day("2027-02-02")).await.unwrap());
        assert!(!tx.set_last_used_on(id(9), day("2027-02-03")).await.unwrap());
        tx.commit().await.unwrap();

        let stored = store.live_keys().await.unwrap().remove(0);
        assert_eq!(stored.last_used_on, Some(day("2027-02-03")));
        assert_eq!(changes(&store).await, [Change::Keys]);
    }

    async fn only_live_keys_with_the_scope_count_as_keys_that_issue(records: TestDatabase) {
        let store = open(&records).await;
        let without = ScopeSet::new(Role::Admin, [Scope::Services]).unwrap();
        let mut tx = store.begin("test").await.unwrap();
        tx.insert_key(&key(1, Role::Admin)).await.unwrap();
        tx.insert_key(&Key { scopes: without, ..key(2, Role::Admin) }).await.unwrap();
        tx.insert_key(&Key { ends_at: Some(at(60)), ..key(3, Role::Admin) }).await.unwrap();

        assert_eq!(tx.lock_and_count_admin_keys().await.unwrap(), 3);
        assert_eq!(tx.lock_and_count_keys_that_issue(at(59)).await.unwrap(), 2);
        assert_eq!(tx.lock_and_count_keys_that_issue(at(60)).await.unwrap(), 1);
        tx.revoke_key(id(1), at(60)).await.unwrap();
        assert_eq!(tx.lock_and_count_keys_that_issue(at(60)).await.unwrap(), 0);
    }

    async fn a_deleted_service_is_gone_with_its_keys_and_endpoints(records: TestDatabase) {
        let store = open(&records).await;
        stored_endpoint(&store).await;
        let (owner, other) = (id(1), stored_service(&store, 2).await);
        let mut tx = store.begin("test").await.unwrap();
        for (number, role) in [(1, Role::Service(owner)), (2, Role::Service(other))] {
            tx.insert_key(&key(number, role)).await.unwrap();
        }
        tx.insert_delivery(&delivery(1)).await.unwrap();
        let sent = Delivery { state: DeliveryState::Delivered, ..delivery(2) };
        tx.insert_delivery(&sent).await.unwrap();
        tx.commit().await.unwrap();

        let mut tx = store.begin("test").await.unwrap();
        assert!(tx.delete_service(owner, at(5)).await.unwrap());
        assert!(!tx.delete_service(owner, at(6)).await.unwrap());
        assert_eq!(tx.revoke_keys_of(owner, at(5)).await.unwrap(), 1);
        tx.remove_endpoints_of(owner, at(5)).await.unwrap();
        assert_eq!(tx.rename_service(owner, &"again".parse().unwrap()).await.unwrap(), None);
        tx.commit().await.unwrap();

        assert_eq!(store.service(owner).await.unwrap(), None);
        assert_eq!(store.services(None, size(9)).await.unwrap().rows, [service(2)]);
        assert_eq!(store.all_services().await.unwrap(), [service(2)]);
        assert_eq!(store.live_keys().await.unwrap().len(), 1);
        assert_eq!(store.live_endpoints(owner).await.unwrap(), []);
        let failed = store.delivery(owner, id(1)).await.unwrap().unwrap();
        assert_eq!(failed.state, DeliveryState::Failed);
        assert_eq!(failed.last_result.as_deref(), Some("the service was deleted"));
        assert_eq!(store.delivery(owner, id(2)).await.unwrap(), Some(sent));
        let mut tx = store.begin("test").await.unwrap();
        let key = tx.insert_key(&key(3, Role::Service(owner))).await;
        let endpoint = tx.insert_endpoint(&endpoint(11)).await;
        assert!(matches!(key, Err(Error::NotFound("service"))), "{key:?}");
        assert!(matches!(endpoint, Err(Error::NotFound("service"))), "{endpoint:?}");
    }

    async fn a_service_is_renamed(records: TestDatabase) {
        let store = open(&records).await;
        let owner = stored_service(&store, 1).await;

        let mut tx = store.begin("test").await.unwrap();
        let renamed = tx.rename_service(owner, &"another name".parse().unwrap()).await.unwrap();
        tx.commit().await.unwrap();

        assert_eq!(renamed, Some(Service { name: "another name".parse().unwrap(), ..service(1) }));
        assert_eq!(store.service(owner).await.unwrap(), renamed);
    }

    async fn a_key_needs_its_service(records: TestDatabase) {
        let store = open(&records).await;

        let mut tx = store.begin("test").await.unwrap();
        let refused = tx.insert_key(&key(1, Role::Service(id(9)))).await;

        assert!(matches!(refused, Err(Error::NotFound("service"))), "{refused:?}");
    }
}

/// On SQLite the second transaction cannot begin before the first ends.
#[tokio::test]
async fn one_of_two_concurrent_revocations_of_the_last_admin_keys_fails() {
    let records = TestDatabase::postgres().unwrap();
    let store = open(&records).await;
    let mut tx = store.begin("test").await.unwrap();
    tx.insert_key(&key(1, Role::Admin)).await.unwrap();
    tx.insert_key(&key(2, Role::Admin)).await.unwrap();
    tx.commit().await.unwrap();
    let both_revoked = tokio::sync::Barrier::new(2);
    let revoke = async |number| {
        let mut tx = store.begin("test").await.unwrap();
        tx.revoke_key(id(number), at(1)).await.unwrap();
        both_revoked.wait().await;
        if tx.lock_and_count_keys_that_issue(at(1)).await.unwrap() > 0 {
            tx.commit().await.unwrap();
        }
    };

    tokio::join!(revoke(1), revoke(2));

    assert_eq!(store.live_keys().await.unwrap().len(), 1);
}
