//! Feeds hostile output of the converter to the decoder that reads it.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    mamori_media_fuzz::decode(mamori_media::Format::Heic, bytes);
});
