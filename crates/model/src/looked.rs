//! How much of an item was compared, and why not all of it.

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use crate::NotLooked;

/// The reason why a part of an item was not compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[derive(IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum NotCompared {
    /// Frames were left out: because of the limits, or because Mamori does not read frames of that
    /// kind (a sequence in AVIF or HEIC, for example).
    FramesLeftOut,
    /// Data are missing or damaged; the part that could be read was compared.
    Damaged,
    /// Not a picture format that Mamori reads; only the bytes were compared.
    Unsupported,
    /// A picture that cannot be read; only the bytes were compared.
    Unreadable,
    /// More pixels than the limit; only the bytes were compared.
    TooLarge,
    /// Only the bytes were compared: no decoding process was free, the decoding processes do not
    /// work, or an exact digest had already matched, and Mamori did not wait for a slow decoder.
    Busy,
    /// The quality of frames is below the minimum of all banks that apply.
    LowQuality,
}

impl NotCompared {
    /// Every reason, in the order of declaration.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the word that the API uses.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Returns one sentence for people.
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
                "only the bytes were compared: no decoding process was available, or an exact \
                 digest had already matched, and Mamori did not wait for a slow decoder"
            }
            Self::LowQuality => {
                "for these frames, the quality is below the minimum of all banks that apply"
            }
        }
    }
}

/// A part of an item that was not compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The reason why it was not compared.
    pub why: NotCompared,
    /// The decoder's message: one sentence, at most 200 printable ASCII characters.
    pub detail: Option<String>,
    /// The numbers of the frames, from 0, if known; at most [`Self::FRAMES_MAX`].
    pub frames: Vec<u32>,
}

impl Gap {
    /// The most frames that are named.
    pub const FRAMES_MAX: usize = 100;

    /// Creates a gap with no details.
    pub fn of(why: NotCompared) -> Self {
        Self { why, detail: None, frames: Vec::new() }
    }
}

/// How much of an item was compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Looked {
    /// The whole item.
    All,
    /// A part of the item; there is at least one gap.
    Part(Vec<Gap>),
    /// Nothing, because no bank may be used on the item. It was not decoded either.
    None(NotLooked),
}

impl Looked {
    /// Every word that [`Self::as_str`] returns.
    pub const WORDS: [&'static str; 3] = ["all", "part", "none"];

    /// Returns the word that the API and the metrics use.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Part(_) => "part",
            Self::None(_) => "none",
        }
    }

    /// Returns [`Self::All`] if there are no gaps, otherwise [`Self::Part`].
    pub fn with(gaps: Vec<Gap>) -> Self {
        if gaps.is_empty() { Self::All } else { Self::Part(gaps) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_those_of_the_variants() {
        let variants = [
            Looked::All,
            Looked::Part(vec![Gap::of(NotCompared::Damaged)]),
            Looked::None(NotLooked::NoBank),
        ];

        assert_eq!(variants.each_ref().map(Looked::as_str), Looked::WORDS);
    }

    #[test]
    fn a_word_is_the_same_in_code_and_in_json() {
        for &why in NotCompared::ALL {
            assert_eq!(serde_json::to_string(&why).unwrap(), format!("\"{}\"", why.as_str()));
        }
    }
}
