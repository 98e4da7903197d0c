//! `mamori hash`: prints the hashes of picture files.

use std::io::Write as _;
use std::path::PathBuf;
use std::pin::pin;
use std::process::ExitCode;

use futures_util::StreamExt as _;
use mamori_media::{Picture, Remaining};
use mamori_model::{Md5, Pdq, Quality, Sha1, Sha256};
use serde::Serialize;

use super::output::{Output, json_line};
use super::picture::{HashedFile, block_on, hash_files};

/// Prints the hashes of picture files.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// Print one JSON object per line and file instead of a table.
    #[arg(long)]
    pub json: bool,
    /// The pictures: JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF or JPEG XL; HEIC if its converter is
    /// installed. File names do not matter.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

const EXAMPLES: &str = "\
PDQ says how a picture looks: pictures that look alike differ in few of its 256 bits. It is made
at full resolution, as PyPI `pdqhash` and HMA do; of an animation, from the first frame. Quality
is 0 (flat) to 100; below 50, do not trust the PDQ hash. SHA-256, SHA-1 and MD5 are of the bytes.

Each file gives one line, in the order of the arguments:

  $ mamori hash --json sunset.jpg notes.txt
  {\"path\":\"sunset.jpg\",\"pdq\":\"f8f8…\",\"quality\":100,\"width\":1024,\"height\":768,\"sha256\":\"…\",\"sha1\":\"…\",\"md5\":\"…\"}
  {\"path\":\"notes.txt\",\"error\":\"unknown is not supported\"}

Bytes of a path that are not UTF-8 are shown as U+FFFD. Files are decoded in child processes
without files, network or secrets; a file larger than 512 MiB is an error.

Exit status: 0 every file has its hashes · 1 at least one has an error instead.";

/// A line of JSON output; part of the stable interface.
#[derive(Serialize)]
struct Hashed<'a> {
    path: &'a str,
    pdq: Pdq,
    quality: Quality,
    width: u32,
    height: u32,
    sha256: Sha256,
    sha1: Sha1,
    md5: Md5,
}

/// The line of a file without hashes.
#[derive(Serialize)]
struct Failed<'a> {
    path: &'a str,
    error: &'a str,
}

/// Runs the tool.
///
/// # Errors
/// If decoding processes cannot be started, or standard output cannot be written.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    block_on(async {
        let mut output = Output::new(args.files.len(), "files");
        let mut results = pin!(hash_files(args.files.clone()).await?);
        let mut status = ExitCode::SUCCESS;
        if !args.json {
            let head = format!("{:64}  quality  {:>11}  file\n", "pdq", "size");
            output.write(head.as_bytes(), 0)?;
        }
        while let Some((path, seen)) = results.next().await {
            let path = path.to_string_lossy();
            let line = match &seen {
                Ok(HashedFile {
                    picture: Picture { remaining: Remaining::Damaged { reason }, .. },
                    ..
                }) => Err(reason.clone()),
                Ok(seen) => {
                    hashed(&path, seen).ok_or_else(|| "the picture has no frame".to_owned())
                }
                Err(error) => Err(error.to_string()),
            };
            let mut text = Vec::new();
            match (line, args.json) {
                (Ok(line), true) => json_line(&line, &mut text)?,
                (Ok(line), false) => {
                    let size = format!("{}x{}", line.width, line.height);
                    writeln!(text, "{}  {:7}  {size:>11}  {path}", line.pdq, line.quality.value())?;
                }
                (Err(error), json) => {
                    status = ExitCode::FAILURE;
                    if json {
                        json_line(&Failed { path: &path, error: &error }, &mut text)?;
                    } else {
                        output.eprint_line(&format!("mamori hash: {path}: {error}"));
                    }
                }
            }
            output.write(&text, 1)?;
        }
        output.finish()?;
        Ok(status)
    })
}

fn hashed<'a>(path: &'a str, seen: &HashedFile) -> Option<Hashed<'a>> {
    let HashedFile { picture, digests, .. } = seen;
    let (pdq, quality) = picture.frames.first()?.stored()?;
    Some(Hashed {
        path,
        pdq,
        quality,
        width: picture.width,
        height: picture.height,
        sha256: digests.sha256,
        sha1: digests.sha1,
        md5: digests.md5,
    })
}
