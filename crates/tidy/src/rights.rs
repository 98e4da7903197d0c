//! Rules for `docs/rights.md`, the page for people whose rights Mamori affects: it agrees with the
//! code.

use mamori_model::retention::Term;
use mamori_model::{
    Action, NotCompared, Purpose, Surface, Transforms, Verdict, Viewing, verdict::NotLooked,
};

use crate::Findings;

/// Path of the page.
pub const PAGE: &str = "docs/rights.md";

/// Returns the row that the page's table must have for this retention term.
pub fn row(term: &Term) -> String {
    let Term { what, key, days_default, days_max, source } = term;
    format!("| {what} | `{key}` | {days_default} | {days_max} | {source} |")
}

/// Reports retention terms that the page lacks, and rows of its table that match no retention
/// term.
pub fn retention(page: &str, terms: &[Term]) -> Findings {
    let rows: Vec<String> = terms.iter().map(row).collect();
    let missing = rows.iter().filter(|row| !page.lines().any(|line| line == *row));
    let missing = missing.map(|row| format!("{PAGE}: no row {row}"));
    let of_table = |line: &&str| line.starts_with('|') && line.contains("_days` |");
    let stale = page.lines().filter(of_table).filter(|line| !rows.iter().any(|row| row == line));
    let stale = stale.map(|line| format!("{PAGE}: no such term {line}"));
    missing.chain(stale).collect()
}

/// Reports words and reasons about the treatment of an item that the page does not explain.
pub fn unexplained(page: &str) -> Findings {
    // A sentence may continue on the next line.
    let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
    let words = Purpose::ALL.iter().copied().map(Purpose::as_str);
    let words = words.chain(Surface::ALL.iter().copied().map(Surface::as_str));
    let words = words.chain(Action::ALL.iter().copied().map(Action::as_str));
    let words = words.chain(Verdict::ALL.iter().copied().map(Verdict::as_str));
    let words = words.chain(Transforms::ALL.iter().copied().map(Transforms::as_str));
    let words = words.chain(NotCompared::ALL.iter().copied().map(NotCompared::as_str));
    let words = words.chain(Viewing::ALL.iter().copied().map(Viewing::as_str));
    let words = words.map(|word| format!("`{word}`"));
    let sentences = NotLooked::ALL.iter().copied().map(NotLooked::explain);
    let sentences = sentences.chain(NotCompared::ALL.iter().copied().map(NotCompared::explain));
    let sentences = sentences.map(str::to_owned);
    let missing = words.chain(sentences).filter(|word| !page.contains(word.as_str()));
    missing.map(|word| format!("{PAGE}: does not say {word}")).collect()
}

#[cfg(test)]
mod tests {
    use mamori_model::retention::TERMS;

    use super::*;

    #[test]
    fn a_page_with_another_period_than_the_code_is_found() {
        let right: String = TERMS.iter().map(|term| row(term) + "\n").collect();
        let wrong = right.replacen("| 30 |", "| 31 |", 1);

        assert!(retention(&right, TERMS).is_empty());
        assert_eq!(retention(&wrong, TERMS).len(), 2);
    }

    #[test]
    fn an_empty_page_explains_nothing() {
        assert!(unexplained("").len() > 10);
    }
}
