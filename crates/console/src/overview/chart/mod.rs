//! Charts of figures by day or week, drawn on the server as static SVG, with the same figures in a
//! table beside each.
//!
//! Colour never carries meaning alone: bars have patterns, and lines have strokes and marks of
//! their own.

mod bars;
mod draw;
mod lines;

use jiff::civil::Date;

use crate::show::SafeHtml;

/// How a chart is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// For counts that add up: stacked bars.
    Bars,
    /// For measures to compare: a line for each series.
    Lines,
}

/// One series of figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// What is counted, in the reader's language.
    pub name: String,
    /// One figure for each entry of [`Chart::days`]; `None` if there was nothing to measure.
    pub values: Vec<Option<u32>>,
}

/// A chart of at most [`SERIES_MAX`] series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    /// Its id in the page, of the characters `a-z` and `-`.
    pub id: &'static str,
    /// Title, in the reader's language.
    pub title: String,
    /// Description in one sentence, for readers who do not see the picture.
    pub about: String,
    /// Unit of the figures, such as minutes.
    pub unit: String,
    /// How the chart is drawn.
    pub kind: Kind,
    /// The days, or the Mondays of the weeks, oldest first.
    pub days: Vec<Date>,
    /// The figures, one series for each colour and pattern.
    pub series: Vec<Series>,
}

/// The largest number of series that patterns and strokes can tell apart.
pub const SERIES_MAX: usize = 6;

/// One row of the table beside a chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The day, or the Monday of the week.
    pub day: Date,
    /// One figure for each series.
    pub values: Vec<Option<u32>>,
}

impl Chart {
    /// Checks whether there is nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.series.iter().all(|series| series.values.iter().all(|value| value.unwrap_or(0) == 0))
    }

    /// Draws the chart.
    pub fn svg(&self) -> SafeHtml {
        match self.kind {
            Kind::Bars => bars::draw(self),
            Kind::Lines => lines::draw(self),
        }
    }

    /// Returns the same figures as a table: a row for each day with a figure above zero, newest
    /// first.
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
