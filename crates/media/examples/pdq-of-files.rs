//! Prints a line of JSON for each file named on the command line, or on standard input one a line:
//! `{"path","pdq","quality","width","height","frames","dihedral"}` or `{"path","error"}`; `frames` has
//! the hash of each frame, `dihedral` the eight hashes of the first one.
//!
//! A tool to compare with other implementations of PDQ; it decodes without a cage.

use std::io::{self, BufRead, Write};

use mamori_media::{Error, Limits, dihedral, hash};
use mamori_model::Pdq;

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
            |error| serde_json::json!({ "path": path, "error": error.to_string() }),
        );
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn line_of(path: &str, limits: &Limits) -> Result<serde_json::Value, Error> {
    let bytes = std::fs::read(path).map_err(Error::Pool)?;
    let picture = hash(&bytes, limits)?;
    let dihedral = dihedral(&bytes, limits)?;
    let frames: Vec<Pdq> = picture.frames.iter().map(|frame| frame.pdq).collect();
    let frame = picture.frames.first().ok_or_else(|| Error::unreadable("no frame"))?;
    Ok(serde_json::json!({
        "path": path,
        "pdq": frame.pdq,
        "quality": frame.quality,
        "width": picture.width,
        "height": picture.height,
        "frames": frames,
        "dihedral": dihedral,
    }))
}
