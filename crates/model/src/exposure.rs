//! The exposure limit: how much a reviewer has viewed within 24 hours, and when a break is due.
//!
//! The window is rolling, so that it needs no time zone and no limit is reset for everyone at
//! midnight.

use jiff::{SignedDuration, Timestamp};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::view::{Clarity, View};

/// How far back views count.
pub const WINDOW: SignedDuration = SignedDuration::from_hours(24);

/// How long a reviewer must view nothing before a stretch of viewing has ended.
pub const STRETCH_GAP: SignedDuration = SignedDuration::from_mins(15);

/// The exposure limit of a reviewer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most clear views in [`WINDOW`].
    pub views: u32,
    /// The most minutes of clear views in [`WINDOW`].
    pub minutes: u32,
    /// The most points in [`WINDOW`]; see [`Exposure::points`].
    pub points: u32,
    /// How long one stretch of viewing may last.
    pub stretch: SignedDuration,
    /// The length of the break after such a stretch.
    pub break_length: SignedDuration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            views: 200,
            minutes: 60,
            points: 600,
            stretch: SignedDuration::from_mins(50),
            break_length: SignedDuration::from_mins(10),
        }
    }
}

/// What a reviewer has viewed in [`WINDOW`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exposure {
    /// Number of clear views, and of context pages.
    pub clear_views: u32,
    /// Number of blurred views.
    pub blurred_views: u32,
    /// Total duration of the clear views.
    pub clear: SignedDuration,
    /// Points: a clear view costs the severity of its policy (1 to 5) for each minute that it
    /// began, at least once. A blurred view costs none.
    pub points: u32,
    /// Start of the current stretch of viewing; `None` if there is none.
    pub stretch_began: Option<Timestamp>,
    /// Start of the oldest clear view in the window.
    pub oldest: Option<Timestamp>,
}

/// Whether a reviewer may view another item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowance {
    /// Another view is allowed.
    Allowed,
    /// A break is due first.
    Break(Break),
}

/// The reason for a break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum BreakReason {
    /// One stretch of viewing reached its limit.
    Stretch,
    /// The limit of clear views was reached.
    Views,
    /// The limit of minutes was reached.
    Minutes,
    /// The limit of points was reached.
    Points,
    /// The reviewer asked for a break.
    Own,
}

impl BreakReason {
    /// Every reason, in the order of declaration.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the word that the database uses.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Parses the word that [`Self::as_str`] returns.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    /// Returns the refusal for a reviewer who asks for a view or a case during this break.
    pub fn refusal(self) -> crate::Refusal {
        match self {
            Self::Stretch => crate::Refusal::BreakDue,
            Self::Own => crate::Refusal::OwnBreak,
            Self::Views | Self::Minutes | Self::Points => crate::Refusal::ExposureSpent,
        }
    }
}

/// A break from viewing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Break {
    /// The reason for it.
    pub why: BreakReason,
    /// Time at which it ends.
    pub until: Timestamp,
}

impl Exposure {
    /// Sums up the `views` of one reviewer, which are sorted by start time. `break_ended_at` is the
    /// end of the reviewer's last break; a stretch does not continue across it.
    pub fn of(views: &[View], break_ended_at: Option<Timestamp>, now: Timestamp) -> Self {
        let mut seen = Self::default();
        let begin = now.checked_sub(WINDOW).unwrap_or(Timestamp::MIN);
        let mut last: Option<Timestamp> = None;
        for view in views.iter().filter(|view| view.opened_at > begin) {
            seen.count(view);
            if break_ended_at.is_some_and(|break_ended_at| view.opened_at < break_ended_at) {
                continue;
            }
            let goes_on =
                last.is_some_and(|last| view.opened_at.duration_since(last) < STRETCH_GAP);
            seen.stretch_began = seen.stretch_began.filter(|_| goes_on).or(Some(view.opened_at));
            last = last.max(Some(view.end()));
        }
        if last.is_none_or(|last| now.duration_since(last) >= STRETCH_GAP) {
            seen.stretch_began = None;
        }
        seen
    }

    fn count(&mut self, view: &View) {
        match view.clarity {
            Clarity::Blurred => self.blurred_views = self.blurred_views.saturating_add(1),
            Clarity::Clear | Clarity::Context => {
                let lasted = view.lasted();
                self.clear_views = self.clear_views.saturating_add(1);
                self.clear = self.clear.saturating_add(lasted);
                self.points = self.points.saturating_add(points(view.severity, lasted));
                self.oldest = Some(self.oldest.map_or(view.opened_at, |o| o.min(view.opened_at)));
            }
        }
    }
}

/// Returns the points of one clear view.
fn points(severity: u8, lasted: SignedDuration) -> u32 {
    let seconds = u32::try_from(lasted.as_secs()).unwrap_or(u32::MAX);
    let begun = seconds.saturating_add(u32::from(lasted.subsec_nanos() > 0)).div_ceil(60).max(1);
    u32::from(severity).saturating_mul(begun)
}

