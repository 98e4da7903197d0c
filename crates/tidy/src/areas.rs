//! The areas of the four upper layers: the same folders, and the paths that may lead between them.
//!
//! Sees paths, not calls of methods: `self.open_case(…)` names no area.

use std::collections::BTreeSet;

use crate::Findings;
use crate::checkout::File;
use crate::rust::{Piece, pieces};

/// The areas.
pub const AREAS: [&str; 15] = [
    "actions",
    "approvals",
    "audit",
    "banks",
    "cases",
    "checks",
    "decisions",
    "evidence",
    "node",
    "notifications",
    "overview",
    "services",
    "staff",
    "viewing",
    "webhooks",
];

/// A layer: where its areas are, the files beside them, and which area may name which.
struct Layer {
    /// The folder with the areas, which ends with a slash.
    folder: &'static str,
    /// What a path to an area begins with.
    root: &'static str,
    /// Files and folders beside the areas.
    beside: &'static [&'static str],
    /// The areas that an area may name.
    arrows: &'static [(&'static str, &'static [&'static str])],
}

const LAYERS: [Layer; 4] = [
    Layer {
        folder: "crates/store/src/",
        root: "crate::",
        beside: &[
            "audit",
            "call.rs",
            "covered.rs",
            "error.rs",
            "group_commit.rs",
            "json.rs",
            "lib.rs",
            "migrate.rs",
            "pending_change.rs",
            "open.rs",
            "query.rs",
            "registry.rs",
            "retention.rs",
            "row.rs",
            "time.rs",
            "tx.rs",
        ],
        arrows: &[("cases", &["checks"]), ("decisions", &["cases"])],
    },
    Layer {
        folder: "crates/desk/src/",
        root: "crate::",
        beside: &[
            "approve_request.rs",
            "audit",
            "clock.rs",
            "delete_service.rs",
            "error.rs",
            "lib.rs",
            "list.rs",
            "rate_limiter.rs",
            "settings",
            "settings.rs",
            "retention_sweep.rs",
            "single_run.rs",
            "sweep_summary.rs",
            "work.rs",
        ],
        arrows: &[
            ("actions", &["audit", "cases", "staff", "webhooks"]),
            ("approvals", &["audit", "staff"]),
            ("audit", &["staff"]),
            ("banks", &["approvals", "audit", "cases", "staff"]),
            ("cases", &["audit", "staff"]),
            ("checks", &["webhooks"]),
            ("decisions", &["audit", "cases", "evidence", "staff"]),
            ("evidence", &["audit", "staff"]),
            ("notifications", &["webhooks"]),
            ("overview", &["staff"]),
            ("services", &["approvals", "audit", "staff"]),
            ("staff", &["audit", "services"]),
            ("viewing", &["banks", "cases", "decisions", "staff"]),
            ("webhooks", &["audit", "staff"]),
        ],
    },
    Layer {
        folder: "crates/web/src/api/",
        root: "crate::api::",
        beside: &["guarded.rs", "matrix.txt", "mod.rs"],
        // An endpoint whose change needs a second actor may answer with the approval request.
        arrows: &[
            ("banks", &["approvals"]),
            ("cases", &["actions"]),
            ("decisions", &["cases"]),
            ("services", &["approvals"]),
        ],
    },
    Layer {
        folder: "crates/console/src/",
        root: "crate::",
        beside: &[
            "app.rs",
            "assets.rs",
            "csrf.rs",
            "fault.rs",
            "fault_page.rs",
            "field.rs",
            "form.rs",
            "frame.rs",
            "guard.rs",
            "headers.rs",
            "language.rs",
            "language_pack",
            "language_pack.rs",
            "lib.rs",
            "local_time.rs",
            "query.rs",
            "routes.rs",
            "session.rs",
            "show.rs",
            "terms.rs",
            "messages.rs",
        ],
        arrows: &[
            // The page of a dispute shows the items that the entry held.
            ("banks", &["cases"]),
            // The page of a case has the form of its decision, and shows the decisions before.
            // The queue says to which services and policies the reader is limited.
            ("cases", &["decisions", "staff"]),
            ("decisions", &["cases", "staff"]),
            ("viewing", &["cases", "staff"]),
            ("webhooks", &["decisions", "staff"]),
        ],
    },
];

