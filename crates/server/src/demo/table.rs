//! Prints the result as a table: at most 80 columns, coloured only on a terminal.

use std::io::{self, IsTerminal, Write};

use super::outcome::{Outcome, Row};
use super::plan::Kind;
use super::service::UploadResult;
use crate::table::{Align, lines, table};

/// Green, for results as expected.
const GOOD: &str = "\u{1b}[32m";
/// Red, for other results.
const BAD: &str = "\u{1b}[31m";
/// Faint, for less important text.
const FAINT: &str = "\u{1b}[2m";
const PLAIN: &str = "\u{1b}[0m";

/// Checks whether to use colours: on a terminal, unless the user disables them (no-color.org).
pub fn wants_colours() -> bool {
    io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty())
}

/// Prints the table, some single rows, the wrong results, and the totals.
pub fn print(outcome: &Outcome, out: &mut impl Write, has_colours: bool) -> io::Result<()> {
    let paint = |colour: &'static str, text: String| {
        if has_colours { format!("{colour}{text}{PLAIN}") } else { text }
    };
    writeln!(out)?;
    let mut table = table(&[
        ("WHAT WAS SENT", Align::Left),
        ("FILES", Align::Right),
        ("VERDICT", Align::Left),
        ("DISTANCE", Align::Right),
        ("MS MEDIAN", Align::Right),
        ("MOST", Align::Right),
    ]);
    for row in &outcome.kinds {
        table.add_row(cells(row));
    }
    let are_right = outcome.kinds.iter().map(|row| row.as_expected == row.sent && row.sent > 0);
    for (at, line) in lines(&table).into_iter().enumerate() {
        let is_right = at.checked_sub(1).and_then(|row| are_right.clone().nth(row));
        let colour = is_right.map_or(FAINT, |is_right| if is_right { GOOD } else { BAD });
        writeln!(out, "{}", paint(colour, line))?;
    }

    writeln!(out, "{}", paint(FAINT, ABOUT_DISTANCES.to_owned()))?;

    writeln!(out, "\nOne of each:")?;
    for &kind in Kind::ALL {
        if let Some(sent) = outcome.uploads.iter().find(|sent| sent.kind == kind) {
            writeln!(out, "  {}", sent_text(sent))?;
        }
    }
    print_wrong(outcome, out, paint)?;
    let sum = sum_text(outcome);
    writeln!(out, "\n{}", paint(if outcome.ok { GOOD } else { BAD }, sum))
}

/// Says what a distance in the table means, and why it is not exact.
const ABOUT_DISTANCES: &str = "\
A distance of \u{2264} 10 says that at most 10 of 256 bits differ: services are shown\n\
coarse distances, so that they cannot compute the hashes of a list.";

/// Returns the texts of a row.
fn cells(row: &Row) -> [String; 6] {
    let verdict = if row.as_expected == row.sent {
        row.expected.words().to_owned()
    } else {
        format!("{}: {}", row.expected.words(), row.as_expected)
    };
    let distance = row.distance_max.map_or_else(|| "-".to_owned(), distance_text);
    let [median, most] = row.time_ms.map(|time_ms| format!("{time_ms:.1}"));
    [row.kind.words().to_owned(), row.sent.to_string(), verdict, distance, median, most]
}

fn distance_text(distance_max: u64) -> String {
    if distance_max == 0 { "0".to_owned() } else { format!("\u{2264} {distance_max}") }
}

fn sent_text(sent: &UploadResult) -> String {
    let distance = sent.distance_max.map(distance_text);
    let distance = distance.map_or_else(String::new, |text| format!("distance {text}"));
    // The first frame as stored is not worth mentioning.
    let frame = sent.frame.filter(|frame| *frame > 0).map(|frame| format!(", frame {frame}"));
    let transform = sent.transform.as_deref().filter(|transform| *transform != "none");
    format!(
        "{:<16} {:<11} {distance:<15} {:>6.1} ms{}{}",
        sent.item_id,
        sent.answer.words(),
        sent.time_ms,
        frame.unwrap_or_default(),
        transform.map(|transform| format!(", {transform}")).unwrap_or_default(),
    )
}

/// The most wrong answers that are listed.
const WRONG_SHOWN_MAX: usize = 20;

fn print_wrong(
    outcome: &Outcome,
    out: &mut impl Write,
    paint: impl Fn(&'static str, String) -> String,
) -> io::Result<()> {
    if !outcome.wrong.is_empty() {
        writeln!(out, "\nNot as expected:")?;
    }
    for sent in outcome.wrong.iter().take(WRONG_SHOWN_MAX) {
        let expected = sent.kind.expected().words();
        let problem = sent.problem.as_deref().unwrap_or_default();
        let text = format!("  {} (expected: {expected}) {problem}", sent_text(sent));
        writeln!(out, "{}", paint(BAD, text))?;
    }
    for item in outcome.webhooks.missing.iter().take(WRONG_SHOWN_MAX) {
        writeln!(out, "{}", paint(BAD, format!("  no webhook about {item}")))?;
    }
    for item in outcome.webhooks.unexpected.iter().take(WRONG_SHOWN_MAX) {
        writeln!(out, "{}", paint(BAD, format!("  an unexpected webhook about {item:?}")))?;
    }
    Ok(())
}

fn sum_text(outcome: &Outcome) -> String {
    let (webhooks, cases) = (&outcome.webhooks, &outcome.cases);
    format!(
        "{} of {} answers were as expected.\n{} of {} webhooks arrived, {} with a wrong signature.\n\
         {} of {} cases wait for reviewers, with {} items.",
        outcome.as_expected,
        outcome.sent,
        webhooks.received,
        webhooks.expected,
        if webhooks.refused == 0 { "none".to_owned() } else { webhooks.refused.to_string() },
        cases.open,
        cases.expected,
        cases.items,
    )
}

#[cfg(test)]
mod tests {
    use super::super::outcome::tests::{CASES, all_right, sent};
    use super::super::plan::CheckResult;
    use super::*;

    fn printed(outcome: &Outcome, has_colours: bool) -> String {
        let mut out = Vec::new();
        print(outcome, &mut out, has_colours).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_result_as_expected_is_a_row_for_each_kind_and_no_error() {
        let (uploads, received) = all_right();

        let text = printed(&Outcome::of(uploads, &received, CASES), false);

        for &kind in Kind::ALL {
            assert!(text.contains(kind.words()), "{kind:?} is not in {text}");
        }
        assert!(!text.contains("Not as expected"), "{text}");
        assert!(text.contains("at most 10 of 256 bits differ"), "{text}");
        assert!(text.contains("16 of 16 answers were as expected"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert!(!text.contains('\u{1b}'), "there are colours");
    }

    #[test]
    fn each_unexpected_result_is_named() {
        let (mut uploads, mut received) = all_right();
        uploads[0].answer = CheckResult::Allow;
        let unread = sent(Kind::Unrelated, CheckResult::Other);
        uploads.push(UploadResult { problem: Some("media.busy".to_owned()), ..unread });
        let (missing, _) = received.messages.pop_last().unwrap();
        received.messages.insert("unknown".to_owned(), vec!["msg_9".to_owned()]);
        received.refused = 3;

        let text = printed(&Outcome::of(uploads, &received, CASES), true);

        for words in [
            "Not as expected",
            "(expected: hold)",
            "(expected: allow) media.busy",
            &format!("no webhook about {missing}"),
            "an unexpected webhook about \"unknown\"",
            "15 of 17 answers were as expected",
            "3 with a wrong signature",
            BAD,
        ] {
            assert!(text.contains(words), "{words} is not in {text}");
        }
    }
}
