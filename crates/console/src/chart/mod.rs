//! Charts of figures by day, drawn here as SVG: nothing to load, nothing that moves, and the same
//! figures stand in a table beside each.
//!
//! No colour carries meaning alone: bars have patterns, lines have strokes and marks of their own.

mod bars;
mod draw;
mod lines;

use jiff::civil::Date;

use crate::show::Shown;

/// How a chart is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Counts that add up: bars on top of each other.
    Bars,
    /// Measures beside each other: a line for each.
    Lines,
}

/// One row of figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// What is counted, in the reader's language.
    pub name: String,
    /// One figure for each day; `None` where there was nothing to measure.
    pub values: Vec<Option<u32>>,
}

/// Figures by day, at most [`SERIES_MAX`] rows of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    /// Its name in the page, of `a-z` and `-`.
    pub id: &'static str,
    /// What it shows, in the reader's language.
    pub title: String,
    /// The same in a sentence, for whoever does not see the picture.
    pub about: String,
    /// What the figures count, such as minutes.
    pub unit: String,
    /// How it is drawn.
    pub kind: Kind,
    /// The days, in order.
    pub days: Vec<Date>,
    /// The figures.
    pub series: Vec<Series>,
}

/// The most rows that can be told apart.
pub const SERIES_MAX: usize = 6;

/// One row of the table beside a chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The day.
    pub day: Date,
    /// The figures, in the order of the series.
    pub values: Vec<Option<u32>>,
}

impl Chart {
    /// Whether there is nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.series.iter().all(|series| series.values.iter().all(|value| value.unwrap_or(0) == 0))
    }

    /// The picture.
    pub fn svg(&self) -> Shown {
        match self.kind {
            Kind::Bars => bars::draw(self),
            Kind::Lines => lines::draw(self),
        }
    }

    /// The same figures, a row for each day on which there was something, the newest first.
    pub fn rows(&self) -> Vec<Row> {
        let row = |(at, day): (usize, &Date)| Row {
            day: *day,
            values: self.series.iter().map(|series| series.value(at)).collect(),
        };
        let rows = self.days.iter().enumerate().rev().map(row);
        rows.filter(|row| row.values.iter().any(|value| value.unwrap_or(0) > 0)).collect()
    }
}

impl Series {
    fn value(&self, at: usize) -> Option<u32> {
        self.values.get(at).copied().flatten()
    }
}

#[cfg(test)]
mod tests;
