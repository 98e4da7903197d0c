//! An app with a staff member in each role, and a fixture for each id that a path can name.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Body;
use axum::http::Request;
use axum::http::header::{CONTENT_TYPE, COOKIE, ORIGIN};
use axum::http::request::Builder;
use jiff::SignedDuration;
use mamori_console::assets;
use mamori_desk::banks::change_bank::BankChange;
use mamori_desk::banks::create_bank::NewBank;
use mamori_desk::cases::release_case::Release;
use mamori_desk::decisions::decide_case::NewDecision;
use mamori_desk::decisions::prepare_bulk::NewBulk;
use mamori_desk::services::issue_key::NewKey;
use mamori_desk::settings::PaceLimits;
use mamori_desk::staff::member::Reviewer;
use mamori_desk::{Admin, Caller, Error, LocalCli, Overseer, Proof};
use mamori_model::action::{AccountMeasure, ItemMeasure};
use mamori_model::key::Role;
use mamori_model::page::PageSize;
use mamori_model::sign_in::SignInLinkKind;
use mamori_model::{
    Action, ActionId, ActionState, ApprovalId, Assignment, BankId, BulkId, CaseId, Clarity,
    Decision, DecisionId, DeliveryId, Dispute, EndpointId, Hash, Measures, NoticeId, Outcome, Pdq,
    Purpose, Quality, Sensitive, Staff, StaffId, StaffRole, Urgency, ViewId,
};
use mamori_store::NewEntry;
use mamori_testkit::database::TestDatabase;
use sha2::{Digest, Sha256};
use url::form_urlencoded;

use crate::sign_in::{PASSWORD, code};
use crate::stub_provider;
use crate::test_app::{Person, TestApp, TestResponse, create_service, new_bank};

/// The columns of the matrix; the first has no role and no session.
pub const MATRIX_COLUMNS: [Option<StaffRole>; 6] = [
    None,
    Some(StaffRole::Reviewer),
    Some(StaffRole::Lead),
    Some(StaffRole::PolicyEditor),
    Some(StaffRole::Auditor),
    Some(StaffRole::Administrator),
];

/// The fixtures of one service.
pub struct ServiceFixtures {
    /// The proof of its key.
    pub caller: Caller,
    endpoint: EndpointId,
    mark: String,
    overdue: Option<(DecisionId, ActionId)>,
}

pub struct World {
    pub app: TestApp,
    people: BTreeMap<StaffRole, Staff>,
    endpoint: EndpointId,
    /// What the names and texts of its items begin with.
    mark: String,
    disputed_bank: BankId,
    other_lead: Staff,
    /// An administrator's key of the first day: staff may agree to its requests, though the command
    /// line made their links.
    administrator: Admin,
    overdue: Option<(DecisionId, ActionId)>,
    made: AtomicU64,
}

impl World {
    pub async fn open(records: TestDatabase) -> Self {
        // The reviewers of a world claim case after case, which gives the one before back.
        let pace = PaceLimits { claims_hour_max: 9_999, left_hour_max: 9_999, left_day_max: 9_999 };
        let provider = stub_provider::start().await;
        let app = TestApp::with(records, |settings| {
            settings.cases.pace = pace;
            settings.sign_in.oidc = Some(provider);
        });
        let app = app.await;
        let mut people = BTreeMap::new();
        for &role in StaffRole::ALL {
            let name = role.as_str().replace('_', "-");
            let person = app.person(&name, &[role]).await;
            add_sign_in_method(&app, &person).await;
            people.insert(role, person.staff);
        }
        let endpoint = add_endpoint(&app).await;
        let admin = Admin::local_cli();
        let bank = app.desk.create_bank(&admin, new_bank("disputed")).await.unwrap();
        let disputed_bank = bank.id;
        app.desk.catch_up().await.unwrap();
        let other_lead = app.lead("other-lead").await.staff;
        let administrator = administrator(&app).await;
        let mut world = Self {
            app,
            people,
            endpoint,
            mark: String::new(),
            disputed_bank,
            other_lead,
            administrator,
            overdue: None,
            made: AtomicU64::new(0),
        };
        world.overdue = Some(world.overdue().await);
        world
    }

    /// Creates another service with this name, and its fixtures. The world's fixtures are still
    /// those of the service before, until the two are swapped.
    pub async fn other_service(&mut self, name: &str) -> ServiceFixtures {
        let mut other = ServiceFixtures {
            caller: create_service(&self.app.desk, name).await,
            endpoint: self.endpoint,
            mark: format!("{name} "),
            overdue: None,
        };
        self.swap(&mut other);
        self.endpoint = add_endpoint(&self.app).await;
        self.overdue = Some(self.overdue().await);
        self.swap(&mut other);
        other
    }

