//! A whole desk in one line: a database, a pool, a clock that stands still, and a service with a
//! key.

pub mod actors;
pub mod guarded;
pub mod log;
pub mod people;
pub mod receiver;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use mamori_desk::banks::create_bank::NewBank;
use mamori_desk::checks::check::CheckInput;
use mamori_desk::checks::fingerprints::{Fingerprints, FramePrint};
use mamori_desk::services::issue_key::NewKey;
use mamori_desk::{Admin, Caller, Clock, Desk, Proof, Settings};
use mamori_media::{Limits, Pool, PoolSettings};
use mamori_model::key::Role;
use mamori_model::{
    Action, Bank, CaseId, Distance, Evidence, EvidenceId, Item, Jurisdictions, MatchId, Pdq,
    Purpose, Quality, Reach, Sensitive, Sha256, Surface,
};
use mamori_store::{NewEntry, Store};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::pictures::{draw, encode};

/// A desk and what it is made of.
pub struct TestApp {
    pub desk: Desk,
    pub clock: Arc<Clock>,
    pub admin: Admin,
    pub caller: Caller,
    pub records: TestDatabase,
}

/// The child process of this crate's tests: an example, so that every test build makes it.
fn decode_program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.parent().unwrap().parent().unwrap().join("examples").join("decode")
}

/// Another desk over the same database: a second node.
pub async fn node(records: &TestDatabase, clock: &Arc<Clock>, settings: Settings) -> Desk {
    node_within(records, clock, settings, Limits::default()).await
}

/// The same, with other limits on pictures.
pub async fn node_within(
    records: &TestDatabase,
    clock: &Arc<Clock>,
    settings: Settings,
    limits: Limits,
) -> Desk {
    let store = mamori_store::Settings {
        // Long enough on the busiest machine.
        acquire_timeout: std::time::Duration::from_mins(1),
        is_pooled: records.is_pooled(),
        ..mamori_store::Settings::new(records.url())
    };
    let store = Store::open(&store).await.unwrap();
    let pool = Pool::start(PoolSettings {
        program: decode_program(),
        args: Vec::new(),
        workers: 1,
        waiting_max: 16,
        sender_waiting_max: 16,
        idle_max: 2,
        limits,
    });
    let desk = Desk::new(store, pool.await.unwrap(), Arc::clone(clock), settings).unwrap();
    desk.load().await.unwrap();
    desk
}

/// The settings of the tests' first node.
pub fn settings() -> Settings {
    let mut settings = Settings {
        // Tests apply changes by hand; nothing follows in the background.
        wait_until_applied_max: std::time::Duration::ZERO,
        ..Settings::default()
    };
    // Their receivers are on this machine.
    settings.webhooks.permitted.loopback = true;
    settings
}

pub async fn test_app(records: TestDatabase) -> TestApp {
    test_app_with(records, settings()).await
}

/// An app whose first node has these settings.
pub async fn test_app_with(records: TestDatabase, settings: Settings) -> TestApp {
    let clock = Arc::new(Clock::manual(Timestamp::from_second(1_795_000_000).unwrap()));
    let desk = node(&records, &clock, settings).await;
    let admin = Admin::local_cli();
    let caller = a_service(&desk, "a service").await;
    TestApp { desk, clock, admin, caller, records }
}

/// A new service, as its key proves it.
pub async fn a_service(desk: &Desk, name: &str) -> Caller {
    let admin = Admin::local_cli();
    let service = desk.create_service(&admin, name.parse().unwrap()).await.unwrap();
    let role = Role::Service(service.id);
    let issued =
        desk.issue_key(&admin, NewKey::whole(role, "test".parse().unwrap())).await.unwrap();
    desk.catch_up().await.unwrap();
    match desk.authenticate(issued.token.reveal(), None) {
        Some(Proof::Caller(caller)) => caller,
        other => panic!("a service's key proves a service: {other:?}"),
    }
}

pub fn new_bank(name: &str, action: Action) -> NewBank {
    let surfaces: BTreeSet<Surface> = [Surface::Public, Surface::Shared].into();
    NewBank {
        name: name.parse().unwrap(),
        purpose: Purpose::Rehearsal,
        source: "drawn by a test".parse().unwrap(),
        legal_basis: "none needed".parse().unwrap(),
        owner: "the tests".parse().unwrap(),
        reach: Reach::new(surfaces, Jurisdictions::Everywhere, None).unwrap(),
        distance_max: Distance::PDQ_SAME_MAX,
        quality_min: Quality::ANY,
        transforms: None,
        action,
        is_enabled: true,
    }
}

impl TestApp {
    /// The store itself, for what no verb returns.
    pub async fn store(&self) -> Store {
        let is_pooled = self.records.is_pooled();
        let settings = mamori_store::Settings::new(self.records.url());
        Store::open(&mamori_store::Settings { is_pooled, ..settings }).await.unwrap()
    }

