//! What somebody may do changes, or they leave. It holds at once: their sessions end with it.

use std::collections::BTreeSet;

use mamori_model::sign_in::StaffEventKind;
use mamori_model::staff::{OwnLimits, RoleSet, StaffRole};
use mamori_model::{Refusal, StaffId};
use serde_json::json;

use crate::add_staff::StaffAdmin;
use crate::{Desk, Error};

impl Desk {
    /// Gives somebody other roles. [`Refusal::OwnRoles`] for one's own, which another administrator
    /// or the machine gives, [`Refusal::RolesClash`], [`Refusal::LastAdministrator`] if nobody
    /// were left to let others in, [`Error::NotFound`] if they are not there, or left.
    pub async fn change_roles(
        &self,
        by: StaffAdmin<'_>,
        who: StaffId,
        roles: BTreeSet<StaffRole>,
    ) -> Result<(), Error> {
        let by = by.staff()?;
        if by == Some(who) {
            return Err(Refusal::OwnRoles.into());
        }
        let roles = RoleSet::new(roles, self.settings().is_alone)?;
        let now = self.clock().now();

        let mut tx = self.store().begin("change_roles").await?;
        let before = tx.staff(who).await?.ok_or(Error::NotFound("staff"))?;
        if !tx.set_roles(who, &roles).await? {
            return Err(Error::NotFound("staff"));
        }
        let was_administrator = before.roles.has(StaffRole::Administrator);
        if was_administrator && tx.lock_and_count_administrators().await? == 0 {
            return Err(Refusal::LastAdministrator.into());
        }
        tx.end_sessions_of(who).await?;
        let about = json!({ "before": before.roles, "roles": roles }).to_string();
        self.note_staff(&mut tx, (who, by), StaffEventKind::Roles, Some(about), now).await?;
        tx.commit().await?;

        Ok(())
    }

    /// Gives somebody a dose of their own. Whoever sets it sees limits, and never what somebody saw.
    pub async fn change_dose(
        &self,
        by: StaffAdmin<'_>,
        who: StaffId,
        dose: OwnLimits,
    ) -> Result<(), Error> {
        let by = by.staff()?;
        let now = self.clock().now();

        let mut tx = self.store().begin("change_dose").await?;
        if !tx.set_dose(who, dose).await? {
            return Err(Error::NotFound("staff"));
        }
        let about = json!({ "dose": dose }).to_string();
        self.note_staff(&mut tx, (who, by), StaffEventKind::Dose, Some(about), now).await?;
        tx.commit().await?;

        Ok(())
    }

    /// Lets somebody in no more: sessions, tickets and ways in are gone, and a case in their hand
    /// lapses. [`Refusal::LastAdministrator`] if nobody were left to let others in,
    /// [`Error::NotFound`] if they are not there, or left before.
    pub async fn end_staff(&self, by: StaffAdmin<'_>, who: StaffId) -> Result<(), Error> {
        let by = by.staff()?;
        let now = self.clock().now();

        let mut tx = self.store().begin("end_staff").await?;
        let before = tx.staff(who).await?.ok_or(Error::NotFound("staff"))?;
        if !tx.end_staff(who, now).await? {
            return Err(Error::NotFound("staff"));
        }
        let was_administrator = before.roles.has(StaffRole::Administrator);
        if was_administrator && tx.lock_and_count_administrators().await? == 0 {
            return Err(Refusal::LastAdministrator.into());
        }
        tx.end_sessions_of(who).await?;
        tx.delete_tickets_of(who).await?;
        tx.delete_credentials_of(who).await?;
        self.note_staff(&mut tx, (who, by), StaffEventKind::Ended, None, now).await?;
        tx.commit().await?;

        Ok(())
    }
}
