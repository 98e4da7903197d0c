//! Cycles of files: files of one crate whose paths lead to each other.
//!
//! A path counts from the file that names it to the file that defines the name, through
//! re-exports. Three kinds of arrows do not count: re-exports, because with them every crate root
//! would be part of a cycle; what a module names of its own submodules, which it is made of; and
//! calls of methods, which name no file.

use std::collections::{BTreeMap, BTreeSet};

use crate::Findings;
use crate::checkout::File;
use crate::rust::{Piece, pieces, shipped};

/// The most files of a cycle.
const FILES_MAX: usize = 3;

/// A module: its path from the root of the crate, such as `["pool", "child"]`.
type Module = Vec<String>;

/// The modules of a crate.
type Modules = BTreeMap<Module, Named>;

/// What one file names.
#[derive(Default)]
struct Named {
    /// The file.
    path: String,
    /// Its code, without strings, comments and tests.
    code: String,
    /// Paths that the code uses.
    paths: Vec<String>,
    /// Paths that it re-exports.
    exports: Vec<String>,
}

/// Reports cycles of more than `FILES_MAX` files.
pub fn large(files: &[File]) -> Findings {
    let crates: BTreeSet<&str> = files.iter().filter_map(File::crate_name).collect();
    let mut findings = Findings::new();
    for name in crates {
        let modules = modules(files, &format!("crates/{name}/src/"));
        let arrows = arrows(&modules);
        for cycle in cycles(&arrows) {
            if cycle.len() > FILES_MAX {
                let paths = cycle.iter().filter_map(|module| modules.get(*module));
                let paths: Vec<&str> = paths.map(|named| named.path.as_str()).collect();
                let (count, paths) = (paths.len(), paths.join(", "));
                findings.push(format!("{name}: {count} files in a cycle: {paths}"));
            }
        }
    }
    findings
}

/// Reads the modules below `folder`.
fn modules(files: &[File], folder: &str) -> Modules {
    let mut modules = Modules::new();
    for file in files.iter().filter(|file| file.has_extension("rs")) {
        let Some(below) = file.path.strip_prefix(folder) else { continue };
        let mut module: Vec<&str> = below.trim_end_matches(".rs").split('/').collect();
        if matches!(module.last(), Some(&"mod")) || matches!(module[..], ["lib" | "main"]) {
            module.pop();
        }
        let code = code(shipped(file));
        let (paths, exports) = paths(&code);
        let module = module.into_iter().map(str::to_owned).collect();
        modules.insert(module, Named { path: file.path.clone(), code, paths, exports });
    }
    modules
}

/// Returns the code of `source`, without strings and comments.
fn code(source: &str) -> String {
    let code = pieces(source).into_iter().map(|(_, piece)| match piece {
        Piece::Code(code) => code,
        Piece::Text(_) | Piece::Comment(_) => " ",
    });
    code.collect()
}

/// Returns the paths that `code` uses, and those that it re-exports.
fn paths(code: &str) -> (Vec<String>, Vec<String>) {
    let (mut used, mut exports) = (Vec::new(), Vec::new());
    for statement in code.split_inclusive(';') {
        let statement = statement.trim_end_matches(';');
        // A word such as `because ` ends like the keyword.
        let is_word = |before: &str| before.ends_with(|c: char| !c.is_whitespace());
        match statement.rsplit_once("use ").filter(|(before, _)| !is_word(before)) {
            Some((before, tree)) => {
                let is_export =
                    before.trim_end().ends_with("pub") || before.trim_end().ends_with(')');
                flatten("", tree, if is_export { &mut exports } else { &mut used });
                inline(before, &mut used);
            }
            None => inline(statement, &mut used),
        }
    }
    (used, exports)
}

/// Adds every path of the tree of a `use` item.
fn flatten(prefix: &str, tree: &str, to: &mut Vec<String>) {
    let tree = tree.trim();
    let Some((before, group)) = tree.split_once('{') else {
        let path = tree.split(" as ").next().unwrap_or(tree).trim();
        if !path.is_empty() {
            to.push(format!("{prefix}{path}"));
        }
        return;
    };
    let group = group.trim_end().strip_suffix('}').unwrap_or(group);
    let prefix = format!("{prefix}{}", before.trim());
    let (mut depth, mut one) = (0_usize, String::new());
    for c in group.chars().chain([',']) {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if c == ',' && depth == 0 {
            flatten(&prefix, &one, to);
            one.clear();
        } else {
            one.push(c);
        }
    }
}

/// Adds the paths that stand in code outside of a `use`.
fn inline(code: &str, to: &mut Vec<String>) {
    let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let words = code.split(|c: char| !is_path(c));
    to.extend(
        words.filter(|word| word.contains("::")).map(|word| word.trim_end_matches(':').to_owned()),
    );
}

/// Returns which module names which other ones.
fn arrows(modules: &Modules) -> BTreeMap<&Module, BTreeSet<&Module>> {
    let targets = modules.iter().map(|(module, named)| {
        let found = named.paths.iter().filter_map(|path| {
            let target = definition(modules, &absolute(modules, module, path)?, 0)?;
            (!target.starts_with(module)).then_some(target)
        });
        (module, found.collect())
    });
    targets.collect()
}

