//! Hostile bodies into every endpoint of `/v1` that reads JSON or a list.
#![no_main]

use std::sync::{LazyLock, Mutex};

use mamori_web_fuzz::{Fuzzed, Target};

static FUZZED: LazyLock<Mutex<Fuzzed>> = LazyLock::new(|| Mutex::new(Fuzzed::new(Target::Api)));

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    FUZZED.lock().expect("a panic ends the process").send(input);
});
