//! Staff: the accounts of the people who work with Mamori.

mod assignment;
mod language;
mod roles;
mod zone;

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::assignment::Assignment;
pub use self::language::{Language, LanguageTag, NotALanguage};
pub use self::roles::{RoleSet, StaffRole};
pub use self::zone::{NotAZoneName, ZoneName};
use crate::id::serde_as_text;
use crate::{Line, StaffId};

/// The name with which a staff member signs in: 1 to 64 of the characters `a-z 0-9 . _ -`, unique.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StaffName(String);

impl StaffName {
    /// Returns the name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The error for a text that is not a valid sign-in name.
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

macro_rules! closed_list {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Returns the word that the database and forms use.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// Parses the word that [`Self::as_str`] returns.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == text)
            }
        }
    };
}

closed_list! {
    /// The colour scheme of the console for one staff member.
    Scheme {
        /// Follow the browser's setting.
        System = "system",
        /// Dark on light.
        Light = "light",
        /// Light on dark.
        Dark = "dark",
    }
}

closed_list! {
    /// How a staff member views pictures in the console.
    ViewMode {
        /// Clear only while a key is held.
        Hold = "hold",
        /// Clear after one press, for ten seconds at most; for people who cannot hold a key.
        Toggle = "toggle",
        /// No picture unless the staff member asks for it.
        Text = "text",
    }
}

closed_list! {
    /// The colours of a clear picture.
    Tint {
        /// Grey, which can make a picture less vivid.
        Grey = "grey",
        /// The picture's own colours.
        Colour = "colour",
    }
}

closed_list! {
    /// The size of a clear picture on the page.
    PictureSize {
        /// At most 24 rem, about a third of a wide screen.
        Medium = "medium",
        /// As large as the window.
        Large = "large",
    }
}

closed_list! {
    /// How strongly a blurred picture is blurred: how many pixels are left of it.
    BlurStrength {
        /// At most 32 pixels on the longest side.
        Standard = "standard",
        /// At most 16.
        Strong = "strong",
        /// At most 8.
        Strongest = "strongest",
    }
}

impl BlurStrength {
    /// Returns the longest side of a blurred picture, in pixels.
    pub fn side_max(self) -> u32 {
        match self {
            Self::Standard => 32,
            Self::Strong => 16,
            Self::Strongest => 8,
        }
    }
}

/// How pictures look for one staff member. Changes neither what is recorded nor what counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureSettings {
    /// The colours of clear pictures.
    pub tint: Tint,
    /// The size of clear pictures.
    pub size: PictureSize,
    /// How strongly blurred pictures are blurred; the operator's setting, if that is stronger.
    pub blur: BlurStrength,
}

impl Default for PictureSettings {
    fn default() -> Self {
        Self { tint: Tint::Grey, size: PictureSize::Medium, blur: BlurStrength::Standard }
    }
}

/// A staff member's own settings for the console's pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preferences {
    /// The language of the pages.
    pub language: Language,
    /// The colour scheme of the pages.
    pub scheme: Scheme,
    /// How a picture is shown clear: while a key is held, at a press, or only on request.
    pub view: ViewMode,
    /// Whether single-key shortcuts are active.
    pub has_keys: bool,
    /// How pictures look.
    pub pictures: PictureSettings,
    /// The time zone of the times on the pages; `None`: that of the browser.
    pub zone: Option<ZoneName>,
}

/// One person's own exposure limit. `None`: the operator's limit applies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnLimits {
    /// The most clear views within 24 hours.
    pub views: Option<u32>,
    /// The most minutes of clear views within 24 hours.
    pub minutes: Option<u32>,
    /// The most points within 24 hours; see [`crate::exposure::Exposure::points`].
    pub points: Option<u32>,
}

impl OwnLimits {
    /// Returns the limit that applies, where `common` is the operator's.
    pub fn over(self, common: crate::exposure::Limits) -> crate::exposure::Limits {
        crate::exposure::Limits {
            views: self.views.unwrap_or(common.views),
            minutes: self.minutes.unwrap_or(common.minutes),
            points: self.points.unwrap_or(common.points),
            ..common
        }
    }
}

/// The account of a staff member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staff {
    /// Id of this staff member; text form `staff_…`.
    pub id: StaffId,
    /// The name with which they sign in.
    pub name: StaffName,
    /// The display name that colleagues see.
    pub display_name: Line,
    /// What they may do.
    pub roles: RoleSet,
    /// The services and policies that they may see and work on.
    pub assignment: Assignment,
    /// The language of their console pages.
    pub language: Language,
    /// The colour scheme of their console pages.
    pub scheme: Scheme,
    /// How they view pictures.
    pub view: ViewMode,
    /// Whether single-key shortcuts are enabled.
    pub has_keys: bool,
    /// How pictures look on their pages.
    pub pictures: PictureSettings,
    /// The time zone of the times on their pages; `None`: that of the browser.
    pub zone: Option<ZoneName>,
    /// Their own exposure limit.
    pub exposure_limits: OwnLimits,
    /// Creation time of the account.
    pub created_at: Timestamp,
    /// Time at which one of their sessions last added a sign-in method. Their pages show it for
    /// some days, in case it was not them.
    pub method_added_at: Option<Timestamp>,
    /// Time at which the account was deactivated; they cannot sign in since.
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
    fn an_own_exposure_limit_goes_before_the_operators() {
        let common = crate::exposure::Limits::default();
        let own = OwnLimits { views: Some(5), ..OwnLimits::default() };

        let limits = own.over(common);

        assert_eq!((limits.views, limits.minutes), (5, common.minutes));
    }

    #[test]
    fn a_stronger_blur_is_greater_and_leaves_fewer_pixels() {
        for pair in BlurStrength::ALL.windows(2) {
            assert!(pair[0] < pair[1] && pair[0].side_max() > pair[1].side_max(), "{pair:?}");
        }
    }

    #[test]
    fn every_word_reads_back_as_itself() {
        assert_eq!(ViewMode::parse("toggle"), Some(ViewMode::Toggle));
        assert_eq!(Scheme::parse("sepia"), None);
        for strength in BlurStrength::ALL {
            assert_eq!(BlurStrength::parse(strength.as_str()), Some(*strength));
        }
    }
}
