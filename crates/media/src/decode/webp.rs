//! Decodes WebP: still pictures by `image-webp`, animations with our own canvas.
//!
//! Only the chunks that make up pictures are read, each as a file of its own. So flags that
//! announce metadata which a tool removed, a wrong total length and unknown chunks do no harm, as
//! in browsers.

use std::io::{Cursor, ErrorKind};

use image_webp::{DecodingError, WebPDecoder};
use mamori_model::Transform;

use super::canvas::{Canvas, Rect};
use super::{Sink, check_area, exif, frame_buffer, out_of_memory};
use crate::pixels::{Layout, Pixels, size};
use crate::{Error, Format, Limits};

const WEBP: Format = Format::Webp;
/// Bytes of signature, length and type of the file.
const HEADER: usize = 12;

/// Decodes the frames of a WebP.
pub fn frames(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Error> {
    let mut file = File::read(bytes.get(HEADER..).unwrap_or_default());
    // Some writers declare a wrong length; in an animation that is shorter, frames may be missing.
    file.is_cut |= !file.frames.is_empty() && declared_length(bytes) > bytes.len();
    sink.set_frame_count(u64::try_from(file.stills.len() + file.frames.len()).unwrap_or(u64::MAX));
    let mut numbers = 0_u32..;
    for (still, number) in file.stills.iter().zip(&mut numbers) {
        if sink.wants(number) {
            let Still { width, height, layout, samples } = decode(still, sink.limits)?;
            let pixels = Pixels { width, height, layout, samples: &samples };
            let _ = sink.give(number, file.shown, pixels);
        }
    }
    if !file.frames.is_empty() {
        animation(&file, &mut numbers, sink)?;
    }
    if file.is_cut { Err(Error::truncated(WEBP)) } else { Ok(()) }
}

/// Returns the length that the file declares, in bytes, including its signature.
fn declared_length(bytes: &[u8]) -> usize {
    let declared = bytes.get(4..).and_then(|rest| rest.first_chunk());
    declared.map_or(0, |four| size(u32::from_le_bytes(*four)).saturating_add(8))
}

fn animation(
    file: &File<'_>,
    numbers: &mut std::ops::RangeFrom<u32>,
    sink: &mut Sink<'_>,
) -> Result<(), Error> {
    let (width, height) = file.canvas.ok_or_else(|| Error::corrupt(WEBP, &"it has no size"))?;
    check_area(WEBP, width, height, sink.limits)?;
    let mut canvas = Canvas::new(width, height, Layout::Rgba)?;
    for (frame, number) in file.frames.iter().zip(numbers) {
        if !sink.wants(number) {
            continue;
        }
        let Still { width, height, layout, samples } = decode(&frame.picture, sink.limits)?;
        if (width, height) != (frame.place.width, frame.place.height) {
            return Err(Error::corrupt(WEBP, &"a frame has another size than it says"));
        }
        let samples = if layout == Layout::Rgb { opaque(&samples) } else { samples };
        canvas.draw(&samples, frame.place, frame.is_blended);
        if sink.give(number, file.shown, canvas.pixels()).is_break() {
            break;
        }
        if frame.is_cleared {
            canvas.clear(frame.place);
        }
    }
    Ok(())
}

/// One decoded picture.
struct Still {
    width: u32,
    height: u32,
    layout: Layout,
    samples: Vec<u8>,
}

/// Decodes the chunks of one picture.
fn decode(picture: &Chunks<'_>, limits: &Limits) -> Result<Still, Error> {
    let file = picture.as_file()?;
    let mut decoder = WebPDecoder::new(Cursor::new(file)).map_err(unreadable)?;
    decoder.set_memory_limit(usize::try_from(limits.memory_bytes_max).unwrap_or(usize::MAX));
    let (width, height) = decoder.dimensions();
    check_area(WEBP, width, height, limits)?;
    let layout = if decoder.has_alpha() { Layout::Rgba } else { Layout::Rgb };
    let mut samples = frame_buffer(width, height, layout)?;
    decoder.read_image(&mut samples).map_err(unreadable)?;
    Ok(Still { width, height, layout, samples })
}

/// Adds full alpha to RGB.
fn opaque(rgb: &[u8]) -> Vec<u8> {
    let (pixels, _) = rgb.as_chunks::<3>();
    pixels.iter().flat_map(|[red, green, blue]| [*red, *green, *blue, u8::MAX]).collect()
}

/// The chunks of a file that decoding needs (WebP container specification, RFC 9649).
struct File<'a> {
    /// Width and height of the canvas of an animation, in pixels.
    canvas: Option<(u32, u32)>,
    shown: Transform,
    stills: Vec<Chunks<'a>>,
    frames: Vec<Frame<'a>>,
    /// Whether the file stops within a chunk, or has an invalid frame.
    is_cut: bool,
}

