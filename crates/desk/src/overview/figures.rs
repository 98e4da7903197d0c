//! Workload figures by policy and day, never by person.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use mamori_model::Purpose;
use mamori_model::decision::Outcome;
use mamori_store::{Arrivals, DecidedOnDay, Unanswered, Wait};

use crate::staff::member::Member;
use crate::{Desk, Error};

/// How many days the figures cover, today included.
pub const DAYS: i64 = 30;

/// The largest number of cases whose waiting times are evaluated; the newest are taken.
const WAITS_MAX: u32 = 10_000;

/// If a day of a week has fewer decisions than this, the week is reported as one: a day with one
/// decision would point at the reviewer who worked that day.
const DECISIONS_MIN: u64 = 5;

/// The workload of the last [`DAYS`] days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    /// The first day, in UTC.
    pub from: Date,
    /// The last day, in UTC: today.
    pub to: Date,
    /// How many cases were opened, by policy and day.
    pub arrivals: Vec<Arrivals>,
    /// How long cases waited for their first claim, by policy and the day on which they were
    /// opened.
    pub waiting: Vec<WaitingTimes>,
    /// What was decided, by policy and the day on which it took effect or was refused, or the week if a
    /// day has too few decisions.
    pub decided: Vec<Decided>,
    /// The actions that services have not answered, by policy and state.
    pub unanswered: Vec<Unanswered>,
}

/// How long the cases that were opened on one day waited for their first claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitingTimes {
    /// The policy; `None` for all policies together.
    pub purpose: Option<Purpose>,
    /// The day on which the cases were opened, in UTC.
    pub day: Date,
    /// How many of these cases have been claimed.
    pub cases: u64,
    /// The median waiting time, by nearest rank.
    pub half: SignedDuration,
    /// The 90th percentile of the waiting time, by nearest rank.
    pub most: SignedDuration,
}

/// The decisions of one day, or of one week, under one policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The policy under which the decisions were made.
    pub purpose: Purpose,
    /// The first day, in UTC.
    pub from: Date,
    /// The last day, in UTC: the same day, or the Sunday of the week.
    pub to: Date,
    /// How many decisions in effect say that the items violate the policy.
    pub violates: u64,
    /// How many decisions in effect say that the items are allowed.
    pub allowed: u64,
    /// How many decisions in effect say that the items do not match the bank's entry.
    pub not_a_match: u64,
    /// How many decisions took effect or were refused by a second approver.
    pub resolved: u64,
    /// How many of the resolved decisions were refused or undone.
    pub overturned: u64,
}

impl Desk {
    /// Returns the figures of the last [`DAYS`] days, to every staff member: of the services and
    /// policies that their assignment covers. They are never broken down by person.
    pub async fn figures(&self, who: &Member) -> Result<Figures, Error> {
        let to = Self::day(self.clock().now());
        let from = to.saturating_sub((DAYS - 1).days());
        let since =
            from.to_zoned(jiff::tz::TimeZone::UTC).map_or(Timestamp::MIN, |at| at.timestamp());
        let (store, within) = (self.store(), who.assignment());
        Ok(Figures {
            from,
            to,
            arrivals: store.arrivals(within, since).await?,
            waiting: waiting(&store.waits(within, since, WAITS_MAX).await?),
            decided: decided(&store.decisions_by_day(within, since).await?),
            unanswered: store.unanswered(within).await?,
        })
    }
}

fn waiting(waits: &[Wait]) -> Vec<WaitingTimes> {
    let mut of: BTreeMap<(Date, Option<Purpose>), Vec<SignedDuration>> = BTreeMap::new();
    for wait in waits {
        for purpose in [None, Some(wait.purpose)] {
            of.entry((wait.day, purpose)).or_default().push(wait.waited);
        }
    }
    of.into_iter()
        .map(|((day, purpose), mut waited)| {
            waited.sort_unstable();
            let cases = u64::try_from(waited.len()).unwrap_or(u64::MAX);
            WaitingTimes { purpose, day, cases, half: nth(&waited, 5), most: nth(&waited, 9) }
        })
        .collect()
}

/// Returns the value that `tenths` tenths of the sorted values do not exceed, by nearest rank; zero
/// if there are none.
fn nth(sorted: &[SignedDuration], tenths: usize) -> SignedDuration {
    let rank = sorted.len().saturating_mul(tenths).div_ceil(10).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}

