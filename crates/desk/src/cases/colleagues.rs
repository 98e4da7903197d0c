//! Lists the staff members to whom a reviewer can hand over a case.

use std::collections::BTreeMap;

use mamori_model::{Line, StaffId};

use crate::staff::member::Reviewer;
use crate::{Desk, Error};

impl Desk {
    /// Returns the display names of all reviewers and leads except `who`, by id; nothing else about
    /// them.
    pub async fn colleagues(&self, who: &Reviewer) -> Result<BTreeMap<StaffId, Line>, Error> {
        let mut others = self.store().display_names_of_reviewers().await?;
        others.remove(&who.staff());
        Ok(others)
    }
}
