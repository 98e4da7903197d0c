//! Queries for the names under which staff members appear to each other.

use std::collections::{BTreeMap, BTreeSet};

use mamori_model::staff::RoleSet;
use mamori_model::{Line, StaffId};
use uuid::Uuid;

use crate::error::{Error, OrCorrupt};
use crate::json;
use crate::open::Store;
use crate::query::queries;
use crate::tx::Tx;

queries! {
    DISPLAY_NAMES = "-- display_names
        SELECT id, display_name
          FROM staff
         WHERE id IN (SELECT unhex(value) FROM json_each($1))",
        postgres: "-- display_names
        SELECT id, display_name
          FROM staff
         WHERE id = ANY (ARRAY(SELECT CAST(json_array_elements_text(CAST($1 AS json)) AS uuid)))";
    DISPLAY_NAMES_AND_ROLES = "-- display_names_and_roles
        SELECT id, display_name, roles FROM staff WHERE ended_at IS NULL ORDER BY id";
}

impl Store {
    /// Returns the display names of these staff members, also of deactivated accounts.
    pub async fn display_names(
        &self,
        who: &BTreeSet<StaffId>,
    ) -> Result<BTreeMap<StaffId, Line>, Error> {
        let call = DISPLAY_NAMES.bind(json::ids(who.iter().copied()));
        let rows: Vec<(Uuid, String)> = self.rows(call).await?;
        let read = |(id, name): (Uuid, String)| {
            Ok((StaffId::from(id), name.parse().or_corrupt("staff.display_name")?))
        };
        rows.into_iter().map(read).collect()
    }

    /// Returns the display names of all active reviewers.
    pub async fn display_names_of_reviewers(&self) -> Result<BTreeMap<StaffId, Line>, Error> {
        let rows: Vec<(Uuid, String, String)> = self.rows(DISPLAY_NAMES_AND_ROLES.call()).await?;
        let mut shown = BTreeMap::new();
        for (id, name, roles) in rows {
            let roles: RoleSet = serde_json::from_str(&roles).or_corrupt("staff.roles")?;
            if roles.is_reviewer() {
                shown.insert(id.into(), name.parse().or_corrupt("staff.display_name")?);
            }
        }
        Ok(shown)
    }

    /// Checks whether there is an active lead.
    pub async fn has_lead(&self) -> Result<bool, Error> {
        is_lead_among(self.rows(DISPLAY_NAMES_AND_ROLES.call()).await?)
    }
}

impl Tx {
    /// Checks whether there is an active lead.
    pub async fn has_lead(&mut self) -> Result<bool, Error> {
        is_lead_among(self.rows(DISPLAY_NAMES_AND_ROLES.call()).await?)
    }
}

fn is_lead_among(people: Vec<(Uuid, String, String)>) -> Result<bool, Error> {
    for (_, _, roles) in people {
        let roles: RoleSet = serde_json::from_str(&roles).or_corrupt("staff.roles")?;
        if roles.is_lead() {
            return Ok(true);
        }
    }
    Ok(false)
}
