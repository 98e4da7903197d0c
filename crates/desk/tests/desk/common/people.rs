//! People of the staff, as their sessions prove them.

use mamori_desk::staff::add_staff::{NewStaff, StaffAdmin};
use mamori_desk::staff::member::{Lead, Reviewer};
use mamori_desk::staff::session::Entered;
use mamori_desk::{AtTheMachine, Desk, Found, Member};
use mamori_model::sign_in::TicketKind;
use mamori_model::staff::{Language, StaffRole};
use mamori_model::{Sensitive, StaffId};

use super::House;

/// Where the tests' console is.
pub const ORIGIN: &str = "https://mamori.example.org";

/// What somebody types and nobody else is to read.
pub fn closed(text: &str) -> Sensitive<String> {
    Sensitive::new(text.to_owned())
}

/// Somebody new with these roles, who has not entered yet.
pub async fn somebody(desk: &Desk, name: &str, roles: &[StaffRole]) -> StaffId {
    let new = NewStaff {
        name: name.parse().unwrap(),
        shown: name.parse().unwrap(),
        roles: roles.iter().copied().collect(),
        language: Language::English,
    };
    let here = AtTheMachine::here();
    desk.add_staff(StaffAdmin::AtTheMachine(&here), new).await.unwrap().staff.id
}

/// Lets somebody in, by a ticket of the machine.
pub async fn enter(desk: &Desk, who: StaffId) -> Entered {
    let here = AtTheMachine::here();
    let ticket = desk.ticket_at_the_machine(&here, who, TicketKind::Enter).await.unwrap();
    desk.enter_by_ticket(ticket.reveal()).await.unwrap()
}

/// Whose cookie it is.
pub async fn found(desk: &Desk, entered: &Entered) -> Found {
    desk.member(entered.cookie.reveal()).await.unwrap().unwrap()
}

impl House {
    /// Somebody new with these roles, signed in.
    pub async fn member(&self, name: &str, roles: &[StaffRole]) -> Member {
        let who = somebody(&self.desk, name, roles).await;
        found(&self.desk, &enter(&self.desk, who).await).await.member
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
