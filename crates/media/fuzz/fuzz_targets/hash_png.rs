//! Feeds hostile bytes to the PNG decoder.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    mamori_media_fuzz::decode(mamori_media::Format::Png, bytes);
});
