//! Tables on a terminal: columns as wide as their widest text, where a Japanese character takes two
//! columns of the terminal.

use comfy_table::{CellAlignment, Table, presets};

/// How the texts of a column are aligned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// Creates a table without borders; columns are two spaces apart, and no text is wrapped.
pub fn table(columns: &[(&str, Align)]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(columns.iter().map(|(head, _)| *head));
    for (column, (_, align)) in table.column_iter_mut().zip(columns) {
        column.set_padding((0, 2));
        column.set_cell_alignment(match align {
            Align::Left => CellAlignment::Left,
            Align::Right => CellAlignment::Right,
        });
    }
    table
}

/// Returns the lines of the table, without spaces at their ends.
pub fn lines(table: &Table) -> Vec<String> {
    table.to_string().lines().map(|line| line.trim_end().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_also_with_wide_characters() {
        let mut table =
            table(&[("NAME", Align::Left), ("FILES", Align::Right), ("ROLE", Align::Left)]);
        table.add_row(["守り", "7", "lead"]);
        table.add_row(["a.long.name", "1234567", "reviewer, lead"]);

        assert_eq!(
            lines(&table),
            [
                "NAME           FILES  ROLE",
                "守り               7  lead",
                "a.long.name  1234567  reviewer, lead",
            ]
        );
    }
}
