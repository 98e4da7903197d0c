//! Converts planes of brightness and colour to samples of 8 bits.
//!
//! Each of red, green and blue is a weighted sum of the three planes (ITU-T H.273, §8.3), computed
//! by three table look-ups. Colour of lower resolution is repeated.

use super::av1::{Component, Planes};
use crate::Error;
use crate::decode::frame_buffer;
use crate::pixels::{Layout, size};

/// What the planes are converted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Brightness.
    Grey,
    /// Red, green, blue.
    Rgb,
}

impl Output {
    /// Returns the layout of the samples.
    pub fn layout(self) -> Layout {
        match self {
            Self::Grey => Layout::Grey,
            Self::Rgb => Layout::Rgb,
        }
    }
}

/// What the planes mean, by the numbers of ITU-T H.273.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodePoints {
    /// The colour primaries, table 2.
    pub primaries: u16,
    /// The matrix coefficients, table 4.
    pub matrix: u16,
    /// Whether samples use their full range, from 0 to the largest number.
    pub is_full: bool,
}

/// How to convert planes to red, green and blue.
#[derive(Clone, Copy, Debug)]
pub struct Colours {
    matrix: Matrix,
    is_full: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Matrix {
    /// The planes are green, blue and red.
    Identity,
    /// The planes are brightness, green and orange.
    YCgCo,
    /// The planes are brightness and two differences. `red` and `blue` are the shares of these
    /// colours in brightness, in 1/10,000.
    Differences { red: i64, blue: i64 },
}

/// The share that means 1.
const ONE: i64 = 10_000;
/// Fraction bits of table entries.
const FRACTION: u32 = 16;
/// The shares of BT.601, which PDQ also uses for its brightness.
const BT601: Matrix = Matrix::Differences { red: 2_990, blue: 1_140 };
const BT709: Matrix = Matrix::Differences { red: 2_126, blue: 722 };

/// Returns the shares that follow from the colour primaries (ITU-T H.273, equations 32 to 37, from
/// the chromaticities of its table 2). As in libavif, those of television before BT.709 have the
/// shares of BT.601, and unknown ones those of BT.709.
fn derived(primaries: u16) -> Matrix {
    let (red, blue) = match primaries {
        4 => (2_990, 1_146),
        5..=7 => return BT601,
        8 => (2_536, 681),
        9 => (2_627, 593),
        11 => (2_095, 689),
        12 => (2_290, 793),
        22 => (2_318, 960),
        _ => return BT709,
    };
    Matrix::Differences { red, blue }
}

impl Colours {
    /// Selects the conversion by the matrix coefficients; `None` for those without a simple
    /// inverse. Unspecified coefficients count as BT.601, as in libavif.
    pub fn new(CodePoints { primaries, matrix, is_full }: CodePoints) -> Option<Self> {
        let matrix = match matrix {
            0 => Matrix::Identity,
            1 => BT709,
            12 => derived(primaries),
            2 | 3 | 5 | 6 => BT601,
            4 => Matrix::Differences { red: 3_000, blue: 1_100 },
            7 => Matrix::Differences { red: 2_120, blue: 870 },
            8 => Matrix::YCgCo,
            9 => Matrix::Differences { red: 2_627, blue: 593 },
            _ => return None,
        };
        Some(Self { matrix, is_full })
    }

    /// Chooses the cheapest output that suffices: brightness alone if its shares are those that PDQ
    /// uses, or if the picture has nothing else.
    pub fn output(self, planes: &Planes, samples: crate::decode::Samples) -> Output {
        let is_enough = samples == crate::decode::Samples::Brightness && self.matrix == BT601;
        if planes.is_grey() || is_enough { Output::Grey } else { Output::Rgb }
    }

    /// Converts all planes, row by row.
    pub fn convert(self, planes: &Planes, output: Output) -> Result<Vec<u8>, Error> {
        let mut samples = frame_buffer(planes.width(), planes.height(), output.layout())?;
        match output {
            Output::Grey => self.write_grey(planes, &mut samples),
            Output::Rgb => self.write_rgb(planes, &mut samples),
        }
        Ok(samples)
    }

    fn write_grey(self, planes: &Planes, samples: &mut [u8]) {
        let table: Vec<u8> = self.brightness(planes.depth(), ONE).into_iter().map(byte).collect();
        let width = planes.width();
        let (plane, mut row) = (planes.plane(Component::Y), Vec::new());
        for (number, to) in (0_u32..).zip(samples.chunks_mut(size(width).max(1))) {
            plane.read(number, width, &mut row);
            for (to, from) in to.iter_mut().zip(&row) {
                *to = look_up(&table, *from);
            }
        }
    }

    fn write_rgb(self, planes: &Planes, samples: &mut [u8]) {
        const COLOURS: usize = 3;
        let width = planes.width();
        let (columns_shift, rows_shift) = planes.shifts();
        let tables = self.tables(planes.depth(), planes.is_grey());
        let luma = planes.plane(Component::Y);
        // A grey tile among coloured ones has no colour planes; the middle value means no colour.
        let chroma =
            (!planes.is_grey()).then(|| [Component::U, Component::V].map(|c| planes.plane(c)));
        let middle = 1_u16 << (planes.depth().clamp(8, 12) - 1);
        let narrow = (width >> columns_shift) + (width & columns_shift);
        let (mut y_row, mut u_row, mut v_row) = (Vec::new(), Vec::new(), Vec::new());
        for (number, to) in (0_u32..).zip(samples.chunks_mut((size(width) * COLOURS).max(1))) {
            luma.read(number, width, &mut y_row);
            if let Some([u, v]) = &chroma {
                u.read(number >> rows_shift, narrow, &mut u_row);
                v.read(number >> rows_shift, narrow, &mut v_row);
            }
            let (pixels, _) = to.as_chunks_mut::<COLOURS>();
            for (column, (pixel, y)) in pixels.iter_mut().zip(&y_row).enumerate() {
                let at = column >> columns_shift;
                let u = u_row.get(at).copied().unwrap_or(middle);
                let v = v_row.get(at).copied().unwrap_or(middle);
                for (sample, [of_y, of_u, of_v]) in pixel.iter_mut().zip(&tables) {
                    let sum = look_up(of_y, *y) + look_up(of_u, u) + look_up(of_v, v);
                    *sample = byte(sum);
                }
            }
        }
    }

