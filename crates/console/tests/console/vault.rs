//! The warning of the start page that the vault is nearly full.

use mamori_model::staff::StaffRole;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use mamori_testkit::pictures::{draw, encode};

use crate::test_app::TestApp;

const WARNING: &str = "The vault is nearly full";

/// Opens an app with one picture in its vault. The vault's limit is `hundredths` percent of the
/// picture's size.
async fn with_one_picture(records: TestDatabase, hundredths: u64) -> TestApp {
    let one = u64::try_from(encode::png(&draw(7, 320, 240)).len()).unwrap();
    let app = TestApp::with(records, |settings| {
        settings.vault_limits.bytes_max = one * hundredths / 100;
        settings.vault_limits.item_bytes_max = 1;
    })
    .await;
    app.item("a", None).await;
    let reviewer = app.reviewer("rei").await;
    let (case, _) = app.claim_next(&reviewer).await;
    app.store_evidence(case.rsplit('/').next().unwrap()).await;
    app
}

on_both_engines! {
    async fn leads_and_administrators_are_warned_before_the_vault_is_full(records: TestDatabase) {
        let app = with_one_picture(records, 110).await;

        for role in [StaffRole::Lead, StaffRole::Administrator] {
            let who = app.person(role.as_str(), &[role]).await;
            let start = app.get_as(&who, "/console").await;
            assert!(start.page().contains(WARNING), "{role:?}: {start:?}");
        }
    }

    async fn a_vault_with_room_causes_no_warning(records: TestDatabase) {
        let app = with_one_picture(records, 120).await;
        let lead = app.lead("lea").await;

        let start = app.get_as(&lead, "/console").await;

        assert!(!start.page().contains(WARNING), "{start:?}");
    }
}
