//! Writing.

use std::io::{self, Write};

use mamori_model::{BankId, EntryId, Hash};

use super::parts::Written;
use super::{MAGIC, ORDER, SnapshotError, TAG_BYTES_MAX, VERSION};
use crate::Index;
use crate::pile::Placed;

/// How many entries one section of single entries has.
const ENTRIES_AT_ONCE: usize = 4_096;

/// Writes all of `index`, as it is now.
pub fn write(index: &Index, tag: &[u8], to: &mut impl Write) -> Result<(), SnapshotError> {
    if tag.len() > TAG_BYTES_MAX {
        return Err(SnapshotError::Tag);
    }
    let (pile, exact) = index.everything();
    let fresh = pile
        .fresh
        .iter()
        .flat_map(|(bank, shelf)| shelf.rows().map(|(id, hash)| (id, *bank, Hash::Pdq(hash))));
    let single: Vec<(EntryId, BankId, Hash)> = fresh.chain(exact).collect();

    to.write_all(MAGIC)?;
    to.write_all(&VERSION.to_ne_bytes())?;
    to.write_all(&ORDER.to_ne_bytes())?;
    section(to, tag)?;
    let mut counts = Written::default();
    counts.len(pile.placed.len());
    counts.len(single.len());
    section(to, &counts.0)?;
    for placed in &pile.placed {
        write_segment(placed, to)?;
    }
    for some in single.chunks(ENTRIES_AT_ONCE) {
        let mut entries = Written::default();
        for (id, bank, hash) in some {
            entries.id(*id);
            entries.bank(*bank);
            entries.hash(hash);
        }
        section(to, &entries.0)?;
    }
    Ok(())
}

fn write_segment(placed: &Placed, to: &mut impl Write) -> io::Result<()> {
    let segment = &placed.segment;
    let parts = segment.parts();
    let mut head = Written::default();
    head.len(segment.len());
    head.id(parts.first);
    head.len(segment.banks().len());
    for (bank, live) in segment.banks().iter().zip(&placed.live) {
        head.bank(*bank);
        // A bank that left as a whole left no mark on its rows.
        head.u32(u32::from(*live > 0));
    }
    head.len(parts.shape.widths.len());
    for (width, high) in parts.shape.widths.iter().zip(&parts.shape.high) {
        head.u32(*width);
        head.u32(*high);
    }
    section(to, &head.0)?;
    section(to, parts.hashes.bytes())?;
    section(to, parts.after_first.bytes())?;
    section(to, parts.bank_of.bytes())?;
    section(to, parts.tables.directory.bytes())?;
    section(to, parts.tables.postings.bytes())?;
    let mut gone = Written::default();
    for row in placed.gone.rows() {
        gone.u32(u32::try_from(row).unwrap_or(u32::MAX));
    }
    section(to, &gone.0)
}

fn section(to: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    let mut head = Written::default();
    head.len(bytes.len());
    head.u32(crc32fast::hash(bytes));
    to.write_all(&head.0)?;
    to.write_all(bytes)
}
