//! Errors of decoding, grouped by the role that must act.

use std::io;

use crate::Format;

/// Why there is no hash or no rendition.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not a picture in a format that Mamori reads. The sender may convert it.
    #[error("{found} is not supported{}", hint(found))]
    Unsupported {
        /// The probable format of the bytes (`PSD`, `MP4`, `PDF` …), or `unknown`.
        found: &'static str,
    },
    /// A picture that cannot be read: empty, truncated, corrupt, or too costly. The caller must not
    /// treat it as clean.
    #[error("{reason}")]
    Unreadable {
        /// One sentence, at most 200 printable ASCII characters.
        reason: String,
    },
    /// More pixels than `limits.pixels_max`. The sender may shrink it; the operator may raise the
    /// limit.
    #[error("the picture has {pixels} pixels, more than the {pixels_max} allowed")]
    TooLarge {
        /// The number of pixels that the header declares.
        pixels: u64,
        /// The limit, in pixels.
        pixels_max: u64,
    },
    /// Too many pictures are waiting already. The sender may retry after a moment; the operator may
    /// add workers.
    #[error("too many pictures wait to be decoded")]
    Busy,
    /// Decoding processes cannot be started or do not communicate. The operator must act.
    #[error("the decoding processes do not work")]
    Pool(#[source] io::Error),
}

/// Returns advice for the operator about a format that is not read, as the end of a sentence; empty
/// if there is none.
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
    /// Creates the error for a picture that cannot be read. `reason` may quote a decoder, and the
    /// decoder a hostile file: so characters other than printable ASCII become `?`, and it is cut
    /// after 200 characters.
    pub fn unreadable(reason: &str) -> Self {
        Self::Unreadable { reason: safe_reason(reason) }
    }

    /// Creates the error for a file of `format` on which its decoder gave up, with the decoder's
    /// text.
    pub fn corrupt(format: Format, cause: &dyn std::fmt::Display) -> Self {
        Self::unreadable(&format!("the {} is corrupt: {cause}", format.label()))
    }

    /// Creates the error for a file of `format` that ends too early.
    pub fn truncated(format: Format) -> Self {
        Self::unreadable(&format!("the {} is truncated", format.label()))
    }
}

/// Makes `reason` safe to show; see [`Error::unreadable`].
pub fn safe_reason(reason: &str) -> String {
    let safe = |c: char| if c.is_ascii_graphic() || c == ' ' { c } else { '?' };
    reason.chars().take(REASON_CHARS_MAX).map(safe).collect()
}
