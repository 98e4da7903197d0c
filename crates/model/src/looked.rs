//! How much of an item was compared, and why not all of it.

use serde::{Deserialize, Serialize};

use crate::NotLooked;

/// Why a part of an item was not compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum NotCompared {
    /// The limits left frames out, or Mamori does not read frames of that kind (a sequence in AVIF
    /// or HEIC, for example).
    FramesLeftOut,
    /// Data are missing or damaged; what was read before was compared.
    Damaged,
    /// Not a picture that Mamori reads; its bytes were compared.
    Unsupported,
    /// A picture that cannot be read; its bytes were compared.
    Unreadable,
    /// More pixels than the limit; its bytes were compared.
    TooLarge,
    /// No decoding process was free, they do not work, or decoding an item that is known by its
    /// bytes was not awaited; its bytes were compared.
    Busy,
    /// Frames with less structure than every bank demands.
    LowQuality,
}

impl NotCompared {
    /// Every reason.
    pub const ALL: [Self; 7] = [
        Self::FramesLeftOut,
        Self::Damaged,
        Self::Unsupported,
        Self::Unreadable,
        Self::TooLarge,
        Self::Busy,
        Self::LowQuality,
    ];

    /// The word in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FramesLeftOut => "frames_left_out",
            Self::Damaged => "damaged",
            Self::Unsupported => "unsupported",
            Self::Unreadable => "unreadable",
            Self::TooLarge => "too_large",
            Self::Busy => "busy",
            Self::LowQuality => "low_quality",
        }
    }

    /// One sentence for people.
    pub fn explain(self) -> &'static str {
        match self {
            Self::FramesLeftOut => {
                "frames were not compared: the limits left them out, or frames of that kind are not read"
            }
            Self::Damaged => "data of the item are missing or damaged",
            Self::Unsupported => "only the bytes were compared: the format is not supported",
            Self::Unreadable => "only the bytes were compared: the picture cannot be read",
            Self::TooLarge => "only the bytes were compared: the picture has too many pixels",
            Self::Busy => {
                "only the bytes were compared: no decoding process was available, or decoding took too long \
                 for an item that is known by its bytes"
            }
            Self::LowQuality => "frames have less structure than every bank demands",
        }
    }
}

/// A part of an item that was not compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Why.
    pub why: NotCompared,
    /// What the decoder said: one sentence, at most 200 printable ASCII characters.
    pub detail: Option<String>,
    /// The numbers of the frames, from 0, where they are known; at most [`Self::FRAMES_MAX`].
    pub frames: Vec<u32>,
}

impl Gap {
    /// The most frames that are named.
    pub const FRAMES_MAX: usize = 100;

    /// A gap of which no more is known.
    pub fn of(why: NotCompared) -> Self {
        Self { why, detail: None, frames: Vec::new() }
    }
}

/// How much of an item was compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Looked {
    /// All of it.
    All,
    /// Not all of it; at least one gap.
    Part(Vec<Gap>),
    /// Nothing: no bank may look at it. It was not decoded either.
    None(NotLooked),
}

impl Looked {
    /// The word in the API and the metrics.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Part(_) => "part",
            Self::None(_) => "none",
        }
    }

    /// All of it, unless there are gaps.
    pub fn with(gaps: Vec<Gap>) -> Self {
        if gaps.is_empty() { Self::All } else { Self::Part(gaps) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_the_same_in_code_and_in_json() {
        for why in NotCompared::ALL {
            assert_eq!(serde_json::to_string(&why).unwrap(), format!("\"{}\"", why.as_str()));
        }
    }
}