/// Reports files and folders of a layer that are neither an area nor listed beside them, areas
/// without a file, and listed ones that are not there.
pub fn misplaced(files: &[File]) -> Findings {
    let mut findings = Findings::new();
    for layer in &LAYERS {
        let below = files.iter().filter_map(|file| file.path.strip_prefix(layer.folder));
        let below: Vec<&str> = below.collect();
        let entries: BTreeSet<&str> =
            below.iter().filter_map(|path| path.split('/').next()).collect();
        for entry in &entries {
            let is_area = AREAS.contains(entry);
            if !is_area && !layer.beside.contains(entry) {
                findings.push(format!("{}{entry}: no area", layer.folder));
            }
            let modules = below.iter().filter(|path| path.starts_with(&format!("{entry}/")));
            if is_area && modules.filter(|path| !path.ends_with("/mod.rs")).count() == 0 {
                findings.push(format!("{}{entry}: an empty area", layer.folder));
            }
        }
        let gone = layer.beside.iter().filter(|entry| !entries.contains(*entry));
        findings.extend(gone.map(|entry| format!("{}{entry}: not there", layer.folder)));
    }
    findings
}

/// Reports paths from an area to another one that the table of its layer does not allow.
pub fn arrows(files: &[File]) -> Findings {
    let mut findings = Findings::new();
    for layer in &LAYERS {
        for file in files {
            let Some(below) = file.path.strip_prefix(layer.folder) else { continue };
            let Some(from) = below.split('/').next().filter(|area| AREAS.contains(area)) else {
                continue;
            };
            let allowed = layer.arrows.iter().find(|(area, _)| *area == from);
            let allowed = allowed.map_or(&[][..], |(_, to)| to);
            for (line, to) in named(file.text().unwrap_or(""), layer.root) {
                if to != from && !allowed.contains(&to) {
                    findings.push(format!("{}:{line}: {from} names {to}", file.path));
                }
            }
        }
    }
    findings
}

/// The areas that the code of `source` names by paths that begin with `root`, with their lines.
fn named(source: &str, root: &str) -> Vec<(usize, &'static str)> {
    let mut found = Vec::new();
    for (line, piece) in pieces(source) {
        let Piece::Code(code) = piece else { continue };
        for (at, _) in code.match_indices(root) {
            let after = code.get(at + root.len()..).unwrap_or("");
            let name = after.split(|c: char| !c.is_alphanumeric() && c != '_').next();
            let area = AREAS.into_iter().find(|area| Some(*area) == name);
            let before = code.get(..at).unwrap_or("").matches('\n').count();
            found.extend(area.map(|area| (line + before, area)));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_to_an_area_that_the_table_does_not_allow_is_found() {
        let source = "//! Head.\nuse crate::evidence::x;\nuse crate::staff::y; // crate::node\n";
        let files = [
            File::of("crates/desk/src/cases/a.rs", source),
            File::of("crates/desk/src/work.rs", source),
        ];

        assert_eq!(arrows(&files), ["crates/desk/src/cases/a.rs:2: cases names evidence"]);
    }

    #[test]
    fn a_file_outside_of_the_areas_and_an_empty_area_are_found() {
        let files = ["crates/web/src/api/more.rs", "crates/web/src/api/banks/mod.rs"]
            .map(|path| File::of(path, ""));

        let found = misplaced(&files);

        assert!(found.contains(&"crates/web/src/api/more.rs: no area".to_owned()), "{found:?}");
        assert!(found.contains(&"crates/web/src/api/banks: an empty area".to_owned()), "{found:?}");
    }
}
