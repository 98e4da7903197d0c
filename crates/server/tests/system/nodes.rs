//! Two nodes on one PostgreSQL are one Mamori.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use mamori_testkit::database::TestDatabase;
use serde_json::json;
use tempfile::TempDir;

use crate::mamori::{Mamori, configure};
use crate::receiver::Receiver;
use crate::service::{ApiClient, picture};

const DELIVERED_TIME_MAX: Duration = Duration::from_mins(2);

struct Two {
    one: Mamori,
    other: Mamori,
    admin: ApiClient,
    service: ApiClient,
    bank: String,
    _records: TestDatabase,
    _folder: TempDir,
}

impl Two {
    async fn start() -> Self {
        let folder = TempDir::new().unwrap();
        let records = TestDatabase::postgres().unwrap();
        let config = configure(folder.path(), records.url(), "");
        let one = Mamori::start(&config);
        let other = Mamori::start(&config);
        let admin = ApiClient::of_local_cli(&one.address, &config, &["admin"]).await;
        let bank = admin.create_bank("known", 0..10).await;
        let service = admin.create_service("photos").await;
        service.at(&other.address).wait_until_known().await;
        Self { one, other, admin, service, bank, _records: records, _folder: folder }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_is_added_at_one_matches_at_the_other_within_a_second() {
    let mut two = Two::start().await;
    let there = two.service.at(&two.other.address);

    for seed in 20..25 {
        two.admin.add(&two.bank, seed).await;
        let added = Instant::now();
        let mut tries = 0;
        loop {
            tries += 1;
            let requested_at = added.elapsed();
            let name = format!("follow-{seed}-{tries}");
            let (status, answer) = there.upload(&name, picture(seed)).await.unwrap();
            if status == 200 && answer["verdict"] == "hold" {
                break;
            }
            assert!(requested_at < Duration::from_secs(1), "not there after a second: {answer}");
        }
    }

    assert!(two.one.stop().0.success() && two.other.stop().0.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn each_webhook_is_sent_by_one_of_the_nodes_and_once() {
    const ITEMS: usize = 200;
    let two = Two::start().await;
    let receiver = Receiver::listen().await;
    two.service.post("/v1/webhooks", json!({ "url": receiver.url })).await;

    let nodes = [two.service.clone(), two.service.at(&two.other.address)];
    for nth in 0..ITEMS {
        let node = &nodes[nth % 2];
        let (_, answer) = node.upload(&format!("item-{nth}"), picture(3)).await.unwrap();
        assert_eq!(answer["verdict"], "hold", "{answer}");
    }

    receiver.wait_for(ITEMS, DELIVERED_TIME_MAX).await;
    two.service.wait_until_all_is_delivered(DELIVERED_TIME_MAX).await;
    assert_eq!(receiver.received().messages, ITEMS, "some message came twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_killed_under_load_loses_nothing() {
    const ITEMS: u64 = 400;
    let mut two = Two::start().await;
    let receiver = Receiver::listen().await;
    two.service.post("/v1/webhooks", json!({ "url": receiver.url })).await;
    let next = Arc::new(AtomicU64::new(0));
    let addresses = [two.one.address.clone(), two.other.address.clone()];
    let uploads: Vec<_> = (0..6)
        .map(|worker| {
            let (service, next, addresses) =
                (two.service.clone(), Arc::clone(&next), addresses.clone());
            tokio::spawn(async move {
                // Half of them begin at the node that will be killed, and go over to the other.
                let mut at = worker % 2;
                loop {
                    let nth = next.fetch_add(1, Ordering::Relaxed);
                    if nth >= ITEMS {
                        return;
                    }
                    let name = format!("item-{nth}");
                    loop {
                        let node = service.at(&addresses[at]);
                        match node.upload(&name, picture(nth % 10)).await {
                            Ok((status, answer)) if status == 200 => {
                                assert_eq!(answer["verdict"], "hold", "{answer}");
                                break;
                            }
                            Ok(_) => {}
                            Err(_) => at = 1,
                        }
                    }
                }
            })
        })
        .collect();

    while next.load(Ordering::Relaxed) < ITEMS / 3 {
        tokio::task::yield_now().await;
    }
    two.one.kill();
    for upload in uploads {
        upload.await.unwrap();
    }

    let mut items = two.service.at(&two.other.address).matched_items().await;
    items.sort();
    items.dedup();
    assert_eq!(items.len(), usize::try_from(ITEMS).unwrap());
    let messages = receiver.wait_for(items.len(), DELIVERED_TIME_MAX).await;
    assert!(messages.ids.values().all(|ids| ids.len() == 1));
}
