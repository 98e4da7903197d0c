//! Limits a query to the services and policies of an [`Assignment`]. Every query about cases,
//! decisions, disputes or messages that serves a staff member takes one; what Mamori itself and the
//! API read takes [`Assignment::EVERYTHING`] or names one service.

use mamori_model::Purpose;
use mamori_model::staff::Assignment;

use crate::call::Call;
use crate::json;

/// The condition that a service is in the list `$services`, or that this parameter is NULL.
macro_rules! covered_service {
    (sqlite $service:literal in $services:literal) => {
        concat!(
            "(",
            $service,
            " IN (SELECT unhex(value) FROM json_each(",
            $services,
            ")) OR ",
            $services,
            " IS NULL)"
        )
    };
    (postgres $service:literal in $services:literal) => {
        concat!(
            "(",
            $service,
            " = ANY (ARRAY(SELECT CAST(json_array_elements_text(CAST(",
            $services,
            " AS json)) AS uuid))) OR ",
            $services,
            " IS NULL)"
        )
    };
}
pub(crate) use covered_service;

/// The condition that a purpose is in the list `$purposes`, or that this parameter is NULL.
macro_rules! covered_purpose {
    (sqlite $purpose:literal in $purposes:literal) => {
        concat!(
            "(",
            $purpose,
            " IN (SELECT value FROM json_each(",
            $purposes,
            ")) OR ",
            $purposes,
            " IS NULL)"
        )
    };
    (postgres $purpose:literal in $purposes:literal) => {
        concat!(
            "(",
            $purpose,
            " = ANY (ARRAY(SELECT json_array_elements_text(CAST(",
            $purposes,
            " AS json)))) OR ",
            $purposes,
            " IS NULL)"
        )
    };
}
pub(crate) use covered_purpose;

/// The condition that a row is of a covered service and under a covered policy. The parameters are
/// those that [`Call::within`] binds.
macro_rules! covered {
    ($engine:ident $service:literal in $services:literal, $purpose:literal in $purposes:literal) => {
        concat!(
            $crate::covered::covered_service!($engine $service in $services),
            " AND ",
            $crate::covered::covered_purpose!($engine $purpose in $purposes)
        )
    };
}
pub(crate) use covered;

impl Call {
    /// Binds the next parameter: the services of `assignment`, as a JSON list; NULL if they are not
    /// limited.
    #[must_use]
    pub fn within_services(self, assignment: &Assignment) -> Self {
        self.bind(assignment.services.as_ref().map(|ids| json::ids(ids.iter().copied())))
    }

    /// Binds the next two parameters: the services and the purposes of `assignment`, as JSON lists;
    /// NULL where it is not limited.
    #[must_use]
    pub fn within(self, assignment: &Assignment) -> Self {
        let purposes = assignment.purposes.as_ref().map(|purposes| {
            let words: Vec<&str> = purposes.iter().copied().map(Purpose::as_str).collect();
            // Words always serialise.
            serde_json::to_string(&words).unwrap_or_default()
        });
        self.within_services(assignment).bind(purposes)
    }
}
