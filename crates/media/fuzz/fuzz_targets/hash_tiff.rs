//! Feeds hostile bytes to the TIFF decoder.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    mamori_media_fuzz::decode(mamori_media::Format::Tiff, bytes);
});
