//! Stores a staff member's own settings for the console's pages.

use mamori_model::staff::{Language, Scheme, ViewMode};

use crate::staff::member::Member;
use crate::{Desk, Error};

/// A staff member's settings for the console's pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preferences {
    /// The language of the pages.
    pub language: Language,
    /// The colour scheme of the pages.
    pub scheme: Scheme,
    /// How a picture is shown clear: while a key is held, at a press, or only on request.
    pub view: ViewMode,
    /// Whether single-key shortcuts are active.
    pub has_keys: bool,
}

impl Desk {
    /// Stores the page settings of `me`. [`Error::NotFound`] if the account is deactivated.
    pub async fn change_preferences(&self, me: &Member, pages: Preferences) -> Result<(), Error> {
        let Preferences { language, scheme, view, has_keys } = pages;

        let mut tx = self.store().begin("change_preferences").await?;
        let is_there = tx.set_preferences(me.staff(), (language, scheme, view), has_keys).await?;
        tx.commit().await?;

        is_there.then_some(()).ok_or(Error::NotFound("staff"))
    }
}
