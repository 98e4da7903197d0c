//! How much somebody has seen, and whether they should see more.
//!
//! A rolling window of 24 hours: it needs no time zone, and knows no rush at midnight.

use jiff::{SignedDuration, Timestamp};

use crate::look::{Clarity, Look};

/// How far back looks count.
pub const WINDOW: SignedDuration = SignedDuration::from_hours(24);

/// How long somebody looks at nothing before a stretch has ended.
pub const STRETCH_GAP: SignedDuration = SignedDuration::from_mins(15);

/// How much somebody may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most clear looks in the window.
    pub looks: u32,
    /// The most minutes of clear looks in the window.
    pub minutes: u32,
    /// The most points in the window.
    pub points: u32,
    /// How long somebody may look at one stretch.
    pub stretch: SignedDuration,
    /// How long the break after it is.
    pub rest: SignedDuration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            looks: 200,
            minutes: 60,
            points: 600,
            stretch: SignedDuration::from_mins(50),
            rest: SignedDuration::from_mins(10),
        }
    }
}

/// How much somebody has seen in the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exposure {
    /// Clear looks.
    pub looks_clear: u32,
    /// Veiled looks.
    pub looks_veiled: u32,
    /// How long the clear ones lasted together.
    pub clear: SignedDuration,
    /// Points: a clear look costs its policy's severity, and that again for each further minute
    /// that began. A veiled look costs none.
    pub points: u32,
    /// When the stretch began that still goes on.
    pub stretch_began: Option<Timestamp>,
    /// When the oldest clear look that counts began.
    pub oldest: Option<Timestamp>,
}

/// Whether somebody should see more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowance {
    /// They may.
    May,
    /// A break is due.
    Rest(Rest),
}

/// Why somebody has a break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RestWhy {
    /// They looked for long enough at one stretch.
    Stretch,
    /// As many looks as they should have.
    Looks,
    /// As many minutes.
    Minutes,
    /// As many points.
    Points,
    /// They wanted one.
    Own,
}

impl RestWhy {
    /// Every reason.
    pub const ALL: [Self; 5] = [Self::Stretch, Self::Looks, Self::Minutes, Self::Points, Self::Own];

    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stretch => "stretch",
            Self::Looks => "looks",
            Self::Minutes => "minutes",
            Self::Points => "points",
            Self::Own => "own",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|why| why.as_str() == text)
    }

    /// What it is called to whoever wanted to look.
    pub fn refusal(self) -> crate::Refusal {
        match self {
            Self::Stretch | Self::Own => crate::Refusal::RestDue,
            Self::Looks | Self::Minutes | Self::Points => crate::Refusal::DoseSpent,
        }
    }
}

/// A break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rest {
    /// Why.
    pub why: RestWhy,
    /// When it is over.
    pub until: Timestamp,
}

impl Exposure {
    /// What follows from one person's `looks`, the oldest first. `rested_at`: when their last
    /// break ended; a stretch does not reach across it.
    pub fn of(looks: &[Look], rested_at: Option<Timestamp>, now: Timestamp) -> Self {
        let mut seen = Self::default();
        let begin = now.checked_sub(WINDOW).unwrap_or(Timestamp::MIN);
        let mut last: Option<Timestamp> = None;
        for look in looks.iter().filter(|look| look.opened_at > begin) {
            seen.count(look);
            if rested_at.is_some_and(|rested_at| look.opened_at < rested_at) {
                continue;
            }
            let goes_on =
                last.is_some_and(|last| look.opened_at.duration_since(last) < STRETCH_GAP);
            seen.stretch_began = seen.stretch_began.filter(|_| goes_on).or(Some(look.opened_at));
            last = last.max(Some(look.end()));
        }
        if last.is_none_or(|last| now.duration_since(last) >= STRETCH_GAP) {
            seen.stretch_began = None;
        }
        seen
    }

    fn count(&mut self, look: &Look) {
        match look.clarity {
            Clarity::Veiled => self.looks_veiled = self.looks_veiled.saturating_add(1),
            Clarity::Clear => {
                let lasted = look.lasted();
                self.looks_clear = self.looks_clear.saturating_add(1);
                self.clear = self.clear.saturating_add(lasted);
                self.points = self.points.saturating_add(points(look.severity, lasted));
                self.oldest = Some(self.oldest.map_or(look.opened_at, |o| o.min(look.opened_at)));
            }
        }
    }
}

/// What a clear look costs.
fn points(severity: u8, lasted: SignedDuration) -> u32 {
    let seconds = u32::try_from(lasted.as_secs()).unwrap_or(u32::MAX);
    let begun = seconds.saturating_add(u32::from(lasted.subsec_nanos() > 0)).div_ceil(60).max(1);
    u32::from(severity).saturating_mul(begun)
}

