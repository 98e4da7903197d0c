//! AVIF: our own reader of the container, AV1 by `re_rav1d`.
//!
//! A picture is one coded item or a grid of them, and may have another item for its transparency.
//! Thumbnails, depth and gain maps are not read, because viewers do not show them. Orientation
//! comes from `irot` and `imir` alone, as the format demands. Some viewers apply a crop (`clap`) and
//! some do not, so the part inside is a second frame.

mod av1;
mod colour;
mod container;

use std::cell::Cell;

use mamori_model::Transform;

use super::canvas::Rect;
use super::{Samples, Sink, check_area, frame_buffer, out_of_memory};
use crate::pixels::{Layout, Pixels, low_byte, size};
use crate::{Error, Format, Limits};
use colour::{Colours, Output};
use container::{Container, Grid, Item};

const AVIF: Format = Format::Avif;
/// Kinds that are not read: other types of item, and `ICtCp`, constant luminance and further
/// matrices without a simple inverse.
const RARE: &str = "AVIF of a rare kind";

/// Decodes the picture of an AVIF; of a sequence, only the still picture beside it.
pub fn frames(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Error> {
    let container = Container::read(bytes)?;
    // The frames of a sequence are in tracks, which are not read. So the item cannot pass for
    // clean.
    if container.has_tracks {
        sink.leave_out();
    }
    let primary = container.primary()?;
    if container.has_pictures_beside(primary) {
        sink.leave_out();
    }
    let is_followed = Cell::new(false);
    let file = File { container: &container, limits: sink.limits, is_followed: &is_followed };
    let colour = file.picture(primary, sink.samples)?;
    if is_followed.get() {
        sink.leave_out();
    }
    let image = match container.alpha_of(primary) {
        Some(alpha) => {
            let alpha_samples = file.picture(alpha, Samples::Brightness)?;
            with_alpha(&colour, &alpha_samples, container.is_premultiplied(primary))?
        }
        None => colour,
    };
    let shown = container.shown(primary);
    let crop = container.crop(primary).and_then(|crop| crop.part_of(image.width, image.height));
    sink.set_frame_count(if crop.is_some() { 2 } else { 1 });
    if sink.wants(0) && sink.give(0, shown, image.pixels()).is_break() {
        return Ok(());
    }
    if let Some(place) = crop
        && sink.wants(1)
    {
        let _ = sink.give(1, shown, image.part(place)?.pixels());
    }
    Ok(())
}

/// Decoded samples of 8 bits.
struct Image {
    width: u32,
    height: u32,
    layout: Layout,
    samples: Vec<u8>,
}

struct File<'a> {
    container: &'a Container<'a>,
    limits: &'a Limits,
    /// Set if a stream has more pictures than the one that is shown.
    is_followed: &'a Cell<bool>,
}

impl File<'_> {
    /// Decodes an item, which is coded itself or is a grid of coded items.
    fn picture(&self, item: &Item, samples: Samples) -> Result<Image, Error> {
        if let Some((width, height)) = self.container.size(item) {
            check_area(AVIF, width, height, self.limits)?;
        }
        match &item.kind {
            b"av01" => {
                let planes = self.planes(item)?;
                let colours = self.colours(item, &planes)?;
                let output = colours.output(&planes, samples);
                Ok(Image {
                    width: planes.width(),
                    height: planes.height(),
                    layout: output.layout(),
                    samples: colours.convert(&planes, output)?,
                })
            }
            b"grid" => self.grid(item, samples),
            _ => Err(Error::Unsupported { found: RARE }),
        }
    }

    fn planes(&self, item: &Item) -> Result<av1::Planes, Error> {
        let planes = av1::decode(self.container.data(item)?.into_owned(), self.limits)?;
        check_area(AVIF, planes.width(), planes.height(), self.limits)?;
        self.is_followed.set(self.is_followed.get() || planes.is_followed);
        Ok(planes)
    }

    /// Returns how to convert an item's colours. The container's description overrides the
    /// stream's.
    fn colours(&self, item: &Item, planes: &av1::Planes) -> Result<Colours, Error> {
        let code_points = self.container.nclx(item).unwrap_or_else(|| planes.code_points());
        Colours::new(code_points).ok_or(Error::Unsupported { found: RARE })
    }

    /// Decodes a grid: tiles of one size in rows and columns, cut at the right and lower edge.
    fn grid(&self, item: &Item, samples: Samples) -> Result<Image, Error> {
        let data = self.container.data(item)?;
        let grid = Grid::read(&data).ok_or_else(|| Error::corrupt(AVIF, &"its grid is damaged"))?;
        let Grid { width, height, columns, rows } = grid;
        check_area(AVIF, width, height, self.limits)?;
        let tiles = self.container.tiles_of(item);
        if u32::try_from(tiles.len()).ok() != columns.checked_mul(rows) {
            return Err(Error::corrupt(AVIF, &"tiles are missing"));
        }
        let mut whole: Option<(Image, Output)> = None;
        for (number, tile) in (0_u32..).zip(tiles) {
            let planes = self.planes(tile)?;
            // The grid's own colour description holds for its tiles.
            let described = if self.container.nclx(item).is_some() { item } else { tile };
            let colours = self.colours(described, &planes)?;
            // The first tile decides on the layout for all.
            if whole.is_none() {
                let output = colours.output(&planes, samples);
                let layout = output.layout();
                let samples = frame_buffer(width, height, layout)?;
                whole = Some((Image { width, height, layout, samples }, output));
            }
            let Some((image, output)) = &mut whole else { break };
            let place = (
                (number % columns).saturating_mul(planes.width()),
                (number / columns).saturating_mul(planes.height()),
            );
            let converted = colours.convert(&planes, *output)?;
            image.paint(&converted, planes.width(), place);
        }
        whole.map(|(image, _)| image).ok_or_else(|| Error::corrupt(AVIF, &"tiles are missing"))
    }
}

