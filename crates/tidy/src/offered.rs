//! The functions that every area of the desk has: expiry of its rows, and its part in deleting a
//! service.

use crate::Findings;
use crate::areas::AREAS;
use crate::checkout::File;
use crate::rust::shipped;

/// A function that each area has, unless a reason is given.
struct Offer {
    /// Name of the function.
    name: &'static str,
    /// The file that calls it for every area.
    caller: &'static str,
    /// The areas without it, and why.
    without: &'static [(&'static str, &'static str)],
}

const OFFERS: [Offer; 2] = [
    Offer {
        name: "expire",
        caller: "crates/desk/src/retention_sweep.rs",
        without: &[
            ("actions", "actions are deleted with their case"),
            ("overview", "it only reads"),
            ("services", "a deleted service stays as long as rows name it: a name and an id"),
        ],
    },
    Offer {
        name: "end_for_service",
        caller: "crates/desk/src/delete_service.rs",
        without: &[
            ("approvals", "what waits is a change by an administrator, not by a service"),
            ("audit", "its events are kept for their term"),
            ("cases", "a service is deleted when its cases are decided"),
            ("checks", "matches are kept for their term"),
            ("decisions", "a service is deleted when its decisions are in effect"),
            ("evidence", "bytes are kept for the term of their policy"),
            ("node", "the change log names no service"),
            ("notifications", "their numbers are of all services together"),
            ("overview", "it only reads"),
            ("staff", "staff belong to no service"),
        ],
    },
];

/// Reports areas that a caller leaves out without a reason, and reasons for areas that it calls.
pub fn left_out(files: &[File]) -> Findings {
    let mut findings = Findings::new();
    for Offer { name, caller, without } in &OFFERS {
        let file = files.iter().find(|file| file.path == *caller);
        let source = file.map_or("", shipped);
        for area in AREAS {
            let is_called = source.contains(&format!("{area}::{name}"));
            let is_excused = without.iter().any(|(excused, _)| *excused == area);
            if is_called == is_excused {
                let fault = if is_called { "is called, and excused" } else { "is not called" };
                findings.push(format!("{caller}: `{name}` of {area} {fault}"));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_area_that_is_left_out_is_found_and_one_that_needs_no_excuse() {
        let called = |name: &str, areas: &[&str]| -> String {
            areas.iter().map(|area| format!("{area}::{name}(tx);\n")).collect::<Vec<_>>().concat()
        };
        let areas: Vec<&str> = AREAS.into_iter().filter(|area| *area != "banks").collect();
        let sweep = File::of("crates/desk/src/retention_sweep.rs", &called("expire", &areas));

        let found = left_out(&[sweep]);

        let has = |text: &str| found.iter().any(|finding| finding.ends_with(text));
        assert!(has("`expire` of banks is not called"), "{found:?}");
        assert!(has("`expire` of overview is called, and excused"), "{found:?}");
        assert!(has("`end_for_service` of banks is not called"), "{found:?}");
    }
}