    /// Returns, for each of red, green and blue, what each value of Y, U and V adds to it.
    fn tables(self, depth: u32, is_grey: bool) -> [[Vec<i32>; 3]; 3] {
        let y = |share| self.brightness(depth, share);
        let c = |share| self.difference(depth, share);
        match self.matrix {
            // Grey pixels have no difference in any matrix.
            _ if is_grey => [0; 3].map(|_| [y(ONE), y(0), y(0)]),
            Matrix::Identity => [[y(0), y(0), y(ONE)], [y(ONE), y(0), y(0)], [y(0), y(ONE), y(0)]],
            Matrix::YCgCo => {
                [[y(ONE), c(-ONE), c(ONE)], [y(ONE), c(ONE), c(0)], [y(ONE), c(-ONE), c(-ONE)]]
            }
            Matrix::Differences { red, blue } => {
                let green = (ONE - red - blue).max(1);
                let (of_blue, of_red) = (2 * (ONE - blue), 2 * (ONE - red));
                [
                    [y(ONE), c(0), c(of_red)],
                    [y(ONE), c(-of_blue * blue / green), c(-of_red * red / green)],
                    [y(ONE), c(of_blue), c(0)],
                ]
            }
        }
    }

    /// Scales each value of brightness to 0..=255, times `share`.
    fn brightness(self, depth: u32, share: i64) -> Vec<i32> {
        let scale = 1_i64 << (depth.clamp(8, 12) - 8);
        let most = 256 * scale - 1;
        let (black, range) = if self.is_full { (0, most) } else { (16 * scale, 219 * scale) };
        table(most, black, range, share)
    }

    /// Scales each value of a difference to the range of 255, times `share`.
    fn difference(self, depth: u32, share: i64) -> Vec<i32> {
        let scale = 1_i64 << (depth.clamp(8, 12) - 8);
        let most = 256 * scale - 1;
        let range = if self.is_full { most } else { 224 * scale };
        table(most, 128 * scale, range, share)
    }
}

/// Returns `(value - zero) / range × 255 × share` for each value, with [`FRACTION`] fraction bits.
fn table(most: i64, zero: i64, range: i64, share: i64) -> Vec<i32> {
    let entry = |value: i64| {
        let whole = (value - zero) * 255 * share;
        i32::try_from((whole << FRACTION) / (range * ONE)).unwrap_or_default()
    };
    (0..=most).map(entry).collect()
}

/// Returns the entry of a sample; 0 for a sample beyond the table, which a correct decoder never
/// gives.
fn look_up<T: Copy + Default>(table: &[T], sample: u16) -> T {
    table.get(usize::from(sample)).copied().unwrap_or_default()
}

/// Rounds a sum and clamps it to 0..=255.
fn byte(sum: i32) -> u8 {
    const HALF: i32 = 1 << (FRACTION - 1);
    u8::try_from((sum.saturating_add(HALF) >> FRACTION).clamp(0, 255)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn converted(matrix: u16, is_full: bool, [y, u, v]: [u16; 3]) -> [u8; 3] {
        let colours = Colours::new(CodePoints { primaries: 9, matrix, is_full }).unwrap();
        let tables = colours.tables(8, false);
        tables.map(|[a, b, c]| byte(look_up(&a, y) + look_up(&b, u) + look_up(&c, v)))
    }

    /// Expected values computed with the formulas of ITU-T H.273 in floating point.
    #[test]
    fn planes_become_colours_as_the_standard_says() {
        assert_eq!(converted(6, true, [76, 85, 255]), [254, 0, 0]);
        assert_eq!(converted(6, true, [128, 128, 128]), [128, 128, 128]);
        assert_eq!(converted(6, false, [16, 128, 128]), [0, 0, 0]);
        assert_eq!(converted(1, false, [235, 128, 128]), [255, 255, 255]);
        assert_eq!(converted(1, false, [63, 102, 240]), [255, 1, 0]);
        assert_eq!(converted(0, true, [1, 2, 3]), [3, 1, 2]);
        assert_eq!(converted(8, true, [100, 138, 148]), [110, 110, 70]);
        // The matrix that follows from the primaries of BT.2020 is its own one.
        assert_eq!(converted(12, true, [90, 100, 200]), converted(9, true, [90, 100, 200]));
        assert_ne!(converted(12, true, [90, 100, 200]), converted(1, true, [90, 100, 200]));
    }

    #[test]
    fn a_matrix_without_a_simple_inverse_is_refused() {
        let of = |matrix| Colours::new(CodePoints { primaries: 1, matrix, is_full: true });
        assert!([10, 11, 13, 14, 15, 300].into_iter().all(|matrix| of(matrix).is_none()));
    }
}