impl Image {
    fn pixels(&self) -> Pixels<'_> {
        let Self { width, height, layout, ref samples } = *self;
        Pixels { width, height, layout, samples }
    }

    /// Copies a part that is within the picture.
    fn part(&self, place: Rect) -> Result<Self, Error> {
        let Rect { left, top, width, height } = place;
        let bytes = self.layout.samples();
        let mut samples = frame_buffer(width, height, self.layout)?;
        let rows = self.samples.chunks((size(self.width) * bytes).max(1)).skip(size(top));
        for (to, from) in samples.chunks_mut((size(width) * bytes).max(1)).zip(rows) {
            let from = from.get(size(left) * bytes..).unwrap_or_default();
            to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
        }
        Ok(Self { width, height, layout: self.layout, samples })
    }

    /// Copies the rows of a tile, `width` pixels wide, to a place; parts beyond the edge are cut.
    fn paint(&mut self, tile: &[u8], width: u32, (left, top): (u32, u32)) {
        let bytes = self.layout.samples();
        let from = size(left.min(self.width)) * bytes;
        let to = size(left.saturating_add(width).min(self.width)) * bytes;
        let rows = self.samples.chunks_mut((size(self.width) * bytes).max(1)).skip(size(top));
        for (row, tile) in rows.zip(tile.chunks((size(width) * bytes).max(1))) {
            if let (Some(to), Some(from)) = (row.get_mut(from..to), tile.get(..to - from)) {
                to.copy_from_slice(from);
            }
        }
    }
}

/// Joins colour and transparency. Premultiplied colours are divided by their alpha, as libavif does
/// it.
fn with_alpha(colour: &Image, alpha: &Image, is_premultiplied: bool) -> Result<Image, Error> {
    if (colour.width, colour.height) != (alpha.width, alpha.height) {
        return Err(Error::corrupt(AVIF, &"its transparency has another size"));
    }
    let layout = match colour.layout {
        Layout::Grey | Layout::GreyAlpha => Layout::GreyAlpha,
        Layout::Rgb | Layout::Rgba => Layout::Rgba,
    };
    let mut samples = Vec::new();
    let count = alpha.samples.len().checked_mul(layout.samples()).ok_or_else(out_of_memory)?;
    samples.try_reserve_exact(count).map_err(|_| out_of_memory())?;
    let pixels = colour.samples.chunks_exact(colour.layout.samples());
    for (pixel, alpha) in pixels.zip(&alpha.samples) {
        if is_premultiplied {
            samples.extend(pixel.iter().map(|sample| divided(*sample, *alpha)));
        } else {
            samples.extend_from_slice(pixel);
        }
        samples.push(*alpha);
    }
    Ok(Image { width: colour.width, height: colour.height, layout, samples })
}

/// Returns a sample as it was before it was multiplied by `alpha`.
fn divided(sample: u8, alpha: u8) -> u8 {
    let (sample, alpha) = (u32::from(sample) * 255, u32::from(alpha));
    (sample + alpha / 2).checked_div(alpha).map_or(0, |before| low_byte(before.min(255)))
}

impl Container<'_> {
    /// Returns how an item is turned to be shown: its `irot` and `imir`, in the order of its
    /// properties.
    fn shown(&self, item: &Item) -> Transform {
        let mut shown = Turns::default();
        for property in self.properties(item) {
            match property {
                container::Property::Rotation(quarters) => {
                    (0..*quarters).for_each(|_| shown.quarter());
                }
                container::Property::Mirror(axis) => shown.mirror(*axis),
                container::Property::Size(..)
                | container::Property::Crop(_)
                | container::Property::Nclx(_)
                | container::Property::Auxiliary(_)
                | container::Property::Other => {}
            }
        }
        shown.transform()
    }
}

/// A sequence of turns as one [`Transform`]: left and right exchanged, then a number of quarter
/// turns counter-clockwise.
#[derive(Default)]
struct Turns {
    is_mirrored: bool,
    quarters: u8,
}

impl Turns {
    fn quarter(&mut self) {
        self.quarters = (self.quarters + 1) % 4;
    }

    /// Adds a mirroring. Axis 0 exchanges top and bottom, 1 left and right (ISO 23008-12, `imir`).
    fn mirror(&mut self, axis: u8) {
        // A mirroring after a turn equals the opposite turn after the mirroring.
        self.quarters = (4 - self.quarters) % 4;
        self.is_mirrored = !self.is_mirrored;
        if axis == 0 {
            self.quarters = (self.quarters + 2) % 4;
        }
    }

    fn transform(&self) -> Transform {
        match (self.is_mirrored, self.quarters) {
            (false, 1) => Transform::Rotate90,
            (false, 2) => Transform::Rotate180,
            (false, 3) => Transform::Rotate270,
            (false, _) => Transform::None,
            (true, 1) => Transform::Transpose,
            (true, 2) => Transform::FlipTopBottom,
            (true, 3) => Transform::Transverse,
            (true, _) => Transform::FlipLeftRight,
        }
    }
}
