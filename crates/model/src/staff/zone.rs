//! The name of a time zone.

use std::fmt;
use std::str::FromStr;

use crate::id::serde_as_text;

/// The name of a time zone in the IANA database, such as `Asia/Tokyo`.
///
/// 1 to [`ZoneName::BYTES_MAX`] of the characters `A-Z a-z 0-9 _ + - /`. Whether the database has a
/// zone of this name is not checked here: that takes the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneName(String);

/// The error for a text that is not a name of a time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a time zone: expected a name such as Asia/Tokyo")]
pub struct NotAZoneName;

impl ZoneName {
    /// The most bytes of a name; the longest of the database has 32.
    pub const BYTES_MAX: usize = 64;

    /// Returns the name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ZoneName {
    type Err = NotAZoneName;

    fn from_str(text: &str) -> Result<Self, NotAZoneName> {
        let is_allowed = |b: u8| b.is_ascii_alphanumeric() || b"_+-/".contains(&b);
        let fits = (1..=Self::BYTES_MAX).contains(&text.len()) && text.bytes().all(is_allowed);
        fits.then(|| Self(text.to_owned())).ok_or(NotAZoneName)
    }
}

impl fmt::Display for ZoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(ZoneName);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_has_the_form_of_a_name_and_of_no_path() {
        for good in ["UTC", "Asia/Tokyo", "America/Port-au-Prince", "Etc/GMT+9"] {
            assert!(good.parse::<ZoneName>().is_ok(), "{good}");
        }
        for bad in ["", "../../etc/passwd", "Asia Tokyo", "Asia/Tokyo\0", &"x".repeat(65)] {
            assert!(bad.parse::<ZoneName>().is_err(), "{bad:?}");
        }
    }
}
