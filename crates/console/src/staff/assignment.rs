//! The services and policies of a staff member: what the pages show, and the fields of the forms.

use std::collections::{BTreeMap, BTreeSet};

use mamori_model::key::Service;
use mamori_model::staff::Assignment;
use mamori_model::{Purpose, ServiceId};

use crate::fault::Fault;
use crate::field::wrong;
use crate::messages::MessageId;
use crate::show::{self, SafeHtml};
use crate::terms;

/// The word of the form field for every service, or every policy.
const ALL: &str = "all";

/// The word of the form field for those that are ticked.
const SOME: &str = "some";

/// The services and policies to which a staff member is limited.
#[derive(Clone, Debug, Default)]
pub struct LimitedTo {
    /// Names of the services, or the id of a deleted one; `None`: all.
    pub services: Option<Vec<SafeHtml>>,
    /// Names of the policies; `None`: all.
    pub policies: Option<Vec<MessageId>>,
}

impl LimitedTo {
    /// Returns what an assignment is limited to; `None` if it covers everything.
    pub fn of(assignment: &Assignment, services: &[Service]) -> Option<Self> {
        let names: BTreeMap<ServiceId, &str> =
            services.iter().map(|service| (service.id, service.name.as_str())).collect();
        let name = |id: &ServiceId| match names.get(id) {
            Some(name) => show::text(name),
            None => show::text(&id.to_string()),
        };
        let policies =
            |purposes: &BTreeSet<Purpose>| purposes.iter().copied().map(terms::purpose).collect();
        assignment.is_limited().then(|| Self {
            services: assignment.services.as_ref().map(|ids| ids.iter().map(name).collect()),
            policies: assignment.purposes.as_ref().map(policies),
        })
    }
}

/// The fields of the forms: `services` and `policies` are `all` or `some`, the others are those that
/// are ticked.
#[derive(Clone, Debug, Default)]
pub struct AssignmentInput {
    /// Whether every service is meant.
    pub services: String,
    /// Ids of the services that are ticked.
    pub service: Vec<String>,
    /// Whether every policy is meant.
    pub policies: String,
    /// Words of the policies that are ticked.
    pub policy: Vec<String>,
}

impl AssignmentInput {
    /// Reads the assignment; the fault names the field that is wrong.
    pub fn read(&self) -> Result<Assignment, Fault> {
        let service = |text: &String| text.parse::<ServiceId>().map_err(|_| wrong("service"));
        let purpose = |text: &String| text.parse::<Purpose>().map_err(|_| wrong("policy"));
        let services = match self.services.as_str() {
            ALL => None,
            SOME => Some(self.service.iter().map(service).collect::<Result<_, _>>()?),
            _ => return Err(wrong("services")),
        };
        let purposes = match self.policies.as_str() {
            ALL => None,
            SOME => Some(self.policy.iter().map(purpose).collect::<Result<_, _>>()?),
            _ => return Err(wrong("policies")),
        };
        Ok(Assignment { services, purposes })
    }

    /// Returns the fields as they are for an assignment.
    fn of(assignment: &Assignment) -> Self {
        let word = |is_all: bool| if is_all { ALL } else { SOME }.to_owned();
        let services = assignment.services.iter().flatten();
        let purposes = assignment.purposes.iter().flatten();
        Self {
            services: word(assignment.services.is_none()),
            service: services.map(ToString::to_string).collect(),
            policies: word(assignment.purposes.is_none()),
            policy: purposes.map(|purpose| purpose.as_str().to_owned()).collect(),
        }
    }
}

/// The fields as a form shows them.
#[derive(Clone, Debug, Default)]
pub struct AssignmentChoices {
    /// Whether the staff member works on some services only.
    pub has_some_services: bool,
    /// The services that are not deleted.
    pub services: Vec<ServiceChoice>,
    /// Whether the staff member works under some policies only.
    pub has_some_policies: bool,
    /// The policies under which a case can be opened.
    pub policies: Vec<PolicyChoice>,
}

/// A service as a checkbox.
#[derive(Clone, Debug)]
pub struct ServiceChoice {
    /// Id of the service.
    pub value: String,
    /// Name of the service.
    pub name: SafeHtml,
    /// Whether it is ticked.
    pub is_checked: bool,
}

/// A policy as a checkbox.
#[derive(Clone, Copy, Debug)]
pub struct PolicyChoice {
    /// The word of the policy.
    pub value: &'static str,
    /// Name of the policy.
    pub label: MessageId,
    /// Whether it is ticked.
    pub is_checked: bool,
}

impl AssignmentChoices {
    /// Returns the fields filled in as in the form `input`, or else as `assignment` has it.
    pub fn new(
        assignment: &Assignment,
        input: Option<&AssignmentInput>,
        services: &[Service],
    ) -> Self {
        let of_assignment = AssignmentInput::of(assignment);
        let filled = input.unwrap_or(&of_assignment);
        let service = |service: &Service| {
            let value = service.id.to_string();
            let is_checked = filled.service.contains(&value);
            ServiceChoice { value, name: show::text(service.name.as_str()), is_checked }
        };
        let policy = |purpose: Purpose| PolicyChoice {
            value: purpose.as_str(),
            label: terms::purpose(purpose),
            is_checked: filled.policy.iter().any(|word| word == purpose.as_str()),
        };
        let purposes = Purpose::ALL.iter().copied();
        Self {
            has_some_services: filled.services == SOME,
            services: services.iter().map(service).collect(),
            has_some_policies: filled.policies == SOME,
            policies: purposes.filter(|purpose| !purpose.is_negative()).map(policy).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(services: &str, service: &[&str], policies: &str, policy: &[&str]) -> AssignmentInput {
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        AssignmentInput {
            services: services.to_owned(),
            service: owned(service),
            policies: policies.to_owned(),
            policy: owned(policy),
        }
    }

    #[test]
    fn the_fields_of_an_assignment_are_read_back_as_the_same_assignment() {
        let service = "svc_00000000000000000000000000000001";
        let limited = input("some", &[service], "some", &["rehearsal"]).read().unwrap();

        assert_eq!(limited.services, Some([service.parse().unwrap()].into()));
        assert_eq!(limited.purposes, Some([Purpose::Rehearsal].into()));
        for assignment in [limited, Assignment::EVERYTHING] {
            assert_eq!(AssignmentInput::of(&assignment).read().unwrap(), assignment);
        }
    }

    #[test]
    fn what_is_ticked_counts_only_beside_the_word_for_some() {
        let service = "svc_00000000000000000000000000000001";
        let all = input("all", &[service], "all", &["rehearsal"]);

        assert_eq!(all.read().unwrap(), Assignment::EVERYTHING);
        for wrong in [
            input("", &[service], "all", &[]),
            input("all", &[], "every", &[]),
            input("some", &["svc_1"], "all", &[]),
            input("all", &[], "some", &["king"]),
        ] {
            assert!(wrong.read().is_err(), "{wrong:?}");
        }
    }
}
