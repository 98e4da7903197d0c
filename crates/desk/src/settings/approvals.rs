//! The limits of changes that need no second actor, and of those that wait for one.

use jiff::SignedDuration;
use mamori_model::Distance;

/// Limits of changes that need no second actor, and of those that wait for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApprovalSettings {
    /// How long after a request the requester may have the change take effect alone.
    pub alone_after: SignedDuration,
    /// The largest distance limit of a bank that needs no second actor, in bits.
    pub distance_max: Distance,
    /// The most entries that may be withdrawn from a bank within 24 hours without a second actor.
    pub withdrawals_per_day_max: u32,
    /// The most requests of one actor that wait at the same time: what second actors can read, and
    /// what a stolen key can fill the list with.
    pub waiting_max: u32,
}

impl Default for ApprovalSettings {
    fn default() -> Self {
        Self {
            alone_after: SignedDuration::from_hours(72),
            distance_max: Distance::PDQ_SAME_MAX,
            withdrawals_per_day_max: 100,
            waiting_max: 100,
        }
    }
}