    /// Makes the fixtures from now on those of the service in `other`.
    pub fn swap(&mut self, other: &mut ServiceFixtures) {
        std::mem::swap(&mut self.app.caller, &mut other.caller);
        std::mem::swap(&mut self.endpoint, &mut other.endpoint);
        std::mem::swap(&mut self.mark, &mut other.mark);
        std::mem::swap(&mut self.overdue, &mut other.overdue);
    }

    /// Staff members who review, lead and edit policies, limited to `assignment`.
    pub async fn limited(&self, assignment: &Assignment) -> Vec<Person> {
        let mut people = Vec::new();
        for role in [StaffRole::Reviewer, StaffRole::Lead, StaffRole::PolicyEditor] {
            let number = self.made.fetch_add(1, Ordering::Relaxed);
            let name = format!("limited-{number}");
            let person = self.app.assigned(&name, &[role], assignment.clone()).await;
            add_sign_in_method(&self.app, &person).await;
            people.push(person);
        }
        people
    }

    /// A case with stored bytes; returns it with the id of its item.
    pub async fn case_with_bytes(&self) -> (CaseId, String) {
        let case = self.case().await;
        (case, self.app.store_evidence(&case.to_string()).await)
    }

    /// The endpoint of the service.
    pub fn endpoint(&self) -> EndpointId {
        self.endpoint
    }

    /// A decision by the reviewer with an action that the service never answered.
    async fn overdue(&self) -> (DecisionId, ActionId) {
        let rei = self.sign_in(Some(StaffRole::Reviewer)).await.unwrap();
        let rei = self.reviewer(&rei).await.unwrap();
        let decision = self.decided(&rei, false).await.id;
        for _ in 0..16 {
            self.app.clock.advance(SignedDuration::from_hours(24));
            self.work().await;
        }
        self.app.desk.catch_up().await.unwrap();
        let view = self.app.desk.decision(&rei, decision).await.unwrap();
        let action = &view.actions[0].request;
        assert_eq!(action.state, ActionState::Overdue);
        (decision, action.id)
    }

    /// The staff member with this role, in a new session; `None` without a role.
    pub async fn sign_in(&self, role: Option<StaffRole>) -> Option<Person> {
        Some(self.app.new_session(self.people[&role?].clone()).await)
    }

    /// A path of the route, with a new fixture for each id in its template.
    pub async fn path(&self, template: &str, who: Option<&Person>) -> String {
        let (overdue, action) = self.overdue.unwrap();
        let overdue_path = format!("{overdue}/actions/{action}");
        let mut path = template.replace("{decision}/actions/{action}", &overdue_path);
        if template.ends_with("/oidc/return") {
            path.push_str("?code=c&state=s");
        }
        // Only a proposed bulk decision can be approved or refused.
        for form in ["approve", "refuse"] {
            let (any, waits) = (format!("{{bulk}}/{form}"), format!("{{proposed}}/{form}"));
            path = path.replace(&any, &waits);
        }
        while let Some((_, rest)) = path.split_once('{') {
            let word = rest.split('}').next().unwrap().to_owned();
            path = path.replace(&format!("{{{word}}}"), &self.fixture_id(&word, who).await);
        }
        path
    }

    /// The id of a new fixture: a case that `who` has claimed or a decision that they made if they
    /// are a reviewer, a decision that waits for `who` if they are a lead. Without `who`: an
    /// unclaimed case, a decision with an overdue action.
    pub async fn fixture_id(&self, word: &str, who: Option<&Person>) -> String {
        match word {
            "digest" => assets::address("console.css").split('/').nth(3).unwrap().to_owned(),
            "name" => "console.css".to_owned(),
            "token" => self.link_token(who.is_none()).await,
            "credential" => self.credential(who).await,
            "case" => self.case_of(who).await.to_string(),
            "decision" => match who {
                Some(who) => self.decision_for(who).await.to_string(),
                None => self.overdue.unwrap().0.to_string(),
            },
            "staff" => self.new_staff().await.to_string(),
            "item" => "match_00000000000000000000000000000001".to_owned(),
            "view" => self.open_view(who).await.to_string(),
            "bulk" => self.bulk(who, who.is_none()).await.to_string(),
            "proposed" => self.bulk(None, true).await.to_string(),
            "purpose" => "rehearsal".to_owned(),
            "bank" => self.open_dispute().await.bank.to_string(),
            "dispute" => self.open_dispute().await.id.to_string(),
            "delivery" => self.delivery().await.to_string(),
            "request" => self.waiting_request().await.to_string(),
            "notice" => self.notice().await.to_string(),
            other => panic!("the world has no {other} yet"),
        }
    }

