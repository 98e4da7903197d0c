//! Converts HEIC to JPEG or PNG, by Debian's `heif-convert` in a separate process for each file.
//!
//! HEVC is patented, so this program contains no decoder for it; an operator who may use one
//! installs it. The process is sandboxed ([`crate::sandbox::converter`]). An ordinary worker
//! decodes its output and trusts it no more than any other file. Input is passed in memory and
//! output through a pipe, so neither touches a disk.

use std::fs::{self, DirBuilder};
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, symlink};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use tokio::io::AsyncReadExt as _;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tracing::warn;

use super::child::{drain, explain_status, write_frame};
use super::spawner::Spawner;
use crate::wire::{Order, Source};
use crate::{Error, Format, Limits, Protection, Protections, Remaining, decode, format};

/// The path in Debian's package `libheif-examples`.
const PROGRAM: &str = "/usr/bin/heif-convert";
/// The most pictures of one file; cameras write one, or a burst of up to twenty.
const PICTURES_MAX: u32 = 64;
/// The most bytes of output, which the server holds in memory; more is refused as too costly.
const OUTPUT_BYTES_MAX: u64 = 256 << 20;
/// The most files that slots of `Slot::Any` convert at a time, because their output is in memory.
/// Each of the two other slots may convert one more without waiting.
const CONCURRENT_MAX: usize = 2;

/// Converts files, with one process for each.
#[derive(Debug)]
pub struct Converter {
    spawner: Spawner,
    folder: Folder,
    permits: Semaphore,
}

/// A file that a worker can read.
pub struct Prepared {
    pub bytes: Bytes,
    pub source: Source,
    /// Which part of the original file is not in these bytes.
    pub remaining: Remaining,
}

impl Converter {
    /// Returns a converter if the program is installed and the kernel can sandbox it.
    pub fn find(spawner: &Spawner, protections: &Protections) -> Option<Self> {
        let can_be_sandboxed = [Protection::Files, Protection::SystemCalls, Protection::Privileges]
            .into_iter()
            .all(|protection| protections.has(protection));
        if !Path::new(PROGRAM).is_file() || !can_be_sandboxed {
            return None;
        }
        match Folder::create() {
            Ok(folder) => {
                let permits = Semaphore::new(CONCURRENT_MAX);
                Some(Self { spawner: spawner.clone(), folder, permits })
            }
            Err(error) => {
                warn!(%error, "no folder for names can be made, so HEIC is not read");
                None
            }
        }
    }

    /// Converts `file`, which is a HEIC. If `waits`, waits while [`CONCURRENT_MAX`] others that waited
    /// are being converted; otherwise starts at once.
    ///
    /// # Errors
    /// [`Error::Unreadable`] if there is no output; [`Error::Pool`] if no process can be started.
    pub async fn convert(
        &self,
        file: Bytes,
        limits: &Limits,
        waits: bool,
    ) -> Result<Prepared, Error> {
        let kind = if has_alpha(&file) { "png" } else { "jpg" };
        let is_sequence = format::is_sequence(&file);
        let _permit =
            if waits { Some(self.permits.acquire().await.map_err(|_| Error::Busy)?) } else { None };
        let run = self.run(&file, kind, limits);
        let (output, damage) = timeout(limits.wall(), run).await.unwrap_or_else(|_| {
            let reason = format!("converting took longer than {} s", limits.wall_s_max);
            Err(Error::unreadable(&reason))
        })?;
        let remaining = match damage {
            Some(Error::Unreadable { reason }) if !output.is_empty() => {
                Remaining::Damaged { reason }
            }
            Some(error) => return Err(error),
            None if is_sequence => Remaining::LeftOut,
            None => Remaining::Nothing,
        };
        Ok(Prepared { bytes: output.into(), source: Source::Converted, remaining })
    }

    /// Returns the program's output, and why it is incomplete, if it is. Dropping the future kills
    /// the process.
    async fn run(
        &self,
        file: &Bytes,
        kind: &str,
        limits: &Limits,
    ) -> Result<(Vec<u8>, Option<Error>), Error> {
        let mut process = self.spawner.spawn().await.map_err(Error::Pool)?;
        let streams = (process.stdin.take(), process.stdout.take(), process.stderr.take());
        let (Some(mut input), Some(output), Some(errors)) = streams else {
            return Err(Error::Pool(io::Error::other("a process without pipes")));
        };
        let stderr = tokio::spawn(drain(errors));
        let order = serde_json::to_vec(&self.order(kind, limits)).map_err(io::Error::from);
        // A process that fails to take its file reports the reason itself.
        let _ = write_frame(&mut input, &order.map_err(Error::Pool)?).await;
        let _ = write_frame(&mut input, file).await;
        drop(input);

        let bytes_max = OUTPUT_BYTES_MAX.min(limits.memory_bytes_max);
        let mut bytes = Vec::new();
        let read = output.take(bytes_max + 1).read_to_end(&mut bytes).await;
        if u64::try_from(bytes.len()).is_ok_and(|length| length > bytes_max) {
            return Err(decode::out_of_memory());
        }
        let status = process.wait().await.map_err(Error::Pool)?;
        let words = stderr.await.unwrap_or_default();
        // The program exits with success even if it could not read or write one of several
        // pictures.
        let damage = if status.success() && read.is_ok() && words.is_empty() {
            None
        } else if status.code().is_some() {
            let words = String::from_utf8_lossy(&words);
            Some(Error::corrupt(Format::Heic, &words.lines().next().unwrap_or("no reason given")))
        } else {
            Some(explain_status(status, limits))
        };
        Ok((bytes, damage))
    }

    fn order(&self, kind: &str, limits: &Limits) -> Order {
        // The quality affects only JPEG; at 100 some samples differ from the picture by rounding.
        let args = ["--quiet", "-q", "100", "/proc/self/fd/0"].map(str::to_owned);
        let output = self.folder.path.join(format!("out.{kind}"));
        let args = args.into_iter().chain([output.to_string_lossy().into_owned()]).collect();
        Order::Convert { limits: limits.clone(), program: PROGRAM.into(), args }
    }
}

/// Checks whether a picture in the file has transparency, which JPEG cannot have; PNG takes several
/// times as long. Searches the file for the names of the property: a name that occurs by chance
/// costs only time, and without the name there is no transparency.
fn has_alpha(file: &[u8]) -> bool {
    [b"auxid:1".as_slice(), b"auxiliary:alpha"]
        .into_iter()
        .any(|name| memchr::memmem::find(file, name).is_some())
}

/// File names with the extensions that the program expects, each a link to its standard output.
/// Holds only links, never content.
#[derive(Debug)]
struct Folder {
    path: PathBuf,
}

impl Folder {
    fn create() -> io::Result<Self> {
        // A name that no other user of the machine can predict and occupy.
        let name = format!("mamori-heic-{:016x}", RandomState::new().build_hasher().finish());
        let path = std::env::temp_dir().join(name);
        DirBuilder::new().mode(0o700).create(&path)?;
        let folder = Self { path };
        for kind in ["jpg", "png"] {
            // The program uses the name as given for one picture; for several it appends numbers
            // from 1.
            folder.link(&format!("out.{kind}"))?;
            for number in 1..=PICTURES_MAX {
                folder.link(&format!("out-{number}.{kind}"))?;
            }
        }
        Ok(folder)
    }

    fn link(&self, name: &str) -> io::Result<()> {
        symlink("/proc/self/fd/1", self.path.join(name))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}