    /// Checks items that match exactly, so that one reviewer may remove them without viewing, each
    /// of its own account; returns their open cases. The bank also has the PDQ hash `[1; 32]`.
    pub async fn cases(&self, count: usize) -> Vec<mamori_model::CaseId> {
        let bank = self.bank("known", Action::Hold).await;
        self.add(&bank, Pdq::from([1; 32])).await;
        let entry = NewEntry::bare(mamori_model::Hash::Sha256([1; 32].into()));
        self.desk.add_entries(&self.admin, bank.id, &[entry]).await.unwrap();
        self.desk.catch_up().await.unwrap();
        let store = self.store().await;
        let mut opened = Vec::new();
        for number in 0..count {
            let account = Some(format!("account {number}").parse().unwrap());
            let item = Item { account, ..item(&format!("item {number}"), Surface::Public) };
            let checked = self.desk.check(&self.caller, item, digest([1; 32].into())).await;
            let found = checked.unwrap().recorded.unwrap();
            let mut tx = store.begin("test").await.unwrap();
            opened.push(tx.lock_open_case_of_item(found).await.unwrap().unwrap().id);
        }
        opened
    }

    /// Seals a picture as the bytes of the one item of `case`, for 30 days.
    pub async fn store_evidence(&self, case: CaseId) -> MatchId {
        let store = self.store().await;
        let item = store.case_item_names(case).await.unwrap()[0].id;
        let vault = self.desk.settings().vault.clone().unwrap();
        let id = EvidenceId::from(self.clock.mint().unwrap());
        let bytes = encode::png(&draw(7, 320, 240));
        let sealed = vault.seal(id.to_string().as_bytes(), &bytes).unwrap();
        vault.put(id, &sealed.object).await.unwrap();
        let now = self.clock.now();
        let evidence = Evidence {
            render_failed_at: None,
            id,
            item,
            sha256: None,
            purpose: Purpose::Rehearsal,
            size: bytes.len().try_into().unwrap(),
            wrapped_key: Some(Sensitive::new(sealed.wrapped_key)),
            key_name: sealed.key_name.to_string(),
            stored_at: now,
            expires_at: now + SignedDuration::from_hours(30 * 24),
        };
        let mut tx = store.begin("test").await.unwrap();
        assert!(tx.insert_evidence(&evidence).await.unwrap());
        tx.commit().await.unwrap();
        item
    }

    pub async fn bank(&self, name: &str, action: Action) -> Bank {
        let bank = self.desk.create_bank(&self.admin, new_bank(name, action)).await.unwrap();
        self.desk.catch_up().await.unwrap();
        bank
    }

    pub async fn add(&self, bank: &Bank, pdq: Pdq) {
        let entry = NewEntry::bare(mamori_model::Hash::Pdq(pdq));
        self.desk.add_entries(&self.admin, bank.id, &[entry]).await.unwrap();
        self.desk.catch_up().await.unwrap();
    }
}

pub fn item(name: &str, surface: Surface) -> Item {
    Item {
        name: name.parse().unwrap(),
        account: Some("an-account".parse().unwrap()),
        surface,
        country: None,
    }
}

pub fn hashes(pdq: Pdq) -> CheckInput {
    let frames = vec![FramePrint::only(pdq, None)];
    CheckInput::Hashes(Fingerprints { frames, ..Fingerprints::default() })
}

/// An item of which only the SHA-256 digest is known.
pub fn digest(sha256: Sha256) -> CheckInput {
    CheckInput::Hashes(Fingerprints { sha256: Some(sha256), ..Fingerprints::default() })
}

/// An app with a console and a vault, where staff members can have sign-in methods.
pub async fn test_app_with_vault(records: TestDatabase, folder: &std::path::Path) -> TestApp {
    test_app_with(records, vault_settings(folder)).await
}

/// The settings of a node with a console and a vault.
pub fn vault_settings(folder: &std::path::Path) -> Settings {
    vault_settings_with(folder, &vault_key("test"))
}

/// A new vault key, as a line of a file of keys.
pub fn vault_key(name: &str) -> String {
    let line = mamori_vault::Keyring::new_line(&name.parse().unwrap()).unwrap();
    line.into_revealed() + "\n"
}

/// The same with these keys.
pub fn vault_settings_with(folder: &std::path::Path, keys: &str) -> Settings {
    let keys = mamori_vault::Keyring::parse(keys).unwrap();
    let vault = mamori_vault::Vault::open(folder.to_owned(), keys).unwrap();
    let mut settings = settings();
    settings.vault = Some(Arc::new(vault));
    settings.sign_in.origin = Some(people::ORIGIN.parse().unwrap());
    settings
}