    /// An open view, by `who` if they are a reviewer, otherwise by the reviewer.
    async fn open_view(&self, who: Option<&Person>) -> ViewId {
        let rei = self.sign_in(Some(StaffRole::Reviewer)).await.unwrap();
        let theirs = match who {
            Some(who) => self.reviewer(who).await,
            None => None,
        };
        let who = match theirs {
            Some(theirs) => theirs,
            None => self.reviewer(&rei).await.unwrap(),
        };
        let case = self.case().await;
        let item = self.app.store_evidence(&case.to_string()).await.parse().unwrap();
        let desk = &self.app.desk;
        let claim = desk.claim_case(&who, case).await.unwrap().number;
        desk.open_view(&who, case, claim, item, Clarity::Clear).await.unwrap().view()
    }

    /// A case that `who` has claimed if they are a reviewer; that of a lead is escalated.
    async fn case_of(&self, who: Option<&Person>) -> CaseId {
        let case = self.case().await;
        if let Some(who) = who
            && let Some(reviewer) = self.reviewer(who).await
        {
            if who.staff.roles.is_lead() {
                self.escalate(case).await;
            }
            self.app.desk.claim_case(&reviewer, case).await.unwrap();
        }
        case
    }

    /// The reviewer escalates the case: a child is in danger.
    async fn escalate(&self, case: CaseId) {
        let rei = self.sign_in(Some(StaffRole::Reviewer)).await.unwrap();
        let rei = self.reviewer(&rei).await.unwrap();
        let claim = self.app.desk.claim_case(&rei, case).await.unwrap().number;
        let why = self.text("Look at it.").parse().unwrap();
        let release = Release::Escalate { urgency: Urgency::ChildInDanger, why };
        self.app.desk.release_case(&rei, case, claim, release).await.unwrap();
    }

    /// A case whose urgency a lead beside those of the matrix proposed to lower.
    pub async fn proposed_lowering(&self) -> CaseId {
        let case = self.case().await;
        self.escalate(case).await;
        let other = self.app.new_session(self.other_lead.clone()).await;
        let other = self.reviewer(&other).await.unwrap();
        let claim = self.app.desk.claim_case(&other, case).await.unwrap().number;
        let why = self.text("It is an old one.").parse().unwrap();
        let to = Urgency::KnownMaterial;
        self.app.desk.lower_urgency(&other, case, claim, to, &why).await.unwrap();
        case
    }

    /// A decision that waits for `who` if they are a lead, by `who` if they are a reviewer, and
    /// otherwise by the reviewer.
    async fn decision_for(&self, who: &Person) -> DecisionId {
        let is_lead = who.staff.roles.is_lead();
        match self.reviewer(who).await.filter(|_| !is_lead) {
            Some(reviewer) => self.decided(&reviewer, false).await.id,
            None => self.decision(is_lead).await,
        }
    }

    /// A decision by the reviewer.
    async fn decision(&self, is_proposed: bool) -> DecisionId {
        let rei = self.sign_in(Some(StaffRole::Reviewer)).await.unwrap();
        let rei = self.reviewer(&rei).await.unwrap();
        self.decided(&rei, is_proposed).await.id
    }

    /// Requests a page, as `who` or without a session.
    pub async fn get(&self, who: Option<&Person>, path: &str) -> TestResponse {
        match who {
            Some(who) => self.app.get_as(who, path).await,
            None => self.app.get(path).await,
        }
    }

    /// Sends a form from the console's origin, with the token both as a field and as a header.
    pub async fn post(
        &self,
        who: Option<&Person>,
        path: &str,
        fields: &[(&str, &str)],
    ) -> TestResponse {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        if let Some(who) = who {
            form.append_pair("csrf", &who.csrf);
        }
        let request = same_origin_post(who, path);
        self.app.send(request.body(Body::from(form.finish())).unwrap()).await
    }

    /// A text of a staff member about the service's items.
    fn text(&self, text: &str) -> String {
        format!("{}{text}", self.mark)
    }

