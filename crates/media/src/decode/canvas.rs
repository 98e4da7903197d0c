//! Composes the frames of an animation, with transparency, as a viewer does.

use crate::Error;
use crate::decode::frame_buffer;
use crate::pixels::{Layout, Pixels, low_byte, size};

/// The place of a frame on the canvas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rect {
    /// Columns from the left edge.
    pub left: u32,
    /// Rows from the upper edge.
    pub top: u32,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

/// A picture on which frames are drawn; transparent and black at first.
pub struct Canvas {
    width: u32,
    height: u32,
    layout: Layout,
    shown: Vec<u8>,
}

impl Canvas {
    /// Creates a canvas of `layout`; call [`super::check_area`] first.
    pub fn new(width: u32, height: u32, layout: Layout) -> Result<Self, Error> {
        Ok(Self { width, height, layout, shown: frame_buffer(width, height, layout)? })
    }

    /// Returns the current content.
    pub fn pixels(&self) -> Pixels<'_> {
        let Self { width, height, layout, ref shown } = *self;
        Pixels { width, height, layout, samples: shown }
    }

    /// Copies the current content, for [`Self::restore`].
    pub fn saved(&self) -> Vec<u8> {
        self.shown.clone()
    }

    /// Restores the content `saved`.
    pub fn restore(&mut self, saved: Vec<u8>) {
        if saved.len() == self.shown.len() {
            self.shown = saved;
        }
    }

    /// Returns the parts of the canvas's rows that `place` covers; it may extend beyond the edge.
    pub fn region(&mut self, place: Rect) -> impl Iterator<Item = &mut [u8]> {
        let bytes = self.layout.samples();
        let from = size(place.left.min(self.width)) * bytes;
        let to = size(place.left.saturating_add(place.width).min(self.width)) * bytes;
        let rows = self.shown.chunks_mut((size(self.width) * bytes).max(1));
        let rows = rows.skip(size(place.top)).take(size(place.height));
        rows.filter_map(move |row| row.get_mut(from..to))
    }

    /// Draws the rows of `part`, which have the canvas's layout: blended with the content if
    /// `is_blended`, otherwise replacing it.
    pub fn draw(&mut self, part: &[u8], place: Rect, is_blended: bool) {
        let bytes = self.layout.samples();
        let has_alpha = matches!(self.layout, Layout::GreyAlpha | Layout::Rgba);
        let rows = part.chunks((size(place.width) * bytes).max(1));
        for (shown, new) in self.region(place).zip(rows) {
            if is_blended && has_alpha {
                let pixels = shown.chunks_exact_mut(bytes).zip(new.chunks_exact(bytes));
                pixels.for_each(|(under, over)| blend(under, over));
            } else {
                shown.iter_mut().zip(new).for_each(|(to, from)| *to = *from);
            }
        }
    }

    /// Makes `place` transparent.
    pub fn clear(&mut self, place: Rect) {
        self.region(place).for_each(|row| row.fill(0));
    }
}

/// Blends `over` onto `under`; the last sample of each is alpha (PNG, 3rd edition, §13.16).
fn blend(under: &mut [u8], over: &[u8]) {
    let (Some((alpha_under, colours_under)), Some((alpha_over, colours_over))) =
        (under.split_last_mut(), over.split_last())
    else {
        return;
    };
    let share_over = u32::from(*alpha_over) * 255;
    let share_under = u32::from(*alpha_under) * (255 - u32::from(*alpha_over));
    let whole = share_over + share_under;
    if whole == 0 {
        return;
    }
    for (under, over) in colours_under.iter_mut().zip(colours_over) {
        let sum = u32::from(*over) * share_over + u32::from(*under) * share_under;
        *under = low_byte(sum / whole);
    }
    *alpha_under = low_byte(whole / 255);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blending_is_as_the_standard_says() {
        let mut opaque = [100, 100, 100, 255];
        blend(&mut opaque, &[200, 0, 50, 0]);
        assert_eq!(opaque, [100, 100, 100, 255]);

        blend(&mut opaque, &[200, 0, 50, 255]);
        assert_eq!(opaque, [200, 0, 50, 255]);

        let mut empty = [0, 0];
        blend(&mut empty, &[77, 128]);
        assert_eq!(empty, [77, 128]);
    }

    #[test]
    fn a_frame_that_hangs_over_the_edge_is_cut() {
        let mut canvas = Canvas::new(2, 2, Layout::Grey).unwrap();

        canvas.draw(&[1, 2, 3, 4], Rect { left: 1, top: 1, width: 2, height: 2 }, false);
        canvas.draw(&[9], Rect { left: 5, top: 9, width: 1, height: 1 }, false);

        assert_eq!(canvas.pixels().samples, [0, 0, 0, 1]);
    }
}
