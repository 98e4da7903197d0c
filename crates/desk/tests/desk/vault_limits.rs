//! Limits on the bytes in the vault: what is beyond them is held, and its bytes are not stored.

use mamori_desk::checks::check::CheckInput;
use mamori_desk::decisions::change_policy::NewPolicy;
use mamori_desk::settings::VaultLimits;
use mamori_media::Sender;
use mamori_model::staff::StaffRole;
use mamori_model::{Account, Action, Item, NotStored, Purpose, Surface, Verdict};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use mamori_testkit::pictures::{draw, encode};

use crate::common::{TestApp, item, test_app_with, vault_key, vault_settings_with};

struct Fixture {
    app: TestApp,
    picture: Vec<u8>,
    _folder: tempfile::TempDir,
}

/// An app whose vault has the limits that `limits` makes of the size of one picture.
async fn fixture(records: TestDatabase, limits: impl Fn(u64) -> VaultLimits) -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let picture = encode::png(&draw(7, 320, 240));
    let mut settings = vault_settings_with(folder.path(), &vault_key("test"));
    settings.vault_limits = limits(u64::try_from(picture.len()).unwrap());
    let app = test_app_with(records, settings).await;
    let bank = app.bank("known", Action::Hold).await;
    let hashed = app.desk.hash_item(picture.clone().into(), Sender::Administrators).await.unwrap();
    app.add(&bank, hashed.picture.frames[0].stored().unwrap().0).await;
    let editor = app.member("editor", &[StaffRole::PolicyEditor]).await.editor().unwrap();
    let policy = app.store().await.policy(Purpose::Rehearsal).await.unwrap().unwrap();
    let policy = NewPolicy {
        purpose: Purpose::Rehearsal,
        after: policy.version,
        texts: policy.texts,
        severity: policy.severity,
        evidence_days: 30,
    };
    app.desk.change_policy(&editor, policy).await.unwrap();
    Fixture { app, picture, _folder: folder }
}

impl Fixture {
    /// Checks the picture as an item of an account; returns whether its bytes are stored.
    async fn is_stored(&self, name: &str, account: &str) -> bool {
        self.reason(name, account).await.is_none()
    }

    /// Does the same, and returns why its bytes are not stored.
    async fn reason(&self, name: &str, account: &str) -> Option<NotStored> {
        let account: Option<Account> = (!account.is_empty()).then(|| account.parse().unwrap());
        let item = Item { account, ..item(name, Surface::Public) };
        let sent = CheckInput::Bytes(self.picture.clone().into());
        let checked = self.app.desk.check(&self.app.caller, item, sent).await.unwrap();
        assert_eq!(checked.verdict, Verdict::Hold, "{name}");
        let store = self.app.store().await;
        let stored = store.evidence_of_item(checked.recorded.unwrap()).await.unwrap();
        assert_eq!(stored.is_some(), checked.not_stored.is_none(), "{name}");
        checked.not_stored
    }
}

on_both_engines! {
    async fn an_account_fills_its_own_share_of_the_vault_and_no_other(records: TestDatabase) {
        let limits = |one| VaultLimits { account_bytes_max: 2 * one, ..VaultLimits::default() };
        let fixture = fixture(records, limits).await;

        let mut stored = Vec::new();
        for (name, account) in
            [("1", "ada"), ("2", "ada"), ("3", "ada"), ("4", "bob"), ("5", ""), ("6", ""), ("7", "")]
        {
            stored.push(fixture.is_stored(name, account).await);
        }

        assert_eq!(stored, [true, true, false, true, true, true, true]);
    }

    async fn a_full_vault_holds_items_without_their_bytes_and_says_so(records: TestDatabase) {
        let limits = |one| VaultLimits {
            item_bytes_max: one,
            bytes_max: 10 * one,
            ..VaultLimits::default()
        };
        let fixture = fixture(records, limits).await;
        let lead = fixture.app.member("lea", &[StaffRole::Lead]).await;
        let is_scarce = async || {
            let space = fixture.app.desk.vault_space(&lead).await.unwrap();
            space.unwrap().is_scarce()
        };

        for name in 0..8 {
            assert!(fixture.is_stored(&name.to_string(), "").await, "{name}");
        }
        assert!(!is_scarce().await);
        assert!(fixture.is_stored("8", "").await);
        assert!(is_scarce().await);
        assert!(fixture.is_stored("9", "").await);

        assert_eq!(fixture.reason("10", "").await, Some(NotStored::All));
        assert_eq!(fixture.reason("10", "").await, Some(NotStored::All));
    }

    async fn a_service_fills_its_own_share_of_the_vault(records: TestDatabase) {
        let limits = |one| VaultLimits { service_bytes_max: one, ..VaultLimits::default() };
        let fixture = fixture(records, limits).await;

        assert!(fixture.is_stored("1", "").await);
        assert_eq!(fixture.reason("2", "").await, Some(NotStored::Service));
    }

    async fn what_is_left_for_all_services_takes_no_item_if_the_largest_does_not_fit(records: TestDatabase) {
        let limits = |one| VaultLimits {
            item_bytes_max: 2 * one,
            bytes_max: 3 * one - 1,
            ..VaultLimits::default()
        };
        let fixture = fixture(records, limits).await;

        assert!(fixture.is_stored("1", "").await);
        assert_eq!(fixture.reason("2", "").await, Some(NotStored::All), "it would fit by itself");
    }

    async fn a_disk_takes_no_item_if_the_largest_does_not_fit(records: TestDatabase) {
        let limits = |_| VaultLimits { item_bytes_max: u64::MAX, ..VaultLimits::default() };
        let fixture = fixture(records, limits).await;

        assert_eq!(fixture.reason("1", "").await, Some(NotStored::Disk), "it would fit by itself");
    }

    async fn space_that_shall_stay_free_on_the_disk_is_not_used(records: TestDatabase) {
        let limits = |_| VaultLimits { disk_free_min: u64::MAX, ..VaultLimits::default() };
        let fixture = fixture(records, limits).await;

        assert_eq!(fixture.reason("1", "").await, Some(NotStored::Disk));
    }
}
