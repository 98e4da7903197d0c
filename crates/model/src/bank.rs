//! Banks: named sets of hashes, each with a purpose, a legal basis and a reach (the surfaces and
//! countries in which it may be used).

mod settings;

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

pub use self::settings::{BankSettings, BankVersion};
use crate::id::serde_as_text;
use crate::{BankId, Country, Distance, Jurisdictions, Line, NotLooked, Quality, Surface};

/// What a bank is for. The list is closed, and a bank has exactly one purpose for its whole life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[derive(EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
#[strum(parse_err_ty = NotAPurpose, parse_err_fn = not_a_purpose)]
pub enum Purpose {
    /// Known child sexual abuse material, as classified by a hotline or an authority.
    ChildSexualAbuse,
    /// Known material that exploits a child but is not illegal in every country.
    ChildExploitation,
    /// Pictures that show people under 18, who asked to keep them from spreading (Take It Down).
    MinorIntimateRemoval,
    /// Intimate pictures of adults that are shared without consent (`StopNCII`).
    IntimateImageAbuse,
    /// A *negative* bank of pictures known to be harmless: what it matches is not held or recorded.
    KnownBenign,
    /// Benign pictures for rehearsals and tests.
    Rehearsal,
}

impl Purpose {
    /// Every purpose, the gravest first.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the word that the API, the database and files use.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Checks whether a match in such a bank speaks *against* holding an item.
    pub fn is_negative(self) -> bool {
        match self {
            Self::KnownBenign => true,
            Self::ChildSexualAbuse
            | Self::ChildExploitation
            | Self::MinorIntimateRemoval
            | Self::IntimateImageAbuse
            | Self::Rehearsal => false,
        }
    }
}

/// The error for a text that names no purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a purpose: expected `child_sexual_abuse`, `child_exploitation`, \
     `minor_intimate_removal`, `intimate_image_abuse`, `known_benign` or `rehearsal`"
)]
pub struct NotAPurpose;

fn not_a_purpose(_: &str) -> NotAPurpose {
    NotAPurpose
}

/// What a match in a bank does without a person, the mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[derive(EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
#[strum(parse_err_ty = NotAnAction, parse_err_fn = not_an_action)]
pub enum Action {
    /// The service is notified of the match; the item stays visible.
    None,
    /// The item is kept back until a reviewer has decided.
    Hold,
    /// The item is blocked: it is not published.
    Block,
}

impl Action {
    /// Every action, the mildest first.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the word that the API, the database and files use.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// The error for a text that names no action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an action: expected `none`, `hold` or `block`")]
pub struct NotAnAction;

fn not_an_action(_: &str) -> NotAnAction {
    NotAnAction
}

/// Which hashes of a frame a bank compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[derive(EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
#[strum(parse_err_ty = NotTransforms, parse_err_fn = not_transforms)]
pub enum Transforms {
    /// Compare every hash: the frame as a viewer may show it, and the frame turned and mirrored in
    /// every other way.
    All,
    /// Compare only the hashes of the frame as a viewer may show it.
    None,
}

impl Transforms {
    /// Every setting.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the word that the API, the database and files use.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Returns the default for a bank of `purpose`: [`Self::All`] for material to be found, because
    /// a mirrored copy of abuse is abuse; [`Self::None`] for a negative bank, because mirrored
    /// copies of harmless pictures are rare.
    pub fn default_of(purpose: Purpose) -> Self {
        if purpose.is_negative() { Self::None } else { Self::All }
    }
}

/// The error for a text that names no [`Transforms`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a setting of transforms: expected `all` or `none`")]
pub struct NotTransforms;

fn not_transforms(_: &str) -> NotTransforms {
    NotTransforms
}

/// The name of a bank: 1 to 64 of the characters `A-Z a-z 0-9 _ - .`, unique among banks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BankName(String);

impl BankName {
    /// Returns the name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The error for a text that is not a valid bank name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a bank's name: expected 1 to 64 of the characters A-Z a-z 0-9 _ - .")]
pub struct NotABankName;

impl FromStr for BankName {
    type Err = NotABankName;

    fn from_str(text: &str) -> Result<Self, NotABankName> {
        let is_allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
        let fits = (1..=64).contains(&text.len()) && text.bytes().all(is_allowed);
        fits.then(|| Self(text.to_owned())).ok_or(NotABankName)
    }
}

impl fmt::Display for BankName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(BankName);

/// The law that allows a bank to be used on private messages, and its last day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PrivateBasis {
    /// Citation of the law, as a lawyer would write it.
    #[cfg_attr(feature = "openapi", schema(value_type = String, min_length = 12, max_length = 500))]
    pub law: Line,
    /// The last day on which the law applies, in UTC, inclusive. From the next day on, the bank no
    /// longer compares private messages.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub until: Date,
}

/// The error for a basis that may not be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAPrivateBasis {
    /// The citation is too short to name a law.
    #[error(
        "`private_basis`: the law is cited in at least {} characters; write its title and section, \
         as a lawyer would",
        PrivateBasis::LAW_CHARS_MIN
    )]
    LawTooShort,
    /// The citation has no letters.
    #[error("`private_basis`: the law has no letters; write its title, not only its number")]
    LawWithoutLetters,
    /// The last day is too far in the future.
    #[error(
        "`private_basis`: the last day may be {latest} at the latest, {} years from today; review \
         the law then and set a later day",
        PrivateBasis::YEARS_MAX
    )]
    TooFar {
        /// The latest day that may be set today.
        latest: Date,
    },
}

