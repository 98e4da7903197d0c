//! A row of the table: our figure, the peer's figure, their ratio, and the goal.

use std::fmt::Write as _;

/// The goal for a figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Goal {
    /// No goal; the figure is shown because it explains others.
    None,
    /// At least this value.
    Least(f64),
    /// At most this value.
    Most(f64),
}

/// One row of the table.
#[derive(Clone, Debug)]
pub struct Row {
    /// What was measured.
    pub what: String,
    /// Our figure, with its unit.
    pub ours: String,
    /// The figure that ours is compared with, with its unit; empty if there is none.
    pub peer: String,
    /// The figure that the goal applies to.
    pub figure: f64,
    /// The unit of that figure, such as `×`.
    pub unit: &'static str,
    /// The goal.
    pub goal: Goal,
}

impl Row {
    /// Checks whether the goal is met; `None` without a goal.
    pub fn is_met(&self) -> Option<bool> {
        match self.goal {
            Goal::None => None,
            Goal::Least(least) => Some(self.figure >= least),
            Goal::Most(most) => Some(self.figure <= most),
        }
    }

    fn cells(&self) -> [String; 6] {
        let goal = match self.goal {
            Goal::None => String::new(),
            Goal::Least(least) => format!("≥ {}{}", short(least), self.unit),
            Goal::Most(most) => format!("≤ {}{}", short(most), self.unit),
        };
        let met = match self.is_met() {
            None => "",
            Some(true) => "met",
            Some(false) => "**not met**",
        };
        let figure = format!("{}{}", short(self.figure), self.unit);
        [self.what.clone(), self.ours.clone(), self.peer.clone(), figure, goal, met.to_owned()]
    }
}

/// Formats the rows as a Markdown table with aligned columns.
pub fn table(rows: &[Row]) -> String {
    let head = ["what", "ours", "peer", "ratio or figure", "goal", ""].map(str::to_owned);
    let lines: Vec<[String; 6]> =
        std::iter::once(head).chain(rows.iter().map(Row::cells)).collect();
    let widths: [usize; 6] = std::array::from_fn(|column| {
        let lengths = lines.iter().filter_map(|line| line.get(column));
        lengths.map(|cell| cell.chars().count()).max().unwrap_or(0)
    });
    let mut table = String::new();
    for (number, line) in lines.iter().enumerate() {
        let cells: Vec<String> =
            line.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        // Writing into memory cannot fail.
        let _ = writeln!(table, "| {} |", cells.join(" | "));
        if number == 0 {
            let rules: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
            let _ = writeln!(table, "| {} |", rules.join(" | "));
        }
    }
    table
}

/// Returns `page` with each of these rows in the place of the row about the same, as wide as that one;
/// `None` if the page has no row about it.
pub fn renew(page: &str, rows: &[Row]) -> Option<String> {
    let mut lines: Vec<String> = page.lines().map(str::to_owned).collect();
    for row in rows {
        let is_about = |line: &&mut String| {
            line.starts_with('|') && line.split('|').nth(1).map(str::trim) == Some(&*row.what)
        };
        let line = lines.iter_mut().find(is_about)?;
        let widths = line.split('|').skip(1).map(|cell| cell.chars().count().saturating_sub(2));
        let cells = row.cells().into_iter().zip(widths);
        let cells: Vec<String> = cells.map(|(cell, width)| format!("{cell:<width$}")).collect();
        *line = format!("| {} |", cells.join(" | "));
    }
    Some(lines.join("\n") + "\n")
}

/// Formats a number with about three significant digits.
pub fn short(value: f64) -> String {
    let digits = match value.abs() {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        _ => 2,
    };
    let text = format!("{value:.digits$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// Formats a time in microseconds, in the most readable unit.
pub fn time(us: f64) -> String {
    match us {
        us if us >= 1e6 => format!("{} s", short(us / 1e6)),
        us if us >= 1e3 => format!("{} ms", short(us / 1e3)),
        us if us >= 1.0 => format!("{} µs", short(us)),
        us => format!("{} ns", short(us * 1e3)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_goal_is_met_at_its_exact_value_and_not_beyond() {
        let row = |figure, goal| Row {
            what: String::new(),
            ours: String::new(),
            peer: String::new(),
            figure,
            unit: "×",
            goal,
        };
        assert_eq!(row(60.0, Goal::Least(60.0)).is_met(), Some(true));
        assert_eq!(row(59.9, Goal::Least(60.0)).is_met(), Some(false));
        assert_eq!(row(1.16, Goal::Most(1.15)).is_met(), Some(false));
        assert_eq!(row(1.0, Goal::None).is_met(), None);
    }

    #[test]
    fn a_renewed_row_takes_the_place_of_the_row_about_the_same() {
        let row = |what: &str, figure| Row {
            what: what.to_owned(),
            ours: short(figure),
            peer: String::new(),
            figure,
            unit: "×",
            goal: Goal::None,
        };
        let page = |rows: &[Row]| format!("# Speed\n\n{}\nEnd.\n", table(rows));
        let before = page(&[row("a", 1.25), row("ab", 2.25)]);

        let renewed = renew(&before, &[row("ab", 3.25)]);

        assert_eq!(renewed, Some(page(&[row("a", 1.25), row("ab", 3.25)])));
        assert_eq!(renew(&before, &[row("b", 3.25)]), None);
    }

    #[test]
    fn numbers_and_times_are_short() {
        assert_eq!(
            [short(1234.5), short(12.34), short(1.0), short(0.456)],
            ["1234", "12.3", "1", "0.46"]
        );
        assert_eq!(
            [time(0.5), time(12.0), time(2_500.0), time(3e6)],
            ["500 ns", "12 µs", "2.5 ms", "3 s"]
        );
    }
}
