//! Fixtures of the tests.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use mamori_model::key::Service;
use mamori_model::matched::Match;
use mamori_model::page::PageSize;
use mamori_model::webhook::{Delivery, DeliveryState, Endpoint, EventKind};
use mamori_model::{
    Action, Bank, BankId, Distance, EntryChange, EntryId, Hash, HashKind, Hit, Item, Jurisdictions,
    Patch, Purpose, Quality, Reach, Sensitive, Surface, Transforms, Variant, Verdict,
};
use mamori_store::{Added, Change, NewEntry, Settings, Store};
use mamori_testkit::database::TestDatabase;
use sqlx::{Connection as _, PgConnection, SqliteConnection};
use uuid::Uuid;

/// Settings that wait long enough on the busiest machine: the default of five seconds is for
/// callers, and no test of a query's result should fail by it.
pub fn patient(records: &TestDatabase) -> Settings {
    let acquire_timeout = Duration::from_mins(1);
    Settings { acquire_timeout, ..Settings::new(records.url()) }
}

/// A store with [`patient`] settings.
pub async fn open(records: &TestDatabase) -> Store {
    Store::open(&patient(records)).await.unwrap()
}

/// A time, in seconds after the tests' beginning.
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

/// An id; they sort as their numbers do.
pub fn id<T: From<Uuid>>(number: u128) -> T {
    Uuid::from_u128(number).into()
}

pub fn size(rows: u32) -> PageSize {
    PageSize::new(rows).unwrap()
}

pub fn bank(number: u128, name: &str) -> Bank {
    let surfaces = BTreeSet::from([Surface::Public, Surface::Shared]);
    let japan = Jurisdictions::try_from(vec!["JP", "FR"]).unwrap();
    Bank {
        id: id(number),
        name: name.parse().unwrap(),
        purpose: Purpose::Rehearsal,
        source: "drawn by code".parse().unwrap(),
        legal_basis: "none needed".parse().unwrap(),
        owner: "the tests".parse().unwrap(),
        reach: Reach::new(surfaces, japan, None).unwrap(),
        distance_max: Distance(31),
        quality_min: Quality::TRUSTED_MIN,
        transforms: Transforms::All,
        action: Action::Hold,
        is_enabled: true,
        is_from_hma: false,
        created_at: at(0),
        changed_at: at(0),
    }
}

pub async fn stored_bank(store: &Store, number: u128) -> BankId {
    let bank = bank(number, &format!("bank-{number}"));
    let mut tx = store.begin("test").await.unwrap();
    tx.insert_bank(&bank).await.unwrap();
    tx.commit().await.unwrap();
    bank.id
}

pub fn pdq(number: u64) -> Hash {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    Hash::Pdq(bytes.into())
}

pub fn new_entry(number: u64) -> NewEntry {
    NewEntry::bare(pdq(number))
}

/// An entry that ends at `seconds`.
pub fn ending(number: u64, seconds: i64) -> NewEntry {
    let metadata = EntryChange { expires_at: Patch::Value(at(seconds)), ..EntryChange::default() };
    NewEntry { metadata, ..new_entry(number) }
}

pub fn new_entries(numbers: impl IntoIterator<Item = u64>) -> Vec<NewEntry> {
    numbers.into_iter().map(new_entry).collect()
}

pub async fn add(store: &Store, bank: BankId, entries: &[NewEntry], seconds: i64) -> Added {
    let mut tx = store.begin("test_add").await.unwrap();
    let added = tx.add_entries(bank, entries, at(seconds)).await.unwrap();
    tx.commit().await.unwrap();
    added
}

pub async fn restore(store: &Store, bank: BankId, entries: &[NewEntry], seconds: i64) -> Added {
    let mut tx = store.begin("test_restore").await.unwrap();
    let added = tx.restore_entries(bank, entries, at(seconds)).await.unwrap();
    tx.commit().await.unwrap();
    added
}

pub fn entry_id(number: i64) -> EntryId {
    EntryId::new(number).unwrap()
}

pub async fn changes(store: &Store) -> Vec<Change> {
    let changed = store.changes_after(0, 1_000).await.unwrap();
    changed.into_iter().map(|changed| changed.change).collect()
}

pub fn service(number: u128) -> Service {
    Service {
        id: id(number),
        name: "a service".parse().unwrap(),
        created_at: at(0),
        leaving_at: None,
    }
}

pub async fn stored_service(store: &Store, number: u128) -> mamori_model::ServiceId {
    let service = service(number);
    let mut tx = store.begin("test").await.unwrap();
    tx.insert_service(&service).await.unwrap();
    tx.commit().await.unwrap();
    service.id
}

pub fn hit(entry: i64, distance: u32) -> Hit {
    Hit {
        bank: id(1),
        purpose: Purpose::Rehearsal,
        action: Action::Hold,
        entry: entry_id(entry),
        kind: HashKind::Pdq,
        distance: Distance(distance),
        frame: 0,
        frame_count: 1,
        variant: Variant::default(),
    }
}

/// A match of service 1 with the item `item`.
pub fn a_match(number: u128, item: &str, verdict: Verdict, hits: Vec<Hit>) -> Match {
    Match {
        id: id(number),
        service: id(1),
        item: Item {
            name: item.parse().unwrap(),
            account: Some("account-17".parse().unwrap()),
            surface: Surface::Public,
            country: Some("JP".parse().unwrap()),
        },
        verdict,
        hits,
        pdq: Some([7; 32].into()),
        sha256: None,
        hashes: Vec::new(),
        created_at: at(0),
        changed_at: at(0),
    }
}

/// An endpoint of service 1.
pub fn endpoint(number: u128) -> Endpoint {
    Endpoint {
        id: id(number),
        service: id(1),
        url: Sensitive::new("https://service.example/hook?token=x".to_owned()),
        secret: Sensitive::new(vec![5; 32]),
        previous_secret: None,
        disabled: None,
        failing_since: None,
        created_at: at(0),
    }
}

/// A waiting delivery to endpoint 10.
pub fn delivery(number: u128) -> Delivery {
    Delivery {
        id: id(number),
        endpoint: id(10),
        event: EventKind::MatchCreated,
        payload: Sensitive::new(r#"{"type":"match.created"}"#.to_owned()),
        state: DeliveryState::Waiting,
        attempts: 0,
        last_result: None,
        created_at: at(0),
        last_attempt_at: None,
    }
}

/// Service 1 with endpoint 10.
pub async fn stored_endpoint(store: &Store) {
    stored_service(store, 1).await;
    let mut tx = store.begin("test").await.unwrap();
    tx.insert_endpoint(&endpoint(10)).await.unwrap();
    tx.commit().await.unwrap();
}

/// The number that `query` returns, read without the store.
pub async fn raw(records: &TestDatabase, query: &'static str) -> i64 {
    if let Some(path) = records.url().strip_prefix("sqlite:") {
        let mut sqlite = SqliteConnection::connect(path).await.unwrap();
        sqlx::query_scalar(query).fetch_one(&mut sqlite).await.unwrap()
    } else {
        let mut postgres = PgConnection::connect(records.url()).await.unwrap();
        sqlx::query_scalar(query).fetch_one(&mut postgres).await.unwrap()
    }
}