impl PrivateBasis {
    /// The least number of characters of the citation.
    pub const LAW_CHARS_MIN: usize = 12;

    /// How many years from the day on which it is set the last day may be: a law that permits
    /// reading messages must be reviewed.
    pub const YEARS_MAX: i16 = 2;

    /// Checks a basis that is to be set on the day `today` (UTC).
    pub fn check(&self, today: Date) -> Result<(), NotAPrivateBasis> {
        let law = self.law.as_str().trim();
        if law.chars().count() < Self::LAW_CHARS_MIN {
            return Err(NotAPrivateBasis::LawTooShort);
        }
        if !law.chars().any(char::is_alphabetic) {
            return Err(NotAPrivateBasis::LawWithoutLetters);
        }
        let latest = today.saturating_add(Self::YEARS_MAX.years());
        if self.until > latest {
            return Err(NotAPrivateBasis::TooFar { latest });
        }
        Ok(())
    }
}

/// Where a bank may be used: surfaces, countries, and the law for private messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    surfaces: BTreeSet<Surface>,
    jurisdictions: Jurisdictions,
    private_basis: Option<PrivateBasis>,
}

/// The error for a reach that is not allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAReach {
    /// No surface was given. To stop using a bank, switch it off instead.
    #[error("a bank needs at least one surface: `public`, `shared` or `private_message`")]
    NoSurface,
    /// Private messages were given without a law.
    #[error(
        "a bank may be used on private messages only with a `private_basis`: the law and its last \
         day"
    )]
    NoPrivateBasis,
}

impl Reach {
    /// Creates a reach. At least one surface is needed, and private messages need a
    /// `private_basis`.
    pub fn new(
        surfaces: BTreeSet<Surface>,
        jurisdictions: Jurisdictions,
        private_basis: Option<PrivateBasis>,
    ) -> Result<Self, NotAReach> {
        if surfaces.is_empty() {
            return Err(NotAReach::NoSurface);
        }
        if surfaces.contains(&Surface::PrivateMessage) && private_basis.is_none() {
            return Err(NotAReach::NoPrivateBasis);
        }
        Ok(Self { surfaces, jurisdictions, private_basis })
    }

    /// Returns the surfaces. Private messages count only while [`Self::private_basis`] applies.
    pub fn surfaces(&self) -> &BTreeSet<Surface> {
        &self.surfaces
    }

    /// Returns the countries.
    pub fn jurisdictions(&self) -> &Jurisdictions {
        &self.jurisdictions
    }

    /// Returns the law for private messages.
    pub fn private_basis(&self) -> Option<&PrivateBasis> {
        self.private_basis.as_ref()
    }

    /// Checks whether the bank may compare an item on `surface` in `country` on the day `today`
    /// (UTC); the error says why not.
    pub fn applies_to(
        &self,
        surface: Surface,
        country: Option<Country>,
        today: Date,
    ) -> Result<(), NotLooked> {
        if !self.surfaces.contains(&surface) {
            return Err(NotLooked::Surface);
        }
        if !self.jurisdictions.contains(country) {
            return Err(NotLooked::Jurisdiction);
        }
        let is_private = match surface {
            Surface::PrivateMessage => true,
            Surface::Public | Surface::Shared => false,
        };
        let lasts = self.private_basis.as_ref().is_some_and(|basis| today <= basis.until);
        if is_private && !lasts {
            return Err(NotLooked::PrivateBasisEnded);
        }
        Ok(())
    }
}

/// A named set of hashes with one purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bank {
    /// Id of this bank; text form `bank_…`. Never changes.
    pub id: BankId,
    /// Display name, unique among banks; may be changed.
    pub name: BankName,
    /// What the bank is for; never changes.
    pub purpose: Purpose,
    /// Organisation or list that the hashes come from.
    pub source: Line,
    /// The law or agreement under which the hashes are matched.
    pub legal_basis: Line,
    /// The person or team that is responsible for the bank; not a staff account.
    pub owner: Line,
    /// Where the bank may be used.
    pub reach: Reach,
    /// The largest distance, in bits, at which a PDQ hash matches; at most [`Distance::LIMIT_MAX`].
    pub distance_max: Distance,
    /// The least quality that an item's PDQ hash must have to be compared at all.
    pub quality_min: Quality,
    /// Which hashes of a frame are compared.
    pub transforms: Transforms,
    /// What a match does without a person.
    pub action: Action,
    /// Whether the bank is used at all. An administrator may switch a bank off and keep its
    /// entries.
    pub is_enabled: bool,
    /// Whether the bank was created through the routes of HMA. While these require no keys, they show
    /// and change only such banks. Never changes.
    pub is_from_hma: bool,
    /// Creation time.
    pub created_at: Timestamp,
    /// Time of the last change to these properties.
    pub changed_at: Timestamp,
}

impl Bank {
    /// Checks whether the bank may compare an item on `surface` in `country` on the day `today`
    /// (UTC); the error says why not. A bank that is switched off never may.
    pub fn applies_to(
        &self,
        surface: Surface,
        country: Option<Country>,
        today: Date,
    ) -> Result<(), NotLooked> {
        if !self.is_enabled {
            return Err(NotLooked::NoBank);
        }
        self.reach.applies_to(surface, country, today)
    }

    /// Checks whether the routes of HMA show, search and change the bank while they require no keys:
    /// only a bank that was created through them and whose matches have no effect on items.
    pub fn is_open_without_key(&self) -> bool {
        self.is_from_hma && self.action == Action::None && !self.purpose.is_negative()
    }
}

#[cfg(test)]
pub(crate) mod tests;
