//! Queries for the names under which staff members appear to each other.

use std::collections::{BTreeMap, BTreeSet};

use mamori_model::staff::{Assignment, RoleSet};
use mamori_model::{Line, StaffId};
use uuid::Uuid;

use crate::error::{Error, OrCorrupt};
use crate::json;
use crate::open::Store;
use crate::query::queries;
use crate::row::row;
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
    WORKING_STAFF = "-- working_staff
        SELECT id, display_name, roles, assignment FROM staff WHERE ended_at IS NULL ORDER BY id";
}

/// An active staff member, as far as colleagues must know them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colleague {
    /// Id of the staff member.
    pub id: StaffId,
    /// The name that colleagues see.
    pub display_name: Line,
    /// What they may do.
    pub roles: RoleSet,
    /// The services and policies that they may work on.
    pub assignment: Assignment,
}

row! {
    struct ColleagueRow {
        id: Uuid,
        display_name: String,
        roles: String,
        assignment: String,
    }
}

impl ColleagueRow {
    fn read(self) -> Result<Colleague, Error> {
        Ok(Colleague {
            id: self.id.into(),
            display_name: self.display_name.parse().or_corrupt("staff.display_name")?,
            roles: serde_json::from_str(&self.roles).or_corrupt("staff.roles")?,
            assignment: serde_json::from_str(&self.assignment).or_corrupt("staff.assignment")?,
        })
    }

    fn read_all(rows: Vec<Self>) -> Result<Vec<Colleague>, Error> {
        rows.into_iter().map(Self::read).collect()
    }
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

    /// Returns all active staff members, the oldest account first.
    pub async fn colleagues(&self) -> Result<Vec<Colleague>, Error> {
        ColleagueRow::read_all(self.rows(WORKING_STAFF.call()).await?)
    }
}

impl Tx {
    /// Returns all active staff members, the oldest account first.
    pub async fn colleagues(&mut self) -> Result<Vec<Colleague>, Error> {
        ColleagueRow::read_all(self.rows(WORKING_STAFF.call()).await?)
    }
}
