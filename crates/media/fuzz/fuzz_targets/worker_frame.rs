//! What a process that was taken over may write into the pool's pipes.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mamori_media_fuzz::read_from_process(bytes));