/// Returns `path` from the root of the crate; `None` if it leads outside of it.
fn absolute(modules: &Modules, from: &Module, path: &str) -> Option<Module> {
    let mut parts = path.split("::").peekable();
    let mut whole = match *parts.peek()? {
        "crate" => Module::new(),
        "super" | "self" => from.clone(),
        child => {
            let below: Module = from.iter().cloned().chain([child.to_owned()]).collect();
            return modules.contains_key(&below).then(|| {
                from.iter().cloned().chain(path.split("::").map(str::to_owned)).collect()
            });
        }
    };
    while let Some(part) = parts.next_if(|part| matches!(*part, "crate" | "super" | "self")) {
        if part == "super" {
            whole.pop();
        }
    }
    whole.extend(parts.map(str::to_owned));
    Some(whole)
}

/// Returns the module that defines what `path` leads to, through at most five re-exports.
fn definition<'a>(modules: &'a Modules, path: &Module, depth: usize) -> Option<&'a Module> {
    let (module, named) =
        (0..=path.len()).rev().find_map(|length| modules.get_key_value(path.get(..length)?))?;
    let Some(name) = path.get(module.len()).filter(|_| depth < 5) else { return Some(module) };
    for export in &named.exports {
        let last = export.rsplit("::").next().unwrap_or(export);
        if last != name && last != "*" {
            continue;
        }
        let Some(mut target) = absolute(modules, module, export) else { continue };
        if last == "*" {
            target.pop();
            target.push(name.clone());
        }
        let found = definition(modules, &target, depth + 1)?;
        if last == name || modules.get(found).is_some_and(|named| defines(&named.code, name)) {
            return Some(found);
        }
    }
    Some(module)
}

/// Checks whether `code` defines an item called `name`.
fn defines(code: &str, name: &str) -> bool {
    ["struct", "enum", "fn", "trait", "type", "const", "static", "union"].iter().any(|kind| {
        let definition = format!("{kind} {name}");
        let definitions = code.split(&definition).skip(1);
        let mut after = definitions.map(|after| after.chars().next());
        after.any(|next| next.is_none_or(|c| !c.is_alphanumeric() && c != '_'))
    })
}

/// Returns the cycles: sets of two or more modules that all reach each other.
fn cycles<'a>(arrows: &BTreeMap<&'a Module, BTreeSet<&'a Module>>) -> BTreeSet<Vec<&'a Module>> {
    let reached: BTreeMap<&Module, BTreeSet<&Module>> =
        arrows.keys().map(|from| (*from, reached(arrows, from))).collect();
    let leads_to =
        |from: &Module, to: &Module| reached.get(from).is_some_and(|all| all.contains(to));
    let cycles = reached
        .iter()
        .map(|(from, all)| all.iter().copied().filter(|to| leads_to(to, from)).collect::<Vec<_>>());
    cycles.filter(|cycle| cycle.len() > 1).collect()
}

/// Returns every module that can be reached from `from`.
fn reached<'a>(
    arrows: &BTreeMap<&'a Module, BTreeSet<&'a Module>>,
    from: &'a Module,
) -> BTreeSet<&'a Module> {
    let mut reached = BTreeSet::new();
    let mut next = vec![from];
    while let Some(at) = next.pop() {
        let targets = arrows.get(at).into_iter().flatten();
        next.extend(targets.copied().filter(|to| reached.insert(*to)));
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(sources: [(&str, &str); 5]) -> Vec<File> {
        let path = |name: &str| format!("crates/a/src/{name}.rs");
        sources.iter().map(|(name, source)| File::of(&path(name), source)).collect()
    }

    #[test]
    fn four_files_that_name_each_other_in_turn_are_found() {
        let cycle = files([
            ("lib", "mod b;\npub use b::B;\n"),
            ("b", "use crate::c::{d::D, C as _};\npub struct B;"),
            ("c", "mod d;\npub trait C {}"),
            ("c/d", "pub struct D;\nfn f() { crate::e::f() }"),
            ("e", "use crate::B; // crate::c\npub fn f() {}"),
        ]);

        assert_eq!(large(&cycle), Findings::new());

        let mut closed = cycle;
        closed[2] = File::of("crates/a/src/c.rs", "mod d;\nuse crate::e::f;\npub trait C {}");
        assert_eq!(
            large(&closed),
            ["a: 4 files in a cycle: crates/a/src/b.rs, crates/a/src/c.rs, crates/a/src/c/d.rs, \
              crates/a/src/e.rs"]
        );
    }

    #[test]
    fn paths_of_nested_groups_are_read_and_re_exports_are_separate() {
        let (used, exports) =
            paths("use a::{b::{self, C}, d};\npub(crate) use e::F;\nlet x = g::h();");

        assert_eq!(used, ["a::b::self", "a::b::C", "a::d", "g::h"]);
        assert_eq!(exports, ["e::F"]);
    }
}
