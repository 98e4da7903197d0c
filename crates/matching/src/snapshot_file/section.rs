//! Encodes and decodes the plain numbers in the header sections of a snapshot file.

use mamori_model::{BankId, EntryId, Hash, HashKind};
use uuid::Uuid;

use super::SnapshotFileError;

/// The numbers of the kinds in the file. Other versions read them: a number is never given to
/// another kind.
const PDQ: u32 = 0;
const SHA256: u32 = 1;
const SHA1: u32 = 2;
const MD5: u32 = 3;

/// Reads numbers from the front of a byte slice.
pub struct SectionReader<'a>(pub &'a [u8]);

impl SectionReader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], SnapshotFileError> {
        let short = SnapshotFileError::Damaged("a section is too short");
        let (first, rest) = self.0.split_first_chunk().ok_or(short)?;
        self.0 = rest;
        Ok(*first)
    }

    /// Reads a number of 32 bits.
    pub fn u32(&mut self) -> Result<u32, SnapshotFileError> {
        self.take().map(u32::from_ne_bytes)
    }

    /// Reads a length, a number of 64 bits.
    pub fn len(&mut self) -> Result<usize, SnapshotFileError> {
        let number = self.take().map(u64::from_ne_bytes)?;
        usize::try_from(number).map_err(|_| SnapshotFileError::Damaged("a length is too large"))
    }

    /// Reads an entry id.
    pub fn id(&mut self) -> Result<EntryId, SnapshotFileError> {
        let number = self.take().map(i64::from_ne_bytes)?;
        EntryId::new(number).ok_or(SnapshotFileError::Damaged("an entry has no id"))
    }

    /// Reads a bank id.
    pub fn bank(&mut self) -> Result<BankId, SnapshotFileError> {
        Ok(Uuid::from_bytes(self.take()?).into())
    }

    /// Reads a hash, which follows the number of its kind.
    pub fn hash(&mut self) -> Result<Hash, SnapshotFileError> {
        match self.u32()? {
            PDQ => Ok(Hash::Pdq(self.take::<32>()?.into())),
            SHA256 => Ok(Hash::Sha256(self.take::<32>()?.into())),
            SHA1 => Ok(Hash::Sha1(self.take::<20>()?.into())),
            MD5 => Ok(Hash::Md5(self.take::<16>()?.into())),
            _ => Err(SnapshotFileError::Damaged("a hash has no kind")),
        }
    }

    /// Checks that all bytes have been read.
    pub fn end(&self) -> Result<(), SnapshotFileError> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(SnapshotFileError::Damaged("a section is too long"))
        }
    }
}

/// Appends numbers to a byte vector, in the format that [`SectionReader`] reads.
#[derive(Default)]
pub struct SectionWriter(pub Vec<u8>);

impl SectionWriter {
    /// Appends a number of 32 bits.
    pub fn u32(&mut self, number: u32) {
        self.0.extend_from_slice(&number.to_ne_bytes());
    }

    /// Appends a length.
    pub fn len(&mut self, len: usize) {
        let len = u64::try_from(len).unwrap_or(u64::MAX);
        self.0.extend_from_slice(&len.to_ne_bytes());
    }

    /// Appends an entry id.
    pub fn id(&mut self, id: EntryId) {
        self.0.extend_from_slice(&id.number().to_ne_bytes());
    }

    /// Appends a bank id.
    pub fn bank(&mut self, bank: BankId) {
        self.0.extend_from_slice(Uuid::from(bank).as_bytes());
    }

    /// Appends the number of a hash's kind, and the hash.
    pub fn hash(&mut self, hash: &Hash) {
        self.u32(match hash.kind() {
            HashKind::Pdq => PDQ,
            HashKind::Sha256 => SHA256,
            HashKind::Sha1 => SHA1,
            HashKind::Md5 => MD5,
        });
        match hash {
            Hash::Pdq(hash) => self.0.extend_from_slice(hash.as_bytes()),
            Hash::Sha256(hash) => self.0.extend_from_slice(hash.as_bytes()),
            Hash::Sha1(hash) => self.0.extend_from_slice(hash.as_bytes()),
            Hash::Md5(hash) => self.0.extend_from_slice(hash.as_bytes()),
        }
    }
}
