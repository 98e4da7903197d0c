//! One run: a desk, the world beside it, and a random generator that chooses the operations.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use mamori_desk::services::issue_key::NewKey;
use mamori_desk::settings::PaceLimits;
use mamori_desk::{Admin, Clock, Desk, Error, Settings};
use mamori_media::{Blur, Sender};
use mamori_model::exposure::Limits;
use mamori_model::key::Role;
use mamori_model::retention::{CASES, DELIVERIES, ENDED_ENTRIES, MATCHES, Periods};
use mamori_model::staff::StaffRole;
use mamori_model::{Action, Sensitive};
use mamori_store::Store;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::pictures::rng::Rng;
use mamori_testkit::pictures::{draw, encode};
use tempfile::TempDir;

use crate::common::people::new_staff;
use crate::common::{new_bank, node, vault_settings};
use crate::crash::cut_off;
use crate::steps::Step;
use crate::tables::Tables;
use crate::world::{Hand, Person, Picture, World};
use crate::{invariants, steps};

/// How many operations pass between two checks of the invariants.
const CHECK_EVERY: usize = 20;
/// How many operations a failure lists.
const LOG_LINES_MAX: usize = 20;
/// One verb in so many is cut off by a crash.
const CRASH_ONE_IN: u64 = 12;
/// The verb is cut off after fewer polls than this.
const CRASH_STEPS: u64 = 25;

/// How many pictures are sent as they are; of other items only hashes.
const PICTURES: u64 = 7;

/// In one run of so many, reviewers work alone.
const ALONE_ONE_IN: u64 = 3;

/// How many services there are in the beginning.
const SERVICES: usize = 2;

/// The staff who review.
const STAFF: [(&str, StaffRole); 4] = [
    ("one", StaffRole::Reviewer),
    ("two", StaffRole::Reviewer),
    ("three", StaffRole::Lead),
    ("four", StaffRole::Lead),
];

/// The result of a verb.
pub enum Tried<T> {
    /// It answered.
    Done(T),
    /// It returned an error.
    Refused(Error),
    /// The process ended first. The change may have been committed.
    Crashed,
}

/// The desk under test, and everything beside it.
pub struct Simulation {
    pub desk: Desk,
    pub admin: Admin,
    pub clock: Arc<Clock>,
    pub rng: Rng,
    pub settings: Settings,
    pub world: World,
    pub tables: Tables,
    pub vault: TempDir,
    records: TestDatabase,
    log_lines: VecDeque<String>,
}

/// Short terms, so that some end within the weeks that pass, and low exposure limits.
fn short_terms(vault: &Path) -> Settings {
    let mut settings = vault_settings(vault);
    settings.exposure = Limits {
        views: 4,
        minutes: 4,
        points: 12,
        stretch: SignedDuration::from_mins(3),
        break_length: SignedDuration::from_mins(10),
    };
    settings.retention = Periods::default()
        .with(MATCHES, 30)
        .with(DELIVERIES, 10)
        .with(CASES, 20)
        .with(ENDED_ENTRIES, 40);
    // Random reviewers leave more cases than they decide.
    settings.cases.pace =
        PaceLimits { claims_hour_max: 9_999, left_hour_max: 9_999, left_day_max: 9_999 };
    // A receiver that hangs costs real time.
    settings.webhooks.timeout = Duration::from_millis(100);
    settings
}

async fn draw_pictures(desk: &Desk) -> Vec<Picture> {
    let mut pictures = Vec::new();
    for seed in 0..PICTURES {
        let bytes = Bytes::from(encode::png(&draw(seed, 64, 64)));
        let hashed = desk.hash_item(bytes.clone(), Sender::Administrators).await.unwrap();
        let pdq = hashed.picture.frames[0].stored().unwrap().0;
        let blurred = rendition(desk, &bytes, Blur::Blurred).await;
        let clear = rendition(desk, &bytes, Blur::Clear).await;
        pictures.push(Picture { bytes, pdq, blurred, clear });
    }
    pictures
}

async fn rendition(desk: &Desk, bytes: &Bytes, blur: Blur) -> Bytes {
    let raster = desk
        .pool()
        .render(bytes.to_vec(), blur, mamori_media::FrameSelection::FIRST, Sender::Administrators)
        .await
        .unwrap();
    mamori_media::encode(&raster).unwrap().into()
}

/// The text of a new administrator's key.
async fn admin_key(desk: &Desk, name: &str) -> Sensitive<String> {
    let new = NewKey::whole(Role::Admin, name.parse().unwrap());
    desk.issue_key(&Admin::local_cli(), new).await.unwrap().token
}

