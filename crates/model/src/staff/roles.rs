//! Roles of staff members.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::Refusal;

/// A role of a staff member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[derive(EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum StaffRole {
    /// Claims and decides cases.
    Reviewer,
    /// Reviews as well, and gives the second approval.
    Lead,
    /// Edits policies, and resolves disputes for the owners of banks.
    PolicyEditor,
    /// Reads the records, and never sees an item.
    Auditor,
    /// Manages staff accounts, and never sees a case.
    Administrator,
}

impl StaffRole {
    /// Every role, in the order of declaration.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the word that the database, the command line and forms use.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Parses the word that [`Self::as_str`] returns.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// The roles of one staff member: at least one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "BTreeSet<StaffRole>", into = "BTreeSet<StaffRole>")]
pub struct RoleSet(BTreeSet<StaffRole>);

impl RoleSet {
    /// Creates a set of roles that one person may have. Administrators and auditors have no other
    /// role, unless `is_single_person`: the operator has declared that there is only one person.
    /// [`Refusal::RolesClash`] otherwise, and if there is no role.
    pub fn new(
        roles: impl IntoIterator<Item = StaffRole>,
        is_single_person: bool,
    ) -> Result<Self, Refusal> {
        let roles: BTreeSet<StaffRole> = roles.into_iter().collect();
        let stands_apart =
            [StaffRole::Administrator, StaffRole::Auditor].iter().any(|role| roles.contains(role));
        if stands_apart && roles.len() > 1 && !is_single_person {
            return Err(Refusal::RolesClash);
        }
        Self::try_from(roles)
    }

    /// Checks whether the set contains `role`.
    pub fn has(&self, role: StaffRole) -> bool {
        self.0.contains(&role)
    }

    /// Checks whether the staff member may decide cases; leads may, too.
    pub fn is_reviewer(&self) -> bool {
        self.has(StaffRole::Reviewer) || self.is_lead()
    }

    /// Checks whether the staff member may give a second approval.
    pub fn is_lead(&self) -> bool {
        self.has(StaffRole::Lead)
    }

    /// Returns the roles.
    pub fn iter(&self) -> impl Iterator<Item = StaffRole> {
        self.0.iter().copied()
    }
}

impl TryFrom<BTreeSet<StaffRole>> for RoleSet {
    type Error = Refusal;

    fn try_from(roles: BTreeSet<StaffRole>) -> Result<Self, Refusal> {
        if roles.is_empty() { Err(Refusal::RolesClash) } else { Ok(Self(roles)) }
    }
}

impl From<RoleSet> for BTreeSet<StaffRole> {
    fn from(roles: RoleSet) -> Self {
        roles.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_administrator_or_an_auditor_has_no_other_role() {
        use StaffRole::{Administrator, Auditor, Lead, PolicyEditor, Reviewer};

        assert!(RoleSet::new([Reviewer, PolicyEditor], false).is_ok());
        for clash in [[Administrator, Reviewer], [Auditor, Lead], [Administrator, Auditor]] {
            assert_eq!(RoleSet::new(clash, false), Err(Refusal::RolesClash));
            assert!(RoleSet::new(clash, true).is_ok());
        }
        assert_eq!(RoleSet::new([], true), Err(Refusal::RolesClash));
    }

    #[test]
    fn a_lead_reviews_too_and_an_auditor_does_not() {
        let lead = RoleSet::new([StaffRole::Lead], false).unwrap();
        let auditor = RoleSet::new([StaffRole::Auditor], false).unwrap();

        assert!(lead.is_reviewer() && lead.is_lead());
        assert!(!auditor.is_reviewer() && !auditor.is_lead());
    }

    #[test]
    fn roles_are_written_as_a_list_of_words() {
        let text = r#"["lead","policy_editor"]"#;

        let roles: RoleSet = serde_json::from_str(text).unwrap();

        assert_eq!(serde_json::to_string(&roles).unwrap(), text);
        assert!(serde_json::from_str::<RoleSet>("[]").is_err());
        for &role in StaffRole::ALL {
            assert_eq!(StaffRole::parse(role.as_str()), Some(role));
        }
    }
}
