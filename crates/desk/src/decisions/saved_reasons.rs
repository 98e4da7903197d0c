//! Reads and changes saved reasons: texts that leads offer for the reason of a decision, a skip or an
//! escalation, for each policy and language. Each of these stores its own reason, so a change affects
//! none that was made.

use std::collections::BTreeSet;

use mamori_model::staff::Language;
use mamori_model::{AuditVerb, Line, Purpose, Refusal, SavedReasons};
use serde_json::json;

use crate::audit::{self, Change};
use crate::staff::member::{Lead, Member};
use crate::{Desk, Error};

/// The next list of a policy and language, as the lead submits it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSavedReasons {
    /// The purpose whose policy the reasons are for.
    pub purpose: Purpose,
    /// The language in which they are written.
    pub language: Language,
    /// The version of the list that the lead's page showed.
    pub after: u32,
    /// The reasons; one that occurs twice is stored once.
    pub reasons: Vec<Line>,
}

impl Desk {
    /// Returns the saved reasons of a policy in a language, to every staff member.
    pub async fn saved_reasons(
        &self,
        _: &Member,
        purpose: Purpose,
        language: Language,
    ) -> Result<SavedReasons, Error> {
        Ok(self.store().saved_reasons(purpose, language).await?)
    }

    /// Replaces the saved reasons of a policy in a language.
    ///
    /// [`Error::NotFound`] for a purpose without a policy, [`Error::Conflict`] if another lead changed
    /// the list since the page was shown, [`Error::Invalid`] beyond
    /// [`crate::settings::CaseSettings::saved_reasons_max`], [`Refusal::AssignmentTooNarrow`] for a lead
    /// who is limited to some services, because the reasons are offered at all of them, or to other
    /// policies.
    pub async fn change_saved_reasons(
        &self,
        who: &Lead,
        new: NewSavedReasons,
    ) -> Result<SavedReasons, Error> {
        let NewSavedReasons { purpose, language, after, mut reasons } = new;
        if !who.member().may_save_reasons(purpose) {
            return Err(Refusal::AssignmentTooNarrow.into());
        }
        let mut seen = BTreeSet::new();
        reasons.retain(|reason| seen.insert(reason.clone()));
        let most = self.settings().cases.saved_reasons_max;
        if reasons.len() > usize::try_from(most).unwrap_or(usize::MAX) {
            return Err(Error::invalid("too many saved reasons for one policy and language"));
        }
        let now = self.clock().now();

        let mut tx = self.store().begin("change_saved_reasons").await?;
        tx.policy(purpose).await?.ok_or(Error::NotFound("policy"))?;
        let before = tx.saved_reasons(purpose, language).await?;
        let conflict = || Error::conflict("another lead changed these reasons in the meantime");
        if before.version != after {
            return Err(conflict());
        }
        let list = SavedReasons {
            purpose,
            language,
            version: before.version.saturating_add(1),
            reasons,
            changed: Some((who.staff(), now)),
        };
        if !tx.set_saved_reasons(&list).await? {
            return Err(conflict());
        }
        let change = Change::of(who.staff(), AuditVerb::ReasonsChanged, purpose.as_str());
        let change = change.before(details(&before)).after(details(&list));
        audit::record(self, &mut tx, change, now).await?;
        tx.commit().await?;

        Ok(list)
    }
}

/// Returns what the audit record says of a list: how many reasons it has, and not their text.
fn details(list: &SavedReasons) -> serde_json::Value {
    json!({ "language": list.language, "version": list.version, "reasons": list.reasons.len() })
}
