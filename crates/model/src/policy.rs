//! Policies: what a purpose forbids, in words, and what that means for whoever looks.

use jiff::{SignedDuration, Timestamp};

use crate::{Purpose, StaffId, Words};

/// One version of what a purpose forbids. There is one policy for each purpose that accuses, so a
/// match feeds a policy of its own purpose and of no other. A version is never changed: a decision
/// names the one that it was made by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Which purpose.
    pub purpose: Purpose,
    /// Which version, from 1; the greatest is in force.
    pub version: u32,
    /// What it forbids, as reviewers and the accused read it.
    pub wording: Words,
    /// What a clear look at such an item costs, 1 to 5.
    pub severity: u8,
    /// For how many days an item's bytes are kept, 0 to [`Self::KEEP_DAYS_MAX`]; 0: never.
    pub keep_days: u16,
    /// Who wrote it; `None`: it came with Mamori.
    pub by: Option<StaffId>,
    /// When.
    pub created_at: Timestamp,
}

impl Policy {
    /// The longest that an item's bytes may be kept, in days.
    pub const KEEP_DAYS_MAX: u16 = 366;
    /// The severities, the mildest first.
    pub const SEVERITIES: std::ops::RangeInclusive<u8> = 1..=5;

    /// For how long an item's bytes are kept.
    pub fn term(&self) -> SignedDuration {
        SignedDuration::from_hours(24 * i64::from(self.keep_days))
    }
}
