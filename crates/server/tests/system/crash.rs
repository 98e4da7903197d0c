//! A node that is killed again and again loses nothing that it acknowledged.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use mamori_testkit::database::TestDatabase;
use mamori_testkit::pictures::rng::Rng;
use serde_json::json;
use tempfile::TempDir;
use tokio::sync::watch;

use crate::mamori::{Mamori, configure};
use crate::receiver::Receiver;
use crate::service::{ApiClient, picture};

const UPLOADS: u64 = 1_000;
const KILLS: u64 = 20;
const KNOWN: u64 = 10;
/// Longer than a lease: the jobs that a killed node had leased are done after that.
const DELIVERED_TIME_MAX: Duration = Duration::from_mins(2);

/// Uploads until every item was acknowledged, wherever the node is at the time.
async fn upload_all(
    service: ApiClient,
    mut address: watch::Receiver<Option<String>>,
    next: Arc<AtomicU64>,
    acknowledged: watch::Sender<u64>,
) {
    let pictures: Vec<Vec<u8>> = (0..KNOWN).map(picture).collect();
    loop {
        let nth = next.fetch_add(1, Ordering::Relaxed);
        if nth >= UPLOADS {
            return;
        }
        let bytes = &pictures[usize::try_from(nth % KNOWN).unwrap()];
        loop {
            let at = address.wait_for(Option::is_some).await.unwrap().clone().unwrap();
            let Ok((status, answer)) =
                service.at(&at).upload(&format!("item-{nth}"), bytes.clone()).await
            else {
                continue;
            };
            if status == 200 {
                assert_eq!(answer["verdict"], "hold", "{answer}");
                acknowledged.send_modify(|count| *count += 1);
                break;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_acknowledged_match_survives_twenty_kills() {
    let folder = TempDir::new().unwrap();
    let records = TestDatabase::sqlite().unwrap();
    let config = configure(folder.path(), records.url(), "");
    let mut node = Mamori::start(&config);
    let admin = ApiClient::of_local_cli(&node.address, &config, &["admin"]).await;
    admin.create_bank("known", 0..KNOWN).await;
    let service = admin.create_service("photos").await;
    let receiver = Receiver::listen().await;
    service.post("/v1/webhooks", json!({ "url": receiver.url })).await;

    let (address, here) = watch::channel(Some(node.address.clone()));
    let (acknowledged, mut count) = watch::channel(0);
    let next = Arc::new(AtomicU64::new(0));
    let uploads: Vec<_> = (0..8)
        .map(|_| upload_all(service.clone(), here.clone(), Arc::clone(&next), acknowledged.clone()))
        .map(tokio::spawn)
        .collect();
    let mut rng = Rng::new(2026);
    for kill in 1..=KILLS {
        let at = kill * UPLOADS / (KILLS + 1);
        count.wait_for(|count| *count >= at).await.unwrap();
        // The moment is random, from a seed.
        tokio::time::sleep(Duration::from_secs_f64(rng.next_f64() * 0.03)).await;
        address.send_replace(None);
        node.kill();
        node = Mamori::start(&config);
        address.send_replace(Some(node.address.clone()));
    }
    for upload in uploads {
        upload.await.unwrap();
    }

    let mut items = service.at(&node.address).matched_items().await;

    items.sort();
    let mut expected: Vec<String> = (0..UPLOADS).map(|nth| format!("item-{nth}")).collect();
    expected.sort();
    assert_eq!(items, expected, "each acknowledged match is there, once");
    let messages = receiver.wait_for(usize::try_from(UPLOADS).unwrap(), DELIVERED_TIME_MAX).await;
    for (item, ids) in &messages.ids {
        assert_eq!(ids.len(), 1, "{item} was sent as more than one message");
    }
}
