//! A desk on a database of its own, with a bank, an entry, a service and two keys.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use mamori_desk::banks::create_bank::NewBank;
use mamori_desk::services::issue_key::NewKey;
use mamori_desk::{Admin, Clock, Desk, NewEntry};
use mamori_media::Pool;
use mamori_model::key::Role;
use mamori_model::text::Labels;
use mamori_model::{
    Action, BankId, Distance, EntryId, Jurisdictions, Purpose, Quality, Reach, ServiceId, Surface,
};
use mamori_store::Store;
use mamori_web::budget::Budget;
use serde_json::Value;
use tempfile::TempDir;

use crate::Target;

/// The bank's entry, which the seeds know.
const PDQ: &str = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22";

/// A desk and the routes in front of it.
pub struct TestApp {
    desk: Desk,
    routes: Router,
    service: ServiceId,
    bank: BankId,
    entry: EntryId,
    admin_key: String,
    service_key: String,
    /// Who may call what, by the paths of the API.
    document: Value,
    _folder: TempDir,
}

impl TestApp {
    /// Builds an app on a new database.
    pub async fn build(target: Target, pool: &Pool) -> Self {
        let folder = folder();
        let url = format!("sqlite:{}", folder.path().join("mamori.sqlite").display());
        let store = Store::open(&mamori_store::Settings::new(&url)).await.expect("a database");
        // Changes are applied between the bodies, so that a body always has the same effect.
        let settings =
            mamori_desk::Settings { wait_until_applied_max: Duration::ZERO, ..Default::default() };
        let clock = Arc::new(Clock::system());
        let desk = Desk::new(store, pool.clone(), clock, settings).expect("a desk");
        desk.load().await.expect("no banks");

        let admin = Admin::local_cli();
        let name = || "fuzzed".parse().expect("a name");
        let service = desk.create_service(&admin, name()).await.expect("a service").id;
        let key = async |role| {
            let issued = desk.issue_key(&admin, NewKey::whole(role, name())).await.expect("a key");
            format!("Bearer {}", issued.token.into_revealed())
        };
        let (admin_key, service_key) = (key(Role::Admin).await, key(Role::Service(service)).await);
        let bank = desk.create_bank(&admin, bank()).await.expect("a bank").id;
        let added = desk.add_entries(&admin, bank, &[entry()]).await.expect("an entry");
        let entry = added.entries[0].expect("an id");
        desk.catch_up().await.expect("changes");

        let budget = Budget::new(mamori_web::budget::Limits::default());
        let routes = match target {
            Target::Api => mamori_web::api(desk.clone(), Default::default(), budget),
            Target::Hma => mamori_web::hma::router(desk.clone(), hma(), budget),
        };
        let document = serde_json::to_value(mamori_web::openapi()).expect("JSON");
        let _folder = folder;
        Self { desk, routes, service, bank, entry, admin_key, service_key, document, _folder }
    }

    /// The routes.
    pub fn routes(&self) -> Router {
        self.routes.clone()
    }

    /// The `authorization` with which `path` can be called.
    pub fn key(&self, path: &str) -> &str {
        let is_services = self.document["paths"][path]["post"]["x-who"] == "service";
        if is_services { &self.service_key } else { &self.admin_key }
    }

    /// Returns `text` with each name in braces replaced by the id of this app's object.
    pub fn fill(&self, text: &str) -> String {
        if !text.contains('{') {
            return text.to_owned();
        }
        let directory = self.desk.directory();
        let bank_name = directory.bank(self.bank).map_or("GONE", |bank| bank.name.as_str());
        text.replace("{service}", &self.service.to_string())
            .replace("{bank}", &self.bank.to_string())
            .replace("{entry}", &self.entry.to_string())
            // No request creates an action or, within the first day, waits for a second actor, so
            // these ids name none.
            .replace("{action}", "act_00000000000000000000000000000000")
            .replace("{approval}", "apr_00000000000000000000000000000000")
            .replace("{bank_name}", bank_name)
            .replace("{content_id}", &self.entry.number().to_string())
            .replace("{signal_type_name}", "pdq")
    }

    /// Applies the changes that a body made.
    pub async fn catch_up(&self) {
        self.desk.catch_up().await.expect("changes");
    }

    /// Closes the database.
    pub async fn close(&self) {
        self.desk.close().await;
    }
}

/// Creates a folder, in memory where that exists: on a disk each commit would wait.
fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() }.expect("a folder")
}

fn reach() -> Reach {
    let surfaces = BTreeSet::from([Surface::Public, Surface::Shared]);
    Reach::new(surfaces, Jurisdictions::Everywhere, None).expect("a reach")
}

fn bank() -> NewBank {
    NewBank {
        name: "FUZZED".parse().expect("a name"),
        purpose: Purpose::Rehearsal,
        source: "drawn by code".parse().expect("a line"),
        legal_basis: "a rehearsal needs none".parse().expect("a line"),
        owner: "the fuzzer".parse().expect("a line"),
        reach: reach(),
        distance_max: Distance::PDQ_SAME_MAX,
        quality_min: Quality::ANY,
        transforms: None,
        action: Action::Block,
        is_enabled: true,
    }
}

fn entry() -> NewEntry {
    NewEntry {
        hash: mamori_model::Hash::Pdq(PDQ.parse().expect("a hash")),
        source_id: None,
        labels: Labels::default(),
        expires_at: None,
    }
}

fn hma() -> mamori_web::hma::Settings {
    let NewBank { purpose, source, legal_basis, owner, reach, .. } = bank();
    mamori_web::hma::Settings {
        key_required: true,
        item_bytes_max: 1 << 20,
        purpose,
        source,
        legal_basis,
        owner,
        reach,
        surface: Surface::Public,
        country: None,
    }
}
