//! The fuzz target parses every form of the console.

use std::fs;
use std::path::Path;

const TARGET: &str = include_str!("../../fuzz/fuzz_targets/console_form.rs");

/// The name under which the fuzz target imports the module `area::module`.
fn alias(area: &str, module: &str) -> Option<&'static str> {
    let start = format!("use mamori_console::{area}::{module} as ");
    TARGET.lines().find_map(|line| line.strip_prefix(&start)?.strip_suffix(';'))
}

#[test]
fn every_form_is_fuzzed() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut forms = 0;

    let areas = fs::read_dir(sources).unwrap().map(|entry| entry.unwrap().path());
    for area in areas.filter(|path| path.is_dir()) {
        for file in fs::read_dir(&area).unwrap() {
            let path = file.unwrap().path();
            if path.is_dir() {
                continue;
            }
            let module = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let text = fs::read_to_string(&path).unwrap();
            for part in text.split("Form<").skip(1) {
                let form = part.split('>').next().unwrap();
                // A form of another module is in the target under the name of that module.
                let is_own = text.contains(&format!("pub struct {form} "));
                let named = if is_own {
                    let area = area.file_name().unwrap().to_str().unwrap();
                    format!("<{}::{form}>(", alias(area, &module).unwrap_or("not named"))
                } else {
                    format!("{form}>(")
                };
                assert!(TARGET.contains(&named), "{}: {form}", path.display());
                forms += 1;
            }
        }
    }

    assert!(forms >= 30, "{forms} forms");
}
