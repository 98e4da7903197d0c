//! How much of the vault a service's items take, and what the answer to a check says when the bytes of
//! its item are not stored.

use std::sync::Arc;

use jiff::Timestamp;
use mamori_desk::Clock;
use mamori_desk::decisions::change_policy::NewPolicy;
use mamori_desk::settings::VaultLimits;
use mamori_model::Purpose;
use mamori_model::staff::StaffRole;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use mamori_testkit::pictures::{draw, encode};
use mamori_vault::{Keyring, Vault};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::test_app::{TestApp, Who};

struct Fixture {
    app: TestApp,
    picture: Vec<u8>,
    folder: TempDir,
}

impl Fixture {
    /// Opens an app with a vault, whose limits `limits` makes of the size of a picture. The picture is
    /// in a bank that blocks, and its policy keeps the bytes of items.
    async fn open(records: TestDatabase, limits: impl Fn(u64) -> VaultLimits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let picture = encode::png(&draw(7, 320, 240));
        let line = Keyring::new_line(&"test".parse().unwrap()).unwrap();
        let keys = Keyring::parse(line.reveal()).unwrap();
        let vault = Vault::open(folder.path().join("vault"), keys).unwrap();
        let settings = mamori_desk::Settings {
            vault: Some(Arc::new(vault)),
            vault_limits: limits(u64::try_from(picture.len()).unwrap()),
            ..mamori_desk::Settings::default()
        };
        let clock = Arc::new(Clock::manual(Timestamp::from_second(1_795_000_000).unwrap()));
        let app = TestApp::at(records, clock, settings).await;
        let bank = app.bank("known").await;
        let pdq = app.pdq(&picture).await;
        app.add(&bank, "pdq", &pdq).await;
        keep_items(&app).await;
        Self { app, picture, folder }
    }

    /// Checks the picture as an item of an account; returns the code of why its bytes are not stored.
    async fn check(&self, item: &str, account: &str) -> Value {
        let mut parts: Vec<(&str, &[u8])> =
            vec![("file", &self.picture), ("item_id", item.as_bytes()), ("surface", b"public")];
        if !account.is_empty() {
            parts.push(("account_id", account.as_bytes()));
        }
        let answer = self.app.form(Who::Service, "/v1/check", &parts).await.ok();
        assert_eq!(answer["verdict"], "block");
        assert!(answer["match_id"].is_string(), "{answer}");
        let reason = answer.get("not_stored").cloned().unwrap_or_default();
        assert_eq!(reason.is_null(), !reason["explanation"].is_string(), "{answer}");
        reason["code"].clone()
    }

    async fn vault(&self) -> Value {
        self.app.get(Who::Service, "/v1/vault").await.ok()
    }
}

/// Changes the policy for rehearsals so that the bytes of items are kept.
async fn keep_items(app: &TestApp) {
    let member = app.member(StaffRole::PolicyEditor).await;
    let policies = app.desk.policies(&member).await.unwrap();
    let policy = policies.into_iter().find(|policy| policy.purpose == Purpose::Rehearsal).unwrap();
    let new = NewPolicy {
        purpose: Purpose::Rehearsal,
        after: policy.version,
        texts: policy.texts,
        severity: policy.severity,
        evidence_days: 30,
    };
    app.desk.change_policy(&member.editor().unwrap(), new).await.unwrap();
}

on_both_engines! {
    async fn a_service_reads_what_its_items_take_and_is_warned_before_nothing_is_stored(records: TestDatabase) {
        let limits = |one| VaultLimits { service_bytes_max: 10 * one, ..VaultLimits::default() };
        let fixture = Fixture::open(records, limits).await;
        let one = fixture.picture.len();

        let empty = fixture.vault().await;
        for nth in 0..8 {
            assert_eq!(fixture.check(&nth.to_string(), "").await, json!(null));
        }
        let roomy = fixture.vault().await;
        assert_eq!(fixture.check("8", "").await, json!(null));
        let scarce = fixture.vault().await;
        assert_eq!(fixture.check("9", "").await, json!(null));
        let refused = fixture.check("10", "").await;
        let full = fixture.vault().await;

        let expected = json!({
            "exists": true, "bytes_used": 0, "bytes_max": 10 * one,
            "account_bytes_max": 10 * one, "scarce": [],
        });
        assert_eq!(empty, expected);
        assert_eq!((&roomy["bytes_used"], &roomy["scarce"]), (&json!(8 * one), &json!([])));
        assert_eq!((&scarce["bytes_used"], &scarce["scarce"]), (&json!(9 * one), &json!(["service"])));
        assert_eq!(refused, "service");
        assert_eq!((&full["bytes_used"], &full["bytes_max"]), (&json!(10 * one), &json!(10 * one)));
        let other = fixture.app.get(Who::OtherService, "/v1/vault").await.ok();
        assert_eq!((&other["bytes_used"], &other["scarce"]), (&json!(0), &json!([])));
    }

    async fn the_answer_to_a_check_says_which_limit_its_item_exceeds(records: TestDatabase) {
        let limits = |one| VaultLimits {
            item_bytes_max: one,
            bytes_max: 3 * one,
            account_bytes_max: one,
            ..VaultLimits::default()
        };
        let fixture = Fixture::open(records, limits).await;

        let mut reasons = Vec::new();
        for (item, account) in [("1", "ada"), ("2", "ada"), ("3", "bob"), ("4", ""), ("5", "")] {
            reasons.push(fixture.check(item, account).await);
        }

        assert_eq!(json!(reasons), json!([null, "account", null, null, "all"]));
        assert_eq!(fixture.vault().await["scarce"], json!(["service", "all"]));
        assert_eq!(fixture.check("2", "ada").await, "account", "when it is sent again");
        assert_eq!(fixture.check("1", "ada").await, json!(null), "its bytes are stored already");
    }

    async fn a_disk_that_is_nearly_full_is_named(records: TestDatabase) {
        let limits = |_| VaultLimits { disk_free_min: u64::MAX, ..VaultLimits::default() };
        let fixture = Fixture::open(records, limits).await;

        assert_eq!(fixture.check("1", "").await, "disk");
        assert_eq!(fixture.vault().await["scarce"], json!(["disk"]));
    }

    async fn a_vault_that_fails_is_named(records: TestDatabase) {
        let fixture = Fixture::open(records, |_| VaultLimits::default()).await;
        let vault = fixture.folder.path().join("vault");
        std::fs::remove_dir_all(&vault).unwrap();
        // A file where the vault makes its folders.
        std::fs::write(&vault, b"no folder").unwrap();

        assert_eq!(fixture.check("1", "").await, "failed");
    }

    async fn without_a_vault_nothing_is_stored_and_nothing_is_missing(records: TestDatabase) {
        let app = TestApp::open(records).await;

        let vault = app.get(Who::Service, "/v1/vault").await.ok();

        let expected = json!({
            "exists": false, "bytes_used": 0, "bytes_max": 0, "account_bytes_max": 0, "scarce": [],
        });
        assert_eq!(vault, expected);
    }
}
