//! Prints a line of JSON for each file named on the command line, or on standard input one a line.
//!
//! `{"path","format","width","height","pdq","quality","frames","dihedral","views","rest"}`: `frames`
//! has the hash of each frame, `dihedral` the eight hashes of the first one, `views` for each frame
//! and backdrop `{"number","backdrop","pdq","quality","displayed"}`, of which the last is the hash of the
//! picture as shown, or `null` if that is as stored; `rest` says what was not read, or `null`. Or
//! `{"path","error","kind"}`.
//!
//! A tool to compare with other implementations of PDQ; it decodes without a sandbox.

use std::io::{self, BufRead, Write};

use mamori_media::{Error, Frame, Limits, Remaining, dihedral, hash};
use mamori_model::{Backdrop, Pdq, Transform};

fn main() -> io::Result<()> {
    let limits = Limits::default();
    let mut out = io::stdout().lock();
    let named: Vec<String> = std::env::args().skip(1).collect();
    let paths: Box<dyn Iterator<Item = io::Result<String>>> = if named.is_empty() {
        Box::new(io::stdin().lock().lines())
    } else {
        Box::new(named.into_iter().map(Ok))
    };
    for path in paths {
        let path = path?;
        let line = line_of(&path, &limits).unwrap_or_else(
            |error| serde_json::json!({ "path": path, "error": error.to_string(), "kind": kind(&error) }),
        );
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn kind(error: &Error) -> &'static str {
    match error {
        Error::Unsupported { .. } => "unsupported",
        Error::TooLarge { .. } => "too_large",
        Error::Unreadable { .. } | Error::Busy | Error::Pool(_) => "unreadable",
    }
}

fn line_of(path: &str, limits: &Limits) -> Result<serde_json::Value, Error> {
    let bytes = std::fs::read(path).map_err(Error::Pool)?;
    let picture = hash(&bytes, limits)?;
    let dihedral = dihedral(&bytes, limits)?;
    let stored: Vec<_> = picture.frames.iter().filter_map(Frame::stored).collect();
    let (pdq, quality) = stored.first().ok_or_else(|| Error::unreadable("no frame"))?;
    let frames: Vec<Pdq> = stored.iter().map(|(pdq, _)| *pdq).collect();
    let views: Vec<_> = picture.frames.iter().map(views).collect();
    let remaining = match picture.remaining {
        Remaining::Nothing => None,
        Remaining::LeftOut => Some("frames were left out".to_owned()),
        Remaining::Damaged { reason } => Some(reason),
    };
    Ok(serde_json::json!({
        "path": path,
        "format": picture.format.as_str(),
        "pdq": pdq,
        "quality": quality,
        "width": picture.width,
        "height": picture.height,
        "frames": frames,
        "dihedral": dihedral,
        "views": views,
        "rest": remaining,
    }))
}

/// The hashes of a frame as viewers may show it, by backdrop.
fn views(frame: &Frame) -> Vec<serde_json::Value> {
    let of = |backdrop| frame.hashes.iter().filter(move |hash| hash.variant.backdrop == backdrop);
    let view = |backdrop| {
        let stored = of(backdrop).find(|hash| hash.variant.transform == Transform::None)?;
        let mut shown = of(backdrop).filter(|hash| hash.is_shown);
        let displayed = shown.find(|hash| hash.variant.transform != Transform::None);
        Some(serde_json::json!({
            "number": frame.number,
            "backdrop": backdrop,
            "pdq": stored.pdq,
            "quality": stored.quality,
            "displayed": displayed.map(|hash| hash.pdq),
        }))
    };
    Backdrop::ALL.iter().copied().filter_map(view).collect()
}
