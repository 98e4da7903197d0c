//! `mamori languages`: language packs, which an operator adds to the languages of the console. A pack is
//! a folder whose name is the tag of its language, with the messages in files `*.ftl`.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use mamori_console::language_pack::{LanguagePack, PackFault};
use mamori_console::messages;

use crate::config::Config;

/// The most language packs.
const PACKS_MAX: usize = 64;

/// The most bytes of the files of a pack; the English messages are a fiftieth of them.
const PACK_BYTES_MAX: u64 = 4 << 20;

/// The end of the names of the files that are read.
const EXTENSION: &str = "ftl";

/// Checks the messages of languages that are added to those of Mamori
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  mamori languages check languages/         check each folder in it: languages/pl, languages/pt-BR

docs/languages.md says how to write a language pack, and `console.languages_dir` names the folder.

Exit statuses: 0 every pack can be used, 1 one of them cannot; stdout names each fault.")]
pub struct Args {
    /// What to do
    #[command(subcommand)]
    command: Command,
}

/// What can be done with language packs.
#[derive(Debug, Subcommand)]
enum Command {
    /// Checks the language packs in a folder: missing and unknown messages, placeholders, plural forms
    Check(CheckArgs),
}

/// The arguments of `mamori languages check`.
#[derive(Debug, clap::Args)]
struct CheckArgs {
    /// The folder in which each pack is a folder
    folder: PathBuf,
}

/// Runs the subcommand.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let Command::Check(CheckArgs { folder }) = &args.command;
    let mut out = io::stdout().lock();
    match read(folder) {
        Ok(packs) => {
            let count = LanguagePack::message_count();
            for pack in packs {
                writeln!(out, "{}: {count} messages, can be used", pack.language())?;
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(Error::Faults(faults)) => {
            for fault in &faults {
                writeln!(out, "{fault}")?;
            }
            Ok(ExitCode::FAILURE)
        }
        Err(
            error @ (Error::Unreadable { .. }
            | Error::NotAFile { .. }
            | Error::TooLarge { .. }
            | Error::TooMany),
        ) => Err(error.into()),
    }
}

/// Why language packs cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A folder or a file cannot be read.
    #[error("{} cannot be read: {cause}", path.display())]
    Unreadable {
        /// The path of the folder or the file.
        path: PathBuf,
        /// The error of the system.
        cause: io::Error,
    },
    /// A name that ends as a file of messages is a link, a folder or a device.
    #[error("{} is not a regular file: put a copy of the messages in its place", path.display())]
    NotAFile {
        /// Its path.
        path: PathBuf,
    },
    /// The files of a pack are too large.
    #[error("{}: the files of a language have more than {PACK_BYTES_MAX} bytes", path.display())]
    TooLarge {
        /// The path of its folder.
        path: PathBuf,
    },
    /// There are too many packs.
    #[error("there are more than {PACKS_MAX} folders")]
    TooMany,
    /// What the check found.
    #[error("{}", first_faults(.0))]
    Faults(Vec<Fault>),
}

/// A fault of one pack.
#[derive(Debug)]
pub struct Fault {
    /// The name of its folder.
    folder: String,
    /// The fault.
    fault: PackFault,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.folder, self.fault)
    }
}

/// Describes the first fault, and how to see the others.
fn first_faults(faults: &[Fault]) -> String {
    let first = faults.first().map(ToString::to_string).unwrap_or_default();
    match faults.len() {
        0 | 1 => first,
        count => format!("{first} ({count} faults; `mamori languages check` names all)"),
    }
}

/// Reads and checks every language pack in `folder`, by the order of their names.
pub fn read(folder: &Path) -> Result<Vec<LanguagePack>, Error> {
    let (mut packs, mut faults) = (Vec::new(), Vec::new());
    let folders: Vec<PathBuf> = entries(folder)?.into_iter().filter(|path| path.is_dir()).collect();
    if folders.len() > PACKS_MAX {
        return Err(Error::TooMany);
    }
    for path in folders {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match LanguagePack::check(&name, &files(&path)?) {
            Ok(pack) => packs.push(pack),
            Err(found) => {
                faults.extend(found.into_iter().map(|fault| Fault { folder: name.clone(), fault }));
            }
        }
    }
    if faults.is_empty() { Ok(packs) } else { Err(Error::Faults(faults)) }
}

/// Returns the names and texts of the files of a pack. Line ends of Windows are read as others. Links
/// are refused, and of a file that grows meanwhile no more is read than a pack may have.
fn files(folder: &Path) -> Result<Vec<(String, String)>, Error> {
    let (mut read, mut bytes_left) = (Vec::new(), PACK_BYTES_MAX);
    for path in entries(folder)? {
        if path.extension().is_none_or(|extension| extension != EXTENSION) {
            continue;
        }
        let unreadable = |cause| Error::Unreadable { path: path.clone(), cause };
        if !fs::symlink_metadata(&path).map_err(unreadable)?.is_file() {
            return Err(Error::NotAFile { path });
        }
        let mut bytes = Vec::new();
        let file = File::open(&path).map_err(unreadable)?;
        let count = file.take(bytes_left + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        let too_large = || Error::TooLarge { path: folder.to_owned() };
        let count = u64::try_from(count).map_err(|_| too_large())?;
        bytes_left = bytes_left.checked_sub(count).ok_or_else(too_large)?;
        let text = String::from_utf8(bytes)
            .map_err(|error| unreadable(io::Error::new(io::ErrorKind::InvalidData, error)))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        read.push((name, text.replace("\r\n", "\n")));
    }
    Ok(read)
}

/// Returns what is in a folder, by name.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let unreadable = |cause| Error::Unreadable { path: folder.to_owned(), cause };
    let entries = fs::read_dir(folder).map_err(unreadable)?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    let mut paths = paths.collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
    paths.sort();
    Ok(paths)
}

/// Adds the configured languages to those of the console, once, before its first page.
pub fn add(config: &Config) -> anyhow::Result<()> {
    Ok(messages::add_languages(&config.console.languages)?)
}
