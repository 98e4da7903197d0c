//! Reads how staff members claim and leave cases, for auditors.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use mamori_model::case::{ClaimCounts, DayRange};
use mamori_model::page::{Page, PageSize};
use mamori_model::{Line, StaffId};

use crate::staff::member::Auditor;
use crate::{Desk, Error};

/// A page of the counts.
#[derive(Clone, Debug)]
pub struct ClaimsPage {
    /// The counts of each staff member and day, in the order of [`ClaimCounts::place`].
    pub counts: Page<ClaimCounts, ClaimsCursor>,
    /// Display names of the staff members, by id.
    pub people: BTreeMap<StaffId, Line>,
}

/// The position of one row in the list of counts.
///
/// Text: `1` for a row that stands out or `0`, the day, and the id of the staff member, with dots
/// between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClaimsCursor {
    stands_out: bool,
    day: Date,
    staff: StaffId,
}

/// The text is not a [`ClaimsCursor`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no position in the list of counts")]
pub struct NotAClaimsCursor;

impl ClaimsCursor {
    fn of(counts: &ClaimCounts) -> Self {
        Self { stands_out: counts.stands_out(), day: counts.day, staff: counts.staff }
    }

    fn place(self) -> (Reverse<bool>, Reverse<Date>, StaffId) {
        (Reverse(self.stands_out), Reverse(self.day), self.staff)
    }
}

impl fmt::Display for ClaimsCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", u8::from(self.stands_out), self.day, self.staff)
    }
}

impl FromStr for ClaimsCursor {
    type Err = NotAClaimsCursor;

    fn from_str(text: &str) -> Result<Self, NotAClaimsCursor> {
        let mut parts = text.split('.');
        let (Some(mark), Some(day), Some(staff), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(NotAClaimsCursor);
        };
        let stands_out = match mark {
            "0" => false,
            "1" => true,
            _ => return Err(NotAClaimsCursor),
        };
        let day = day.parse().map_err(|_| NotAClaimsCursor)?;
        let staff = staff.parse().map_err(|_| NotAClaimsCursor)?;
        Ok(Self { stands_out, day, staff })
    }
}

impl Desk {
    /// Lists what each staff member did with claimed cases on each of these days; days that stand
    /// out come first. `after` is the position at which the previous page ended; `None` starts at
    /// the beginning. Cases that were deleted at the end of their term are not counted.
    pub async fn claim_counts(
        &self,
        _: &Auditor,
        days: DayRange,
        after: Option<ClaimsCursor>,
        size: PageSize,
    ) -> Result<ClaimsPage, Error> {
        // Not paginated in the database: which rows come first is a rule of `model`. There are as
        // many rows as days times staff members who work.
        let mut rows = self.store().claim_counts(days).await?;
        if let Some(after) = after {
            rows.retain(|counts| counts.place() > after.place());
        }
        let counts = Page::of(rows, size, ClaimsCursor::of);
        let who: BTreeSet<StaffId> = counts.rows.iter().map(|counts| counts.staff).collect();
        let people = self.store().display_names(&who).await?;
        Ok(ClaimsPage { counts, people })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_as_itself_and_other_text_is_refused() {
        let staff = format!("staff_{}", "1".repeat(32));
        let cursor = ClaimsCursor {
            stands_out: true,
            day: jiff::civil::date(2026, 11, 20),
            staff: staff.parse().unwrap(),
        };

        assert_eq!(cursor.to_string(), format!("1.2026-11-20.{staff}"));
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        for text in ["", "1", "2.2026-11-20.", &format!("1.2026-11-20.{staff}.1"), "1.x.y"] {
            assert_eq!(text.parse::<ClaimsCursor>(), Err(NotAClaimsCursor), "{text}");
        }
    }
}
