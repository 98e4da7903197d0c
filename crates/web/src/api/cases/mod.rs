//! Cases, as services and administrators read them.

pub mod case_json;
pub mod get_case;
pub mod list_cases;
