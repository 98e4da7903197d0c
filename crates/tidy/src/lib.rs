//! Tests about the code: layers, sizes, who may do what, licences, documents that agree with it.
//!
//! Each rule is a pure function from what stands in the checkout to findings, and has a
//! counter-test which shows that it finds something. `tests/` runs them on the checkout itself.

pub mod checkout;
pub mod documents;
pub mod duties;
pub mod files;
pub mod layers;
pub mod licences;
pub mod manifests;
pub mod rights;
pub mod rust;
pub mod workspace;

/// What breaks a rule, as `path:line: sentence` or `crate: sentence`. Nothing found is an empty
/// list.
pub type Findings = Vec<String>;
