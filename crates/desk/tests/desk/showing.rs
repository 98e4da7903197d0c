//! What services are shown of a hit: which hits, in which order, and how near, without the exact
//! distances that are recorded.

use mamori_desk::Settings;
use mamori_desk::checks::check::{CheckInput, Checked};
use mamori_desk::checks::fingerprints::{Fingerprints, FramePrint};
use mamori_model::{Action, Distance, Distances, Pdq, Surface};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::common::receiver::Receiver;
use crate::common::{TestApp, hashes, item, settings, test_app, test_app_with};

const LISTED: [u8; 32] = [0x0f; 32];

/// The hash of the listed picture with its first `bits` bits flipped.
fn away(bits: usize) -> Pdq {
    let mut bytes = LISTED;
    for bit in 0..bits {
        bytes[bit / 8] ^= 1 << (bit % 8);
    }
    Pdq::from(bytes)
}

/// Checks an animation with frames at these distances.
async fn check_frames(app: &TestApp, distances: &[usize]) -> Checked {
    let frames = (0..)
        .zip(distances)
        .map(|(number, bits)| FramePrint { number, ..FramePrint::only(away(*bits), None) });
    let input = Fingerprints { frames: frames.collect(), ..Fingerprints::default() };
    let input = CheckInput::Hashes(input);
    app.desk.check(&app.caller, item("a", Surface::Public), input).await.unwrap()
}

on_both_engines! {
    async fn which_frame_is_named_depends_on_coarse_distances_only(records: TestDatabase) {
        let app = test_app(records).await;
        let bank = app.bank("known", Action::Hold).await;
        app.add(&bank, Pdq::from(LISTED)).await;

        let named = check_frames(&app, &[25, 9, 2]).await;

        let hit = named.hits[0];
        assert_eq!((named.hits.len(), hit.frame, hit.distance), (1, 1, Distance(9)));
        let recorded = app.desk.a_match(&app.caller, named.recorded.unwrap()).await.unwrap();
        assert_eq!(recorded.hits, named.hits, "the exact distance is recorded");
        assert_eq!(recorded.pdq, Some(away(9)));
    }

    async fn a_nearer_coarse_distance_names_a_later_frame(records: TestDatabase) {
        let app = test_app(records).await;
        let bank = app.bank("known", Action::Hold).await;
        app.add(&bank, Pdq::from(LISTED)).await;

        let named = check_frames(&app, &[25, 9, 0]).await;

        assert_eq!((named.hits[0].frame, named.hits[0].distance), (2, Distance(0)));
    }

    async fn which_entries_of_many_are_shown_depends_on_coarse_distances_only(records: TestDatabase) {
        let app = test_app_with(records, Settings { hits_per_bank_max: 2, ..settings() }).await;
        let bank = app.bank("known", Action::Hold).await;
        for bits in [25, 9, 7, 1] {
            app.add(&bank, away(bits)).await;
        }

        let shown = app.desk.check(&app.caller, item("a", Surface::Public), hashes(Pdq::from(LISTED)));

        let distances: Vec<Distance> = shown.await.unwrap().hits.iter().map(|hit| hit.distance).collect();
        assert_eq!(distances, [Distance(9), Distance(7)], "the oldest of those that look equally near");
    }

    async fn exact_distances_choose_the_nearest_entries_and_frames(records: TestDatabase) {
        let exact = Settings { distances: Distances::Exact, hits_per_bank_max: 2, ..settings() };
        let app = test_app_with(records, exact).await;
        let bank = app.bank("known", Action::Hold).await;
        for bits in [25, 9, 7, 1] {
            app.add(&bank, away(bits)).await;
        }

        let shown = check_frames(&app, &[3, 0]).await;

        let hits: Vec<(u32, Distance)> = shown.hits.iter().map(|hit| (hit.frame, hit.distance)).collect();
        assert_eq!(hits, [(1, Distance(1)), (0, Distance(4))]);
    }

    async fn a_webhook_has_coarse_distances_in_their_order(records: TestDatabase) {
        let app = test_app(records).await;
        let receiver = Receiver::start(&[]).await;
        app.desk.add_endpoint(&app.caller, &receiver.url).await.unwrap();
        let bank = app.bank("known", Action::Hold).await;
        for bits in [9, 2, 25] {
            app.add(&bank, away(bits)).await;
        }

        let check = app.desk.check(&app.caller, item("a", Surface::Public), hashes(Pdq::from(LISTED)));
        check.await.unwrap();
        assert_eq!(app.desk.work_once().await.unwrap(), 1);

        let body: serde_json::Value = serde_json::from_str(&receiver.received()[0].body).unwrap();
        let hits = body["data"]["matches"].as_array().unwrap();
        let shown: Vec<(&str, u64)> = hits
            .iter()
            .map(|hit| (hit["entry_id"].as_str().unwrap(), hit["distance_max"].as_u64().unwrap()))
            .collect();
        let mut in_order = shown.clone();
        in_order.sort_by_key(|(entry, distance)| (*distance, entry.to_string()));
        assert_eq!(shown, in_order);
        assert_eq!(shown.iter().map(|(_, distance)| *distance).collect::<Vec<_>>(), [10, 10, 31]);
        assert!(hits.iter().all(|hit| hit.get("distance").is_none()));
    }
}