/// Decides whether a reviewer with the exposure `e` and the limit `l` may view another item.
pub fn allowance(e: &Exposure, l: &Limits, now: Timestamp) -> Allowance {
    let minutes = u64::from(l.minutes).saturating_mul(60);
    let spent = [
        (e.clear_views >= l.views, BreakReason::Views),
        (e.clear.unsigned_abs().as_secs() >= minutes, BreakReason::Minutes),
        (e.points >= l.points, BreakReason::Points),
    ];
    if let Some((_, why)) = spent.into_iter().find(|(is_spent, _)| *is_spent) {
        let until = e.oldest.unwrap_or(now).checked_add(WINDOW).unwrap_or(Timestamp::MAX);
        return Allowance::Break(Break { why, until });
    }
    match e.stretch_began {
        Some(began) if now.duration_since(began) >= l.stretch => {
            let until = now.checked_add(l.break_length).unwrap_or(Timestamp::MAX);
            Allowance::Break(Break { why: BreakReason::Stretch, until })
        }
        Some(_) | None => Allowance::Allowed,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + second).unwrap()
    }

    fn view(opened: i64, lasted: i64, clarity: Clarity) -> View {
        View {
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

    fn clear(opened: i64, lasted: i64) -> View {
        view(opened, lasted, Clarity::Clear)
    }

    #[test]
    fn a_longer_view_costs_more_and_a_blurred_one_nothing() {
        for (lasted, cost) in [(0, 4), (1, 4), (60, 4), (61, 8), (120, 8), (121, 12)] {
            let seen = Exposure::of(&[clear(0, lasted)], None, at(200));
            assert_eq!(seen.points, cost, "{lasted}");
        }
        let blurred = Exposure::of(&[view(0, 100, Clarity::Blurred)], None, at(200));
        assert_eq!((blurred.points, blurred.blurred_views, blurred.clear_views), (0, 1, 0));
        assert_eq!(blurred.clear, SignedDuration::ZERO);
    }

    #[test]
    fn a_view_that_is_a_day_old_is_not_counted() {
        let day = 24 * 3_600;
        let views = [clear(0, 30), clear(100, 30)];

        assert_eq!(Exposure::of(&views, None, at(day - 1)).clear_views, 2);
        let later = Exposure::of(&views, None, at(day));
        assert_eq!((later.clear_views, later.oldest), (1, Some(at(100))));
    }

    #[test]
    fn a_stretch_ends_with_a_pause_or_a_break() {
        let gap = STRETCH_GAP.as_secs();
        let began = |views: &[View], break_ended_at, now| {
            Exposure::of(views, break_ended_at, at(now)).stretch_began
        };

        let close = [clear(0, 10), clear(gap, 10)];
        let apart = [clear(0, 10), clear(10 + gap, 10)];
        assert_eq!(began(&close, None, gap + 20), Some(at(0)));
        assert_eq!(began(&apart, None, gap + 30), Some(at(10 + gap)));
        assert_eq!(began(&close, None, gap + 10 + gap), None);
        assert_eq!(began(&close, Some(at(5)), gap + 20), Some(at(gap)));
    }

    #[test]
    fn a_reviewer_at_any_limit_has_a_break_with_a_known_end() {
        let limits = Limits { views: 2, minutes: 3, points: 20, ..Limits::default() };
        let ask =
            |views: &[View], now| allowance(&Exposure::of(views, None, at(now)), &limits, at(now));
        let until = at(24 * 3_600);

        assert_eq!(ask(&[clear(0, 10)], 20), Allowance::Allowed);
        let views = ask(&[clear(0, 10), clear(20, 10)], 40);
        assert_eq!(views, Allowance::Break(Break { why: BreakReason::Views, until }));
        let minutes = ask(&[clear(0, 180)], 200);
        assert_eq!(minutes, Allowance::Break(Break { why: BreakReason::Minutes, until }));
        let grave = View { severity: 20, ..clear(0, 10) };
        let points = ask(&[grave], 20);
        assert_eq!(points, Allowance::Break(Break { why: BreakReason::Points, until }));
    }

    #[test]
    fn a_stretch_that_lasted_long_enough_ends_in_a_break() {
        let limits = Limits::default();
        let views: Vec<View> = (0..6).map(|nth| clear(nth * 600, 10)).collect();

        let before = allowance(&Exposure::of(&views, None, at(2_999)), &limits, at(2_999));
        let due = allowance(&Exposure::of(&views, None, at(3_000)), &limits, at(3_000));

        assert_eq!(before, Allowance::Allowed);
        let until = at(3_600);
        assert_eq!(due, Allowance::Break(Break { why: BreakReason::Stretch, until }));
    }

    #[test]
    fn an_exposure_limit_of_zero_allows_no_view() {
        let none = Limits { views: 0, ..Limits::default() };

        let due = allowance(&Exposure::default(), &none, at(0));

        assert!(matches!(due, Allowance::Break(Break { why: BreakReason::Views, .. })), "{due:?}");
        for &why in BreakReason::ALL {
            assert_eq!(BreakReason::parse(why.as_str()), Some(why));
        }
    }
}
