//! `mamori scan`: finds the pictures in a folder that are near to a bank's hashes.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::ExitCode;
use std::time::Instant;

use futures_util::StreamExt as _;
use mamori_media::{Frame, FrameHash, Remaining};
use mamori_model::{Backdrop, Distance, Pdq, Quality, Transform, Variant};
use serde::Serialize;

use super::output::{NearEntry, Output, in_words, json_line, near_entries};
use super::picture::{block_on, hash_files};
use super::{UsageError, list};

/// Finds the pictures in a folder that are near to a bank's hashes.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// Print one JSON object per line and matching file instead of text.
    #[arg(long)]
    pub json: bool,
    /// The folder, including everything below it.
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// The bank: a file with one PDQ hash of 64 hex digits on each line.
    #[arg(long, value_name = "FILE")]
    pub bank: PathBuf,
    /// The most bits in which two hashes may differ, 0 to 64.
    #[arg(long, value_name = "BITS", default_value_t = Distance::PDQ_SAME_MAX.0,
        value_parser = clap::value_parser!(u32).range(0..=64))]
    pub max_distance: u32,
}

const EXAMPLES: &str = "\
Every file is read, whatever its name; links are not followed. Each matching file gives one
line, in the order of the names, folder by folder. Entries are the bank's lines counted from 0,
sorted by distance, then by entry:

  $ mamori scan --json uploads/ --bank bank.txt > found.ndjson
  {\"path\":\"uploads/2026/a.jpg\",\"frame\":0,\"transform\":\"none\",\"backdrop\":\"none\",
   \"pdq\":\"f8f8…\",\"quality\":100,\"matches\":[{\"entry\":4,\"distance\":12}]}

(on one line). Of an animation, every frame is compared; each frame also turned and mirrored, and
where it is transparent on white and on black. The nearest is printed; frames are counted from 0. A
hash of quality below 50 is compared as well: judge its matches with care.

Standard error gets the files that could not be read, then a summary; a file that is not a picture
in a supported format is only counted there, as unsupported.

Exit status: 0 every picture was compared, whether or not any matched · 1 at least one could not be
read · 2 the folder or the bank cannot be used.";

/// A line of JSON output; part of the stable interface.
#[derive(Serialize)]
struct Line<'a> {
    path: &'a str,
    frame: u32,
    transform: Transform,
    backdrop: Backdrop,
    pdq: Pdq,
    quality: Quality,
    matches: Vec<NearEntry>,
}

/// The numbers in the summary.
#[derive(Default)]
struct Totals {
    files: usize,
    matched: usize,
    unreadable: usize,
    unsupported: usize,
    bytes: usize,
}

