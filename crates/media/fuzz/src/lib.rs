//! The work of the fuzz targets. Run one with `run.sh TARGET SECONDS`; see there.

use std::ops::ControlFlow;
use std::panic;
use std::sync::Once;

use mamori_media::decode::{self as decoders, Decoded, Sink};
use mamori_media::rendition::{self, Size};
use mamori_media::wire::{self, Hello, Reply};
use mamori_media::{Blur, Error, Format, FrameSelection, Limits, Picture, Raster};

/// Small limits: too large and too slow are answers, not findings.
fn limits() -> Limits {
    Limits { pixels_max: 200_000, frames_max: 4, memory_bytes_max: 256 << 20, ..Limits::default() }
}

/// Decodes `bytes` as `format`, hashes up to four frames, and makes the renditions.
///
/// A panic inside a decoder is contained, and is an answer; one of our own code is a finding.
pub fn decode(format: Format, bytes: &[u8]) {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let abort = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            // Others' sources lie in the registry, ours at a path of the workspace.
            let is_ours = info.location().is_none_or(|at| !at.file().contains("/registry/"));
            if is_ours {
                abort(info);
            }
        }));
    });
    let limits = limits();
    for blur in [Blur::Blurred, Blur::Clear] {
        let shown = (blur, FrameSelection::FIRST);
        if let Ok(raster) = rendition::render_as(format, bytes, &limits, shown) {
            assert!(raster.conforms_to(blur));
        }
    }
    let mut frames = 0;
    let mut take = |decoded: Decoded<'_>| {
        let (_, quality) = mamori_media::pdq::hash(&decoded.pixels);
        assert!(quality.value() <= 100);
        frames += 1;
        if frames < 4 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    check(decoders::frames(format, bytes, Sink::for_hashes(&limits, &mut take)).map(drop));
}

/// Reads `bytes` as the pool reads the output of a process.
pub fn read_from_process(bytes: &[u8]) {
    let mut from = bytes;
    // The pool refuses a length of gigabytes before this.
    while from.len() >= 4 && from[2..4] == [0, 0] {
        let Ok(Some(frame)) = wire::read_frame(&mut from) else { return };
        let _ = serde_json::from_slice::<Hello>(&frame).map(|hello| hello.protections.to_string());
        if let Ok(Reply { answer, .. }) = serde_json::from_slice::<Reply<Picture>>(&frame) {
            check(answer.into_result(&limits()).map(drop));
        }
        if let Ok(Reply { answer, .. }) = serde_json::from_slice::<Reply<Size>>(&frame) {
            check(answer.into_result(&limits()).map(show));
        }
    }
}

/// Checks a size as the pool does, with pixels whose number never matches it.
fn show(Size { width, height }: Size) {
    let raster = Raster { width, height, rgb: vec![0; 4] };
    assert!(!raster.conforms_to(Blur::Blurred) && !raster.conforms_to(Blur::Clear));
    assert!(mamori_media::encode(&raster).is_err());
}

fn check(result: Result<(), Error>) {
    if let Err(Error::Unreadable { reason }) = result {
        assert!(reason.len() <= 200 && reason.is_ascii());
    }
}
