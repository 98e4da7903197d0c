//! One play: a desk, the world beside it, and chance, which says what comes next.

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use mamori_desk::{Admin, Clock, Desk, Error, Settings};
use mamori_media::Veil;
use mamori_model::Action;
use mamori_model::dose::Limits;
use mamori_model::retention::{CASES, DELIVERIES, ENDED_ENTRIES, MATCHES, Periods};
use mamori_model::staff::StaffRole;
use mamori_store::Store;
use mamori_testkit::pictures::chance::Chance;
use mamori_testkit::pictures::{draw, encode};
use mamori_testkit::records::Records;
use tempfile::TempDir;

use crate::common::people::somebody;
use crate::common::receiver::Receiver;
use crate::common::{a_service, new_bank, node, vault_settings};
use crate::crash::cut_off;
use crate::deeds::Deed;
use crate::tables::Tables;
use crate::world::{Hand, Person, Picture, Service, World};
use crate::{deeds, invariants};

/// How many operations pass between two looks into the tables.
const LOOK_EVERY: usize = 20;
/// How many operations are told after a failure.
const TOLD: usize = 20;
/// One verb in so many is cut off by a crash.
const CRASH_ONE_IN: u64 = 12;
/// It is cut off after fewer steps than this.
const CRASH_STEPS: u64 = 25;

/// How many pictures are sent as they are; of other items only hashes.
const PICTURES: u64 = 7;

/// In one play of so many, people are their own second persons.
const ALONE_ONE_IN: u64 = 3;

/// Who reviews.
const STAFF: [(&str, StaffRole); 4] = [
    ("one", StaffRole::Reviewer),
    ("two", StaffRole::Reviewer),
    ("three", StaffRole::Lead),
    ("four", StaffRole::Lead),
];

/// What became of a verb.
pub enum Tried<T> {
    /// It answered.
    Done(T),
    /// It said no.
    Refused(Error),
    /// The process ended first. What it wanted may have happened.
    Crashed,
}

/// A desk that is put to the test.
pub struct Play {
    pub desk: Desk,
    pub admin: Admin,
    pub clock: Arc<Clock>,
    pub chance: Chance,
    pub settings: Settings,
    pub world: World,
    pub tables: Tables,
    pub vault: TempDir,
    records: Records,
    told: VecDeque<String>,
}

/// Short terms, so that weeks that pass bring some of them to their end, and a small dose.
fn short_terms(vault: &Path) -> Settings {
    let mut settings = vault_settings(vault);
    settings.exposure = Limits {
        looks: 4,
        minutes: 4,
        points: 12,
        stretch: SignedDuration::from_mins(3),
        rest: SignedDuration::from_mins(10),
    };
    settings.retention = Periods::default()
        .with(MATCHES, 30)
        .with(DELIVERIES, 10)
        .with(CASES, 20)
        .with(ENDED_ENTRIES, 40);
    // A receiver that hangs costs real time.
    settings.webhooks.timeout = Duration::from_millis(100);
    settings
}

async fn draw_pictures(desk: &Desk) -> Vec<Picture> {
    let mut pictures = Vec::new();
    for seed in 0..PICTURES {
        let bytes = Bytes::from(encode::png(&draw(seed, 64, 64)));
        let hashed = desk.hash_item(bytes.clone()).await.unwrap();
        let pdq = hashed.picture.frames[0].stored().unwrap().0;
        let veiled = rendition(desk, &bytes, Veil::Veiled).await;
        let clear = rendition(desk, &bytes, Veil::Clear).await;
        pictures.push(Picture { bytes, pdq, veiled, clear });
    }
    pictures
}

async fn rendition(desk: &Desk, bytes: &Bytes, veil: Veil) -> Bytes {
    let raster = desk.pool().render(bytes.to_vec(), veil, mamori_media::Aim::FIRST).await.unwrap();
    mamori_media::encode(&raster).unwrap().into()
}

