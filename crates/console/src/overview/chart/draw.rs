//! The canvas that all charts share: size, scale and labels.

use std::fmt::Write;

use super::Chart;
use crate::show::{SafeHtml, escaped};

/// Width and height of the picture, in its own units.
pub const SIZE: (f64, f64) = (640.0, 240.0);
/// Margins left and right of the plot.
const SIDES: (f64, f64) = (48.0, 8.0);
/// Margins above and below the plot.
const ENDS: (f64, f64) = (12.0, 28.0);

/// A picture that is being drawn.
#[derive(Debug)]
pub struct Canvas<'a> {
    chart: &'a Chart,
    svg: String,
    /// The value at the top of the plot.
    top: u32,
}

/// Returns the least of 1, 2 or 4 times a power of ten that is at least `value` and at least 4.
/// Half of it, the middle of the scale, is a whole number.
pub fn nice(value: u32) -> u32 {
    let mut power = 1_u32;
    loop {
        for step in [4, 10, 20] {
            let top = power.saturating_mul(step);
            if top >= value {
                return top;
            }
        }
        power = power.saturating_mul(10);
    }
}

impl<'a> Canvas<'a> {
    /// Creates a canvas for values up to `value_max`, with scale and labels.
    pub fn new(chart: &'a Chart, value_max: u32) -> Self {
        let mut canvas = Self { chart, svg: String::new(), top: nice(value_max) };
        canvas.open();
        canvas
    }

    /// Appends a piece of SVG.
    pub fn push(&mut self, piece: std::fmt::Arguments<'_>) {
        // Writing to a `String` cannot fail.
        self.svg.write_fmt(piece).unwrap_or_default();
    }

    /// Returns the width of one day.
    pub fn slot(&self) -> f64 {
        let days = u32::try_from(self.chart.days.len().max(1)).unwrap_or(u32::MAX);
        (SIZE.0 - SIDES.0 - SIDES.1) / f64::from(days)
    }

    /// Returns the left edge of the day's slot.
    pub fn x(&self, day: usize) -> f64 {
        SIDES.0 + self.slot() * f64::from(u32::try_from(day).unwrap_or(u32::MAX))
    }

    /// Returns the vertical position of `value`; smaller is higher.
    pub fn y(&self, value: u32) -> f64 {
        let height = SIZE.1 - ENDS.0 - ENDS.1;
        SIZE.1 - ENDS.1 - height * f64::from(value) / f64::from(self.top)
    }

    fn open(&mut self) {
        let Chart { id, title, about, .. } = self.chart;
        let (width, height) = SIZE;
        let (title, about) = (escaped(title), escaped(about));
        self.push(format_args!(
            "<svg class=\"chart\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
             aria-labelledby=\"{id}-title {id}-about\">\
             <title id=\"{id}-title\">{title}</title><desc id=\"{id}-about\">{about}</desc>\n"
        ));
        for value in [0, self.top / 2, self.top] {
            let (y, x, end) = (self.y(value), SIDES.0, SIZE.0 - SIDES.1);
            self.push(format_args!(
                "<line class=\"grid\" x1=\"{x}\" y1=\"{y:.1}\" x2=\"{end}\" y2=\"{y:.1}\"/>\
                 <text class=\"scale\" x=\"{0}\" y=\"{1:.1}\" text-anchor=\"end\">{value}</text>\n",
                x - 6.0,
                y + 4.0
            ));
        }
        self.name_days();
    }

    /// Labels the first day, one in the middle, and the last.
    fn name_days(&mut self) {
        let days = &self.chart.days;
        let Some(last) = days.len().checked_sub(1) else { return };
        let mut named = vec![(0, "start"), (last / 2, "middle"), (last, "end")];
        named.dedup_by_key(|(day, _)| *day);
        for (at, anchor) in named {
            let Some(day) = days.get(at) else { continue };
            let x = match anchor {
                "start" => self.x(at),
                "end" => self.x(at) + self.slot(),
                _ => self.x(at) + self.slot() / 2.0,
            };
            let y = SIZE.1 - 8.0;
            self.push(format_args!(
                "<text class=\"scale\" x=\"{x:.1}\" y=\"{y}\" text-anchor=\"{anchor}\">{day}</text>\n"
            ));
        }
    }

    /// Returns the finished picture.
    pub fn close(mut self) -> SafeHtml {
        self.svg.push_str("</svg>");
        SafeHtml::escaped_already(self.svg)
    }
}
