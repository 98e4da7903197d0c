//! Reads a snapshot file and checks everything that a look-up relies on.

use std::io::{self, Read};

use bytemuck::Pod;
use mamori_model::BankId;

use super::section::SectionReader;
use super::{MAGIC, ORDER, SnapshotFileError, TAG_BYTES_MAX, VERSION};
use crate::index_snapshot::SegmentView;
use crate::mmap_array::MmapArray;
use crate::segment::rows::{BankNumbers, Ids};
use crate::segment::shape::{Layout, SLOTS_MAX, Shape};
use crate::segment::slot::Slot;
use crate::segment::tables::Tables;
use crate::segment::{Parts, ROWS_MAX, Segment};
use crate::{Index, IndexEntry};

/// The most segments in a file; an index has a handful.
const SEGMENTS_MAX: usize = 10_000;
/// The longest section that is not an array of numbers, in bytes: 65,535 banks fit.
const SMALL_BYTES_MAX: usize = 4 << 20;
/// The longest section of runs of ids, in bytes: ids are at most 2^32 apart.
const RUNS_BYTES_MAX: usize = 4 * ((1 << 16) + 1);

/// Reads an index and its tag.
pub fn read(from: &mut impl Read) -> Result<(Index, Vec<u8>), SnapshotFileError> {
    let mut head = [0; 16];
    from.read_exact(&mut head).map_err(cut)?;
    let expected = [&MAGIC[..], &VERSION.to_ne_bytes(), &ORDER.to_ne_bytes()].concat();
    if head != *expected {
        return Err(SnapshotFileError::Foreign);
    }
    let tag = small(from, TAG_BYTES_MAX)?;
    let counts = small(from, SMALL_BYTES_MAX)?;
    let mut counts = SectionReader(&counts);
    let (segments, single) = (counts.len()?, counts.len()?);
    counts.end()?;
    if segments > SEGMENTS_MAX {
        return Err(SnapshotFileError::Damaged("there are too many segments"));
    }
    let views = (0..segments).map(|_| segment(from)).collect::<Result<Vec<_>, _>>()?;
    let index = Index::of(views);
    let mut left = single;
    while left > 0 {
        let bytes = small(from, SMALL_BYTES_MAX)?;
        let mut numbers = SectionReader(&bytes);
        let mut entries = Vec::new();
        while numbers.end().is_err() {
            let (entry, bank, hash) = (numbers.id()?, numbers.bank()?, numbers.hash()?);
            entries.push(IndexEntry { entry, bank, hash });
        }
        let more = SnapshotFileError::Damaged("there are more entries than declared");
        left = left.checked_sub(entries.len().max(1)).ok_or(more)?;
        index.insert(&entries);
    }
    if from.read(&mut [0])? > 0 {
        return Err(SnapshotFileError::Damaged("there are bytes after its end"));
    }
    Ok((index, tag))
}

fn segment(from: &mut impl Read) -> Result<SegmentView, SnapshotFileError> {
    let head = small(from, SMALL_BYTES_MAX)?;
    let mut head = SectionReader(&head);
    let rows = head.len()?;
    if rows == 0 || rows > ROWS_MAX {
        return Err(SnapshotFileError::Damaged("a segment has no rows, or too many"));
    }
    let first = head.id()?;
    let (banks, left_banks) = banks(&mut head)?;
    let shape = shape(&mut head, rows)?;
    head.end()?;

    let hashes = numbers(from, rows)?;
    let lower_ids = numbers(from, rows)?;
    let runs = small(from, RUNS_BYTES_MAX)?;
    let runs = runs.as_chunks::<4>().0.iter().map(|run| u32::from_ne_bytes(*run)).collect();
    let ids = Ids::of_parts(first, lower_ids, runs);
    let ids = ids.ok_or(SnapshotFileError::Damaged("entries are out of order"))?;
    let mut bank_numbers = BankNumbers::zeroed(banks.len(), rows)?;
    fill_section(from, bank_numbers.bytes_mut())?;
    if (0..rows).any(|row| bank_numbers.get(row).is_none_or(|number| number >= banks.len())) {
        return Err(SnapshotFileError::Damaged("a row is in no bank"));
    }
    let (slots, directory_len) = Slot::all(&shape, rows);
    let postings = rows * slots.len();
    let tables = Tables {
        directory: numbers(from, directory_len)?,
        tags: numbers(from, postings)?,
        rows_low: numbers(from, postings)?,
        rows_high: numbers(from, if shape.layout.has_rows_high { postings } else { 0 })?,
        layout: shape.layout,
    };
    for (slot, high) in slots.iter().zip(&shape.high) {
        let directory = slot.directory(&tables).get(..(1 << high) + 1).unwrap_or_default();
        let ends_well = directory.last().is_some_and(|end| usize::try_from(*end) == Ok(rows));
        if directory.first() != Some(&0) || !directory.is_sorted() || !ends_well {
            return Err(SnapshotFileError::Damaged("a directory is out of order"));
        }
    }
    let parts = Parts { hashes, ids, bank_numbers, banks, shape, slots, tables };
    let mut view = SegmentView::new(Segment::of(parts));
    for bank in left_banks {
        view.remove_bank(bank);
    }
    let tombstones = small(from, rows * 4)?;
    let mut tombstones = SectionReader(&tombstones);
    while tombstones.end().is_err() {
        view.remove(crate::segment::slot::as_index(tombstones.u32()?));
    }
    Ok(view)
}

