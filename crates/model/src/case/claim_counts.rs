//! How staff members claim and leave cases, counted by day, and what stands out in it. Says nothing
//! about views, and how long a case took.

use std::cmp::Reverse;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::{CaseId, StaffId};

/// What one staff member did with claimed cases on one day. Counts events, so a case that was
/// claimed twice counts twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClaimCounts {
    /// The staff member.
    pub staff: StaffId,
    /// The day, in UTC.
    pub day: Date,
    /// Claims.
    pub claimed: u64,
    /// Decisions that the staff member made, by themselves or in bulk, whatever became of them.
    pub decided: u64,
    /// Claimed cases that the staff member gave back to the queue, also by skipping, or that went
    /// back because they began a break, another case or a bulk decision.
    pub given_back: u64,
    /// Claims that lapsed.
    pub lapsed: u64,
    /// Claimed cases that the staff member escalated to a lead.
    pub escalated: u64,
    /// Claimed cases that the staff member handed over to a colleague.
    pub handed_over: u64,
    /// A case that the staff member claimed on this day, and again and again.
    pub repeated: Option<RepeatedClaim>,
}

/// A case that one staff member claimed at least [`RepeatedClaim::CLAIMS_MIN`] times within the
/// days that are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RepeatedClaim {
    /// The case.
    pub case: CaseId,
    /// How often the staff member claimed it, on all of these days together.
    pub claims: u64,
}

impl RepeatedClaim {
    /// From how many claims of one case on they are noted. Our choice: a claim that lapsed once, or
    /// a decision that was undone, makes a second claim.
    pub const CLAIMS_MIN: u32 = 3;
}

impl ClaimCounts {
    /// From how many cases on that were not decided a day can stand out. Our choice: below it,
    /// chance decides whether more cases were decided.
    pub const UNDECIDED_MIN: u64 = 10;

    /// Returns the counts of a day on which nothing happened.
    pub fn none(staff: StaffId, day: Date) -> Self {
        Self {
            staff,
            day,
            claimed: 0,
            decided: 0,
            given_back: 0,
            lapsed: 0,
            escalated: 0,
            handed_over: 0,
            repeated: None,
        }
    }

    /// Returns how many claims ended without a decision.
    pub fn undecided(&self) -> u64 {
        self.given_back + self.lapsed + self.escalated + self.handed_over
    }

    /// Checks whether at least [`Self::UNDECIDED_MIN`] claims ended without a decision, and more
    /// than the staff member decided.
    pub fn is_mostly_undecided(&self) -> bool {
        self.undecided() >= Self::UNDECIDED_MIN && self.undecided() > self.decided
    }

    /// Checks whether an auditor is to look at this day first.
    pub fn stands_out(&self) -> bool {
        self.is_mostly_undecided() || self.repeated.is_some()
    }

    /// Returns the place in the list: what stands out first, then the newest day, then by id; never
    /// by how many cases a staff member decided.
    pub fn place(&self) -> (Reverse<bool>, Reverse<Date>, StaffId) {
        (Reverse(self.stands_out()), Reverse(self.day), self.staff)
    }
}

/// Days of which the counts are read, in UTC.
///
/// Shape: 1 to [`DayRange::DAYS_MAX`] days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayRange {
    begin: Timestamp,
    end: Timestamp,
}

impl DayRange {
    /// The most days.
    pub const DAYS_MAX: i64 = 31;

    /// Returns the days from `first` to `last`, both included; `None` if these are no days or more
    /// than [`Self::DAYS_MAX`].
    pub fn new(first: Date, last: Date) -> Option<Self> {
        let midnight = |day: Date| Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp());
        let begin = midnight(first)?;
        let end = midnight(last.tomorrow().ok()?)?;
        let days = end.duration_since(begin).as_hours() / 24;
        (1..=Self::DAYS_MAX).contains(&days).then_some(Self { begin, end })
    }

    /// Returns the beginning of the first day.
    pub fn begin(self) -> Timestamp {
        self.begin
    }

    /// Returns the end of the last day, which is not included.
    pub fn end(self) -> Timestamp {
        self.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts() -> ClaimCounts {
        ClaimCounts::none(uuid::Uuid::nil().into(), jiff::civil::date(2026, 11, 20))
    }

    #[test]
    fn a_day_stands_out_from_ten_undecided_cases_on_if_fewer_were_decided() {
        for (undecided, decided, stands_out) in
            [(9, 0, false), (10, 9, true), (10, 10, false), (0, 0, false), (200, 199, true)]
        {
            for counts in [
                ClaimCounts { given_back: undecided, decided, ..counts() },
                ClaimCounts { lapsed: undecided, decided, ..counts() },
                ClaimCounts { escalated: undecided, decided, ..counts() },
                ClaimCounts { handed_over: undecided, decided, ..counts() },
            ] {
                assert_eq!(counts.stands_out(), stands_out, "{counts:?}");
            }
        }
    }

    #[test]
    fn a_day_with_a_case_that_was_claimed_again_and_again_stands_out() {
        let repeated = Some(RepeatedClaim { case: uuid::Uuid::nil().into(), claims: 3 });

        assert!(ClaimCounts { repeated, decided: 50, ..counts() }.stands_out());
    }

    #[test]
    fn days_that_stand_out_come_first_and_then_the_newest() {
        let on = |day, given_back| ClaimCounts { day, given_back, ..counts() };
        let (older, newer) = (jiff::civil::date(2026, 11, 19), jiff::civil::date(2026, 11, 20));
        let mut days = [on(older, 0), on(newer, 0), on(older, 10), on(newer, 10)];

        days.sort_by_key(ClaimCounts::place);

        assert_eq!(days, [on(newer, 10), on(older, 10), on(newer, 0), on(older, 0)]);
    }

    #[test]
    fn a_range_has_one_day_to_thirty_one() {
        let day = |day| jiff::civil::date(2026, 10, day);

        assert!(DayRange::new(day(1), day(1)).is_some());
        assert!(DayRange::new(day(1), day(31)).is_some());
        assert!(DayRange::new(day(1), jiff::civil::date(2026, 11, 1)).is_none());
        assert!(DayRange::new(day(2), day(1)).is_none());
        assert!(DayRange::new(Date::MIN, Date::MAX).is_none());
    }
}
