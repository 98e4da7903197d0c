//! A desk behind its API for one test: database, decoding process, follower, keys.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use mamori_desk::decisions::decide_case::NewDecision;
use mamori_desk::services::issue_key::NewKey;
use mamori_desk::staff::add_staff::{NewStaff, StaffAdmin};
use mamori_desk::staff::member::Reviewer;
use mamori_desk::{Admin, Clock, Desk, LocalCli, Member};
use mamori_media::{Limits, Pool, PoolSettings};
use mamori_model::action::ItemMeasure;
use mamori_model::key::{Role, Scope};
use mamori_model::sign_in::SignInLinkKind;
use mamori_model::staff::{Language, StaffRole};
use mamori_model::{DecisionId, Measures, Outcome, ServiceId, StaffId};
use mamori_store::Store;
use mamori_testkit::database::TestDatabase;
use mamori_web::Settings;
use mamori_web::budget::{self, Budget};
use serde_json::{Value, json};
use tokio_util::sync::{CancellationToken, DropGuard};
use tower::ServiceExt;

/// The caller of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    WithoutKey,
    Admin,
    /// Another administrator, whose key the first one did not create.
    Colleague,
    Service,
    OtherService,
}

/// A desk and its API.
pub struct TestApp {
    pub desk: Desk,
    pub routes: Router,
    pub service: ServiceId,
    pub budget: Budget,
    keys: [String; 4],
    _stop: DropGuard,
    _records: TestDatabase,
}

/// A response.
#[derive(Debug)]
pub struct TestResponse {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl TestResponse {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("{self:?} is not JSON"))
    }

    /// The body of a success.
    #[track_caller]
    pub fn ok(&self) -> Value {
        assert!(self.status.is_success(), "{self:?}");
        if self.text.is_empty() { Value::Null } else { self.json() }
    }

    /// The status and the name of a problem, which must look like one.
    #[track_caller]
    pub fn problem(&self) -> (u16, String) {
        assert_eq!(self.headers[CONTENT_TYPE], "application/problem+json", "{self:?}");
        let body = self.json();
        assert_eq!(body["status"], self.status.as_u16());
        let id = self.headers["x-request-id"].to_str().unwrap();
        assert_eq!(body["instance"], format!("urn:uuid:{id}"));
        assert!(!body["detail"].as_str().unwrap().is_empty() && body["title"].is_string());
        (self.status.as_u16(), body["type"].as_str().unwrap().to_owned())
    }

    pub fn detail(&self) -> String {
        self.json()["detail"].as_str().unwrap().to_owned()
    }
}

impl TestApp {
    pub async fn open(records: TestDatabase) -> Self {
        Self::with(records, Settings::default()).await
    }

    pub async fn with(records: TestDatabase, settings: Settings) -> Self {
        Self::with_budget(records, settings, budget::Limits::default()).await
    }

    pub async fn with_budget(
        records: TestDatabase,
        settings: Settings,
        budget_limits: budget::Limits,
    ) -> Self {
        let clock = Arc::new(Clock::system());
        Self::build(records, settings, budget_limits, clock, mamori_desk::Settings::default()).await
    }

    /// Opens an app with a manual clock, whose desk has these settings.
    pub async fn at(
        records: TestDatabase,
        clock: Arc<Clock>,
        desk_settings: mamori_desk::Settings,
    ) -> Self {
        let (settings, budget_limits) = (Settings::default(), budget::Limits::default());
        Self::build(records, settings, budget_limits, clock, desk_settings).await
    }

    async fn build(
        records: TestDatabase,
        settings: Settings,
        budget_limits: budget::Limits,
        clock: Arc<Clock>,
        mut desk_settings: mamori_desk::Settings,
    ) -> Self {
        let store = Store::open(&mamori_store::Settings::new(records.url())).await.unwrap();
        desk_settings.webhooks.permitted.loopback = true;
        let desk = Desk::new(store, pool().await, clock, desk_settings).unwrap();
        desk.load().await.unwrap();
        let stop = CancellationToken::new();
        let (follower, stopped) = (desk.clone(), stop.clone());
        tokio::spawn(async move { follower.follow_changes(stopped).await });

        let admin = Admin::local_cli();
        let service = desk.create_service(&admin, "a service".parse().unwrap()).await.unwrap().id;
        let other = desk.create_service(&admin, "another".parse().unwrap()).await.unwrap().id;
        let mut keys = Vec::new();
        for role in [Role::Admin, Role::Admin, Role::Service(service), Role::Service(other)] {
            let issued = desk
                .issue_key(&admin, NewKey::whole(role, "a test".parse().unwrap()))
                .await
                .unwrap();
            keys.push(issued.token.into_revealed());
        }
        let budget = Budget::new(budget_limits);
        let routes = mamori_web::api(desk.clone(), settings, budget.clone());
        let keys = keys.try_into().unwrap();
        Self { desk, routes, service, budget, keys, _stop: stop.drop_guard(), _records: records }
    }

