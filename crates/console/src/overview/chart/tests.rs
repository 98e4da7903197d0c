use super::draw::nice;
use super::*;

fn chart(kind: Kind, rows: &[&[Option<u32>]]) -> Chart {
    let days = rows.first().map_or(0, |row| row.len());
    let first: Date = "2026-11-01".parse().unwrap();
    let names = ["known", "new & \"other\"", "third"];
    Chart {
        id: "arrivals",
        title: "Cases that came <in>".to_owned(),
        about: "How many cases opened each day.".to_owned(),
        unit: "cases".to_owned(),
        kind,
        days: first.series(jiff::Span::new().days(1)).take(days).collect(),
        series: rows
            .iter()
            .zip(names)
            .map(|(row, name)| Series { name: name.to_owned(), values: row.to_vec() })
            .collect(),
    }
}

#[test]
fn bars_are_stacked_and_have_different_patterns() {
    let chart = chart(Kind::Bars, &[&[Some(1), Some(3)], &[Some(2), None]]);

    let svg = chart.svg().to_string();

    let expected = include_str!("tests/bars.svg");
    assert_eq!(svg, expected.trim_end(), "{svg}");
}

#[test]
fn a_line_has_a_gap_where_nothing_was_measured() {
    let chart = chart(Kind::Lines, &[&[Some(1), None, Some(4), Some(2)]]);

    let svg = chart.svg().to_string();

    let expected = include_str!("tests/lines.svg");
    assert_eq!(svg, expected.trim_end(), "{svg}");
}

#[test]
fn the_table_leaves_out_days_without_a_figure_above_zero() {
    let chart = chart(Kind::Bars, &[&[Some(1), Some(0), Some(4)], &[None, None, Some(2)]]);

    let rows = chart.rows();

    let days: Vec<String> = rows.iter().map(|row| row.day.to_string()).collect();
    assert_eq!(days, ["2026-11-03", "2026-11-01"]);
    assert_eq!(rows[0].values, [Some(4), Some(2)]);
    assert!(!chart.is_empty());
}

#[test]
fn a_chart_without_figures_is_empty_and_can_be_drawn() {
    for kind in [Kind::Bars, Kind::Lines] {
        assert!(chart(kind, &[]).is_empty());
        assert!(chart(kind, &[]).svg().to_string().ends_with("</svg>"));
        assert!(chart(kind, &[&[Some(0), None]]).is_empty());
    }
}

#[test]
fn the_scale_ends_at_a_round_number_that_can_be_halved() {
    let tops: Vec<u32> = [0, 4, 5, 11, 21, 41, 101, 399, u32::MAX].map(nice).into();

    assert_eq!(tops, [4, 4, 10, 20, 40, 100, 200, 400, u32::MAX]);
}
