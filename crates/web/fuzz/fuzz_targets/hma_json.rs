//! Hostile bodies into every HMA-compatible route that reads JSON.
#![no_main]

use std::sync::{LazyLock, Mutex};

use mamori_web_fuzz::{Fuzzed, Target};

static FUZZED: LazyLock<Mutex<Fuzzed>> = LazyLock::new(|| Mutex::new(Fuzzed::new(Target::Hma)));

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    FUZZED.lock().expect("a panic ends the process").send(input);
});
