//! Staff: the people who work with Mamori.

mod roles;

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::roles::{RoleSet, StaffRole};
use crate::id::serde_as_text;
use crate::{Line, StaffId};

/// What somebody signs in with: 1 to 64 of `a-z 0-9 . _ -`, unique.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StaffName(String);

impl StaffName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A text that is not such a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a name to sign in with: expected 1 to 64 of the characters a-z 0-9 . _ -")]
pub struct NotAStaffName;

impl FromStr for StaffName {
    type Err = NotAStaffName;

    fn from_str(text: &str) -> Result<Self, NotAStaffName> {
        let is_allowed =
            |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-');
        let fits = (1..=64).contains(&text.len()) && text.bytes().all(is_allowed);
        fits.then(|| Self(text.to_owned())).ok_or(NotAStaffName)
    }
}

impl fmt::Display for StaffName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(StaffName);

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word in the database and in forms.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// Reads the word.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == text)
            }
        }
    };
}

words! {
    /// The language of somebody's pages.
    Language {
        /// English.
        English = "en",
        /// Japanese.
        Japanese = "ja",
        /// French.
        French = "fr",
        /// German.
        German = "de",
        /// Italian.
        Italian = "it",
    }
}

words! {
    /// The colours of somebody's pages.
    Scheme {
        /// As the machine says.
        System = "system",
        /// Dark on light.
        Light = "light",
        /// Light on dark.
        Dark = "dark",
    }
}

words! {
    /// How somebody looks at pictures.
    View {
        /// Clear while a key is held.
        Hold = "hold",
        /// For who cannot hold a key: clear at a press, for ten seconds at most.
        Toggle = "toggle",
        /// No pictures unless asked for.
        Text = "text",
    }
}

/// Limits of one person's dose that go before the operator's; `None`: the operator's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnLimits {
    /// The most clear looks in 24 hours.
    pub looks: Option<u32>,
    /// The most clear minutes in 24 hours.
    pub minutes: Option<u32>,
    /// The most points in 24 hours.
    pub points: Option<u32>,
}

impl OwnLimits {
    /// The limits that hold, where `common` are the operator's.
    pub fn over(self, common: crate::dose::Limits) -> crate::dose::Limits {
        crate::dose::Limits {
            looks: self.looks.unwrap_or(common.looks),
            minutes: self.minutes.unwrap_or(common.minutes),
            points: self.points.unwrap_or(common.points),
            ..common
        }
    }
}

/// Somebody who works with Mamori.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staff {
    /// Their id.
    pub id: StaffId,
    /// What they sign in with.
    pub name: StaffName,
    /// How colleagues see them.
    pub shown: Line,
    /// What they may do.
    pub roles: RoleSet,
    /// The language of their pages.
    pub language: Language,
    /// Their colours.
    pub scheme: Scheme,
    /// How they look at pictures.
    pub view: View,
    /// Whether single keys do something.
    pub has_keys: bool,
    /// Their own dose.
    pub dose: OwnLimits,
    /// When they came.
    pub created_at: Timestamp,
    /// When a session of theirs last added a way in: they are told, in case it was not they.
    pub way_added_at: Option<Timestamp>,
    /// When they left; they open nothing since.
    pub ended_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_to_sign_in_with_has_one_spelling() {
        assert!("rei.tanaka-2".parse::<StaffName>().is_ok());
        for text in ["", "Rei", "a b", "é", &"x".repeat(65)] {
            assert!(text.parse::<StaffName>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_dose_of_ones_own_goes_before_the_operators() {
        let common = crate::dose::Limits::default();
        let own = OwnLimits { looks: Some(5), ..OwnLimits::default() };

        let limits = own.over(common);

        assert_eq!((limits.looks, limits.minutes), (5, common.minutes));
    }

    #[test]
    fn every_word_reads_back_as_itself() {
        for language in Language::ALL {
            assert_eq!(Language::parse(language.as_str()), Some(*language));
        }
        assert_eq!(View::parse("toggle"), Some(View::Toggle));
        assert_eq!(Scheme::parse("sepia"), None);
    }
}
