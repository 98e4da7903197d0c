//! Queries for the names under which staff members appear to each other.

use std::collections::{BTreeMap, BTreeSet};

use mamori_model::staff::{Assignment, RoleSet};
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
    // One row: a page of a case lists all of them, and the driver hands over each row by itself.
    WORKING_STAFF = "-- working_staff
        SELECT json_group_array(json_array(lower(hex(id)), display_name, json(roles),
                                           json(assignment)) ORDER BY id)
          FROM staff
         WHERE ended_at IS NULL",
        postgres: "-- working_staff
        SELECT CAST(COALESCE(json_agg(json_build_array(id, display_name, CAST(roles AS json),
                                                       CAST(assignment AS json)) ORDER BY id),
                             '[]') AS text)
          FROM staff
         WHERE ended_at IS NULL";
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

/// A staff member as [`WORKING_STAFF`] lists them: id, display name, roles, assignment.
type Listed = (Uuid, String, RoleSet, Assignment);

fn read_colleagues(row: Option<(String,)>) -> Result<Vec<Colleague>, Error> {
    let Some((list,)) = row else { return Ok(Vec::new()) };
    let listed: Vec<Listed> = serde_json::from_str(&list).or_corrupt("staff.roles")?;
    let read = |(id, display_name, roles, assignment): Listed| {
        let display_name = display_name.parse().or_corrupt("staff.display_name")?;
        Ok(Colleague { id: id.into(), display_name, roles, assignment })
    };
    listed.into_iter().map(read).collect()
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
        read_colleagues(self.row(WORKING_STAFF.call()).await?)
    }
}

impl Tx {
    /// Returns all active staff members, the oldest account first.
    pub async fn colleagues(&mut self) -> Result<Vec<Colleague>, Error> {
        read_colleagues(self.row(WORKING_STAFF.call()).await?)
    }
}
