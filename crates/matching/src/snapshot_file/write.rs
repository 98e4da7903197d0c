//! Writes a snapshot file.

use std::io::{self, Write};

use mamori_model::{BankId, EntryId, Hash};

use super::section::SectionWriter;
use super::{MAGIC, ORDER, SnapshotFileError, TAG_BYTES_MAX, VERSION};
use crate::Index;
use crate::index_snapshot::SegmentView;

/// Entries in one section of entries that are in no segment.
const ENTRIES_AT_ONCE: usize = 4_096;

/// Writes the whole of `index`, as of one moment.
pub fn write(index: &Index, tag: &[u8], to: &mut impl Write) -> Result<(), SnapshotFileError> {
    if tag.len() > TAG_BYTES_MAX {
        return Err(SnapshotFileError::Tag);
    }
    let (snapshot, exact) = index.everything();
    let delta = snapshot.delta.iter().flat_map(|(bank, bank_rows)| {
        bank_rows.rows().map(|(id, hash)| (id, *bank, Hash::Pdq(hash)))
    });
    let single: Vec<(EntryId, BankId, Hash)> = delta.chain(exact).collect();

    to.write_all(MAGIC)?;
    to.write_all(&VERSION.to_ne_bytes())?;
    to.write_all(&ORDER.to_ne_bytes())?;
    section(to, tag)?;
    let mut counts = SectionWriter::default();
    counts.len(snapshot.segments.len());
    counts.len(single.len());
    section(to, &counts.0)?;
    for view in &snapshot.segments {
        write_segment(view, to)?;
    }
    for some in single.chunks(ENTRIES_AT_ONCE) {
        let mut entries = SectionWriter::default();
        for (id, bank, hash) in some {
            entries.id(*id);
            entries.bank(*bank);
            entries.hash(hash);
        }
        section(to, &entries.0)?;
    }
    Ok(())
}

fn write_segment(view: &SegmentView, to: &mut impl Write) -> io::Result<()> {
    let segment = &view.segment;
    let parts = segment.parts();
    let mut head = SectionWriter::default();
    head.len(segment.len());
    let (first, lower_ids, runs) = parts.ids.parts();
    head.id(first);
    head.len(segment.banks().len());
    for (bank, live) in segment.banks().iter().zip(&view.live) {
        head.bank(*bank);
        // A bank that was removed as a whole left no tombstones on its rows.
        head.u32(u32::from(*live > 0));
    }
    head.len(parts.shape.widths.len());
    head.u32(parts.shape.layout.tag_bits);
    head.u32(u32::from(parts.shape.layout.has_rows_high));
    for (width, high) in parts.shape.widths.iter().zip(&parts.shape.high) {
        head.u32(*width);
        head.u32(*high);
    }
    section(to, &head.0)?;
    section(to, parts.hashes.bytes())?;
    section(to, lower_ids.bytes())?;
    let mut run_ends = SectionWriter::default();
    for run in runs {
        run_ends.u32(*run);
    }
    section(to, &run_ends.0)?;
    section(to, parts.bank_numbers.bytes())?;
    section(to, parts.tables.directory.bytes())?;
    section(to, parts.tables.tags.bytes())?;
    section(to, parts.tables.rows_low.bytes())?;
    section(to, parts.tables.rows_high.bytes())?;
    let mut tombstones = SectionWriter::default();
    for row in view.tombstones.rows() {
        tombstones.u32(u32::try_from(row).unwrap_or(u32::MAX));
    }
    section(to, &tombstones.0)
}

fn section(to: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    let mut head = SectionWriter::default();
    head.len(bytes.len());
    head.u32(crc32fast::hash(bytes));
    to.write_all(&head.0)?;
    to.write_all(bytes)
}
