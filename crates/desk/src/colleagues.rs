//! Whom a case can be handed to.

use std::collections::BTreeMap;

use mamori_model::{Line, StaffId};

use crate::member::Reviewer;
use crate::{Desk, Error};

impl Desk {
    /// Reviewers and leads other than `who`, as they are shown; nothing else about them.
    pub async fn colleagues(&self, who: &Reviewer) -> Result<BTreeMap<StaffId, Line>, Error> {
        let mut others = self.store().reviewers_shown().await?;
        others.remove(&who.staff());
        Ok(others)
    }
}