/// A frame of an animation.
struct Frame<'a> {
    place: Rect,
    /// Whether it is blended with the content of the canvas, instead of replacing it.
    is_blended: bool,
    /// Whether its place is cleared after it was shown.
    is_cleared: bool,
    picture: Chunks<'a>,
}

/// The chunks of one picture.
#[derive(Default)]
struct Chunks<'a> {
    alpha: Option<&'a [u8]>,
    /// The type, `VP8 ` or `VP8L`, and its data.
    image: Option<(&'a [u8; 4], &'a [u8])>,
}

impl<'a> File<'a> {
    fn read(bytes: &'a [u8]) -> Self {
        let mut file = Self {
            canvas: None,
            shown: Transform::None,
            stills: Vec::new(),
            frames: Vec::new(),
            is_cut: false,
        };
        let mut alpha = None;
        let mut has_exif = false;
        let mut chunks = ChunkIter { rest: bytes };
        loop {
            let begun = chunks.rest;
            let Some(Chunk { kind, data, is_whole }) = chunks.next() else { break };
            let makes_a_picture = matches!(kind, b"ALPH" | b"VP8 " | b"VP8L" | b"ANMF");
            file.is_cut |= makes_a_picture && !is_whole;
            match kind {
                // Of several ones the first is valid, as in libwebp.
                b"VP8X" if file.canvas.is_none() => {
                    file.canvas = read_u24_plus_one(data, 4).zip(read_u24_plus_one(data, 7));
                }
                b"EXIF" if !has_exif => {
                    has_exif = true;
                    file.shown = exif::orientation(data);
                }
                b"ALPH" => alpha = Some(data),
                b"VP8 " | b"VP8L" => {
                    file.stills.push(Chunks { alpha: alpha.take(), image: Some((kind, data)) });
                }
                b"ANMF" => match Frame::read(data) {
                    Some((frame, inner)) => {
                        file.frames.push(frame);
                        if let Some(at) = inner {
                            chunks.rest = begun.get(Chunk::HEADER + at..).unwrap_or_default();
                        }
                    }
                    None => file.is_cut = true,
                },
                _ => {}
            }
        }
        // The remainder begins another chunk: an animation may lack frames.
        file.is_cut |= !file.frames.is_empty() && !chunks.rest.is_empty();
        file
    }
}

impl<'a> Frame<'a> {
    /// Reads the frame in `data`, and where in it the next frame begins: viewers read on after the
    /// picture's last chunk, even if the frame's declared length includes others.
    fn read(data: &'a [u8]) -> Option<(Self, Option<usize>)> {
        const HEADER: usize = 16;
        let place = Rect {
            left: read_u24(data, 0)? * 2,
            top: read_u24(data, 3)? * 2,
            width: read_u24_plus_one(data, 6)?,
            height: read_u24_plus_one(data, 9)?,
        };
        let flags = *data.get(15)?;
        let mut picture = Chunks::default();
        let mut inner = None;
        let mut chunks = ChunkIter { rest: data.get(HEADER..)? };
        loop {
            let at = data.len() - chunks.rest.len();
            let Some(Chunk { kind, data, .. }) = chunks.next() else { break };
            match kind {
                b"ANMF" => {
                    inner = Some(at);
                    break;
                }
                b"ALPH" => picture.alpha = Some(data),
                // The specification does not say which of two pictures in one frame is shown.
                b"VP8 " | b"VP8L" if picture.image.is_some() => return None,
                b"VP8 " | b"VP8L" => picture.image = Some((kind, data)),
                _ => {}
            }
        }
        let frame = Self { place, is_blended: flags & 2 == 0, is_cleared: flags & 1 != 0, picture };
        Some((frame, inner))
    }
}

