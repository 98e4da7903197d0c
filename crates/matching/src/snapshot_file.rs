//! The index as a file, so that a restart need not rebuild it.
//!
//! A file is a list of sections, each with its length and its CRC-32. A damaged section is refused
//! before it is used, and the caller then reads all entries from the database. Numbers are in the
//! machine's byte order, which the first section identifies: the file is a cache for one machine. A
//! checksum detects damage, not tampering: protect the file as well as the database.

mod read;
mod section;
mod write;

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use crate::Index;

/// The first bytes of every file.
const MAGIC: &[u8; 8] = b"mamori\0i";
/// Changes whenever the file format or the way in which rows are found in it changes.
const VERSION: u32 = 3;
/// Identifies the byte order.
const ORDER: u32 = 0x0102_0304;
/// The longest tag, in bytes.
pub const TAG_BYTES_MAX: usize = 64 << 10;

/// Buffer for small sections, in bytes; large sections bypass it.
const BUFFER_BYTES: usize = 64 << 10;

/// Why a snapshot file cannot be written, or cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotFileError {
    /// The file could not be read or written.
    #[error("the snapshot cannot be read or written: {0}")]
    Io(#[from] io::Error),
    /// The file is not a snapshot, or is from another version or another kind of machine.
    #[error("the file is no snapshot of this version of Mamori and this kind of machine")]
    Foreign,
    /// The file is damaged; the text says where.
    #[error("the snapshot is damaged: {0}")]
    Damaged(&'static str),
    /// The tag is longer than [`TAG_BYTES_MAX`].
    #[error("a tag has at most {TAG_BYTES_MAX} bytes")]
    Tag,
}

impl Index {
    /// Writes every entry to `path`, replacing the previous file, together with `tag`, which
    /// [`Self::open`] returns: the data by which the caller knows whether to trust the file. A
    /// reader of `path`, also after a crash, finds either the old file or the new one. Only the
    /// process's user may read it.
    pub fn save(&self, path: &Path, tag: &[u8]) -> Result<(), SnapshotFileError> {
        let beside = path.with_extension("new");
        let file = create_private(&beside)?;
        let mut writer = BufWriter::with_capacity(BUFFER_BYTES, file);
        write::write(self, tag, &mut writer)?;
        writer.flush()?;
        writer.get_ref().sync_all()?;
        fs::rename(&beside, path)?;
        Ok(())
    }

    /// Reads a file that [`Self::save`] wrote, and its tag.
    pub fn open(path: &Path) -> Result<(Self, Vec<u8>), SnapshotFileError> {
        read::read(&mut BufReader::with_capacity(BUFFER_BYTES, File::open(path)?))
    }
}

/// Creates a file that only its owner may read or write. What a crash left under that name, which
/// may have another mode or be a link, is removed first.
fn create_private(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Ok(()) => {}
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => {}
        Err(cause) => return Err(cause),
    }
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(test)]
mod tests;
