//! Somebody comes.

use std::collections::BTreeSet;

use jiff::Timestamp;
use mamori_model::sign_in::{StaffEvent, StaffEventKind, TicketKind};
use mamori_model::staff::{
    Language, OwnLimits, RoleSet, Scheme, Staff, StaffName, StaffRole, View,
};
use mamori_model::{Line, Sensitive, StaffId};
use mamori_store::Tx;
use serde_json::json;

use crate::member::{AtTheMachine, Recently};
use crate::{Desk, Error};

/// Who may let people in and change what they may do.
#[derive(Clone, Copy, Debug)]
pub enum StaffAdmin<'a> {
    /// An administrator who proved a short while ago who they are.
    Recently(&'a Recently),
    /// Whoever sits at the machine.
    AtTheMachine(&'a AtTheMachine),
}

impl StaffAdmin<'_> {
    /// Who it is, for the record; `None`: at the machine. [`Error::NotFound`] for somebody who is
    /// no administrator: what one may not do looks like what is not there.
    pub fn staff(&self) -> Result<Option<StaffId>, Error> {
        match self {
            Self::AtTheMachine(_) => Ok(None),
            Self::Recently(recently) => match recently.member().administrator() {
                Some(administrator) => Ok(Some(administrator.staff())),
                None => Err(Error::NotFound("page")),
            },
        }
    }
}

/// What is said of somebody who comes.
#[derive(Clone, Debug)]
pub struct NewStaff {
    /// What they will sign in with.
    pub name: StaffName,
    /// How colleagues will see them.
    pub shown: Line,
    /// What they may do.
    pub roles: BTreeSet<StaffRole>,
    /// The language of their pages.
    pub language: Language,
}

/// Somebody who came, and their link.
#[derive(Clone, Debug)]
pub struct Added {
    /// They.
    pub staff: Staff,
    /// The text of their welcome ticket, which is kept nowhere.
    pub ticket: Sensitive<String>,
}

impl Desk {
    /// Lets somebody in, by a link with which they set up a way in of their own.
    ///
    /// [`Error::Conflict`] if the name is taken; [`mamori_model::Refusal::RolesClash`] if one person
    /// may not have these roles.
    pub async fn add_staff(&self, by: StaffAdmin<'_>, new: NewStaff) -> Result<Added, Error> {
        let by = by.staff()?;
        let roles = RoleSet::new(new.roles, self.settings().is_alone)?;
        let now = self.clock().now();
        let staff = Staff {
            id: self.clock().mint()?.into(),
            name: new.name,
            shown: new.shown,
            roles,
            language: new.language,
            scheme: Scheme::System,
            view: View::Hold,
            has_keys: true,
            dose: OwnLimits::default(),
            created_at: now,
            way_added_at: None,
            ended_at: None,
        };

        let mut tx = self.store().begin("add_staff").await?;
        tx.insert_staff(&staff).await?;
        let about = (staff.id, by);
        let roles = Some(json!({ "roles": staff.roles }).to_string());
        self.note_staff(&mut tx, about, StaffEventKind::Added, roles, now).await?;
        let ticket = self.make_ticket(&mut tx, by, staff.id, TicketKind::Welcome, now).await?;
        tx.commit().await?;

        Ok(Added { staff, ticket })
    }

    /// Writes down what happened to somebody, and by whom, in the transaction in which it happens.
    pub(crate) async fn note_staff(
        &self,
        tx: &mut Tx,
        (staff, by): (StaffId, Option<StaffId>),
        kind: StaffEventKind,
        about: Option<String>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let id = self.clock().mint()?.into();
        tx.insert_staff_event(&StaffEvent { id, staff, by, kind, about, at: now }).await?;
        Ok(())
    }
}
