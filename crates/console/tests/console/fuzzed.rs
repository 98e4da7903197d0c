//! What the fuzzer is told of the forms: every one.

use std::fs;
use std::path::Path;

const TARGET: &str = include_str!("../../fuzz/fuzz_targets/console_form.rs");

#[test]
fn every_form_is_fuzzed() {
    let deeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/deed");
    let mut forms = 0;

    for file in fs::read_dir(deeds).unwrap() {
        let path = file.unwrap().path();
        let module = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&path).unwrap();
        for part in text.split("Form<").skip(1) {
            let form = part.split('>').next().unwrap();
            // Some are of other modules, which the list names with these.
            let is_own = text.contains(&format!("pub struct {form} "));
            let named = if is_own { format!("<{module}::{form}>(") } else { format!("{form}>(") };
            assert!(TARGET.contains(&named), "{module}: {form}");
            forms += 1;
        }
    }

    assert!(forms >= 30, "{forms} forms");
}
