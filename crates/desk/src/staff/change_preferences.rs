//! Stores a staff member's own settings for the console's pages.

use mamori_model::staff::Preferences;

use crate::staff::member::Member;
use crate::{Desk, Error};

impl Desk {
    /// Stores the page settings of `me`. [`Error::NotFound`] if the account is deactivated.
    pub async fn change_preferences(&self, me: &Member, pages: &Preferences) -> Result<(), Error> {
        let mut tx = self.store().begin("change_preferences").await?;
        let is_there = tx.set_preferences(me.staff(), pages).await?;
        tx.commit().await?;

        is_there.then_some(()).ok_or(Error::NotFound("staff"))
    }
}
