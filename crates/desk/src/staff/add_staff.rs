//! Creates a staff account with a one-time enrolment link, and records events about staff members.

use std::collections::BTreeSet;

use mamori_model::sign_in::SignInLinkKind;
use mamori_model::staff::{
    Assignment, Language, OwnLimits, PictureSettings, RoleSet, Scheme, Staff, StaffName, StaffRole,
    ViewMode,
};
use mamori_model::{AuditActor, AuditVerb, Line, Sensitive, StaffId};
use mamori_store::Tx;
use serde_json::json;

use crate::audit::{self, Change};
use crate::staff::member::{LocalCli, RecentlyAuthenticated};
use crate::{Desk, Error};

/// Proof that the caller may create staff accounts and change what staff members may do.
#[derive(Clone, Copy, Debug)]
pub enum StaffAdmin<'a> {
    /// An administrator who confirmed their identity a short while ago.
    RecentlyAuthenticated(&'a RecentlyAuthenticated),
    /// The operator, on the command line.
    LocalCli(&'a LocalCli),
}

impl StaffAdmin<'_> {
    /// Returns the actor for the audit record.
    ///
    /// [`Error::NotFound`] as in [`Self::staff`].
    pub fn actor(&self) -> Result<AuditActor, Error> {
        Ok(self.staff()?.map_or(AuditActor::LocalCli, AuditActor::Staff))
    }

    /// Returns the administrator's id; `None` for the operator's command line.
    ///
    /// [`Error::NotFound`] if the staff member is not an administrator, because forbidden and
    /// unknown must not differ.
    pub fn staff(&self) -> Result<Option<StaffId>, Error> {
        match self {
            Self::LocalCli(_) => Ok(None),
            Self::RecentlyAuthenticated(recently) => match recently.member().administrator() {
                Some(administrator) => Ok(Some(administrator.staff())),
                None => Err(Error::NotFound("page")),
            },
        }
    }
}

/// The details of a new staff account.
#[derive(Clone, Debug)]
pub struct NewStaff {
    /// The name to sign in with, unique among active accounts.
    pub name: StaffName,
    /// The display name that colleagues see.
    pub display_name: Line,
    /// The roles, which decide what the staff member may do.
    pub roles: BTreeSet<StaffRole>,
    /// The services and policies that the staff member may see and work on.
    pub assignment: Assignment,
    /// The language of the console's pages.
    pub language: Language,
}

/// A newly created staff account and its enrolment link.
#[derive(Clone, Debug)]
pub struct AddedStaff {
    /// The new account, with its id.
    pub staff: Staff,
    /// The text of the enrolment link. Only its sha-256 digest is stored.
    pub link: Sensitive<String>,
}

impl Desk {
    /// Creates a staff account and returns its one-time enrolment link, with which the staff member
    /// sets up a sign-in method.
    ///
    /// [`Error::Conflict`] if the name is taken; [`mamori_model::Refusal::RolesClash`] if one
    /// person may not hold these roles together; the refusals of [`Assignment::check`];
    /// [`Error::NotFound`] if a service does not exist.
    pub async fn add_staff(&self, by: StaffAdmin<'_>, new: NewStaff) -> Result<AddedStaff, Error> {
        let by = by.actor()?;
        let roles = RoleSet::new(new.roles, self.settings().is_single_person)?;
        new.assignment.check(&roles)?;
        let now = self.clock().now();
        let staff = Staff {
            id: self.clock().mint()?.into(),
            name: new.name,
            display_name: new.display_name,
            roles,
            assignment: new.assignment,
            language: new.language,
            scheme: Scheme::System,
            view: ViewMode::Hold,
            has_keys: true,
            pictures: PictureSettings::default(),
            zone: None,
            exposure_limits: OwnLimits::default(),
            created_at: now,
            method_added_at: None,
            ended_at: None,
        };

        let mut tx = self.store().begin("add_staff").await?;
        require_services(&mut tx, &staff.assignment).await?;
        tx.insert_staff(&staff).await?;
        let change = Change::of(by.clone(), AuditVerb::StaffAdded, staff.id);
        let after = json!({ "roles": staff.roles, "assignment": staff.assignment });
        let change = change.after(after);
        audit::record(self, &mut tx, change, now).await?;
        let link =
            self.make_sign_in_link(&mut tx, by, staff.id, SignInLinkKind::Enroll, now).await?;
        tx.commit().await?;

        Ok(AddedStaff { staff, link })
    }
}

/// Checks that every service of an assignment exists; a deleted one does not.
pub(super) async fn require_services(tx: &mut Tx, assignment: &Assignment) -> Result<(), Error> {
    for service in assignment.services.iter().flatten() {
        tx.service(*service).await?.ok_or(Error::NotFound("service"))?;
    }
    Ok(())
}
