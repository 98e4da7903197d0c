//! A desk with its console on a test database, and signed-in staff members.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, COOKIE, LOCATION, ORIGIN};
use axum::http::{HeaderMap, Request, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http_body_util::BodyExt;
use jiff::{SignedDuration, Timestamp};
use mamori_console::{Settings, router};
use mamori_desk::banks::create_bank::NewBank;
use mamori_desk::checks::check;
use mamori_desk::checks::fingerprints::{Fingerprints, FramePrint};
use mamori_desk::services::issue_key::NewKey;
use mamori_desk::staff::add_staff::{NewStaff, StaffAdmin};
use mamori_desk::{Admin, Caller, Clock, Desk, LocalCli, Proof};
use mamori_media::{Limits, Pool, PoolSettings};
use mamori_model::key::Role;
use mamori_model::sign_in::SignInLinkKind;
use mamori_model::{
    Action, Assignment, Distance, Evidence, EvidenceId, Hash, Item, ItemContext, Jurisdictions,
    Language, Pdq, Purpose, Quality, Reach, Sensitive, Staff, StaffRole, Surface,
};
use mamori_store::{NewEntry, Store};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::pictures::{draw, encode};
use mamori_web::App;
use mamori_web::budget::{self, Budget};
use tempfile::TempDir;
use tower::ServiceExt;
use url::form_urlencoded;

/// Origin of the console.
pub const TEST_ORIGIN: &str = "http://localhost:8080";

/// A desk and its console.
pub struct TestApp {
    pub desk: Desk,
    pub clock: Arc<Clock>,
    pub caller: Caller,
    pub routes: Router,
    store: Store,
    _folder: TempDir,
    _records: TestDatabase,
}

/// A signed-in staff member.
#[derive(Clone)]
pub struct Person {
    pub staff: Staff,
    pub cookie: String,
    pub csrf: String,
}

/// A response, with its body as text.
#[derive(Debug)]
pub struct TestResponse {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl TestResponse {
    /// The target of the redirect; panics if it is none.
    #[track_caller]
    pub fn to(&self) -> String {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{self:?}");
        self.headers[LOCATION].to_str().unwrap().to_owned()
    }

    /// The body; panics if the status is not 200.
    #[track_caller]
    pub fn page(&self) -> &str {
        assert_eq!(self.status, StatusCode::OK, "{self:?}");
        &self.text
    }

    /// The value of the first field of this name.
    #[track_caller]
    pub fn field(&self, name: &str) -> String {
        let mark = format!("name=\"{name}\" value=\"");
        let after = self.text.split_once(&mark).unwrap_or_else(|| panic!("no {name}: {self:?}"));
        after.1.split('"').next().unwrap().to_owned()
    }
}

impl TestApp {
    pub async fn open(records: TestDatabase) -> Self {
        Self::with(records, |_| ()).await
    }

    /// In single-person operation.
    pub async fn open_single_person(records: TestDatabase) -> Self {
        Self::with(records, |settings| settings.is_single_person = true).await
    }

    /// With settings that `configure` changes.
    pub async fn with(
        records: TestDatabase,
        configure: impl FnOnce(&mut mamori_desk::Settings),
    ) -> Self {
        Self::at(Timestamp::from_second(1_795_000_000).unwrap(), records, configure).await
    }

    /// At a time that stands still, with settings that `configure` changes.
    pub async fn at(
        now: Timestamp,
        records: TestDatabase,
        configure: impl FnOnce(&mut mamori_desk::Settings),
    ) -> Self {
        let store = mamori_store::Settings {
            // Long enough on a busy machine.
            acquire_timeout: std::time::Duration::from_mins(1),
            ..mamori_store::Settings::new(records.url())
        };
        let store = Store::open(&store).await.unwrap();
        let clock = Arc::new(Clock::manual(now));
        let folder = tempfile::tempdir().unwrap();
        let line = mamori_vault::Keyring::new_line(&"test".parse().unwrap()).unwrap();
        let keys = mamori_vault::Keyring::parse(line.reveal()).unwrap();
        let vault = mamori_vault::Vault::open(folder.path().to_owned(), keys).unwrap();
        let mut settings = mamori_desk::Settings {
            vault: Some(Arc::new(vault)),
            // Changes are applied by hand; nothing follows in the background.
            wait_until_applied_max: std::time::Duration::ZERO,
            ..mamori_desk::Settings::default()
        };
        settings.sign_in.origin = Some(TEST_ORIGIN.parse().unwrap());
        // The endpoints of these tests are on this machine.
        settings.webhooks.permitted.loopback = true;
        configure(&mut settings);
        let desk = Desk::new(store.clone(), pool().await, Arc::clone(&clock), settings).unwrap();
        desk.load().await.unwrap();
        let caller = create_service(&desk, "a service").await;
        create_matching_bank(&desk).await;
        let room = Budget::new(budget::Limits::default());
        let app = App::new(desk.clone(), mamori_web::Settings::default(), room);
        let routes = router(desk.clone(), app, Settings::default());
        Self { desk, clock, caller, routes, store, _folder: folder, _records: records }
    }

    /// Checks an item that matches exactly: it opens a case, or joins its account's open case. One
    /// reviewer may remove it without viewing.
    pub async fn item(&self, name: &str, account: Option<&str>) {
        let sha256 = Some([1; 32].into());
        self.item_of(name, account, Fingerprints { sha256, ..Fingerprints::default() }).await;
    }

    /// Checks an item that matches exactly, as [`Self::item`] does, with this text and the address of
    /// its page.
    pub async fn item_in_context(&self, name: &str, account: &str, text: &str, url: &str) {
        let context = ItemContext::new(Some(text.parse().unwrap()), Some(url.parse().unwrap()));
        let prints = Fingerprints { sha256: Some([1; 32].into()), ..Fingerprints::default() };
        let hashes = check::CheckInput::Hashes(prints);
        let item = new_item(name, Some(account));
        let checked = self.desk.check_in_context(&self.caller, (item, &context), hashes).await;
        assert!(checked.unwrap().recorded.is_some(), "it matches");
    }

    /// Checks an item with this hash, which matches.
    pub async fn item_like(&self, name: &str, account: Option<&str>, pdq: Pdq) {
        assert!(self.check(name, account, pdq).await, "it matches");
    }

    /// Checks an item with this hash that has no account; returns whether a match is recorded.
    pub async fn is_recorded(&self, name: &str, pdq: Pdq) -> bool {
        self.check(name, None, pdq).await
    }

    async fn check(&self, name: &str, account: Option<&str>, pdq: Pdq) -> bool {
        let frames = vec![FramePrint::only(pdq, None)];
        self.recorded(name, account, Fingerprints { frames, ..Fingerprints::default() }).await
    }

    /// Checks an item with these frames.
    pub async fn item_of(&self, name: &str, account: Option<&str>, prints: Fingerprints) {
        assert!(self.recorded(name, account, prints).await, "it matches");
    }

    /// Checks an item with these frames; returns whether a match is recorded.
    async fn recorded(&self, name: &str, account: Option<&str>, prints: Fingerprints) -> bool {
        let hashes = check::CheckInput::Hashes(prints);
        let item = new_item(name, account);
        let checked = self.desk.check(&self.caller, item, hashes).await.unwrap();
        checked.recorded.is_some()
    }

    /// Stores a sealed picture as the bytes of the one item of `case`, for 30 days. Returns the id
    /// of the item's match.
    pub async fn store_evidence(&self, case: &str) -> String {
        let item = self.store.case_item_names(case.parse().unwrap()).await.unwrap()[0].id;
        let vault = self.desk.settings().vault.clone().unwrap();
        let id = EvidenceId::from(self.clock.mint().unwrap());
        let bytes = encode::png(&draw(7, 320, 240));
        let sealed = vault.seal(id.to_string().as_bytes(), &bytes).unwrap();
        vault.put(id, &sealed.object).await.unwrap();
        let now = self.clock.now();
        let evidence = Evidence {
            id,
            item,
            sha256: None,
            purpose: Purpose::Rehearsal,
            size: bytes.len().try_into().unwrap(),
            wrapped_key: Some(Sensitive::new(sealed.wrapped_key)),
            key_name: sealed.key_name.to_string(),
            stored_at: now,
            expires_at: now + SignedDuration::from_hours(30 * 24),
            render_failed_at: None,
        };
        let mut tx = self.store.begin("test").await.unwrap();
        assert!(tx.insert_evidence(&evidence).await.unwrap());
        tx.commit().await.unwrap();
        item.to_string()
    }

    /// Creates a staff member with these roles, and signs them in.
    pub async fn person(&self, name: &str, roles: &[StaffRole]) -> Person {
        self.assigned(name, roles, Assignment::EVERYTHING).await
    }

    /// Creates a staff member with these roles, services and policies, and signs them in.
    pub async fn assigned(
        &self,
        name: &str,
        roles: &[StaffRole],
        assignment: Assignment,
    ) -> Person {
        let here = LocalCli::here();
        let new = NewStaff {
            name: name.parse().unwrap(),
            display_name: format!("{name} <b>{name}</b>").parse().unwrap(),
            roles: roles.iter().copied().collect(),
            assignment,
            language: Language::English,
        };
        let added = self.desk.add_staff(StaffAdmin::LocalCli(&here), new).await.unwrap();
        self.new_session(added.staff).await
    }

    /// The same person in another session.
    pub async fn new_session(&self, staff: Staff) -> Person {
        let here = LocalCli::here();
        let token = self.desk.local_sign_in_link(&here, staff.id, SignInLinkKind::SignIn);
        let token = token.await.unwrap();
        let entered = self.desk.sign_in_by_link(token.reveal()).await.unwrap();
        let csrf = URL_SAFE_NO_PAD.encode(entered.csrf.reveal());
        Person { staff, cookie: entered.cookie.reveal().clone(), csrf }
    }

    pub async fn reviewer(&self, name: &str) -> Person {
        self.person(name, &[StaffRole::Reviewer]).await
    }

    pub async fn lead(&self, name: &str) -> Person {
        self.person(name, &[StaffRole::Lead]).await
    }

    pub async fn send(&self, request: Request<Body>) -> TestResponse {
        let response = self.routes.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        TestResponse { status, headers, text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    pub async fn get(&self, path: &str) -> TestResponse {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub async fn get_as(&self, who: &Person, path: &str) -> TestResponse {
        self.get_with(who, path, "").await
    }

    /// Loads a page as the person, whose browser sends this cookie too.
    pub async fn get_with(&self, who: &Person, path: &str, cookie: &str) -> TestResponse {
        let cookies = format!("mamori-local={}; {cookie}", who.cookie);
        let request = Request::get(path).header(COOKIE, cookies.trim_end_matches("; "));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Sends a form as the person's own page would.
    pub async fn post_as(&self, who: &Person, path: &str, fields: &[(&str, &str)]) -> TestResponse {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("csrf", &who.csrf).extend_pairs(fields);
        let request = Request::post(path)
            .header(COOKIE, format!("mamori-local={}", who.cookie))
            .header(ORIGIN, TEST_ORIGIN)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(form.finish())).unwrap()).await
    }

    /// Sends a form without a session.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> TestResponse {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post(path)
            .header(ORIGIN, TEST_ORIGIN)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(form)).unwrap()).await
    }

    /// Claims the next case; returns its path and its page.
    pub async fn claim_next(&self, who: &Person) -> (String, TestResponse) {
        let to = self.post_as(who, "/console/queue/next", &[]).await.to();
        let page = self.get_as(who, &to).await;
        (to.split('?').next().unwrap().to_owned(), page)
    }
}

fn new_item(name: &str, account: Option<&str>) -> Item {
    Item {
        name: name.parse().unwrap(),
        account: account.map(|account| account.parse().unwrap()),
        surface: Surface::Public,
        country: None,
    }
}

/// Creates a service; returns the proof of its key.
pub async fn create_service(desk: &Desk, name: &str) -> Caller {
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

/// A bank whose matches are held back.
pub fn new_bank(name: &str) -> NewBank {
    NewBank {
        name: name.parse().unwrap(),
        purpose: Purpose::Rehearsal,
        source: "drawn by a test".parse().unwrap(),
        legal_basis: "none needed".parse().unwrap(),
        owner: "the tests".parse().unwrap(),
        reach: Reach::new([Surface::Public].into(), Jurisdictions::Everywhere, None).unwrap(),
        distance_max: Distance::PDQ_SAME_MAX,
        quality_min: Quality::ANY,
        transforms: None,
        action: Action::Hold,
        is_enabled: true,
    }
}

async fn create_matching_bank(desk: &Desk) {
    let admin = Admin::local_cli();
    let bank = desk.create_bank(&admin, new_bank("rehearsal")).await.unwrap();
    desk.catch_up().await.unwrap();
    let entries = [Hash::Pdq(Pdq::from([1; 32])), Hash::Sha256([1; 32].into())];
    desk.add_entries(&admin, bank.id, &entries.map(NewEntry::bare)).await.unwrap();
    desk.catch_up().await.unwrap();
}

async fn pool() -> Pool {
    let settings = PoolSettings {
        program: PathBuf::from(env!("CARGO_BIN_EXE_mamori-console-decode-test")),
        args: Vec::new(),
        workers: 1,
        waiting_max: 8,
        sender_waiting_max: 8,
        idle_max: 2,
        limits: Limits::default(),
    };
    Pool::start(settings).await.unwrap()
}
