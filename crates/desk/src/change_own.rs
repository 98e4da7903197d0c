//! Somebody says how they want their pages.

use mamori_model::staff::{Language, Scheme, View};

use crate::member::Member;
use crate::{Desk, Error};

/// How somebody wants their pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnPages {
    /// In which language.
    pub language: Language,
    /// In which colours.
    pub scheme: Scheme,
    /// How they look at pictures.
    pub view: View,
    /// Whether single keys do something.
    pub has_keys: bool,
}

impl Desk {
    /// Changes how one's own pages are.
    pub async fn change_own(&self, me: &Member, pages: OwnPages) -> Result<(), Error> {
        let OwnPages { language, scheme, view, has_keys } = pages;

        let mut tx = self.store().begin("change_own").await?;
        let is_there = tx.set_own(me.staff(), (language, scheme, view), has_keys).await?;
        tx.commit().await?;

        is_there.then_some(()).ok_or(Error::NotFound("staff"))
    }
}