impl Simulation {
    pub async fn begin(records: TestDatabase, seed: u64) -> Self {
        let clock = Arc::new(Clock::manual(Timestamp::from_second(1_795_000_000).unwrap()));
        let vault = TempDir::with_prefix("mamori-vault-").unwrap();
        let mut settings = short_terms(vault.path());
        settings.is_single_person = seed.is_multiple_of(ALONE_ONE_IN);
        // A crash does not keep a node from its sweep, however long it was off.
        settings.clock.settle = Duration::ZERO;
        let desk = node(&records, &clock, settings.clone()).await;
        let admin = Admin::local_cli();
        let mut banks = Vec::new();
        for (name, action) in
            [("record-only", Action::None), ("held", Action::Hold), ("blocked", Action::Block)]
        {
            banks.push(desk.create_bank(&admin, new_bank(name, action)).await.unwrap());
        }
        let hostile = vec![admin_key(&desk, "hostile").await];
        let colleague = admin_key(&desk, "colleague").await;
        let mut people = Vec::new();
        for (name, role) in STAFF {
            let (id, is_lead) = (new_staff(&desk, name, &[role]).await, role == StaffRole::Lead);
            people.push(Person { id, is_lead, signed_in: None, hand: Hand::Nothing, view: None });
        }
        let editor = new_staff(&desk, "editor", &[StaffRole::PolicyEditor]).await;
        let pictures = draw_pictures(&desk).await;
        desk.catch_up().await.unwrap();
        let tables = Tables::open(&records).await;
        // The first day, on which one actor can set everything up, is over.
        clock.advance(SignedDuration::from_hours(25));
        let world = World {
            banks,
            services: Vec::new(),
            hostile,
            colleague,
            people,
            editor,
            pictures,
            listed: BTreeMap::new(),
            answered: BTreeMap::new(),
            sent: BTreeMap::new(),
            seen: Vec::new(),
            actions: BTreeMap::new(),
            undecided: BTreeSet::new(),
        };
        let (rng, log_lines) = (Rng::new(seed), VecDeque::new());
        Self { desk, admin, clock, rng, settings, world, tables, vault, records, log_lines }
    }

    /// Does `count` operations; the failure says which invariant was broken.
    pub async fn operations(&mut self, count: usize) -> Result<(), String> {
        for _ in 0..SERVICES {
            steps::services::add(self).await?;
        }
        steps::items::begin(self).await?;
        steps::evidence::begin(self).await?;
        for number in 1..=count {
            // Never two operations in one instant: so ids sort in the order of their creation.
            let pause = 1 + self.below(30_000);
            self.clock.advance(SignedDuration::from_millis(i64::try_from(pause).unwrap()));
            // Stands for the follower of the change log, which runs in the background.
            self.catch_up().await?;
            let step = Step::choose(&mut self.rng);
            self.log(format!("{number}: {step:?} at {}", self.clock.now()));
            steps::perform(self, step).await?;
            if number % CHECK_EVERY == 0 || number == count {
                invariants::remember_undecided(self).await?;
                invariants::check(self).await?;
            }
        }
        invariants::check_at_the_end(self).await
    }

    /// The last operations, a line each.
    pub fn last_operations(&self) -> String {
        self.log_lines.iter().flat_map(|line| ["  ", line, "\n"]).collect()
    }

    /// Adds a line to the log of a failure.
    pub fn log(&mut self, what: String) {
        if self.log_lines.len() == LOG_LINES_MAX {
            self.log_lines.pop_front();
        }
        self.log_lines.push_back(what);
    }

    /// Lets the desk read the change log to its end.
    pub async fn catch_up(&self) -> Result<(), String> {
        self.desk.catch_up().await.map_err(|error| format!("the change log is not read: {error}"))
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.rng.below(end)
    }

    /// A random index below `count`.
    pub fn one_of(&mut self, count: usize) -> usize {
        usize::try_from(self.below(u64::try_from(count).unwrap())).unwrap()
    }

    /// Runs `verb` on the desk. Sometimes the process ends within it, and another one starts.
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
                self.log(format!("   refused: {error}"));
                Tried::Refused(error)
            }
            None => {
                self.log(format!("   crashed after {} steps", steps.unwrap_or_default()));
                self.begin_anew().await;
                Tried::Crashed
            }
        }
    }

    /// Starts another process over the same database, with empty memory.
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
