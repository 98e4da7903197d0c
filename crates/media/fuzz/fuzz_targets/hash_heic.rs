//! Hostile output of the converter into the reader of it.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    mamori_media_fuzz::decode(mamori_media::Format::Heic, bytes);
});
