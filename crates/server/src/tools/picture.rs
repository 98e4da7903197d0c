//! Reads picture files and decodes them in sandboxed child processes of this program.

use std::fs::File;
use std::io::{self, Read as _};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::Context as _;
use futures_util::stream::{self, Stream, StreamExt as _};
use mamori_media::{Digests, Limits, Picture, Pool, PoolSettings, Sender, digests, sniff};
use tokio::task;

/// How many bytes of a file are read to check whether it may be a picture.
const HEAD_BYTES: u64 = 4_096;

/// The largest file that is read: 512 MiB, more than 100 million pixels need in any format.
const FILE_BYTES_MAX: u64 = 512 << 20;

/// The result for a file that could be read.
pub struct HashedFile {
    /// Its frames and their hashes.
    pub picture: Picture,
    /// The digests of all its bytes.
    pub digests: Digests,
    /// Number of its bytes.
    pub bytes: usize,
}

/// Why a file has no hash.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The file does not exist, or must not be read.
    #[error("cannot be opened: {0}")]
    Unopened(#[from] io::Error),
    /// The file is empty.
    #[error("the file is empty")]
    Empty,
    /// The file is larger than 512 MiB.
    #[error("the file is larger than {} MiB", FILE_BYTES_MAX >> 20)]
    TooLong,
    /// It is not a picture, or one that cannot be read.
    #[error(transparent)]
    Picture(#[from] mamori_media::Error),
    /// The work was cancelled, as at the end of the program.
    #[error("reading was interrupted")]
    Interrupted(#[from] task::JoinError),
}

impl FileError {
    /// Checks whether the file is not a picture in a supported format, so that nothing was missed.
    pub fn is_unsupported(&self) -> bool {
        matches!(self, Self::Empty | Self::Picture(mamori_media::Error::Unsupported { .. }))
    }
}

/// Runs `work` to its end.
///
/// # Errors
/// Those of `work`, and an error if the system provides no threads.
pub fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.context("the system provides no threads")?.block_on(work)
}

/// Hashes the files `paths`, several at once, and yields the results in their order.
///
/// # Errors
/// If decoding processes cannot be started.
pub async fn hash_files(
    paths: Vec<PathBuf>,
) -> anyhow::Result<impl Stream<Item = (PathBuf, Result<HashedFile, FileError>)>> {
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    let at_once = 2 * workers;
    let program = std::env::current_exe().context("this program cannot find itself")?;
    let settings = PoolSettings {
        program,
        args: vec!["decode".into()],
        workers,
        waiting_max: at_once,
        sender_waiting_max: at_once,
        idle_max: 2,
        limits: Limits::default(),
    };
    let pool = Pool::start(settings).await.context("the decoding processes cannot be started")?;
    let spawn = move |path: PathBuf| {
        // In a separate task, so that decoding continues while earlier results are printed.
        let hashing = task::spawn(hash_file(pool.clone(), path.clone()));
        async move { (path, hashing.await.unwrap_or_else(|error| Err(error.into()))) }
    };
    Ok(stream::iter(paths).map(spawn).buffered(at_once))
}

async fn hash_file(pool: Pool, path: PathBuf) -> Result<HashedFile, FileError> {
    let read = task::spawn_blocking(move || {
        let bytes = read(&path)?;
        let digests = digests(&bytes);
        Ok::<_, FileError>((bytes, digests))
    });
    let (bytes, digests) = read.await??;
    let len = bytes.len();
    let picture = pool.hash(bytes, Sender::Administrators).await?;
    Ok(HashedFile { picture, digests, bytes: len })
}

/// Reads the whole file if its beginning is that of a picture, so that a video is not read whole.
fn read(path: &Path) -> Result<Vec<u8>, FileError> {
    let mut file = File::open(path)?;
    let mut bytes = Vec::new();
    file.by_ref().take(HEAD_BYTES).read_to_end(&mut bytes)?;
    if bytes.is_empty() {
        return Err(FileError::Empty);
    }
    sniff(&bytes)?;
    let rest = file.take(FILE_BYTES_MAX - HEAD_BYTES + 1).read_to_end(&mut bytes)?;
    if u64::try_from(rest).unwrap_or(u64::MAX) > FILE_BYTES_MAX - HEAD_BYTES {
        return Err(FileError::TooLong);
    }
    Ok(bytes)
}
