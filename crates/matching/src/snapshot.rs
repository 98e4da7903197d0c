//! The index as a file, so that a restart need not build it anew.
//!
//! A file is a row of sections, each with its length and its CRC-32; what is not whole is refused
//! before it is used, and then everything is read from the records again. Numbers are in the
//! machine's own byte order, which the first section tells: the file is a cache of one machine.
//! A checksum finds damage, not malice; the file is as trusted as the records beside it.

mod parts;
mod read;
mod write;

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Write as _};
use std::path::Path;

use crate::Index;

/// What every file begins with.
const MAGIC: &[u8; 8] = b"mamori\0i";
/// Changes whenever the file or the way in which rows are found in it does.
const VERSION: u32 = 3;
/// Tells the byte order.
const ORDER: u32 = 0x0102_0304;
/// The longest tag, in bytes.
pub const TAG_BYTES_MAX: usize = 64 << 10;

/// What is read and written at once of small sections; large ones go past it.
const BUFFER_BYTES: usize = 64 << 10;

/// Why there is no snapshot, or why it is not used.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The file could not be read or written.
    #[error("the snapshot cannot be read or written: {0}")]
    Io(#[from] io::Error),
    /// It is no snapshot, or one of another version or machine.
    #[error("the file is no snapshot of this version of Mamori and this kind of machine")]
    Foreign,
    /// It is not as it was written.
    #[error("the snapshot is damaged: {0}")]
    Damaged(&'static str),
    /// The tag is too long.
    #[error("a tag has at most {TAG_BYTES_MAX} bytes")]
    Tag,
}

impl Index {
    /// Writes every entry to `path`, in place of what was there, with `tag`, which [`Self::open`]
    /// gives back: what the caller must know to trust it. Whoever reads `path` meanwhile, or after
    /// a crash, finds the old file or the new one.
    pub fn save(&self, path: &Path, tag: &[u8]) -> Result<(), SnapshotError> {
        let beside = path.with_extension("new");
        let file = File::create(&beside)?;
        let mut writer = BufWriter::with_capacity(BUFFER_BYTES, file);
        write::write(self, tag, &mut writer)?;
        writer.flush()?;
        writer.get_ref().sync_all()?;
        fs::rename(&beside, path)?;
        Ok(())
    }

    /// Reads what [`Self::save`] wrote, and its tag.
    pub fn open(path: &Path) -> Result<(Self, Vec<u8>), SnapshotError> {
        read::read(&mut BufReader::with_capacity(BUFFER_BYTES, File::open(path)?))
    }
}

#[cfg(test)]
mod tests;
