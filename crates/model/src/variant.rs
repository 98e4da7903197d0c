//! The variants of a frame that are compared: rotated, mirrored, and on which backdrop.

use std::fmt;

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// How pixels are rotated or mirrored before they are hashed, relative to how the file stores them.
///
/// The words are those of Pillow's `Image.Transpose`: rotations are counter-clockwise.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[derive(EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
#[strum(parse_err_ty = NotATransform, parse_err_fn = not_a_transform)]
pub enum Transform {
    /// As stored in the file.
    #[default]
    None,
    /// Rotated by 90 degrees.
    #[serde(rename = "rotate_90")]
    #[strum(serialize = "rotate_90")]
    Rotate90,
    /// Rotated by 180 degrees.
    #[serde(rename = "rotate_180")]
    #[strum(serialize = "rotate_180")]
    Rotate180,
    /// Rotated by 270 degrees.
    #[serde(rename = "rotate_270")]
    #[strum(serialize = "rotate_270")]
    Rotate270,
    /// Mirrored: left and right are exchanged.
    FlipLeftRight,
    /// Mirrored: top and bottom are exchanged.
    FlipTopBottom,
    /// Mirrored along the diagonal from the upper left: rows become columns.
    Transpose,
    /// Mirrored along the diagonal from the upper right.
    Transverse,
}

impl Transform {
    /// Every transform, in the order of declaration.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the word that the API, the database and files use.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Returns the transform that shows stored pixels upright, for a value of the EXIF tag
    /// Orientation (0x0112, 1 to 8; Exif 3.0, table 6). Other values have no meaning and give
    /// [`Self::None`].
    pub fn of_orientation(value: u16) -> Self {
        match value {
            2 => Self::FlipLeftRight,
            3 => Self::Rotate180,
            4 => Self::FlipTopBottom,
            5 => Self::Transpose,
            6 => Self::Rotate270,
            7 => Self::Transverse,
            8 => Self::Rotate90,
            _ => Self::None,
        }
    }

    /// Returns the transform in three steps for stored pixels: mirror the columns, mirror the rows,
    /// then exchange rows and columns.
    pub fn steps(self) -> Steps {
        let steps =
            |flips_columns, flips_rows, exchanges| Steps { flips_columns, flips_rows, exchanges };
        match self {
            Self::None => steps(false, false, false),
            Self::Rotate90 => steps(true, false, true),
            Self::Rotate180 => steps(true, true, false),
            Self::Rotate270 => steps(false, true, true),
            Self::FlipLeftRight => steps(true, false, false),
            Self::FlipTopBottom => steps(false, true, false),
            Self::Transpose => steps(false, false, true),
            Self::Transverse => steps(true, true, true),
        }
    }
}

/// A [`Transform`] as three steps, applied in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Steps {
    /// Whether left and right are exchanged.
    pub flips_columns: bool,
    /// Whether top and bottom are exchanged.
    pub flips_rows: bool,
    /// Whether rows become columns.
    pub exchanges: bool,
}

impl fmt::Display for Transform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The error for a text that names no transform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a transform: expected `none`, `rotate_90`, `rotate_180`, `rotate_270`, \
     `flip_left_right`, `flip_top_bottom`, `transpose` or `transverse`"
)]
pub struct NotATransform;

fn not_a_transform(_: &str) -> NotATransform {
    NotATransform
}

/// What is drawn behind the transparent pixels of a frame.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[derive(EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
#[strum(parse_err_ty = NotABackdrop, parse_err_fn = not_a_backdrop)]
pub enum Backdrop {
    /// Nothing: transparency is ignored, as most makers of lists do.
    #[default]
    None,
    /// White, as most viewers draw it.
    White,
    /// Black.
    Black,
}

impl Backdrop {
    /// Every backdrop, in the order of declaration.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the word that the API, the database and files use.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl fmt::Display for Backdrop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The error for a text that names no backdrop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a backdrop: expected `none`, `white` or `black`")]
pub struct NotABackdrop;

fn not_a_backdrop(_: &str) -> NotABackdrop {
    NotABackdrop
}

/// One combination of backdrop and transform with which a frame is compared.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Variant {
    /// What is drawn behind transparent pixels.
    pub backdrop: Backdrop,
    /// How the pixels are rotated or mirrored.
    pub transform: Transform,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back_as_itself() {
        for &transform in Transform::ALL {
            assert_eq!(transform.as_str().parse(), Ok(transform));
            assert_eq!(serde_json::to_string(&transform).unwrap(), format!("\"{transform}\""));
        }
        for &backdrop in Backdrop::ALL {
            assert_eq!(backdrop.as_str().parse(), Ok(backdrop));
            assert_eq!(serde_json::to_string(&backdrop).unwrap(), format!("\"{backdrop}\""));
        }
    }

    /// The corner that holds the first pixel once the picture is shown upright, from the table of
    /// the standard: "the 0th row is at the visual top, the 0th column at the visual left" and so
    /// on.
    #[test]
    fn an_orientation_moves_the_first_pixel_where_the_standard_says() {
        let corner = |value| {
            let Steps { flips_columns, flips_rows, exchanges } =
                Transform::of_orientation(value).steps();
            let (right, bottom) =
                if exchanges { (flips_rows, flips_columns) } else { (flips_columns, flips_rows) };
            (if bottom { "bottom" } else { "top" }, if right { "right" } else { "left" })
        };

        assert_eq!(corner(1), ("top", "left"));
        assert_eq!(corner(2), ("top", "right"));
        assert_eq!(corner(3), ("bottom", "right"));
        assert_eq!(corner(4), ("bottom", "left"));
        assert_eq!(corner(5), ("top", "left"));
        assert_eq!(corner(6), ("top", "right"));
        assert_eq!(corner(7), ("bottom", "right"));
        assert_eq!(corner(8), ("bottom", "left"));
        assert_eq!(Transform::of_orientation(0), Transform::None);
        assert_eq!(Transform::of_orientation(9), Transform::None);
    }
}
