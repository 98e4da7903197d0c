//! The limits of cases, claims, decisions and actions.

use jiff::SignedDuration;

/// Limits of cases, claims, decisions and actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseSettings {
    /// How long a claim lasts without a keep-alive from the reviewer's page.
    pub lease: SignedDuration,
    /// The most items of a case; the next one of the same subject opens another case.
    pub items_max: u32,
    /// How long after a decision took effect the reviewer who made it may undo it; a lead may undo
    /// it for as long as it is kept.
    pub undo_window: SignedDuration,
    /// How long a service that does not answer is reminded; then its action is overdue.
    pub remind_max: SignedDuration,
    /// The most cases of a bulk decision: what one reviewer can check before confirming.
    pub bulk_cases_max: u32,
    /// The most actions of a bulk decision: what one transaction can write without others waiting
    /// long.
    pub bulk_actions_max: u32,
    /// The longest that one person alone may take a feature away from an account, in days of which
    /// the day of the decision is the first; longer needs views and a second approval.
    pub feature_limit_days_alone: u32,
    /// How long a bulk decision waits for confirmation; its cases cannot be claimed meanwhile.
    pub bulk_wait: SignedDuration,
    /// The most saved reasons of one policy in one language: what fits in one list.
    pub saved_reasons_max: u32,
    /// How many cases a staff member may claim, and leave without a decision.
    pub pace: PaceLimits,
}

/// How many cases a staff member may claim, and how many claimed cases they may leave: give back,
/// skip, or let the claim lapse. Our choice, far above ordinary work, in which few cases are left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaceLimits {
    /// The most claims within an hour: one case every 30 seconds.
    pub claims_hour_max: u32,
    /// The most cases left within an hour.
    pub left_hour_max: u32,
    /// The most cases left within 24 hours.
    pub left_day_max: u32,
}

impl Default for PaceLimits {
    fn default() -> Self {
        Self { claims_hour_max: 120, left_hour_max: 20, left_day_max: 60 }
    }
}

impl Default for CaseSettings {
    fn default() -> Self {
        Self {
            lease: SignedDuration::from_mins(10),
            items_max: 500,
            undo_window: SignedDuration::from_hours(24),
            remind_max: SignedDuration::from_hours(14 * 24),
            bulk_cases_max: 500,
            bulk_actions_max: 2_000,
            feature_limit_days_alone: 30,
            bulk_wait: SignedDuration::from_hours(1),
            saved_reasons_max: 20,
            pace: PaceLimits::default(),
        }
    }
}
