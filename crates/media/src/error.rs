//! Errors of decoding, by the role that has to act.

use std::io;

use crate::Format;

/// Why there is no hash, or no rendition.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not a picture that Mamori reads. The sender may convert it.
    #[error("{found} is not supported{}", hint(found))]
    Unsupported {
        /// What the bytes seem to be (`PSD`, `MP4`, `PDF` …), or `unknown`.
        found: &'static str,
    },
    /// A picture that cannot be read: empty, truncated, corrupt, or too costly. It must not be taken
    /// for clean.
    #[error("{reason}")]
    Unreadable {
        /// One sentence, at most 200 printable ASCII characters.
        reason: String,
    },
    /// More pixels than `limits.pixels_max`. The sender may shrink it; the operator may raise the limit.
    #[error("the picture has {pixels} pixels, more than the {pixels_max} allowed")]
    TooLarge {
        /// As its header declares them.
        pixels: u64,
        /// The limit.
        pixels_max: u64,
    },
    /// Too many pictures wait already. The sender may come back in a moment; the operator may add
    /// workers.
    #[error("too many pictures wait to be decoded")]
    Busy,
    /// Decoding processes cannot be started or spoken to. The operator has to look.
    #[error("the decoding processes do not work")]
    Pool(#[source] io::Error),
}

/// What an operator can do for a format that is not read, as the end of a sentence; empty where
/// there is nothing to do.
pub fn hint(found: &str) -> &'static str {
    if found == crate::format::HEIC {
        " here; the operator can install Debian's package libheif-examples"
    } else {
        ""
    }
}

/// The most characters of a reason.
const REASON_CHARS_MAX: usize = 200;

impl Error {
    /// A picture that cannot be read. What is not printable ASCII in `reason` becomes `?`, and it is
    /// cut after 200 characters: it may quote a decoder, and the decoder a hostile file.
    pub fn unreadable(reason: &str) -> Self {
        Self::Unreadable { reason: safe_reason(reason) }
    }

    /// A file of `format` that its decoder gave up, with the decoder's words.
    pub fn corrupt(format: Format, cause: &dyn std::fmt::Display) -> Self {
        Self::unreadable(&format!("the {} is corrupt: {cause}", format.label()))
    }

    /// A file of `format` that ends too early.
    pub fn truncated(format: Format) -> Self {
        Self::unreadable(&format!("the {} is truncated", format.label()))
    }
}

/// `reason` as one sentence that can be shown: see [`Error::unreadable`].
pub fn safe_reason(reason: &str) -> String {
    let safe = |c: char| if c.is_ascii_graphic() || c == ' ' { c } else { '?' };
    reason.chars().take(REASON_CHARS_MAX).map(safe).collect()
}