    pub fn key(&self, who: Who) -> Option<&str> {
        let [admin, colleague, service, other] = &self.keys;
        match who {
            Who::WithoutKey => None,
            Who::Admin => Some(admin),
            Who::Colleague => Some(colleague),
            Who::Service => Some(service),
            Who::OtherService => Some(other),
        }
    }

    /// A new key with these scopes.
    pub async fn key_with(&self, role: Role, scopes: Vec<Scope>) -> String {
        let whole = NewKey::whole(role, "a test".parse().unwrap());
        let new = NewKey { scopes: Some(scopes), ..whole };
        let issued = self.desk.issue_key(&Admin::local_cli(), new).await.unwrap();
        issued.token.into_revealed()
    }

    /// Calls with the text of a key.
    pub async fn call_with(&self, key: &str, method: &str, path: &str) -> TestResponse {
        let mut request = self.request(Who::WithoutKey, method, path, None, Vec::new());
        request.headers_mut().insert(AUTHORIZATION, format!("Bearer {key}").parse().unwrap());
        self.send(request).await
    }

    pub async fn send(&self, request: Request<Body>) -> TestResponse {
        let response = self.routes.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        TestResponse { status, headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }

    pub async fn call(&self, who: Who, method: &str, path: &str) -> TestResponse {
        self.send(self.request(who, method, path, None, Vec::new())).await
    }

    pub async fn get(&self, who: Who, path: &str) -> TestResponse {
        self.call(who, "GET", path).await
    }

    pub async fn delete(&self, who: Who, path: &str) -> TestResponse {
        self.call(who, "DELETE", path).await
    }

    pub async fn post(&self, who: Who, path: &str, body: Value) -> TestResponse {
        let body = body.to_string().into_bytes();
        self.send(self.request(who, "POST", path, Some("application/json"), body)).await
    }

    pub async fn patch(&self, who: Who, path: &str, body: Value) -> TestResponse {
        let body = body.to_string().into_bytes();
        self.send(self.request(who, "PATCH", path, Some("application/json"), body)).await
    }

    pub async fn post_bytes(
        &self,
        who: Who,
        path: &str,
        media_type: &str,
        body: &[u8],
    ) -> TestResponse {
        self.send(self.request(who, "POST", path, Some(media_type), body.to_vec())).await
    }

    /// Sends a form.
    pub async fn form(&self, who: Who, path: &str, parts: &[(&str, &[u8])]) -> TestResponse {
        let (media_type, body) = form(parts);
        self.post_bytes(who, path, &media_type, &body).await
    }

    pub fn request(
        &self,
        who: Who,
        method: &str,
        path: &str,
        media_type: Option<&str>,
        body: Vec<u8>,
    ) -> Request<Body> {
        let mut request =
            Request::builder().method(Method::from_bytes(method.as_bytes()).unwrap()).uri(path);
        if let Some(key) = self.key(who) {
            request = request.header(AUTHORIZATION, format!("Bearer {key}"));
        }
        if let Some(media_type) = media_type {
            request = request.header(CONTENT_TYPE, media_type);
        }
        request.body(Body::from(body)).unwrap()
    }

    /// Checks a picture on a public surface.
    pub async fn check(&self, item: &str, picture: &[u8]) -> TestResponse {
        let parts: [(&str, &[u8]); 3] =
            [("file", picture), ("item_id", item.as_bytes()), ("surface", b"public")];
        self.form(Who::Service, "/v1/check", &parts).await
    }

    /// The newest open case of the service.
    pub async fn newest_case(&self) -> String {
        let cases = self.get(Who::Service, "/v1/cases?state=open&limit=1").await.ok();
        cases["data"][0]["id"].as_str().unwrap().to_owned()
    }

    /// Decides the newest open case of the service.
    pub async fn decide(&self, who: &Reviewer, outcome: Outcome, measures: Measures) -> DecisionId {
        let case = self.newest_case().await;
        let claimed = self.desk.claim_case(who, case.parse().unwrap()).await.unwrap();
        let new = NewDecision {
            case: claimed.case,
            claim: claimed.number,
            version: claimed.version,
            outcome,
            reason: "It is what the bank says.".parse().unwrap(),
            measures,
        };
        self.desk.decide(who, new).await.unwrap().id
    }

    /// Decides the newest open case of the service; returns the ids of case, decision and action.
    pub async fn decided(&self) -> (String, String, String) {
        let case = self.newest_case().await;
        let measures = Measures { items: ItemMeasure::Remove, ..Measures::default() };
        let who = self.reviewer().await;
        let decision = self.decide(&who, Outcome::Violates, measures).await.to_string();
        let shown = self.get(Who::Service, &format!("/v1/decisions/{decision}")).await.ok();
        let action = shown["actions"][0]["id"].as_str().unwrap().to_owned();
        (case, decision, action)
    }

    /// Creates a reviewer, signed in.
    pub async fn reviewer(&self) -> Reviewer {
        self.member(StaffRole::Reviewer).await.reviewer().unwrap()
    }

    /// Creates a staff member in this role, signed in.
    pub async fn member(&self, role: StaffRole) -> Member {
        let here = LocalCli::here();
        let name = self.desk.clock().mint().unwrap().simple().to_string();
        let new = NewStaff {
            name: name.parse().unwrap(),
            display_name: "A reviewer".parse().unwrap(),
            roles: [role].into(),
            assignment: mamori_model::Assignment::EVERYTHING,
            language: Language::English,
        };
        let staff = self.desk.add_staff(StaffAdmin::LocalCli(&here), new).await.unwrap().staff;
        self.again(staff.id).await
    }

    /// Signs a staff member in again, in a new session.
    pub async fn again(&self, who: StaffId) -> Member {
        let (here, kind) = (LocalCli::here(), SignInLinkKind::SignIn);
        let link = self.desk.local_sign_in_link(&here, who, kind).await.unwrap();
        let entered = self.desk.sign_in_by_link(link.reveal()).await.unwrap();
        self.desk.member(entered.cookie.reveal()).await.unwrap().unwrap().member
    }

    /// Creates a bank for rehearsals that blocks in every country; returns its address.
    pub async fn bank(&self, name: &str) -> String {
        let mut bank = new_bank(name);
        bank["action"] = json!("block");
        let made = self.post(Who::Admin, "/v1/banks", bank).await;
        format!("/v1/banks/{}", made.ok()["id"].as_str().unwrap())
    }

    /// Adds one hash to a bank and returns the id of its entry.
    pub async fn add(&self, bank: &str, kind: &str, hash: &str) -> String {
        let entries = json!({"entries": [{"kind": kind, "hash": hash}]});
        let added = self.post(Who::Admin, &format!("{bank}/entries"), entries).await.ok();
        added["ids"][0].as_str().expect("an id").to_owned()
    }

    /// Returns the PDQ hash of a picture.
    pub async fn pdq(&self, picture: &[u8]) -> String {
        let hashed = self.form(Who::Service, "/v1/hash", &[("file", picture)]).await.ok();
        hashed["pdq"].as_str().unwrap().to_owned()
    }
}

/// The least that a bank needs.
pub fn new_bank(name: &str) -> Value {
    json!({
        "name": name, "purpose": "rehearsal", "source": "drawn by code",
        "legal_basis": "a rehearsal needs none", "owner": "the tests", "jurisdictions": ["*"],
    })
}

/// A form, with its content type.
pub fn form(parts: &[(&str, &[u8])]) -> (String, Vec<u8>) {
    let mut body = Vec::new();
    for (name, bytes) in parts {
        let file = if *name == "file" { "; filename=\"x\"" } else { "" };
        let head =
            format!("--a-line\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--a-line--\r\n");
    ("multipart/form-data; boundary=a-line".to_owned(), body)
}

async fn pool() -> Pool {
    let settings = PoolSettings {
        program: PathBuf::from(env!("CARGO_BIN_EXE_mamori-web-decode-test")),
        args: Vec::new(),
        workers: 1,
        waiting_max: 8,
        sender_waiting_max: 8,
        idle_max: 2,
        limits: Limits::default(),
    };
    Pool::start(settings).await.unwrap()
}