fn decided(days: &[DecidedOnDay]) -> Vec<Decided> {
    let mut by_day: BTreeMap<(Purpose, Date), Decided> = BTreeMap::new();
    for some in days {
        add(by_day.entry((some.purpose, some.day)).or_insert(none(some.purpose, some.day)), some);
    }
    let mut by_week: BTreeMap<(Purpose, Date), Vec<Decided>> = BTreeMap::new();
    for ((purpose, day), decided) in by_day {
        by_week.entry((purpose, monday(day))).or_default().push(decided);
    }
    let mut reported: Vec<Decided> =
        by_week.into_iter().flat_map(|((_, monday), days)| days_or_week(monday, days)).collect();
    reported.sort_unstable_by_key(|decided| (decided.from, decided.purpose));
    reported
}

/// Returns the days of a week, or the week as one if a day has too few decisions.
fn days_or_week(monday: Date, days: Vec<Decided>) -> Vec<Decided> {
    let in_effect = |day: &Decided| day.violates + day.allowed + day.not_a_match;
    if days.iter().all(|day| in_effect(day) >= DECISIONS_MIN) {
        return days;
    }
    let sum = |whole: Decided, day: Decided| Decided {
        violates: whole.violates + day.violates,
        allowed: whole.allowed + day.allowed,
        not_a_match: whole.not_a_match + day.not_a_match,
        resolved: whole.resolved + day.resolved,
        overturned: whole.overturned + day.overturned,
        ..whole
    };
    let whole = days.into_iter().reduce(sum);
    whole
        .map(|whole| Decided { from: monday, to: monday.saturating_add(6.days()), ..whole })
        .into_iter()
        .collect()
}

fn none(purpose: Purpose, day: Date) -> Decided {
    let (violates, allowed, not_a_match, resolved, overturned) = (0, 0, 0, 0, 0);
    Decided { purpose, from: day, to: day, violates, allowed, not_a_match, resolved, overturned }
}

fn add(decided: &mut Decided, some: &DecidedOnDay) {
    let count = match some.outcome {
        Outcome::Violates => &mut decided.violates,
        Outcome::Allowed => &mut decided.allowed,
        Outcome::NotAMatch => &mut decided.not_a_match,
    };
    *count += some.in_effect;
    decided.resolved += some.resolved;
    decided.overturned += some.resolved.saturating_sub(some.in_effect);
}

fn monday(day: Date) -> Date {
    let passed = i64::from(day.weekday().since(Weekday::Monday));
    day.saturating_sub(passed.days())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(day: i8, outcome: Outcome, in_effect: u64, overturned: u64) -> DecidedOnDay {
        // 2 November 2026 is a Monday.
        let day = Date::constant(2026, 11, day);
        let resolved = in_effect + overturned;
        DecidedOnDay { purpose: Purpose::Rehearsal, day, outcome, in_effect, resolved }
    }

    #[test]
    fn a_day_of_few_decisions_is_reported_within_its_week() {
        let days = [
            on(2, Outcome::Violates, 4, 1),
            on(2, Outcome::Allowed, 1, 0),
            on(4, Outcome::NotAMatch, 4, 2),
            on(9, Outcome::Violates, 5, 0),
            on(10, Outcome::Allowed, 7, 1),
        ];

        let reported = decided(&days);

        let date = |day| Date::constant(2026, 11, day);
        let spans: Vec<_> = reported.iter().map(|some| (some.from, some.to)).collect();
        assert_eq!(spans, [(date(2), date(8)), (date(9), date(9)), (date(10), date(10))]);
        let week = reported[0];
        assert_eq!((week.violates, week.allowed, week.not_a_match), (4, 1, 4));
        assert_eq!((week.resolved, week.overturned), (12, 3));
    }

    #[test]
    fn the_median_and_the_ninth_decile_are_by_nearest_rank() {
        let minutes: Vec<_> = (1..=10).map(SignedDuration::from_mins).collect();

        assert_eq!(nth(&minutes, 5), SignedDuration::from_mins(5));
        assert_eq!(nth(&minutes, 9), SignedDuration::from_mins(9));
        assert_eq!(nth(&minutes[..1], 9), SignedDuration::from_mins(1));
        assert_eq!(nth(&[], 9), SignedDuration::ZERO);
    }
}