/// Reads the banks of a segment, and those of them that were removed as a whole.
fn banks(head: &mut SectionReader<'_>) -> Result<(Vec<BankId>, Vec<BankId>), SnapshotFileError> {
    let count = head.len()?;
    let (mut banks, mut left) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let bank = head.bank()?;
        banks.push(bank);
        if head.u32()? == 0 {
            left.push(bank);
        }
    }
    if banks.len() > usize::from(u16::MAX) {
        return Err(SnapshotFileError::Damaged("a segment has too many banks"));
    }
    Ok((banks, left))
}

fn shape(head: &mut SectionReader<'_>, rows: usize) -> Result<Shape, SnapshotFileError> {
    let slots = head.len()?;
    if slots > SLOTS_MAX {
        return Err(SnapshotFileError::Damaged("a segment has too many slots"));
    }
    let layout = Layout { tag_bits: head.u32()?, has_rows_high: head.u32()? > 0 };
    let (mut widths, mut high) = (Vec::new(), Vec::new());
    for _ in 0..slots {
        widths.push(head.u32()?);
        high.push(head.u32()?);
    }
    Shape::of_parts(widths, high, layout, rows)
        .ok_or(SnapshotFileError::Damaged("the slots do not fit"))
}

/// Reads a section of `len` numbers.
fn numbers<T: Pod>(from: &mut impl Read, len: usize) -> Result<MmapArray<T>, SnapshotFileError> {
    let mut numbers = MmapArray::zeroed(len)?;
    fill_section(from, numbers.bytes_mut())?;
    Ok(numbers)
}

/// Reads a section that must have the length of `bytes`.
fn fill_section(from: &mut impl Read, bytes: &mut [u8]) -> Result<(), SnapshotFileError> {
    let (len, sum) = section(from)?;
    if len != bytes.len() {
        return Err(SnapshotFileError::Damaged("an array of numbers has the wrong length"));
    }
    fill(from, bytes, sum)
}

/// Reads a section of at most `bytes_max` bytes.
fn small(from: &mut impl Read, bytes_max: usize) -> Result<Vec<u8>, SnapshotFileError> {
    let (bytes, sum) = section(from)?;
    if bytes > bytes_max {
        return Err(SnapshotFileError::Damaged("a section is too long"));
    }
    let mut read = vec![0; bytes];
    fill(from, &mut read, sum)?;
    Ok(read)
}

/// Reads the length and the checksum of the next section.
fn section(from: &mut impl Read) -> Result<(usize, u32), SnapshotFileError> {
    let mut head = [0; 12];
    from.read_exact(&mut head).map_err(cut)?;
    let mut head = SectionReader(&head);
    Ok((head.len()?, head.u32()?))
}

/// Fills `bytes` and checks the checksum, in pieces that stay in a near cache between the two.
fn fill(from: &mut impl Read, bytes: &mut [u8], sum: u32) -> Result<(), SnapshotFileError> {
    let mut hasher = crc32fast::Hasher::new();
    for piece in bytes.chunks_mut(256 << 10) {
        from.read_exact(piece).map_err(cut)?;
        hasher.update(piece);
    }
    if hasher.finalize() == sum {
        Ok(())
    } else {
        Err(SnapshotFileError::Damaged("a checksum is wrong"))
    }
}

fn cut(error: io::Error) -> SnapshotFileError {
    if error.kind() == io::ErrorKind::UnexpectedEof {
        return SnapshotFileError::Damaged("it ends too early");
    }
    error.into()
}
