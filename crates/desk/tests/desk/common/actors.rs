//! Actors with administrators' keys, on an installation that is older than its first day.

use jiff::SignedDuration;
use mamori_desk::banks::create_bank::NewBank;
use mamori_desk::services::issue_key::NewKey;
use mamori_desk::{Admin, Approver, Desk, Error, Proof};
use mamori_model::key::Role;
use mamori_model::{Action, ApprovalRequest, Bank, Purpose, Quality, Refusal};
use mamori_testkit::database::TestDatabase;

use super::{TestApp, new_bank, test_app};

/// An app, and two administrators' keys that the command line issued on the first day, which is
/// over.
pub struct Actors {
    pub app: TestApp,
    pub first: Admin,
    pub second: Admin,
}

/// Makes [`Actors`].
pub async fn actors(records: TestDatabase) -> Actors {
    let app = test_app(records).await;
    let first = an_admin(&app.desk, &app.admin, "first").await;
    let second = an_admin(&app.desk, &app.admin, "second").await;
    pass_hours(&app, 25);
    Actors { app, first, second }
}

/// Issues an administrator's key that needs no second actor, and returns its proof.
pub async fn an_admin(desk: &Desk, who: &Admin, name: &str) -> Admin {
    let issued =
        desk.issue_key(who, NewKey::whole(Role::Admin, name.parse().unwrap())).await.unwrap();
    assert_eq!(issued.waits_for, None);
    admin_of(desk, issued.token.reveal()).await
}

/// The proof of an administrator's key.
pub async fn admin_of(desk: &Desk, token: &str) -> Admin {
    desk.catch_up().await.unwrap();
    match desk.authenticate(token, None) {
        Some(Proof::Admin(admin)) => admin,
        other => panic!("an administrator's key proves an administrator: {other:?}"),
    }
}

pub fn pass_hours(app: &TestApp, hours: i64) {
    app.clock.advance(SignedDuration::from_hours(hours));
}

/// A bank that is not for rehearsals.
pub fn real_bank(name: &str, action: Action) -> NewBank {
    NewBank {
        purpose: Purpose::ChildSexualAbuse,
        quality_min: Quality::TRUSTED_MIN,
        ..new_bank(name, action)
    }
}

/// The request that a verb answered with.
#[track_caller]
pub fn waits<T: std::fmt::Debug>(result: Result<T, Error>) -> ApprovalRequest {
    match result {
        Err(Error::Waits(request)) => *request,
        other => panic!("it waits for a second actor: {other:?}"),
    }
}

/// The refusal that a verb answered with.
#[track_caller]
pub fn refused<T: std::fmt::Debug>(result: Result<T, Error>) -> Refusal {
    match result {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("it is refused: {other:?}"),
    }
}

impl Actors {
    /// A bank that two actors created.
    pub async fn agreed_bank(&self, new: NewBank) -> Bank {
        let desk = &self.app.desk;
        let request = waits(desk.create_bank(&self.first, new).await);
        self.approve(&request).await;
        let id = request.target.as_str().parse().unwrap();
        self.app.store().await.bank(id).await.unwrap().unwrap()
    }

    /// The second key approves the request.
    pub async fn approve(&self, request: &ApprovalRequest) -> ApprovalRequest {
        let who = Approver::Admin(&self.second);
        let approved = self.app.desk.approve_request(who, request.id).await.unwrap();
        self.app.desk.catch_up().await.unwrap();
        approved
    }
}