impl Chunks<'_> {
    /// Returns the picture as a file of its own.
    fn as_file(&self) -> Result<Vec<u8>, Error> {
        let (kind, data) =
            self.image.ok_or_else(|| Error::corrupt(WEBP, &"a picture is missing"))?;
        let mut body = b"WEBP".to_vec();
        let lossy_alpha = self.alpha.filter(|_| kind == b"VP8 ");
        if let Some(alpha) = lossy_alpha {
            const HAS_ALPHA: u8 = 0x10;
            let (width, height) =
                lossy_size(data).ok_or_else(|| Error::corrupt(WEBP, &"a picture has no size"))?;
            let [w0, w1, w2, _] = width.saturating_sub(1).to_le_bytes();
            let [h0, h1, h2, _] = height.saturating_sub(1).to_le_bytes();
            push(&mut body, *b"VP8X", &[HAS_ALPHA, 0, 0, 0, w0, w1, w2, h0, h1, h2])?;
            push(&mut body, *b"ALPH", alpha)?;
        }
        push(&mut body, *kind, data)?;
        let mut file = Vec::new();
        push(&mut file, *b"RIFF", &body)?;
        Ok(file)
    }
}

/// Appends a chunk.
fn push(to: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) -> Result<(), Error> {
    let length = u32::try_from(data.len()).map_err(|_| out_of_memory())?;
    to.try_reserve(data.len() + 9).map_err(|_| out_of_memory())?;
    to.extend_from_slice(&kind);
    to.extend_from_slice(&length.to_le_bytes());
    to.extend_from_slice(data);
    if !data.len().is_multiple_of(2) {
        to.push(0);
    }
    Ok(())
}

/// Returns width and height from the header of lossy data (RFC 6386, §9.1).
fn lossy_size(data: &[u8]) -> Option<(u32, u32)> {
    const SIZE_BITS: u16 = 0x3fff;
    let word = |at: usize| Some(u16::from_le_bytes(*data.get(at..)?.first_chunk()?) & SIZE_BITS);
    Some((u32::from(word(6)?), u32::from(word(8)?)))
}

/// Reads 24 bits, little-endian.
fn read_u24(data: &[u8], at: usize) -> Option<u32> {
    let [a, b, c] = *data.get(at..)?.first_chunk()?;
    Some(u32::from_le_bytes([a, b, c, 0]))
}

/// Reads 24 bits that store a value minus one.
fn read_u24_plus_one(data: &[u8], at: usize) -> Option<u32> {
    read_u24(data, at).map(|value| value + 1)
}

struct Chunk<'a> {
    kind: &'a [u8; 4],
    data: &'a [u8],
    is_whole: bool,
}

impl Chunk<'_> {
    /// Bytes of type and length.
    const HEADER: usize = 8;
}

/// Iterates over chunks; the last one may be cut.
struct ChunkIter<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for ChunkIter<'a> {
    type Item = Chunk<'a>;

    fn next(&mut self) -> Option<Chunk<'a>> {
        let (kind, after) = self.rest.split_first_chunk()?;
        let (length, after) = after.split_first_chunk()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
        let is_whole = length <= after.len();
        let (data, after) = after.split_at(length.min(after.len()));
        // A zero follows data of odd length; some writers omit it, and no chunk type begins with
        // zero.
        self.rest = if length.is_multiple_of(2) {
            after
        } else {
            after.strip_prefix(&[0]).unwrap_or(after)
        };
        Some(Chunk { kind, data, is_whole })
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to map_err")]
fn unreadable(error: DecodingError) -> Error {
    if let DecodingError::IoError(io) = &error
        && io.kind() == ErrorKind::UnexpectedEof
    {
        return Error::truncated(WEBP);
    }
    if matches!(error, DecodingError::MemoryLimitExceeded) {
        return out_of_memory();
    }
    Error::corrupt(WEBP, &error)
}
