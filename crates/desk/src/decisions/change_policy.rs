//! Adds a version of a policy, or reads policies. A version is never changed, because each decision
//! names the version under which it was made.

use mamori_model::{Assignment, AuditVerb, Policy, PolicyTexts, Purpose, Refusal};

use crate::audit::{self, Change, values};
use crate::evidence::expire_evidence::end_of_grace_period;
use crate::staff::member::{Member, PolicyEditor};
use crate::{Desk, Error};

/// The next version of a policy, as the policy editor submits it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPolicy {
    /// The purpose that the policy is about.
    pub purpose: Purpose,
    /// The version that the editor's page showed; the new one is the next number.
    pub after: u32,
    /// What the policy forbids, as reviewers and affected persons read it, in each language in which
    /// it is written.
    pub texts: PolicyTexts,
    /// Exposure points for each begun minute of a clear view, 1 to 5.
    pub severity: u8,
    /// For how many days an item's bytes are kept, 0 (never) to [`Policy::EVIDENCE_DAYS_MAX`].
    pub evidence_days: u16,
}

impl Desk {
    /// Puts the next version of a policy into force.
    ///
    /// Evidence that was to be kept for longer than the new term is cut to the new term, but not to
    /// less than a week from now, because deleted bytes cannot be restored. Evidence with a shorter
    /// term keeps it. Open cases of the purpose get a new version, so that a reviewer's page must
    /// show the new policy before the reviewer can decide by it.
    ///
    /// [`Error::Conflict`] if another editor changed the policy since the page was shown,
    /// [`Error::Invalid`] beyond a limit, [`Refusal::VaultClosed`] if bytes are to be kept and the
    /// vault has no key, [`Refusal::AssignmentTooNarrow`] for a policy editor who is limited to some
    /// services, because a policy is in force at all of them, or to other policies.
    pub async fn change_policy(&self, who: &PolicyEditor, new: NewPolicy) -> Result<Policy, Error> {
        let NewPolicy { purpose, after, texts, severity, evidence_days } = new;
        if !who.member().may_edit_policy(purpose) {
            return Err(Refusal::AssignmentTooNarrow.into());
        }
        if !Policy::SEVERITIES.contains(&severity) {
            return Err(Error::invalid("the severity is from 1 to 5"));
        }
        if evidence_days > Policy::EVIDENCE_DAYS_MAX {
            return Err(Error::invalid("bytes are kept for at most 366 days"));
        }
        if evidence_days > 0 && self.settings().vault.is_none() {
            return Err(Refusal::VaultClosed.into());
        }
        let now = self.clock().now();

        let mut tx = self.store().begin("change_policy").await?;
        let before = tx.policy(purpose).await?.ok_or(Error::NotFound("policy"))?;
        if before.version != after {
            return Err(Error::conflict(
                "another policy editor changed this policy in the meantime",
            ));
        }
        let policy = Policy {
            purpose,
            version: before.version.saturating_add(1),
            texts,
            severity,
            evidence_days,
            by: Some(who.staff()),
            created_at: now,
        };
        tx.insert_policy(&policy).await?;
        let change = Change::of(who.staff(), AuditVerb::PolicyChanged, purpose.as_str());
        let change = change.before(values::policy(&before)).after(values::policy(&policy));
        audit::record(self, &mut tx, change, now).await?;
        tx.shorten_evidence_of_policy(purpose, policy.term(), end_of_grace_period(now)).await?;
        tx.touch_cases_of(purpose).await?;
        tx.commit().await?;

        Ok(policy)
    }

    /// Returns the policies in force, the most severe first, to every staff member.
    pub async fn policies(&self, _: &Member) -> Result<Vec<Policy>, Error> {
        Ok(self.store().policies().await?)
    }

    /// Checks whether any policy that `within` covers keeps the bytes of items, in a vault that has a
    /// key. If none does, reviewers decide without seeing a picture.
    pub(crate) async fn keeps_pictures(&self, within: &Assignment) -> Result<bool, Error> {
        if self.settings().vault.is_none() {
            return Ok(false);
        }
        let policies = self.store().policies().await?;
        let mut covered = policies.iter().filter(|policy| within.covers_purpose(policy.purpose));
        Ok(covered.any(|policy| policy.evidence_days > 0))
    }

    /// Returns every version of a policy, the newest first; none for a purpose that has no policy,
    /// such as known benign material.
    pub async fn policy_versions(
        &self,
        _: &Member,
        purpose: Purpose,
    ) -> Result<Vec<Policy>, Error> {
        Ok(self.store().policy_versions(purpose).await?)
    }
}
