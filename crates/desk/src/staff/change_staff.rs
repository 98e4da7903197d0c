//! Changes a staff member's roles, assignment or exposure limit, or deactivates the account. New
//! roles, a new assignment and deactivation apply at once, because they end the staff member's
//! sessions.

use std::collections::BTreeSet;

use mamori_model::staff::{Assignment, OwnLimits, RoleSet, StaffRole};
use mamori_model::{AuditActor, AuditVerb, Refusal, StaffId};
use serde_json::json;

use crate::audit::{self, Change};
use crate::staff::add_staff::{StaffAdmin, require_services};
use crate::{Desk, Error};

impl Desk {
    /// Replaces a staff member's roles and ends their sessions.
    ///
    /// [`Refusal::OwnRoles`] for the administrator's own roles, which another administrator or the
    /// operator's command line changes; [`Refusal::RolesClash`] if one person may not hold these
    /// roles together; [`Refusal::AssignmentOfRole`] if the staff member is limited to some services
    /// or policies, and would be an auditor or an administrator; [`Refusal::LastAdministrator`] if no
    /// administrator would be left; [`Error::NotFound`] if the account does not exist or is
    /// deactivated.
    pub async fn change_roles(
        &self,
        by: StaffAdmin<'_>,
        who: StaffId,
        roles: BTreeSet<StaffRole>,
    ) -> Result<(), Error> {
        let by = by.actor()?;
        if by == AuditActor::Staff(who) {
            return Err(Refusal::OwnRoles.into());
        }
        let roles = RoleSet::new(roles, self.settings().is_single_person)?;
        let now = self.clock().now();

        let mut tx = self.store().begin("change_roles").await?;
        tx.lock_staff_to_change(who).await?;
        let before = tx.staff(who).await?.ok_or(Error::NotFound("staff"))?;
        before.assignment.check(&roles)?;
        if !tx.set_roles(who, &roles).await? {
            return Err(Error::NotFound("staff"));
        }
        let was_administrator = before.roles.has(StaffRole::Administrator);
        if was_administrator && tx.lock_and_count_administrators().await? == 0 {
            return Err(Refusal::LastAdministrator.into());
        }
        tx.end_sessions_of(who).await?;
        let change = Change::of(by, AuditVerb::StaffRolesChanged, who)
            .before(json!({ "roles": before.roles }))
            .after(json!({ "roles": roles }));
        audit::record(self, &mut tx, change, now).await?;
        tx.commit().await?;

        Ok(())
    }

    /// Replaces the services and policies that a staff member may see and work on, and ends their
    /// sessions. Their open views end, and the claim on a case that is no longer covered lapses, so
    /// that a colleague can claim it.
    ///
    /// [`Refusal::OwnRoles`] for the administrator's own assignment; the refusals of
    /// [`Assignment::check`]; [`Error::NotFound`] if the account does not exist or is deactivated, or
    /// if a service does not exist.
    pub async fn change_assignment(
        &self,
        by: StaffAdmin<'_>,
        who: StaffId,
        assignment: Assignment,
    ) -> Result<(), Error> {
        let by = by.actor()?;
        if by == AuditActor::Staff(who) {
            return Err(Refusal::OwnRoles.into());
        }
        let now = self.clock().now();

        let mut tx = self.store().begin("change_assignment").await?;
        tx.lock_staff_to_change(who).await?;
        let before = tx.staff(who).await?.ok_or(Error::NotFound("staff"))?;
        assignment.check(&before.roles)?;
        require_services(&mut tx, &assignment).await?;
        if !tx.set_assignment(who, &assignment).await? {
            return Err(Error::NotFound("staff"));
        }
        tx.end_sessions_of(who).await?;
        self.lapse_uncovered(&mut tx, who, &assignment, now).await?;
        let change = Change::of(by, AuditVerb::StaffAssignmentChanged, who)
            .before(json!({ "assignment": before.assignment }))
            .after(json!({ "assignment": assignment }));
        audit::record(self, &mut tx, change, now).await?;
        tx.commit().await?;

        Ok(())
    }

    /// Sets a staff member's own exposure limit. The administrator sees the limit, never what the
    /// staff member has viewed.
    pub async fn change_exposure_limits(
        &self,
        by: StaffAdmin<'_>,
        who: StaffId,
        limits: OwnLimits,
    ) -> Result<(), Error> {
        let by = by.actor()?;
        let now = self.clock().now();

        let mut tx = self.store().begin("change_exposure_limits").await?;
        tx.lock_staff_to_change(who).await?;
        let before = tx.staff(who).await?.ok_or(Error::NotFound("staff"))?;
        if !tx.set_exposure_limits(who, limits).await? {
            return Err(Error::NotFound("staff"));
        }
        let change = Change::of(by, AuditVerb::StaffLimitsChanged, who)
            .before(json!({ "exposure_limits": before.exposure_limits }))
            .after(json!({ "exposure_limits": limits }));
        audit::record(self, &mut tx, change, now).await?;
        tx.commit().await?;

        Ok(())
    }

    /// Deactivates a staff account and deletes its sessions, one-time links and sign-in methods. A
    /// case that the staff member has claimed goes back to the queue when the claim lapses.
    ///
    /// [`Refusal::LastAdministrator`] if no administrator would be left; [`Error::NotFound`] if the
    /// account does not exist or is already deactivated.
    pub async fn end_staff(&self, by: StaffAdmin<'_>, who: StaffId) -> Result<(), Error> {
        let by = by.actor()?;
        let now = self.clock().now();

        let mut tx = self.store().begin("end_staff").await?;
        tx.lock_staff_to_change(who).await?;
        let before = tx.staff(who).await?.ok_or(Error::NotFound("staff"))?;
        if !tx.end_staff(who, now).await? {
            return Err(Error::NotFound("staff"));
        }
        let was_administrator = before.roles.has(StaffRole::Administrator);
        if was_administrator && tx.lock_and_count_administrators().await? == 0 {
            return Err(Refusal::LastAdministrator.into());
        }
        tx.end_sessions_of(who).await?;
        tx.delete_sign_in_links_of(who).await?;
        tx.delete_credentials_of(who).await?;
        audit::record(self, &mut tx, Change::of(by, AuditVerb::StaffEnded, who), now).await?;
        tx.commit().await?;

        Ok(())
    }
}
