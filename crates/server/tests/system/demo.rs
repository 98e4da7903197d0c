//! `mamori demo` as a newcomer runs it.

use serde_json::Value;

use crate::mamori::program;

#[test]
fn the_demo_comes_out_as_it_says() {
    let output = program().args(["demo", "--exit", "--json"]).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);

    let document: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();

    assert!(output.status.success(), "{stderr}\n{document:#}");
    assert_eq!(document["ok"], true);
    assert_eq!(document["sent"], document["as_expected"]);
    assert!(document["kinds"].as_array().unwrap().iter().all(|row| row["sent"].as_u64() > Some(0)));
    let webhooks = &document["webhooks"];
    assert_eq!(webhooks["received"], webhooks["expected"]);
    assert!(stderr.is_empty(), "{stderr}");
    assert!(!String::from_utf8_lossy(&output.stdout).contains("mk_"), "a key of what is gone");
}
