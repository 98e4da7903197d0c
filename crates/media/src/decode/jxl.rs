//! Decodes JPEG XL, by `jxl-oxide`: bare streams and containers, still and animated.
//!
//! The decoder itself turns pictures upright, so frames are given as they are shown, with
//! [`Transform::None`]. Colours are as the file declares them; profiles are not applied, as for
//! every other format here.

use jxl_oxide::image::ExtraChannelType;
use jxl_oxide::{
    AllocTracker, InitializeResult, JxlImage, JxlThreadPool, PixelFormat, Render,
    UninitializedJxlImage,
};
use mamori_model::Transform;

use super::{Sink, check_area, frame_buffer, out_of_memory};
use crate::pixels::{Layout, Pixels, cmyk_to_rgb, low_byte};
use crate::{Error, Format, Limits};

const JXL: Format = Format::Jxl;
/// Bytes that are fed at a time: what was read before damage remains usable.
const PIECE_BYTES: usize = 1 << 16;

/// Decodes the frames of a JPEG XL, each composed with the previous ones.
pub fn frames(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Error> {
    let (mut image, rest) = open(bytes, sink.limits)?;
    check_area(JXL, image.width(), image.height(), sink.limits)?;
    let read = feed(&mut image, rest);
    let count = u32::try_from(image.num_loaded_keyframes()).unwrap_or(u32::MAX);
    let is_cut = !image.is_loading_done();
    sink.set_frame_count(u64::from(count) + u64::from(is_cut));
    for number in 0..count {
        if !sink.wants(number) {
            continue;
        }
        let render = usize::try_from(number).map_err(|_| out_of_memory());
        let render = image.render_frame(render?).map_err(|error| unreadable(&*error))?;
        if give(&image, &render, number, sink)? {
            return Ok(());
        }
    }
    if is_cut {
        // Of an incomplete frame, give the part that is there.
        if sink.wants(count)
            && let Ok(render) = image.render_loading_frame()
        {
            give(&image, &render, count, sink)?;
        }
        return Err(read.err().unwrap_or_else(|| Error::truncated(JXL)));
    }
    Ok(())
}

/// Reads the header; returns the bytes after it too.
fn open<'a>(bytes: &'a [u8], limits: &Limits) -> Result<(JxlImage, &'a [u8]), Error> {
    let memory = usize::try_from(limits.memory_bytes_max).unwrap_or(usize::MAX);
    let mut waiting: UninitializedJxlImage = JxlImage::builder()
        .pool(JxlThreadPool::none())
        .alloc_tracker(AllocTracker::with_limit(memory))
        .build_uninit();
    let mut rest = bytes;
    loop {
        let piece = rest.get(..PIECE_BYTES).unwrap_or(rest);
        let consumed = waiting.feed_bytes(piece).map_err(|error| unreadable(&*error))?;
        if consumed == 0 {
            return Err(Error::truncated(JXL));
        }
        rest = rest.get(consumed..).unwrap_or_default();
        match waiting.try_init().map_err(|error| unreadable(&*error))? {
            InitializeResult::NeedMoreData(more) => waiting = more,
            InitializeResult::Initialized(image) => return Ok((image, rest)),
        }
    }
}

/// Reads all frames that are complete.
fn feed(image: &mut JxlImage, mut rest: &[u8]) -> Result<(), Error> {
    while !rest.is_empty() && !image.is_loading_done() {
        let piece = rest.get(..PIECE_BYTES).unwrap_or(rest);
        let consumed = image.feed_bytes(piece).map_err(|error| unreadable(&*error))?;
        if consumed == 0 {
            break;
        }
        rest = rest.get(consumed..).unwrap_or_default();
    }
    Ok(())
}

/// Gives one frame; returns whether no further frame is wanted.
fn give(
    image: &JxlImage,
    render: &Render,
    number: u32,
    sink: &mut Sink<'_>,
) -> Result<bool, Error> {
    let mut stream = render.stream();
    let (width, height) = (stream.width(), stream.height());
    check_area(JXL, width, height, sink.limits)?;
    let format = image.pixel_format();
    if usize::try_from(stream.channels()) != Ok(format.channels()) {
        return Err(Error::corrupt(JXL, &"a channel is missing"));
    }
    let layout = match format {
        PixelFormat::Gray => Layout::Grey,
        PixelFormat::Graya => Layout::GreyAlpha,
        PixelFormat::Rgb => Layout::Rgb,
        PixelFormat::Rgba | PixelFormat::Cmyk => Layout::Rgba,
        PixelFormat::Cmyka => return Err(Error::Unsupported { found: RARE }),
    };
    let mut samples = frame_buffer(width, height, layout)?;
    stream.write_to_buffer(&mut samples);
    if is_premultiplied(render) {
        divide(&mut samples, layout.samples());
    }
    let layout = if format == PixelFormat::Cmyk {
        to_rgb(&mut samples);
        Layout::Rgb
    } else {
        layout
    };
    let pixels = Pixels { width, height, layout, samples: &samples };
    Ok(sink.give(number, Transform::None, pixels).is_break())
}

/// CMYK with transparency.
const RARE: &str = "JPEG XL of a rare kind";

/// Checks whether colours are multiplied by the transparency.
fn is_premultiplied(render: &Render) -> bool {
    let (channels, _) = render.extra_channels();
    let alpha = channels.iter().find(|channel| channel.is_alpha());
    alpha.is_some_and(|alpha| {
        matches!(alpha.ty(), ExtraChannelType::Alpha { alpha_associated: true })
    })
}

/// Divides colours by their alpha.
fn divide(samples: &mut [u8], count: usize) {
    for pixel in samples.chunks_exact_mut(count) {
        if let Some((alpha, colours)) = pixel.split_last_mut() {
            let alpha = u32::from(*alpha);
            for colour in colours {
                let before = (u32::from(*colour) * 255 + alpha / 2).checked_div(alpha);
                *colour = before.map_or(0, |before| low_byte(before.min(255)));
            }
        }
    }
}

/// Replaces the four inks of each pixel in `samples` with RGB. 0 is full ink.
fn to_rgb(samples: &mut Vec<u8>) {
    let (pixels, _) = samples.as_chunks::<4>();
    let rgb: Vec<u8> =
        pixels.iter().flat_map(|inks| cmyk_to_rgb(inks.map(|ink| u8::MAX - ink))).collect();
    *samples = rgb;
}

/// Converts the decoder's error. Only its text tells that the memory limit was reached.
fn unreadable(error: &(dyn std::error::Error + Send + Sync + 'static)) -> Error {
    let says_memory = error.to_string().contains("failed to allocate");
    if says_memory { out_of_memory() } else { Error::corrupt(JXL, &error) }
}
