//! Banks: named sets of hashes, each with a purpose, a legal basis and limits on where it may look.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::id::serde_as_text;
use crate::{BankId, Country, Distance, Jurisdictions, Line, NotLooked, Quality, Surface};

/// What a bank is for. Closed: a bank serves one of these and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Known child sexual abuse material, as a hotline or authority classified it.
    ChildSexualAbuse,
    /// Known material that exploits a child without being illegal everywhere.
    ChildExploitation,
    /// Pictures of themselves that people under 18 asked to keep from spreading (Take It Down).
    MinorIntimateRemoval,
    /// Intimate pictures of adults, shared without consent (`StopNCII`).
    IntimateImageAbuse,
    /// Known to be harmless: a *negative* bank. What it matches is not held and not recorded.
    KnownBenign,
    /// Benign pictures to rehearse with.
    Rehearsal,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 6] = [
        Self::ChildSexualAbuse,
        Self::ChildExploitation,
        Self::MinorIntimateRemoval,
        Self::IntimateImageAbuse,
        Self::KnownBenign,
        Self::Rehearsal,
    ];

    /// The word in the API, the database and files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ChildSexualAbuse => "child_sexual_abuse",
            Self::ChildExploitation => "child_exploitation",
            Self::MinorIntimateRemoval => "minor_intimate_removal",
            Self::IntimateImageAbuse => "intimate_image_abuse",
            Self::KnownBenign => "known_benign",
            Self::Rehearsal => "rehearsal",
        }
    }

    /// Whether a match in such a bank speaks *against* holding an item.
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

/// A text that names no purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a purpose: expected `child_sexual_abuse`, `child_exploitation`, \
     `minor_intimate_removal`, `intimate_image_abuse`, `known_benign` or `rehearsal`"
)]
pub struct NotAPurpose;

impl FromStr for Purpose {
    type Err = NotAPurpose;

    fn from_str(text: &str) -> Result<Self, NotAPurpose> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == text).ok_or(NotAPurpose)
    }
}

/// What a match in a bank may do by itself, the mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Nothing: the service is told, the item stays.
    None,
    /// Keep the item back until somebody looked.
    Hold,
    /// Refuse the item.
    Block,
}

impl Action {
    /// Every action, the mildest first.
    pub const ALL: [Self; 3] = [Self::None, Self::Hold, Self::Block];

    /// The word in the API, the database and files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Hold => "hold",
            Self::Block => "block",
        }
    }
}

/// A text that names no action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an action: expected `none`, `hold` or `block`")]
pub struct NotAnAction;

impl FromStr for Action {
    type Err = NotAnAction;

    fn from_str(text: &str) -> Result<Self, NotAnAction> {
        Self::ALL.into_iter().find(|action| action.as_str() == text).ok_or(NotAnAction)
    }
}

/// Which hashes of a frame a bank compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Transforms {
    /// Those that a viewer may show, and those of the frame turned and mirrored in every other way.
    All,
    /// Only those that a viewer may show.
    None,
}

impl Transforms {
    /// Every setting.
    pub const ALL: [Self; 2] = [Self::All, Self::None];

    /// The word in the API, the database and files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::None => "none",
        }
    }

    /// What a bank of `purpose` compares where nothing else was said: a mirrored copy of abuse is
    /// abuse, and a mirrored copy of what is known to be harmless is seldom sent.
    pub fn default_of(purpose: Purpose) -> Self {
        if purpose.is_negative() { Self::None } else { Self::All }
    }
}

/// A text that names no [`Transforms`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a setting of transforms: expected `all` or `none`")]
pub struct NotTransforms;

impl FromStr for Transforms {
    type Err = NotTransforms;

    fn from_str(text: &str) -> Result<Self, NotTransforms> {
        Self::ALL.into_iter().find(|transforms| transforms.as_str() == text).ok_or(NotTransforms)
    }
}

/// A bank's name: 1 to 64 of `A-Z a-z 0-9 _ - .`, unique.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BankName(String);

impl BankName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A text that is not a bank's name.
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

/// The law that lets a bank look into private messages, and until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PrivateBasis {
    /// The law, as a lawyer would cite it.
    #[cfg_attr(feature = "openapi", schema(value_type = String, min_length = 1, max_length = 500))]
    pub law: Line,
    /// The last day on which it applies, in UTC. Laws of this kind end; so does the look.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub until: Date,
}

/// Where a bank may look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    surfaces: BTreeSet<Surface>,
    jurisdictions: Jurisdictions,
    private_basis: Option<PrivateBasis>,
}

/// A reach that the law of the house does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAReach {
    /// A bank that may look nowhere is switched off, not created so.
    #[error("a bank needs at least one surface: `public`, `shared` or `private_message`")]
    NoSurface,
    /// Private messages without a law.
    #[error(
        "a bank may look into private messages only with a `private_basis`: the law and its last day"
    )]
    NoPrivateBasis,
}

impl Reach {
    /// Where a bank may look; private messages only with a `private_basis`.
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

    /// The surfaces; private messages only while [`Self::private_basis`] lasts.
    pub fn surfaces(&self) -> &BTreeSet<Surface> {
        &self.surfaces
    }

    /// The countries.
    pub fn jurisdictions(&self) -> &Jurisdictions {
        &self.jurisdictions
    }

    /// The law for private messages.
    pub fn private_basis(&self) -> Option<&PrivateBasis> {
        self.private_basis.as_ref()
    }

    /// Whether the bank may look at an item on `surface` in `country` on the day `today` (UTC).
    pub fn may_look(
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
    /// Its id, for ever.
    pub id: BankId,
    /// Its name, unique, may change.
    pub name: BankName,
    /// What it is for; never changes.
    pub purpose: Purpose,
    /// Where its hashes come from.
    pub source: Line,
    /// The law or agreement under which they are matched.
    pub legal_basis: Line,
    /// Who answers for it: a person or a team, not an account.
    pub owner: Line,
    /// Where it may look.
    pub reach: Reach,
    /// The largest distance at which a PDQ hash still matches; at most [`Distance::LIMIT_MAX`].
    pub distance_max: Distance,
    /// The least quality of an item's PDQ hash that is compared at all.
    pub quality_min: Quality,
    /// Which hashes of a frame it compares.
    pub transforms: Transforms,
    /// What a match may do by itself.
    pub action: Action,
    /// Whether it looks at all; an operator may switch a bank off without losing it.
    pub is_enabled: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub changed_at: Timestamp,
}

impl Bank {
    /// Whether it may look at an item on `surface` in `country` on the day `today` (UTC).
    pub fn may_look(
        &self,
        surface: Surface,
        country: Option<Country>,
        today: Date,
    ) -> Result<(), NotLooked> {
        if !self.is_enabled {
            return Err(NotLooked::NoBank);
        }
        self.reach.may_look(surface, country, today)
    }
}

#[cfg(test)]
mod tests;
