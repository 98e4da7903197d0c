//! Queries for the names under which staff members are shown to each other.

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
    STAFF_SHOWN = "-- staff_shown
        SELECT id, shown
          FROM staff
         WHERE id IN (SELECT unhex(value) FROM json_each($1))",
        postgres: "-- staff_shown
        SELECT id, shown
          FROM staff
         WHERE id = ANY (ARRAY(SELECT CAST(json_array_elements_text(CAST($1 AS json)) AS uuid)))";
    ROLES_SHOWN = "-- roles_shown
        SELECT id, shown, roles FROM staff WHERE ended_at IS NULL ORDER BY id";
}

impl Store {
    /// Returns the shown names of these staff members, also of deactivated accounts.
    pub async fn staff_shown(
        &self,
        who: &BTreeSet<StaffId>,
    ) -> Result<BTreeMap<StaffId, Line>, Error> {
        let call = STAFF_SHOWN.bind(json::ids(who.iter().copied()));
        let rows: Vec<(Uuid, String)> = self.rows(call).await?;
        let read = |(id, shown): (Uuid, String)| {
            Ok((StaffId::from(id), shown.parse().or_corrupt("staff.shown")?))
        };
        rows.into_iter().map(read).collect()
    }

    /// Returns the shown names of all active reviewers.
    pub async fn reviewers_shown(&self) -> Result<BTreeMap<StaffId, Line>, Error> {
        let rows: Vec<(Uuid, String, String)> = self.rows(ROLES_SHOWN.call()).await?;
        let mut shown = BTreeMap::new();
        for (id, name, roles) in rows {
            let roles: RoleSet = serde_json::from_str(&roles).or_corrupt("staff.roles")?;
            if roles.is_reviewer() {
                shown.insert(id.into(), name.parse().or_corrupt("staff.shown")?);
            }
        }
        Ok(shown)
    }

    /// Checks whether there is an active lead.
    pub async fn has_lead(&self) -> Result<bool, Error> {
        is_lead_among(self.rows(ROLES_SHOWN.call()).await?)
    }
}

impl Tx {
    /// Checks whether there is an active lead.
    pub async fn has_lead(&mut self) -> Result<bool, Error> {
        is_lead_among(self.rows(ROLES_SHOWN.call()).await?)
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