/// Whether somebody who has seen `e` should see more.
pub fn allowance(e: &Exposure, l: &Limits, now: Timestamp) -> Allowance {
    let minutes = u64::from(l.minutes).saturating_mul(60);
    let spent = [
        (e.looks_clear >= l.looks, RestWhy::Looks),
        (e.clear.unsigned_abs().as_secs() >= minutes, RestWhy::Minutes),
        (e.points >= l.points, RestWhy::Points),
    ];
    if let Some((_, why)) = spent.into_iter().find(|(is_spent, _)| *is_spent) {
        let until = e.oldest.unwrap_or(now).checked_add(WINDOW).unwrap_or(Timestamp::MAX);
        return Allowance::Rest(Rest { why, until });
    }
    match e.stretch_began {
        Some(began) if now.duration_since(began) >= l.stretch => {
            let until = now.checked_add(l.rest).unwrap_or(Timestamp::MAX);
            Allowance::Rest(Rest { why: RestWhy::Stretch, until })
        }
        Some(_) | None => Allowance::May,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + second).unwrap()
    }

    fn look(opened: i64, lasted: i64, clarity: Clarity) -> Look {
        Look {
            id: Uuid::from_u128(1).into(),
            case: Uuid::from_u128(2).into(),
            item: Uuid::from_u128(3).into(),
            by: Uuid::from_u128(4).into(),
            clarity,
            severity: 4,
            opened_at: at(opened),
            seen_at: at(opened),
            shown_at: Some(at(opened)),
            closed_at: Some(at(opened + lasted)),
        }
    }

    fn clear(opened: i64, lasted: i64) -> Look {
        look(opened, lasted, Clarity::Clear)
    }

    #[test]
    fn a_longer_look_costs_more_and_a_veiled_one_nothing() {
        for (lasted, cost) in [(0, 4), (1, 4), (60, 4), (61, 8), (120, 8), (121, 12)] {
            let seen = Exposure::of(&[clear(0, lasted)], None, at(200));
            assert_eq!(seen.points, cost, "{lasted}");
        }
        let veiled = Exposure::of(&[look(0, 100, Clarity::Veiled)], None, at(200));
        assert_eq!((veiled.points, veiled.looks_veiled, veiled.looks_clear), (0, 1, 0));
        assert_eq!(veiled.clear, SignedDuration::ZERO);
    }

    #[test]
    fn what_is_a_day_old_counts_no_more() {
        let day = 24 * 3_600;
        let looks = [clear(0, 30), clear(100, 30)];

        assert_eq!(Exposure::of(&looks, None, at(day - 1)).looks_clear, 2);
        let later = Exposure::of(&looks, None, at(day));
        assert_eq!((later.looks_clear, later.oldest), (1, Some(at(100))));
    }

    #[test]
    fn a_stretch_ends_with_a_pause_or_a_break() {
        let gap = STRETCH_GAP.as_secs();
        let began =
            |looks: &[Look], rested, now| Exposure::of(looks, rested, at(now)).stretch_began;

        let close = [clear(0, 10), clear(gap, 10)];
        let apart = [clear(0, 10), clear(10 + gap, 10)];
        assert_eq!(began(&close, None, gap + 20), Some(at(0)));
        assert_eq!(began(&apart, None, gap + 30), Some(at(10 + gap)));
        assert_eq!(began(&close, None, gap + 10 + gap), None);
        assert_eq!(began(&close, Some(at(5)), gap + 20), Some(at(gap)));
    }

    #[test]
    fn each_limit_stops_and_says_until_when() {
        let limits = Limits { looks: 2, minutes: 3, points: 20, ..Limits::default() };
        let ask =
            |looks: &[Look], now| allowance(&Exposure::of(looks, None, at(now)), &limits, at(now));
        let until = at(24 * 3_600);

        assert_eq!(ask(&[clear(0, 10)], 20), Allowance::May);
        let looks = ask(&[clear(0, 10), clear(20, 10)], 40);
        assert_eq!(looks, Allowance::Rest(Rest { why: RestWhy::Looks, until }));
        let minutes = ask(&[clear(0, 180)], 200);
        assert_eq!(minutes, Allowance::Rest(Rest { why: RestWhy::Minutes, until }));
        let grave = Look { severity: 20, ..clear(0, 10) };
        let points = ask(&[grave], 20);
        assert_eq!(points, Allowance::Rest(Rest { why: RestWhy::Points, until }));
    }

    #[test]
    fn a_stretch_that_lasted_long_enough_ends_in_a_break() {
        let limits = Limits::default();
        let looks: Vec<Look> = (0..6).map(|nth| clear(nth * 600, 10)).collect();

        let before = allowance(&Exposure::of(&looks, None, at(2_999)), &limits, at(2_999));
        let due = allowance(&Exposure::of(&looks, None, at(3_000)), &limits, at(3_000));

        assert_eq!(before, Allowance::May);
        let until = at(3_600);
        assert_eq!(due, Allowance::Rest(Rest { why: RestWhy::Stretch, until }));
    }

    #[test]
    fn nobody_with_a_dose_of_nothing_sees_anything() {
        let none = Limits { looks: 0, ..Limits::default() };

        let due = allowance(&Exposure::default(), &none, at(0));

        assert!(matches!(due, Allowance::Rest(Rest { why: RestWhy::Looks, .. })), "{due:?}");
        for why in RestWhy::ALL {
            assert_eq!(RestWhy::parse(why.as_str()), Some(why));
        }
    }
}
