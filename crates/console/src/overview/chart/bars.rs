//! Draws stacked bars, one stack for each day; each series has a pattern of its own.

use super::Chart;
use super::draw::Canvas;
use crate::show::SafeHtml;

/// Draws the chart.
pub fn draw(chart: &Chart) -> SafeHtml {
    let sum = |day: usize| -> u32 {
        let values = chart.series.iter().map(|series| series.value(day).unwrap_or(0));
        values.fold(0, u32::saturating_add)
    };
    let highest = (0..chart.days.len()).map(sum).max().unwrap_or(0);
    let mut canvas = Canvas::new(chart, highest);
    patterns(&mut canvas, chart);
    for day in 0..chart.days.len() {
        let mut below = 0_u32;
        for (number, series) in chart.series.iter().enumerate() {
            let Some(value) = series.value(day).filter(|value| *value > 0) else { continue };
            let (from, to) = (canvas.y(below), canvas.y(below.saturating_add(value)));
            let (x, width) = (canvas.x(day) + 1.0, canvas.slot() - 2.0);
            let height = from - to;
            let id = chart.id;
            canvas.push(format_args!(
                "<rect class=\"series-{number}\" x=\"{x:.1}\" y=\"{to:.1}\" width=\"{width:.1}\" \
                 height=\"{height:.1}\"/>"
            ));
            if number > 0 {
                canvas.push(format_args!(
                    "<rect fill=\"url(#{id}-{number})\" x=\"{x:.1}\" y=\"{to:.1}\" \
                     width=\"{width:.1}\" height=\"{height:.1}\"/>"
                ));
            }
            canvas.push(format_args!("\n"));
            below = below.saturating_add(value);
        }
    }
    canvas.close()
}

/// Defines the patterns that are drawn over the colours: none for the first series, then diagonal
/// in both directions, horizontal, vertical, dots.
fn patterns(canvas: &mut Canvas<'_>, chart: &Chart) {
    let marks = [
        "",
        "<path d=\"M0 6L6 0\"/>",
        "<path d=\"M0 0L6 6\"/>",
        "<path d=\"M0 3H6\"/>",
        "<path d=\"M3 0V6\"/>",
        "<circle cx=\"3\" cy=\"3\" r=\"1\"/>",
    ];
    canvas.push(format_args!("<defs>"));
    for (number, mark) in marks.iter().enumerate().take(chart.series.len()).skip(1) {
        let id = chart.id;
        canvas.push(format_args!(
            "<pattern id=\"{id}-{number}\" class=\"pattern\" width=\"6\" height=\"6\" \
             patternUnits=\"userSpaceOnUse\">{mark}</pattern>"
        ));
    }
    canvas.push(format_args!("</defs>\n"));
}
