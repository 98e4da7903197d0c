//! Queries for policies. Rows are added and never changed; the greatest version of a purpose is in
//! force.

use mamori_model::{Policy, Purpose};
use uuid::Uuid;

use crate::error::{Error, OrCorrupt};
use crate::json;
use crate::open::Store;
use crate::query::queries;
use crate::row::row;
use crate::time::from_micros;
use crate::tx::Tx;

macro_rules! select {
    ($name:literal, $rest:literal) => {
        concat!(
            "-- ",
            $name,
            "
        SELECT purpose, version, texts, severity, evidence_days, staff_id, created_at
          FROM policy
         WHERE ",
            $rest
        )
    };
}

queries! {
    POLICY_IN_FORCE = select!("policy_in_force", "purpose = $1 ORDER BY version DESC LIMIT 1");
    POLICY_VERSION = select!("policy_version", "purpose = $1 AND version = $2");
    POLICY_VERSIONS = select!("policy_versions", "purpose = $1 ORDER BY version DESC");
    POLICIES_IN_FORCE = select!("policies_in_force", "version = (SELECT max(version)
                           FROM policy AS other WHERE other.purpose = policy.purpose)
         ORDER BY severity DESC, purpose");
    INSERT_POLICY = "-- insert_policy
        INSERT INTO policy (purpose, version, texts, severity, evidence_days, staff_id, created_at,
                            changed_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
}

row! {
    struct PolicyRow {
        purpose: String,
        version: i64,
        texts: String,
        severity: i64,
        evidence_days: i64,
        staff_id: Option<Uuid>,
        created_at: i64,
    }
}

impl PolicyRow {
    fn read(self) -> Result<Policy, Error> {
        Ok(Policy {
            purpose: self.purpose.parse().or_corrupt("policy.purpose")?,
            version: u32::try_from(self.version).or_corrupt("policy.version")?,
            texts: serde_json::from_str(&self.texts).or_corrupt("policy.texts")?,
            severity: u8::try_from(self.severity).or_corrupt("policy.severity")?,
            evidence_days: u16::try_from(self.evidence_days).or_corrupt("policy.evidence_days")?,
            by: self.staff_id.map(Into::into),
            created_at: from_micros(self.created_at, "policy.created_at")?,
        })
    }
}

impl Store {
    /// Returns the policy of a purpose that is in force; `None` for a purpose that has no policy,
    /// which is that of negative banks.
    pub async fn policy(&self, purpose: Purpose) -> Result<Option<Policy>, Error> {
        let row: Option<PolicyRow> = self.row(POLICY_IN_FORCE.bind(purpose.as_str())).await?;
        row.map(PolicyRow::read).transpose()
    }

    /// Returns one version of a policy.
    pub async fn policy_version(
        &self,
        purpose: Purpose,
        version: u32,
    ) -> Result<Option<Policy>, Error> {
        let call = POLICY_VERSION.bind(purpose.as_str()).bind(version);
        let row: Option<PolicyRow> = self.row(call).await?;
        row.map(PolicyRow::read).transpose()
    }

    /// Returns every version of a policy, the newest first.
    pub async fn policy_versions(&self, purpose: Purpose) -> Result<Vec<Policy>, Error> {
        let rows: Vec<PolicyRow> = self.rows(POLICY_VERSIONS.bind(purpose.as_str())).await?;
        rows.into_iter().map(PolicyRow::read).collect()
    }

    /// Returns the policies that are in force, the gravest first.
    pub async fn policies(&self) -> Result<Vec<Policy>, Error> {
        let rows: Vec<PolicyRow> = self.rows(POLICIES_IN_FORCE.call()).await?;
        rows.into_iter().map(PolicyRow::read).collect()
    }
}

impl Tx {
    /// Returns the policy of a purpose that is in force.
    pub async fn policy(&mut self, purpose: Purpose) -> Result<Option<Policy>, Error> {
        let row: Option<PolicyRow> = self.row(POLICY_IN_FORCE.bind(purpose.as_str())).await?;
        row.map(PolicyRow::read).transpose()
    }

    /// Adds a version. [`Error::Conflict`] if another policy editor added it first.
    pub async fn insert_policy(&mut self, policy: &Policy) -> Result<(), Error> {
        let call = INSERT_POLICY
            .bind(policy.purpose.as_str())
            .bind(policy.version)
            .bind(json::write(&policy.texts)?)
            .bind(u32::from(policy.severity))
            .bind(u32::from(policy.evidence_days))
            .bind(policy.by)
            .bind(policy.created_at)
            .bind(self.name());
        self.run(call).await.map_err(|error| error.or_taken("staff", "policy")).map(drop)
    }
}
