//! The counts of a retention sweep, which the areas add up, and its limits.

use std::ops::AddAssign;

use jiff::{SignedDuration, Timestamp};
use mamori_model::retention::Term;

use crate::Desk;

/// How many rows one query handles, so that other writers do not wait long.
pub(crate) const ROWS_AT_ONCE: u32 = 1_000;

/// What a sweep ended or removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SweepSummary {
    /// Entries that stopped matching because their term ended.
    pub entries_expired: u64,
    /// Imports that made no progress, and count as interrupted.
    pub imports_interrupted: u64,
    /// Claims that ended because the page sent no keep-alive.
    pub claims_lapsed: u64,
    /// Views that ended because the page sent no keep-alive.
    pub views_closed: u64,
    /// Disputes that ended with their case, as no lead had agreed.
    pub disputes_ended: u64,
    /// Bulk decisions that were not confirmed in time.
    pub bulks_lapsed: u64,
    /// Requests for a second actor that lapsed.
    pub requests_lapsed: u64,
    /// Items whose stored bytes became unreadable.
    pub evidence_expired: u64,
    /// Leaving services that were deleted, because nothing waited for them any more.
    pub services_deleted: u64,
    /// Rows that were deleted: cases, disputes, bulk decisions, matches, webhook deliveries, ended
    /// entries, imports, changes, totals of cleared checks, sign-in attempts, the audit record,
    /// approval requests, notifications, breaks, and sessions, links
    /// and passkey requests that expired.
    pub rows_deleted: u64,
}

impl AddAssign for SweepSummary {
    fn add_assign(&mut self, more: Self) {
        let Self {
            entries_expired,
            imports_interrupted,
            claims_lapsed,
            views_closed,
            disputes_ended,
            bulks_lapsed,
            requests_lapsed,
            evidence_expired,
            services_deleted,
            rows_deleted,
        } = more;
        self.entries_expired += entries_expired;
        self.imports_interrupted += imports_interrupted;
        self.claims_lapsed += claims_lapsed;
        self.views_closed += views_closed;
        self.disputes_ended += disputes_ended;
        self.bulks_lapsed += bulks_lapsed;
        self.requests_lapsed += requests_lapsed;
        self.evidence_expired += evidence_expired;
        self.services_deleted += services_deleted;
        self.rows_deleted += rows_deleted;
    }
}

impl Desk {
    /// Returns the time before which rows of `term` are deleted.
    pub(crate) fn kept_since(&self, term: Term, now: Timestamp) -> Timestamp {
        days_before(now, self.settings().retention.days(term))
    }
}

/// Returns the time `days` days before `now`.
pub(crate) fn days_before(now: Timestamp, days: u32) -> Timestamp {
    let term = SignedDuration::from_hours(24 * i64::from(days));
    now.checked_sub(term).unwrap_or(Timestamp::MIN)
}
