//! Draws the desk's figures as charts.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};
use mamori_desk::overview::figures::{Decided, Figures};
use mamori_model::Purpose;

use crate::messages::{MessageId, Messages};
use crate::overview::chart::Chart;
use crate::overview::chart::Kind;
use crate::overview::chart::SERIES_MAX;
use crate::overview::chart::Series;
use crate::terms;

/// A count of decisions, and the name of its series.
type Counted = (MessageId, fn(&Decided) -> u64);

/// Charts of fewer days are shown on request only: one bar at the edge of an axis of 30 days says
/// nothing.
pub const DAYS_MIN: i32 = 7;

/// Returns how many days the figures cover: from the first day with a figure to today.
pub fn days_covered(figures: &Figures) -> i32 {
    let arrivals = figures.arrivals.iter().map(|some| some.day);
    let decided = figures.decided.iter().map(|some| some.from);
    let Some(first) = arrivals.chain(decided).min() else { return 0 };
    figures
        .to
        .duration_since(first)
        .as_hours()
        .try_into()
        .map_or(i32::MAX, |hours: i32| hours / 24 + 1)
}

/// Returns the charts that have something to show.
pub fn charts(messages: Messages, figures: &Figures) -> Vec<Chart> {
    let all = [
        arrivals(messages, figures),
        waiting(messages, figures),
        outcomes(messages, figures),
        overturned(messages, figures),
    ];
    all.into_iter().filter(|chart| !chart.is_empty()).collect()
}

fn days(figures: &Figures) -> Vec<Date> {
    figures.from.series(1.day()).take_while(|day| *day <= figures.to).collect()
}

/// Returns the Mondays of all weeks that the figures cover, in part or in full.
fn weeks(figures: &Figures) -> Vec<Date> {
    let first = monday(figures.from);
    first.series(1.week()).take_while(|day| *day <= figures.to).collect()
}

fn monday(day: Date) -> Date {
    day.saturating_sub(i64::from(day.weekday().since(Weekday::Monday)).days())
}

fn small(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn arrivals(messages: Messages, figures: &Figures) -> Chart {
    let days = days(figures);
    let came = |purpose: Purpose| {
        let counts: BTreeMap<Date, u64> = figures
            .arrivals
            .iter()
            .filter(|some| some.purpose == purpose)
            .map(|some| (some.day, some.cases))
            .collect();
        let values = days.iter().map(|day| counts.get(day).map(|cases| small(*cases)));
        Series { name: messages.message(terms::purpose(purpose)), values: values.collect() }
    };
    let is_there = |purpose: &Purpose| figures.arrivals.iter().any(|s| s.purpose == *purpose);
    let purposes = Purpose::ALL.iter().copied().filter(is_there).take(SERIES_MAX);
    Chart {
        id: "arrivals",
        title: messages.say("chart-arrivals"),
        about: messages.say("chart-arrivals-about"),
        unit: messages.say("chart-cases"),
        kind: Kind::Bars,
        series: purposes.map(came).collect(),
        days,
    }
}

fn waiting(messages: Messages, figures: &Figures) -> Chart {
    let days = days(figures);
    let of_all: BTreeMap<Date, _> = figures
        .waiting
        .iter()
        .filter(|some| some.purpose.is_none())
        .map(|some| (some.day, some))
        .collect();
    let minutes = |waited: jiff::SignedDuration| u32::try_from(waited.as_mins()).unwrap_or(0);
    let row =
        |name: MessageId,
         of: fn(&mamori_desk::overview::figures::WaitingTimes) -> jiff::SignedDuration| {
            Series {
                name: messages.message(name),
                values: days
                    .iter()
                    .map(|day| of_all.get(day).map(|some| minutes(of(some))))
                    .collect(),
            }
        };
    let series = vec![
        row(MessageId("chart-median"), |some| some.half),
        row(MessageId("chart-p90"), |some| some.most),
    ];
    Chart {
        id: "waiting",
        title: messages.say("chart-waiting"),
        about: messages.say("chart-waiting-about"),
        unit: messages.say("chart-minutes"),
        kind: Kind::Lines,
        series,
        days,
    }
}

/// Sums up by week: a day of few decisions would show the work of the one reviewer on duty.
fn by_week(messages: Messages, figures: &Figures, rows: &[Counted]) -> (Vec<Date>, Vec<Series>) {
    let weeks = weeks(figures);
    let series = rows.iter().map(|(name, of)| {
        let mut sums: BTreeMap<Date, u64> = BTreeMap::new();
        for some in &figures.decided {
            *sums.entry(monday(some.from)).or_default() += of(some);
        }
        let values = weeks.iter().map(|week| sums.get(week).map(|sum| small(*sum)));
        Series { name: messages.message(*name), values: values.collect() }
    });
    let series = series.collect();
    (weeks, series)
}

fn outcomes(messages: Messages, figures: &Figures) -> Chart {
    let rows: [Counted; 3] = [
        (MessageId("outcome-violates"), |some| some.violates),
        (MessageId("outcome-allowed"), |some| some.allowed),
        (MessageId("outcome-not-a-match"), |some| some.not_a_match),
    ];
    let (days, series) = by_week(messages, figures, &rows);
    Chart {
        id: "outcomes",
        title: messages.say("chart-outcomes"),
        about: messages.say("chart-outcomes-about"),
        unit: messages.say("chart-decisions"),
        kind: Kind::Bars,
        days,
        series,
    }
}

fn overturned(messages: Messages, figures: &Figures) -> Chart {
    let rows: [Counted; 2] = [
        (MessageId("chart-in-effect"), |some| some.resolved.saturating_sub(some.overturned)),
        (MessageId("chart-overturned-ones"), |some| some.overturned),
    ];
    let (days, series) = by_week(messages, figures, &rows);
    Chart {
        id: "overturned",
        title: messages.say("chart-overturned"),
        about: messages.say("chart-overturned-about"),
        unit: messages.say("chart-decisions"),
        kind: Kind::Bars,
        days,
        series,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use mamori_store::Arrivals;

    use super::*;

    /// Figures of the 30 days until 30 November.
    fn figures(arrivals: &[Date], decided: &[(Date, Date)]) -> Figures {
        let purpose = Purpose::Rehearsal;
        let arrived = |day: &Date| Arrivals { purpose, day: *day, cases: 1 };
        let resolved = |(from, to): &(Date, Date)| Decided {
            purpose,
            from: *from,
            to: *to,
            violates: 1,
            allowed: 0,
            not_a_match: 0,
            resolved: 1,
            overturned: 0,
        };
        Figures {
            from: date(2026, 11, 1),
            to: date(2026, 11, 30),
            arrivals: arrivals.iter().map(arrived).collect(),
            waiting: Vec::new(),
            decided: decided.iter().map(resolved).collect(),
            unanswered: Vec::new(),
        }
    }

    #[test]
    fn the_days_covered_are_those_from_the_first_figure_to_today() {
        let day = |day| date(2026, 11, day);
        let week = (day(23), day(29));

        let table = [
            (figures(&[], &[]), 0),
            (figures(&[day(30)], &[]), 1),
            (figures(&[day(25), day(30)], &[]), 6),
            (figures(&[day(24)], &[]), DAYS_MIN),
            (figures(&[day(30)], &[week]), 8),
            (figures(&[day(1)], &[week]), 30),
        ];

        for (figures, days) in table {
            assert_eq!(days_covered(&figures), days, "{figures:?}");
        }
    }
}
