//! Assignments: the services and policies to which the work of a staff member is limited.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{RoleSet, StaffRole};
use crate::{Purpose, Refusal, ServiceId};

/// The services and policies whose cases a staff member may see and work on. What it does not cover
/// looks to them as if it did not exist: cases, items, decisions, disputes, figures and messages.
///
/// It limits by what a case belongs to, never by account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assignment {
    /// The services; `None`: all, also those that are registered later.
    pub services: Option<BTreeSet<ServiceId>>,
    /// The policies, by their purposes; `None`: all.
    pub purposes: Option<BTreeSet<Purpose>>,
}

impl Assignment {
    /// Every service and every policy: what Mamori itself and the command line work on, and staff
    /// members who are not limited.
    pub const EVERYTHING: Self = Self { services: None, purposes: None };

    /// Checks whether cases of this service under this policy are covered.
    pub fn covers(&self, service: ServiceId, purpose: Purpose) -> bool {
        self.covers_service(service) && self.covers_purpose(purpose)
    }

    /// Checks whether cases of this service are covered, under some policy.
    pub fn covers_service(&self, service: ServiceId) -> bool {
        self.services.as_ref().is_none_or(|services| services.contains(&service))
    }

    /// Checks whether cases under this policy are covered, at some service.
    pub fn covers_purpose(&self, purpose: Purpose) -> bool {
        self.purposes.as_ref().is_none_or(|purposes| purposes.contains(&purpose))
    }

    /// Checks whether anything is not covered.
    pub fn is_limited(&self) -> bool {
        self.services.is_some() || self.purposes.is_some()
    }

    /// Checks whether a staff member with these roles may have the assignment.
    ///
    /// [`Refusal::AssignmentEmpty`] if a list is empty: such a staff member could see nothing.
    /// [`Refusal::AssignmentOfRole`] if it limits an auditor or an administrator, whose records are
    /// not divided by service.
    pub fn check(&self, roles: &RoleSet) -> Result<(), Refusal> {
        let is_empty = self.services.as_ref().is_some_and(BTreeSet::is_empty)
            || self.purposes.as_ref().is_some_and(BTreeSet::is_empty);
        if is_empty {
            return Err(Refusal::AssignmentEmpty);
        }
        let reads_all = roles.has(StaffRole::Auditor) || roles.has(StaffRole::Administrator);
        if reads_all && self.is_limited() { Err(Refusal::AssignmentOfRole) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn service(number: u128) -> ServiceId {
        Uuid::from_u128(number).into()
    }

    fn only(services: &[u128], purposes: &[Purpose]) -> Assignment {
        let services = services.iter().copied().map(service).collect();
        Assignment { services: Some(services), purposes: Some(purposes.iter().copied().collect()) }
    }

    #[test]
    fn a_case_is_covered_if_its_service_and_its_policy_are() {
        let limited = only(&[1], &[Purpose::Rehearsal]);

        assert!(limited.covers(service(1), Purpose::Rehearsal));
        assert!(!limited.covers(service(2), Purpose::Rehearsal));
        assert!(!limited.covers(service(1), Purpose::ChildSexualAbuse));
        assert!(Assignment::EVERYTHING.covers(service(2), Purpose::ChildSexualAbuse));
        assert!(limited.is_limited() && !Assignment::EVERYTHING.is_limited());
    }

    #[test]
    fn an_auditor_an_administrator_and_an_empty_list_are_refused() {
        let roles = |role| RoleSet::new([role], false).unwrap();
        let limited = only(&[1], &[Purpose::Rehearsal]);

        for role in [StaffRole::Reviewer, StaffRole::Lead, StaffRole::PolicyEditor] {
            assert_eq!(limited.check(&roles(role)), Ok(()));
        }
        for role in [StaffRole::Auditor, StaffRole::Administrator] {
            assert_eq!(limited.check(&roles(role)), Err(Refusal::AssignmentOfRole));
            assert_eq!(Assignment::EVERYTHING.check(&roles(role)), Ok(()));
        }
        for empty in [only(&[], &[Purpose::Rehearsal]), only(&[1], &[])] {
            assert_eq!(empty.check(&roles(StaffRole::Lead)), Err(Refusal::AssignmentEmpty));
        }
    }

    #[test]
    fn an_assignment_is_written_with_the_words_of_ids_and_purposes() {
        let text = serde_json::to_string(&only(&[1], &[Purpose::Rehearsal])).unwrap();

        let expected = concat!(
            r#"{"services":["svc_00000000000000000000000000000001"],"#,
            r#""purposes":["rehearsal"]}"#,
        );
        assert_eq!(text, expected);
        assert_eq!(
            serde_json::from_str::<Assignment>(&text).unwrap(),
            only(&[1], &[Purpose::Rehearsal])
        );
    }
}
