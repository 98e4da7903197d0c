//! A policy is worded anew, or read. A version is never changed: a decision names the one that it
//! was made by.

use mamori_model::{Policy, Purpose, Refusal, Words};

use crate::expire_evidence::until_noticed;
use crate::member::{Member, PolicyEditor};
use crate::{Desk, Error};

/// A policy as somebody wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPolicy {
    /// Which purpose.
    pub purpose: Purpose,
    /// The version that their page showed.
    pub after: u32,
    /// What it forbids.
    pub wording: Words,
    /// What a clear look costs, 1 to 5.
    pub severity: u8,
    /// For how many days an item's bytes are kept, 0 to [`Policy::KEEP_DAYS_MAX`].
    pub keep_days: u16,
}

impl Desk {
    /// Puts the next version of a policy in force. What is kept for longer than it says is kept for
    /// as long as it says, and a week more at least, since what is gone never comes back; what is
    /// kept for less stays so. Pages of open cases show what is new
    /// before anybody decides by it.
    ///
    /// [`Error::Conflict`] if somebody worded it meanwhile, [`Error::Invalid`] beyond a limit,
    /// [`Refusal::VaultClosed`] if bytes were to be kept without a key.
    pub async fn change_policy(&self, who: &PolicyEditor, new: NewPolicy) -> Result<Policy, Error> {
        let NewPolicy { purpose, after, wording, severity, keep_days } = new;
        if !Policy::SEVERITIES.contains(&severity) {
            return Err(Error::invalid("the severity is from 1 to 5"));
        }
        if keep_days > Policy::KEEP_DAYS_MAX {
            return Err(Error::invalid("bytes are kept for at most 366 days"));
        }
        if keep_days > 0 && self.settings().vault.is_none() {
            return Err(Refusal::VaultClosed.into());
        }
        let now = self.clock().now();

        let mut tx = self.store().begin("change_policy").await?;
        let before = tx.policy(purpose).await?.ok_or(Error::NotFound("policy"))?;
        if before.version != after {
            return Err(Error::conflict("somebody worded this policy meanwhile"));
        }
        let policy = Policy {
            purpose,
            version: before.version.saturating_add(1),
            wording,
            severity,
            keep_days,
            by: Some(who.staff()),
            created_at: now,
        };
        tx.insert_policy(&policy).await?;
        tx.shorten_evidence_of_policy(purpose, policy.term(), until_noticed(now)).await?;
        tx.touch_cases_of(purpose).await?;
        tx.commit().await?;

        Ok(policy)
    }

    /// The policies that are in force, the gravest first, for everybody of the staff.
    pub async fn policies(&self, _: &Member) -> Result<Vec<Policy>, Error> {
        Ok(self.store().policies().await?)
    }

    /// Every version of a policy, the newest first; none of a purpose that accuses nobody.
    pub async fn policy_versions(
        &self,
        _: &Member,
        purpose: Purpose,
    ) -> Result<Vec<Policy>, Error> {
        Ok(self.store().policy_versions(purpose).await?)
    }
}