impl Play {
    pub async fn begin(records: Records, seed: u64) -> Self {
        let clock = Arc::new(Clock::manual(Timestamp::from_second(1_795_000_000).unwrap()));
        let vault = TempDir::with_prefix("mamori-vault-").unwrap();
        let mut settings = short_terms(vault.path());
        settings.is_alone = seed.is_multiple_of(ALONE_ONE_IN);
        let desk = node(&records, &clock, settings.clone()).await;
        let admin = Admin::at_the_machine();
        let mut banks = Vec::new();
        for (name, action) in
            [("told-only", Action::None), ("held", Action::Hold), ("blocked", Action::Block)]
        {
            banks.push(desk.create_bank(&admin, new_bank(name, action)).await.unwrap());
        }
        let mut services = Vec::new();
        for name in ["a service", "another"] {
            let (caller, receiver) = (a_service(&desk, name).await, Receiver::start(&[]).await);
            let endpoint = desk.add_endpoint(&caller, &receiver.url).await.unwrap();
            services.push(Service { caller, receiver, endpoints: vec![endpoint.id] });
        }
        let mut people = Vec::new();
        for (name, role) in STAFF {
            let (id, is_lead) = (somebody(&desk, name, &[role]).await, role == StaffRole::Lead);
            people.push(Person { id, is_lead, signed_in: None, hand: Hand::Nothing, look: None });
        }
        let editor = somebody(&desk, "editor", &[StaffRole::PolicyEditor]).await;
        let pictures = draw_pictures(&desk).await;
        desk.catch_up().await.unwrap();
        let tables = Tables::open(&records).await;
        let world = World {
            banks,
            services,
            people,
            editor,
            pictures,
            listed: BTreeMap::new(),
            answered: BTreeMap::new(),
            sent: BTreeMap::new(),
            seen: Vec::new(),
            actions: BTreeMap::new(),
        };
        let (chance, told) = (Chance::new(seed), VecDeque::new());
        Self { desk, admin, clock, chance, settings, world, tables, vault, records, told }
    }

    /// Does `count` operations; the failure says which promise was broken.
    pub async fn operations(&mut self, count: usize) -> Result<(), String> {
        deeds::items::begin(self).await?;
        deeds::evidence::begin(self).await?;
        for number in 1..=count {
            // Never two operations in one instant: ids then sort as they were made.
            let pause = 1 + self.below(30_000);
            self.clock.advance(SignedDuration::from_millis(i64::try_from(pause).unwrap()));
            // What follows the change log in the background says every moment that it is at its end.
            self.catch_up().await?;
            let deed = Deed::choose(&mut self.chance);
            self.tell(format!("{number}: {deed:?} at {}", self.clock.now()));
            deeds::perform(self, deed).await?;
            if number % LOOK_EVERY == 0 || number == count {
                invariants::look(self).await?;
            }
        }
        invariants::look_at_the_end(self).await
    }

    /// The last operations, a line each.
    pub fn last_operations(&self) -> String {
        self.told.iter().flat_map(|line| ["  ", line, "\n"]).collect()
    }

    /// Remembers what happened, for who reads a failure.
    pub fn tell(&mut self, what: String) {
        if self.told.len() == TOLD {
            self.told.pop_front();
        }
        self.told.push_back(what);
    }

    /// Lets the desk read the change log to its end.
    pub async fn catch_up(&self) -> Result<(), String> {
        self.desk.catch_up().await.map_err(|error| format!("the change log is not read: {error}"))
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.chance.below(end)
    }

    /// One of several: its place.
    pub fn one_of(&mut self, count: usize) -> usize {
        usize::try_from(self.below(u64::try_from(count).unwrap())).unwrap()
    }

    /// Has the desk do `verb`. Now and then the process ends within it, and another one begins.
    pub async fn attempt<T, F, V>(&mut self, verb: V) -> Tried<T>
    where
        V: FnOnce(Desk) -> F,
        F: Future<Output = Result<T, Error>>,
    {
        let is_cut = self.below(CRASH_ONE_IN) == 0;
        let steps = if is_cut { Some(self.below(CRASH_STEPS)) } else { None };
        match cut_off(verb(self.desk.clone()), steps).await {
            Some(Ok(done)) => Tried::Done(done),
            Some(Err(error)) => {
                self.tell(format!("   refused: {error}"));
                Tried::Refused(error)
            }
            None => {
                self.tell(format!("   crashed after {} steps", steps.unwrap_or_default()));
                self.begin_anew().await;
                Tried::Crashed
            }
        }
    }

    /// Another process over the same records. It knows nothing of the one before.
    pub async fn begin_anew(&mut self) {
        let store = mamori_store::Settings {
            acquire_timeout: Duration::from_mins(1),
            ..mamori_store::Settings::new(self.records.url())
        };
        let store = Store::open(&store).await.unwrap();
        let (pool, clock) = (self.desk.pool().clone(), Arc::clone(&self.clock));
        self.desk = Desk::new(store, pool, clock, self.settings.clone()).unwrap();
        self.desk.load().await.unwrap();
    }
}
