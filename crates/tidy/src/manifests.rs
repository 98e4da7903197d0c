//! Rules for manifests: lints and versions are set once, in the root manifest.

use toml::{Table, Value};

use crate::Findings;
use crate::checkout::File;

/// The keys that every crate must inherit from the root manifest.
const INHERITED: [&str; 5] = ["version", "edition", "rust-version", "license", "publish"];

/// Returns the manifests of our crates; a fuzz folder is a separate workspace and not included.
fn ours(files: &[File]) -> impl Iterator<Item = (&File, Table)> {
    let manifests = files.iter().filter(|file| {
        let parts: Vec<&str> = file.path.split('/').collect();
        matches!(parts.as_slice(), ["crates", _, "Cargo.toml"])
    });
    manifests.filter_map(|file| Some((file, file.text()?.parse().ok()?)))
}

/// Reports crates that do not inherit their lints, version or licence from the root manifest.
pub fn not_inheriting(files: &[File]) -> Findings {
    let mut found = Findings::new();
    for (file, manifest) in ours(files) {
        if !is_from_root(manifest.get("lints")) {
            found.push(format!("{}: `[lints] workspace = true` is missing", file.path));
        }
        let package = manifest.get("package");
        for key in INHERITED {
            if !is_from_root(package.and_then(|package| package.get(key))) {
                found.push(format!("{}: `{key}.workspace = true` is missing", file.path));
            }
        }
    }
    found
}

/// Reports dependencies that do not take their version from the root manifest.
pub fn own_versions(files: &[File]) -> Findings {
    let mut found = Findings::new();
    for (file, manifest) in ours(files) {
        for (name, dependency) in dependencies(&manifest) {
            if !is_from_root(Some(dependency)) {
                found.push(format!("{}: `{name}` has a version of its own", file.path));
            }
        }
    }
    found
}

/// Reports dependencies in the root manifest that none of our crates uses.
pub fn unused(root: &Table, files: &[File]) -> Findings {
    let manifests: Vec<Table> = ours(files).map(|(_, manifest)| manifest).collect();
    let is_used = |wanted: &str| {
        manifests.iter().any(|manifest| dependencies(manifest).any(|(name, _)| name == wanted))
    };
    let listed = third_party(root).into_iter().filter(|name| !is_used(name));
    listed.map(|name| format!("Cargo.toml: no crate uses `{name}`")).collect()
}

/// Returns the names of the third-party packages in the root manifest.
pub fn third_party(root: &Table) -> Vec<&str> {
    let listed = root.get("workspace").and_then(|workspace| workspace.get("dependencies"));
    let listed = listed.and_then(Value::as_table).into_iter().flatten();
    listed.filter(|(_, value)| value.get("path").is_none()).map(|(name, _)| name.as_str()).collect()
}

/// Returns name and value of every dependency in a manifest, for every target.
fn dependencies(manifest: &Table) -> impl Iterator<Item = (&String, &Value)> {
    let targets = manifest.get("target").and_then(Value::as_table).into_iter().flatten();
    let targets = targets.filter_map(|(_, target)| target.as_table());
    let tables = targets.chain([manifest]);
    let kinds = ["dependencies", "dev-dependencies", "build-dependencies"];
    tables.flat_map(move |table| {
        kinds.into_iter().filter_map(|kind| table.get(kind)?.as_table()).flatten()
    })
}

fn is_from_root(value: Option<&Value>) -> bool {
    value.and_then(|value| value.get("workspace")).and_then(Value::as_bool) == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(text: &str) -> [File; 1] {
        [File::of("crates/new/Cargo.toml", text)]
    }

    #[test]
    fn a_crate_without_the_lints_is_found() {
        let inherited = INHERITED.map(|key| format!("{key}.workspace = true\n")).concat();
        let with = format!("[package]\n{inherited}[lints]\nworkspace = true\n");
        let without = format!("[package]\n{inherited}[lints.rust]\nunsafe_code = \"allow\"\n");

        assert!(not_inheriting(&manifest(&with)).is_empty());
        assert_eq!(not_inheriting(&manifest(&without)).len(), 1);
        assert_eq!(not_inheriting(&manifest("")).len(), 1 + INHERITED.len());
    }

    #[test]
    fn a_version_outside_the_root_is_found() {
        let text = "[dependencies]\na.workspace = true\nb = \"1\"\n\
                    [target.'cfg(unix)'.dependencies]\nc = { version = \"1\" }\n";

        assert_eq!(own_versions(&manifest(text)).len(), 2);
    }

    #[test]
    fn a_listed_dependency_that_no_crate_uses_is_found() {
        let root: Table = "[workspace.dependencies]\na = \"1\"\nb = { version = \"1\" }\n\
                           mamori-model = { path = \"crates/model\" }\n"
            .parse()
            .unwrap();

        let found = unused(&root, &manifest("[dev-dependencies]\na.workspace = true\n"));

        assert_eq!(found, ["Cargo.toml: no crate uses `b`"]);
    }
}
