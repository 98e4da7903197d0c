//! Feeds the pool what a compromised process may write into its pipes.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mamori_media_fuzz::read_from_process(bytes));
