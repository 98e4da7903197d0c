//! Draws a line for each series, with a stroke and a mark of its own. A day without a measure is a
//! gap.

use std::fmt::Write;

use super::draw::Canvas;
use super::{Chart, Series};
use crate::show::SafeHtml;

/// Dash pattern of the stroke, by series.
const STROKES: [&str; 6] = ["none", "6 3", "2 2", "8 2 2 2", "1 4", "10 4"];

/// Draws the chart.
pub fn draw(chart: &Chart) -> SafeHtml {
    let values = chart.series.iter().flat_map(|series| series.values.iter().copied().flatten());
    let mut canvas = Canvas::new(chart, values.max().unwrap_or(0));
    for (number, series) in chart.series.iter().enumerate() {
        line(&mut canvas, number, series);
        marks(&mut canvas, number, series);
    }
    canvas.close()
}

fn line(canvas: &mut Canvas<'_>, number: usize, series: &Series) {
    let mut path = String::new();
    let mut is_down = false;
    for (day, value) in series.values.iter().enumerate() {
        let Some(value) = value else {
            is_down = false;
            continue;
        };
        let (x, y) = point(canvas, day, *value);
        let step = if is_down { 'L' } else { 'M' };
        // Writing to a `String` cannot fail.
        write!(path, "{step}{x:.1} {y:.1}").unwrap_or_default();
        is_down = true;
    }
    let dashes = STROKES.get(number).unwrap_or(&"none");
    canvas.push(format_args!(
        "<path class=\"line series-{number}\" d=\"{path}\" stroke-dasharray=\"{dashes}\"/>\n"
    ));
}

fn marks(canvas: &mut Canvas<'_>, number: usize, series: &Series) {
    for (day, value) in series.values.iter().enumerate() {
        let Some(value) = value else { continue };
        let (x, y) = point(canvas, day, *value);
        if number.is_multiple_of(2) {
            canvas.push(format_args!(
                "<circle class=\"dot series-{number}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\"/>"
            ));
        } else {
            let (left, top) = (x - 3.0, y - 3.0);
            canvas.push(format_args!(
                "<rect class=\"dot series-{number}\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"6\" \
                 height=\"6\"/>"
            ));
        }
    }
    canvas.push(format_args!("\n"));
}

fn point(canvas: &Canvas<'_>, day: usize, value: u32) -> (f64, f64) {
    (canvas.x(day) + canvas.slot() / 2.0, canvas.y(value))
}
