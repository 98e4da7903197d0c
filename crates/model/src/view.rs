//! Views ([`View`]): which staff member saw which item, when, for how long, and how clearly.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::{CaseId, MatchId, StaffId, ViewId};

/// How clearly an item was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[derive(EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Clarity {
    /// Blurred: grey, and too small to show detail.
    Blurred,
    /// Clear: in colour, as large as a screen needs.
    Clear,
    /// The page at the service on which the item is. It counts towards the exposure limit as a clear
    /// view does, and is none for the view rule: Mamori does not know what it showed.
    Context,
}

impl Clarity {
    /// Every value, [`Self::Blurred`] first.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the word that the database and forms use.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Parses the word that [`Self::as_str`] returns.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// What the author of a decision, or its second approver, viewed before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[derive(EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Viewing {
    /// Viewed clear: every item without an exact match, or a near-identical copy of it, and at least
    /// one item for each entry.
    Viewed,
    /// Viewed clear: some of that.
    InPart,
    /// Nothing was viewed, and the decision asked this person for no view.
    NotNeeded,
    /// Nothing was viewed, because no bytes were stored, or they cannot be rendered.
    NotKept,
    /// Nothing was viewed, although bytes were stored.
    NotViewed,
}

impl Viewing {
    /// Every value, in the order of declaration.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the word that the API and the database use.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Parses the word that [`Self::as_str`] returns.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    /// Checks whether nothing was viewed.
    pub fn is_without(self) -> bool {
        match self {
            Self::Viewed | Self::InPart => false,
            Self::NotNeeded | Self::NotKept | Self::NotViewed => true,
        }
    }
}

/// One view of an item by a staff member. Recorded before the first byte of the picture is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// Id of this view; text form `view_…`.
    pub id: ViewId,
    /// The case in which the item was viewed.
    pub case: CaseId,
    /// The match of the item.
    pub item: MatchId,
    /// The staff member who viewed it.
    pub by: StaffId,
    /// How clearly it was shown.
    pub clarity: Clarity,
    /// Severity of the policy at that time, 1 to 5.
    pub severity: u8,
    /// Start of the view.
    pub opened_at: Timestamp,
    /// Time at which the page last reported that the view goes on.
    pub seen_at: Timestamp,
    /// Time at which the picture was sent, if it was: at most once for each view.
    pub shown_at: Option<Timestamp>,
    /// End of the view, if it has ended.
    pub closed_at: Option<Timestamp>,
}

impl View {
    /// The longest that a view may go on without a report from the page: 15 seconds.
    pub const SILENCE_MAX: SignedDuration = SignedDuration::from_secs(15);
    /// The longest that one view may last: 120 seconds.
    pub const LASTS_MAX: SignedDuration = SignedDuration::from_secs(120);

    /// Returns the end of the view, or the last time at which it was known to go on.
    pub fn end(&self) -> Timestamp {
        self.closed_at.unwrap_or(self.seen_at)
    }

    /// Returns the duration of the view, as far as it is known.
    pub fn lasted(&self) -> SignedDuration {
        self.end().duration_since(self.opened_at)
    }

    /// Checks whether the view is still going on.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.closed_at.is_none()
            && now.duration_since(self.seen_at) < Self::SILENCE_MAX
            && now.duration_since(self.opened_at) < Self::LASTS_MAX
    }
}