    pub async fn reviewer(&self, who: &Person) -> Option<Reviewer> {
        let found = self.app.desk.member_as_is(&who.cookie).await.unwrap().unwrap();
        found.member.reviewer()
    }

    /// A new, unclaimed case.
    pub async fn case(&self) -> CaseId {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let account = format!("{}account {number}", self.mark);
        let url = format!("https://photos.example/{number}");
        let item = format!("{}item {number}", self.mark);
        self.app.item_in_context(&item, &account, "A caption.", &url).await;
        self.newest().await
    }

    /// The case that was opened last.
    async fn newest(&self) -> CaseId {
        let newest = PageSize::new(1).unwrap();
        let cases = self.app.desk.service_cases(&self.app.caller, None, None, newest).await;
        cases.unwrap().rows[0].case.id
    }

    /// A bulk decision by `who` if they are a reviewer, otherwise by the reviewer: in effect if
    /// `who` is a lead, proposed if `is_proposed`, otherwise prepared. Only one on two accounts
    /// needs a second approver, so a lead's has one account and every other has two.
    async fn bulk(&self, who: Option<&Person>, is_proposed: bool) -> BulkId {
        let rei = self.sign_in(Some(StaffRole::Reviewer)).await.unwrap();
        let theirs = match who {
            Some(who) => self.reviewer(who).await,
            None => None,
        };
        let who = match theirs {
            Some(reviewer) => reviewer,
            None => self.reviewer(&rei).await.unwrap(),
        };
        let is_leads = who.member().roles().is_lead();
        let mut cases = BTreeSet::from([self.case().await]);
        if !is_leads {
            cases.insert(self.case().await);
        }
        let new = NewBulk {
            cases,
            outcome: Outcome::Violates,
            reason: self.text("It is what the bank says.").parse().unwrap(),
            measures: Measures { items: ItemMeasure::Remove, ..Measures::default() },
        };
        let bulk = self.app.desk.prepare(&who, new).await.unwrap();
        if is_proposed || is_leads {
            self.app.desk.confirm(&who, bulk.id).await.unwrap();
        }
        bulk.id
    }

    /// An open dispute about a new entry in a bank of its own, because a disputed entry triggers no
    /// automatic action at the service.
    pub async fn open_dispute(&self) -> Dispute {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let pdq = Pdq::from(<[u8; 32]>::from(Sha256::digest(number.to_be_bytes())));
        let (desk, admin) = (&self.app.desk, Admin::local_cli());
        let entry = NewEntry::bare(Hash::Pdq(pdq));
        desk.add_entries(&admin, self.disputed_bank, &[entry]).await.unwrap();
        desk.catch_up().await.unwrap();
        self.app.item_like(&format!("{}item {number}", self.mark), None, pdq).await;
        let rei = self.sign_in(Some(StaffRole::Reviewer)).await.unwrap();
        let rei = self.reviewer(&rei).await.unwrap();
        let (outcome, measures) = (Outcome::NotAMatch, Measures::default());
        self.decide(&rei, self.newest().await, outcome, measures).await;
        let size = PageSize::new(1).unwrap();
        let found = desk.disputes_of_bank(&admin, self.disputed_bank, None, size).await.unwrap();
        found.rows.into_iter().next().unwrap()
    }

    /// A new request of the administrator's key, which waits for a second actor: the first day is
    /// over.
    pub async fn waiting_request(&self) -> ApprovalId {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let bank = NewBank {
            purpose: Purpose::ChildSexualAbuse,
            quality_min: Quality::TRUSTED_MIN,
            ..new_bank(&format!("bank-{number}"))
        };
        match self.app.desk.create_bank(&self.administrator, bank).await {
            Err(Error::Waits(request)) => request.id,
            other => panic!("a bank with an action waits for a second actor: {other:?}"),
        }
    }

    /// The notice of a bank that the administrator's key switched off.
    pub async fn notice(&self) -> NoticeId {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let (desk, admin) = (&self.app.desk, self.administrator.clone());
        let bank = NewBank {
            purpose: Purpose::ChildSexualAbuse,
            quality_min: Quality::TRUSTED_MIN,
            action: Action::None,
            ..new_bank(&format!("bank-{number}"))
        };
        let bank = desk.create_bank(&admin, bank).await.unwrap();
        let off = BankChange { is_enabled: Some(false), ..BankChange::default() };
        desk.change_bank(&admin, bank.id, off).await.unwrap();
        let newest = PageSize::new(1).unwrap();
        let notices = desk.change_notices(Overseer::Admin(&admin), None, newest).await.unwrap();
        notices.rows[0].id
    }

