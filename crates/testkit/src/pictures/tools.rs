//! JPEG files written by the tools of another project, as cameras and servers also write them.
//!
//! `cjpeg` and `jpegtran` are in Debian's package `libjpeg-turbo-progs`.

#![expect(
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test cannot go on without its tools, and says which are missing"
)]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use image::RgbImage;

/// Encodes `picture` as JPEG with `cjpeg` and these options.
pub fn cjpeg(picture: &RgbImage, options: &[&str]) -> Vec<u8> {
    let header = format!("P6\n{} {}\n255\n", picture.width(), picture.height());
    run("cjpeg", options, &[header.as_bytes(), picture.as_raw()].concat())
}

/// Transforms a JPEG without loss, with `jpegtran` and these options.
pub fn jpegtran(file: &[u8], options: &[&str]) -> Vec<u8> {
    run("jpegtran", options, file)
}

/// Reorders the scans of a JPEG without loss; `script` has the form of `jpegtran -scans`.
pub fn rescan(file: &[u8], script: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("no temporary folder: {error}"));
    let path = folder.path().join("scans");
    std::fs::write(&path, script).unwrap_or_else(|error| panic!("no script: {error}"));
    jpegtran(file, &["-scans", text(&path)])
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap_or_else(|| panic!("a path that is not text"))
}

fn run(program: &str, options: &[&str], input: &[u8]) -> Vec<u8> {
    let mut command = Command::new(program);
    command.args(options).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    let mut child = command.spawn().unwrap_or_else(|error| missing(program, &error));
    let mut stdin = child.stdin.take();
    let output = std::thread::scope(|scope| {
        scope.spawn(move || {
            // A tool that stops reading reports the reason when it exits.
            let _ = stdin.as_mut().map(|stdin| stdin.write_all(input));
        });
        child.wait_with_output().unwrap_or_else(|error| missing(program, &error))
    });
    assert!(output.status.success(), "`{program} {}` failed", options.join(" "));
    output.stdout
}

fn missing(program: &str, error: &std::io::Error) -> ! {
    panic!("`{program}` does not run ({error}): install Debian's package libjpeg-turbo-progs")
}
