//! Policies: what a purpose forbids, in words, and the consequences for viewing and storage.

use jiff::{SignedDuration, Timestamp};

use crate::{FreeText, Purpose, StaffId};

/// One version of what a purpose forbids. Every purpose except the negative one has its own policy,
/// and a match falls under the policy of its own purpose only. A version is never changed: a
/// decision names the version that it was made under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The purpose that the policy belongs to.
    pub purpose: Purpose,
    /// Version number, from 1; the greatest version is in force.
    pub version: u32,
    /// What the policy forbids, as reviewers and affected persons read it.
    pub wording: FreeText,
    /// Points that a clear view of such an item costs per minute begun, 1 to 5.
    pub severity: u8,
    /// Number of days for which an item's bytes are stored, 0 to [`Self::EVIDENCE_DAYS_MAX`]; 0: not
    /// stored.
    pub evidence_days: u16,
    /// The policy editor who wrote it; `None` for the version that came with Mamori.
    pub by: Option<StaffId>,
    /// Time at which it came into force.
    pub created_at: Timestamp,
}

impl Policy {
    /// The longest time for which an item's bytes may be stored, in days.
    pub const EVIDENCE_DAYS_MAX: u16 = 366;
    /// The allowed severities, the mildest first.
    pub const SEVERITIES: std::ops::RangeInclusive<u8> = 1..=5;

    /// Returns the retention term of an item's bytes.
    pub fn term(&self) -> SignedDuration {
        SignedDuration::from_hours(24 * i64::from(self.evidence_days))
    }
}
