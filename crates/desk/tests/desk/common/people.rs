//! Staff members, as their sessions prove them.

use mamori_desk::staff::add_staff::{NewStaff, StaffAdmin};
use mamori_desk::staff::member::{Lead, Reviewer};
use mamori_desk::staff::session::NewSession;
use mamori_desk::{Desk, LocalCli, Member, SessionLookup};
use mamori_model::sign_in::SignInLinkKind;
use mamori_model::staff::{Language, StaffRole};
use mamori_model::{Sensitive, StaffId};

use super::TestApp;

/// The origin of the tests' console.
pub const ORIGIN: &str = "https://mamori.example.org";

/// A secret that a staff member types.
pub fn closed(text: &str) -> Sensitive<String> {
    Sensitive::new(text.to_owned())
}

/// A new staff account with these roles, not signed in yet.
pub async fn new_staff(desk: &Desk, name: &str, roles: &[StaffRole]) -> StaffId {
    let new = NewStaff {
        name: name.parse().unwrap(),
        display_name: name.parse().unwrap(),
        roles: roles.iter().copied().collect(),
        assignment: mamori_model::Assignment::EVERYTHING,
        language: Language::English,
    };
    let here = LocalCli::here();
    desk.add_staff(StaffAdmin::LocalCli(&here), new).await.unwrap().staff.id
}

/// Signs a staff member in, by a link from the command line.
pub async fn sign_in_as(desk: &Desk, who: StaffId) -> NewSession {
    let here = LocalCli::here();
    let link = desk.local_sign_in_link(&here, who, SignInLinkKind::SignIn).await.unwrap();
    desk.sign_in_by_link(link.reveal()).await.unwrap()
}

/// The session of a cookie.
pub async fn session_of(desk: &Desk, entered: &NewSession) -> SessionLookup {
    desk.member(entered.cookie.reveal()).await.unwrap().unwrap()
}

impl TestApp {
    /// A new staff member with these roles, signed in.
    pub async fn member(&self, name: &str, roles: &[StaffRole]) -> Member {
        let who = new_staff(&self.desk, name, roles).await;
        session_of(&self.desk, &sign_in_as(&self.desk, who).await).await.member
    }

    /// A new reviewer, signed in.
    pub async fn reviewer(&self, name: &str) -> Reviewer {
        self.member(name, &[StaffRole::Reviewer]).await.reviewer().unwrap()
    }

    /// A new lead, signed in.
    pub async fn lead(&self, name: &str) -> Lead {
        self.member(name, &[StaffRole::Lead]).await.lead().unwrap()
    }
}
