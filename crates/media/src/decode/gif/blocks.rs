//! Reads the structure of a GIF (version 89a) without its pixels: how many frames there are, the
//! place of each, and whether the file ends correctly.

use crate::decode::canvas::Rect;

/// The structure of a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Blocks {
    /// The places of the frames whose data are complete.
    pub frames: Vec<Rect>,
    /// Whether the data of the last frame are incomplete.
    pub is_cut: bool,
    /// Whether data follow that are neither a block nor the trailer. Browsers stop there; other
    /// viewers read on.
    pub is_followed: bool,
    /// Whether any frame has a transparent colour.
    pub has_transparency: bool,
}

/// Reads the blocks of `bytes`. A file that ends between two blocks counts as complete: many
/// writers omit the trailer, and viewers do not demand it.
pub fn read(bytes: &[u8]) -> Blocks {
    let mut blocks = Blocks::default();
    let mut reader = Reader { bytes, at: 0 };
    if reader.skip(10).is_some() {
        // `blocks` tells how the file ended.
        let _ = walk(&mut reader, &mut blocks);
    }
    blocks
}

fn walk(reader: &mut Reader<'_>, blocks: &mut Blocks) -> Option<()> {
    const EXTENSION: u8 = 0x21;
    const GRAPHIC_CONTROL: u8 = 0xf9;
    const IMAGE: u8 = 0x2c;
    const TRAILER: u8 = 0x3b;
    let flags = reader.byte()?;
    reader.skip(2)?;
    reader.skip(table_bytes(flags))?;
    loop {
        match reader.byte()? {
            EXTENSION => {
                let is_control = reader.byte()? == GRAPHIC_CONTROL;
                if is_control {
                    let flags = reader.bytes.get(reader.at + 1)?;
                    blocks.has_transparency |= flags & 1 != 0;
                }
                reader.skip_sub_blocks()?;
            }
            IMAGE => {
                blocks.is_cut = true;
                let place = Rect {
                    left: reader.word()?,
                    top: reader.word()?,
                    width: reader.word()?,
                    height: reader.word()?,
                };
                let flags = reader.byte()?;
                reader.skip(table_bytes(flags))?;
                // The minimum code size.
                reader.skip(1)?;
                reader.skip_sub_blocks()?;
                blocks.is_cut = false;
                blocks.frames.push(place);
            }
            TRAILER => return Some(()),
            _ => {
                let rest = reader.bytes.get(reader.at..).unwrap_or_default();
                blocks.is_followed = rest.iter().any(|byte| *byte != 0);
                return Some(());
            }
        }
    }
}

/// Returns the size in bytes of the colour table that `flags` announce.
fn table_bytes(flags: u8) -> usize {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn word(&mut self) -> Option<u32> {
        Some(u32::from(u16::from_le_bytes([self.byte()?, self.byte()?])))
    }

    /// Skips `count` bytes; `None` if there are fewer.
    fn skip(&mut self, count: usize) -> Option<()> {
        let to = self.at.checked_add(count).filter(|to| *to <= self.bytes.len())?;
        self.at = to;
        Some(())
    }

    /// Skips data blocks up to and including the empty one that ends them.
    fn skip_sub_blocks(&mut self) -> Option<()> {
        loop {
            match self.byte()? {
                0 => return Some(()),
                length => self.skip(usize::from(length))?,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &[u8] = b"GIF89a\x02\0\x02\0\x80\0\0\0\0\0\xff\xff\xff";
    const CONTROL: &[u8] = b"\x21\xf9\x04\x01\0\0\0\0";
    const FRAME: &[u8] = b"\x2c\x01\0\0\0\x01\0\x02\0\0\x02\x02\x44\x51\0";

    #[test]
    fn frames_are_counted_with_and_without_a_trailer() {
        let place = Rect { left: 1, top: 0, width: 1, height: 2 };
        let open = [HEAD, CONTROL, FRAME, FRAME].concat();
        let closed = [open.as_slice(), b";junk"].concat();

        let expected =
            Blocks { frames: vec![place; 2], has_transparency: true, ..Blocks::default() };
        assert_eq!(read(&open), expected);
        assert_eq!(read(&closed), expected);
    }

    #[test]
    fn a_truncated_frame_is_reported_and_not_counted() {
        let whole = [HEAD, FRAME, FRAME].concat();

        for cut in 1..FRAME.len() {
            let blocks = read(&whole[..whole.len() - cut]);

            assert_eq!((blocks.frames.len(), blocks.is_cut), (1, true), "{cut}");
        }
        assert_eq!(read(&whole[..4]), Blocks::default());
    }
}