    /// A new staff account.
    async fn new_staff(&self) -> StaffId {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        self.app.person(&format!("newcomer-{number}"), &[StaffRole::Reviewer]).await.staff.id
    }

    /// The token of a sign-in link or of an enrolment link.
    async fn link_token(&self, is_enrollment: bool) -> String {
        let who = self.people[&StaffRole::Reviewer].id;
        let (desk, here) = (&self.app.desk, LocalCli::here());
        let kind = if is_enrollment { SignInLinkKind::Enroll } else { SignInLinkKind::SignIn };
        desk.local_sign_in_link(&here, who, kind).await.unwrap().reveal().clone()
    }

    /// A sign-in method of `who`; without `who`: of the reviewer.
    async fn credential(&self, who: Option<&Person>) -> String {
        let rei = self.sign_in(Some(StaffRole::Reviewer)).await.unwrap();
        let who = who.unwrap_or(&rei);
        let found = self.app.desk.member_as_is(&who.cookie).await.unwrap().unwrap();
        self.app.desk.sign_in_methods(&found.member).await.unwrap()[0].id.to_string()
    }

    /// A failed delivery: a test message is tried only once.
    pub async fn delivery(&self) -> DeliveryId {
        let desk = &self.app.desk;
        // A delivery that was enqueued again is tried first: only one test message can wait.
        self.work().await;
        let delivery = desk.test_endpoint(&self.app.caller, self.endpoint).await.unwrap();
        self.work().await;
        delivery
    }

    /// Runs the jobs that are due.
    pub async fn work(&self) {
        while self.app.desk.work_once().await.unwrap() > 0 {}
    }

    async fn decided(&self, who: &Reviewer, is_proposed: bool) -> Decision {
        let account = AccountMeasure::Suspend { until: None };
        let account = if is_proposed { account } else { AccountMeasure::Leave };
        let measures = Measures { items: ItemMeasure::Remove, account, ..Measures::default() };
        self.decide(who, self.case().await, Outcome::Violates, measures).await
    }

    async fn decide(
        &self,
        who: &Reviewer,
        case: CaseId,
        outcome: Outcome,
        measures: Measures,
    ) -> Decision {
        let claimed = self.app.desk.claim_case(who, case).await.unwrap();
        let new = NewDecision {
            case: claimed.case,
            claim: claimed.number,
            version: claimed.version,
            outcome,
            reason: self.text("It is what the bank says.").parse().unwrap(),
            measures,
        };
        self.app.desk.decide(who, new).await.unwrap()
    }
}

/// An endpoint of the app's service.
async fn add_endpoint(app: &TestApp) -> EndpointId {
    // No process listens on port 9 (discard).
    let endpoint = app.desk.add_endpoint(&app.caller, "http://127.0.0.1:9/token-4711");
    endpoint.await.unwrap().id
}

async fn administrator(app: &TestApp) -> Admin {
    let new = NewKey::whole(Role::Admin, "administrator".parse().unwrap());
    let issued = app.desk.issue_key(&Admin::local_cli(), new).await.unwrap();
    app.desk.catch_up().await.unwrap();
    match app.desk.authenticate(issued.token.reveal(), None) {
        Some(Proof::Admin(admin)) => admin,
        other => panic!("an administrator's key proves an administrator: {other:?}"),
    }
}

/// Sets up a password and codes, with which the person can confirm their identity.
async fn add_sign_in_method(app: &TestApp, who: &Person) {
    let found = app.desk.member_as_is(&who.cookie).await.unwrap().unwrap();
    let recently = found.member.recently(app.clock.now()).unwrap();
    let password = Sensitive::new(PASSWORD.to_owned());
    app.desk.set_password(&recently, password).await.unwrap();
    let offer = app.desk.offer_codes(&found.member).await.unwrap();
    let code = code(app, offer.text.reveal());
    app.desk.set_codes(&recently, offer.sealed.reveal(), &code).await.unwrap();
}

/// The headers of a form that a page of the console sends.
pub fn same_origin_post(who: Option<&Person>, path: &str) -> Builder {
    let mut request = Request::post(path)
        .header(ORIGIN, "http://localhost:8080")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    if let Some(who) = who {
        request = request
            .header(COOKIE, format!("mamori-local={}", who.cookie))
            .header("x-csrf", &who.csrf);
    }
    request
}