/// Runs the tool.
///
/// # Errors
/// [`UsageError`] for a bad bank or folder; if decoding processes cannot be started or standard output
/// cannot be written.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let start = Instant::now();
    let bank = list::read(&args.bank)?;
    if !args.folder.is_dir() {
        return Err(UsageError::NotAFolder { path: args.folder.clone() }.into());
    }
    let mut found = FolderFiles::default();
    found.walk(&args.folder);
    let totals = block_on(scan(args, &bank, found))?;
    let Totals { files, matched, unreadable, unsupported, bytes } = totals;
    let seconds = start.elapsed().as_secs_f64();
    // If the summary cannot be written, the status still says whether every picture was compared.
    let _ = writeln!(
        io::stderr(),
        "mamori scan: {files} files seen, {matched} matched, {unreadable} unreadable, \
         {unsupported} unsupported, {bytes} bytes of pictures, {seconds:.1} seconds"
    );
    Ok(if unreadable == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn scan(args: &Args, bank: &[Pdq], found: FolderFiles) -> anyhow::Result<Totals> {
    let mut output = Output::new(found.files.len(), "files");
    let mut totals = Totals { files: found.files.len(), ..Totals::default() };
    for (path, error) in found.unreadable {
        totals.unreadable += 1;
        output.eprint_line(&format!("mamori scan: {}: {error}", path.display()));
    }
    let mut results = pin!(hash_files(found.files).await?);
    while let Some((path, seen)) = results.next().await {
        let path = path.to_string_lossy();
        let mut text = Vec::new();
        match seen {
            Ok(seen) => {
                totals.bytes += seen.bytes;
                let max = Distance(args.max_distance);
                if let Some(near) = nearest(bank, &seen.picture.frames, max) {
                    totals.matched += 1;
                    let NearestMatch { frame, variant, pdq, quality, matches } = near;
                    let Variant { transform, backdrop } = variant;
                    if args.json {
                        let path = &path;
                        let line = Line { path, frame, transform, backdrop, pdq, quality, matches };
                        json_line(&line, &mut text)?;
                    } else {
                        let how = describe_variant(frame, variant);
                        writeln!(text, "{path}: {}{how}", in_words(&matches))?;
                    }
                }
                match seen.picture.remaining {
                    Remaining::Nothing => {}
                    Remaining::LeftOut => {
                        output.eprint_line(&format!(
                            "mamori scan: {path}: not all frames were compared"
                        ));
                    }
                    Remaining::Damaged { reason } => {
                        totals.unreadable += 1;
                        output.eprint_line(&format!("mamori scan: {path}: {reason}"));
                    }
                }
            }
            Err(error) if error.is_unsupported() => totals.unsupported += 1,
            Err(error) => {
                totals.unreadable += 1;
                output.eprint_line(&format!("mamori scan: {path}: {error}"));
            }
        }
        output.write(&text, 1)?;
    }
    output.finish()?;
    Ok(totals)
}

/// The hash of a picture that is nearest to the bank.
struct NearestMatch {
    frame: u32,
    variant: Variant,
    pdq: Pdq,
    quality: Quality,
    /// The entries that it is near to, at least one.
    matches: Vec<NearEntry>,
}

/// Returns the hash that is nearest to the bank; of several equally near ones, that of the variant
/// that was turned least, then the first.
fn nearest(bank: &[Pdq], frames: &[Frame], max: Distance) -> Option<NearestMatch> {
    let hashes =
        frames.iter().flat_map(|frame| frame.hashes.iter().map(|hash| (frame.number, *hash)));
    let near = hashes.map(|(frame, FrameHash { variant, pdq, quality, .. })| NearestMatch {
        frame,
        variant,
        pdq,
        quality,
        matches: near_entries(bank, &pdq, max),
    });
    near.filter(|near| !near.matches.is_empty()).min_by_key(|near| {
        let distance = near.matches.first().map(|near| near.distance);
        (distance, near.variant.transform, near.variant.backdrop, near.frame)
    })
}

/// Describes in words which frame matched and how it was turned; empty for a first frame as
/// stored.
fn describe_variant(frame: u32, variant: Variant) -> String {
    if (frame, variant) == (0, Variant::default()) {
        return String::new();
    }
    let Variant { transform, backdrop } = variant;
    format!(" (frame {frame}, transform {transform}, backdrop {backdrop})")
}

/// The content of a folder.
#[derive(Default)]
struct FolderFiles {
    files: Vec<PathBuf>,
    unreadable: Vec<(PathBuf, io::Error)>,
}

impl FolderFiles {
    /// Adds the regular files in `folder` and below, in the order of their names. Skips links,
    /// which lead out of the folder or into cycles, and devices and the like.
    fn walk(&mut self, folder: &Path) {
        let entries = match entries(folder) {
            Ok(entries) => entries,
            Err(error) => return self.unreadable.push((folder.to_owned(), error)),
        };
        for (name, kind) in entries {
            let path = folder.join(name);
            match kind {
                Ok(kind) if kind.is_dir() => self.walk(&path),
                Ok(kind) if kind.is_file() => self.files.push(path),
                Ok(_) => {}
                Err(error) => self.unreadable.push((path, error)),
            }
        }
    }
}

type FolderEntry = (OsString, io::Result<fs::FileType>);

fn entries(folder: &Path) -> io::Result<Vec<FolderEntry>> {
    let entries = fs::read_dir(folder)?;
    let mut entries: Vec<FolderEntry> = entries
        .map(|entry| entry.map(|entry| (entry.file_name(), entry.file_type())))
        .collect::<io::Result<_>>()?;
    entries.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(entries)
}
