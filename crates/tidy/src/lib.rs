//! Tests about the code: layers, sizes, restrictions on crates, licences, and documents that agree
//! with the code.
//!
//! Each rule is a pure function from the files of the checkout to findings, and has a counter-test
//! that shows that it finds something. `tests/` runs the rules on the checkout itself.

pub mod advisories;
pub mod areas;
pub mod checkout;
pub mod cycles;
pub mod documents;
pub mod files;
pub mod layers;
pub mod licences;
pub mod manifests;
pub mod offered;
pub mod prose;
pub mod restrictions;
pub mod rights;
pub mod rust;
pub mod workspace;

/// Violations of a rule, as `path:line: sentence` or `crate: sentence`. Empty if there are none.
pub type Findings = Vec<String>;
