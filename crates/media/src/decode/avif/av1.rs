//! Decodes AV1 to planes, by `re_rav1d`, a port of dav1d to Rust.

use re_rav1d::dav1d::pixel::{ColorPrimaries, MatrixCoefficients, YUVRange};
use re_rav1d::dav1d::{
    Decoder, Error as Av1Error, Picture, PixelLayout, PlanarImageComponent, Plane, Settings,
};

use super::colour::CodePoints;
use crate::decode::out_of_memory;
use crate::pixels::size;
use crate::{Error, Format, Limits};

/// The planes of one decoded picture.
pub struct Planes {
    picture: Picture,
    /// Whether the stream has another picture after it.
    pub is_followed: bool,
}

/// One of the three planes of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Component {
    /// Brightness, or green.
    Y,
    /// The first colour plane.
    U,
    /// The second colour plane.
    V,
}

/// Decodes the first picture of a stream.
pub fn decode(stream: Vec<u8>, limits: &Limits) -> Result<Planes, Error> {
    let mut settings = Settings::new();
    // The sandbox forbids threads, and a still picture has no frame to wait for.
    settings.set_n_threads(1);
    settings.set_max_frame_delay(1);
    // Viewers show only the highest layer.
    settings.set_all_layers(false);
    settings.set_frame_size_limit(u32::try_from(limits.pixels_max).unwrap_or(u32::MAX));
    let mut decoder = Decoder::with_settings(&settings).map_err(unreadable)?;
    match decoder.send_data(stream, None, None, None) {
        Ok(()) | Err(Av1Error::Again) => {}
        Err(error) => return Err(unreadable(error)),
    }
    match decoder.get_picture() {
        Ok(picture) => Ok(Planes { picture, is_followed: decoder.get_picture().is_ok() }),
        Err(Av1Error::Again) => Err(Error::truncated(Format::Avif)),
        Err(error) => Err(unreadable(error)),
    }
}

impl Planes {
    /// Returns the width in pixels.
    pub fn width(&self) -> u32 {
        self.picture.width()
    }

    /// Returns the height in pixels.
    pub fn height(&self) -> u32 {
        self.picture.height()
    }

    /// Returns the bits of a sample: 8, 10 or 12.
    pub fn depth(&self) -> u32 {
        u32::try_from(self.picture.bit_depth()).unwrap_or(8)
    }

    /// Checks whether the picture has brightness only.
    pub fn is_grey(&self) -> bool {
        self.picture.pixel_layout() == PixelLayout::I400
    }

    /// Returns the binary logarithms of how many columns and rows of brightness share one of
    /// colour.
    pub fn shifts(&self) -> (u32, u32) {
        match self.picture.pixel_layout() {
            PixelLayout::I420 => (1, 1),
            PixelLayout::I422 => (1, 0),
            PixelLayout::I400 | PixelLayout::I444 => (0, 0),
        }
    }

    /// Returns the stream's own description of its colours.
    pub fn code_points(&self) -> CodePoints {
        let is_full = self.picture.color_range() == YUVRange::Full;
        CodePoints { primaries: self.primaries(), matrix: self.matrix(), is_full }
    }

    /// Returns the number of the colour primaries (ITU-T H.273, table 2).
    fn primaries(&self) -> u16 {
        match self.picture.color_primaries() {
            ColorPrimaries::BT709 => 1,
            ColorPrimaries::BT470M => 4,
            ColorPrimaries::BT470BG => 5,
            ColorPrimaries::ST170M => 6,
            ColorPrimaries::ST240M => 7,
            ColorPrimaries::Film => 8,
            ColorPrimaries::BT2020 => 9,
            ColorPrimaries::ST428 => 10,
            ColorPrimaries::P3DCI => 11,
            ColorPrimaries::P3Display => 12,
            ColorPrimaries::Tech3213 => 22,
            ColorPrimaries::Unspecified | ColorPrimaries::Reserved | ColorPrimaries::Reserved0 => 2,
        }
    }

    /// Returns the number of the matrix coefficients (ITU-T H.273, table 4).
    fn matrix(&self) -> u16 {
        match self.picture.matrix_coefficients() {
            MatrixCoefficients::Identity => 0,
            MatrixCoefficients::BT709 => 1,
            MatrixCoefficients::BT470M => 4,
            MatrixCoefficients::BT470BG => 5,
            MatrixCoefficients::ST170M => 6,
            MatrixCoefficients::ST240M => 7,
            MatrixCoefficients::YCgCo => 8,
            MatrixCoefficients::BT2020NonConstantLuminance => 9,
            MatrixCoefficients::BT2020ConstantLuminance => 10,
            MatrixCoefficients::ST2085 => 11,
            MatrixCoefficients::ChromaticityDerivedNonConstantLuminance => 12,
            MatrixCoefficients::ChromaticityDerivedConstantLuminance => 13,
            MatrixCoefficients::ICtCp => 14,
            MatrixCoefficients::Unspecified | MatrixCoefficients::Reserved => 2,
        }
    }

    /// Returns a plane to read rows from. A picture that [`Self::is_grey`] has no colour planes.
    pub fn plane(&self, component: Component) -> Rows {
        let component = match component {
            Component::Y => PlanarImageComponent::Y,
            Component::U => PlanarImageComponent::U,
            Component::V => PlanarImageComponent::V,
        };
        Rows {
            stride: size(self.picture.stride(component)),
            is_wide: self.depth() > 8,
            plane: self.picture.plane(component),
        }
    }
}

/// The rows of one plane.
pub struct Rows {
    plane: Plane,
    /// Bytes from one row to the next.
    stride: usize,
    /// Whether a sample takes two bytes.
    is_wide: bool,
}

impl Rows {
    /// Replaces `row` with the first `width` samples of row `number`.
    pub fn read(&self, number: u32, width: u32, row: &mut Vec<u16>) {
        row.clear();
        let start = size(number).saturating_mul(self.stride);
        let bytes = self.plane.get(start..).unwrap_or_default();
        if self.is_wide {
            let (samples, _) = bytes.as_chunks::<2>();
            row.extend(samples.iter().take(size(width)).map(|two| u16::from_ne_bytes(*two)));
        } else {
            row.extend(bytes.iter().take(size(width)).map(|sample| u16::from(*sample)));
        }
    }
}

fn unreadable(error: Av1Error) -> Error {
    if error == Av1Error::NotEnoughMemory {
        out_of_memory()
    } else {
        Error::corrupt(Format::Avif, &error)
    }
}
