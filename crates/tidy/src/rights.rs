//! Rules for `docs/rights.md`, the page for people whose rights Mamori affects: it agrees with the
//! code.

use mamori_model::approval_request::Reason;
use mamori_model::audit::{ActRule, ActorRole, Alone, AuditAct};
use mamori_model::case::CaseEventKind;
use mamori_model::key::Scope;
use mamori_model::retention::Term;
use mamori_model::{
    Action, AuditVerb, Narrowing, NotCompared, NotStored, Purpose, StaffRole, Surface, Transforms,
    Verdict, Viewing, verdict::NotLooked,
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

/// Returns the row that the page must have for changes with this reason.
pub fn reason_row(reason: Reason) -> String {
    format!("| {} | `{}` | {} |", reason.what(), reason.as_str(), reason.why())
}

/// Returns the row that the page must have for changes that narrow so.
pub fn narrowing_row(narrowing: Narrowing) -> String {
    format!("| {} | `{}` |", narrowing.what(), narrowing.as_str())
}

/// Reports changes that need a second actor, and changes that narrow, which the page lacks, and rows
/// of its tables that are neither.
pub fn second_actor(page: &str, reasons: &[Reason], narrowings: &[Narrowing]) -> Findings {
    let rows = reasons.iter().copied().map(reason_row);
    let rows: Vec<String> = rows.chain(narrowings.iter().copied().map(narrowing_row)).collect();
    let missing = rows.iter().filter(|row| !page.lines().any(|line| line == *row));
    let missing = missing.map(|row| format!("{PAGE}: no row {row}"));
    let section = page.split("\n## ").find(|section| section.starts_with(SECOND_ACTOR));
    // The rows of these two tables have a word alone in their second cell.
    let of_table = |line: &&str| {
        let cell = line.split('|').nth(2).unwrap_or("").trim();
        cell.len() > 2 && cell.starts_with('`') && cell.ends_with('`') && !cell.contains(' ')
    };
    let lines = section.unwrap_or("").lines().filter(of_table);
    let stale = lines.filter(|line| !rows.iter().any(|row| row == line));
    let stale = stale.map(|line| format!("{PAGE}: no such change {line}"));
    missing.chain(stale).collect()
}

/// Heading of the section about changes that need a second actor.
const SECOND_ACTOR: &str = "Changes that need a second actor";

/// Heading of the section about who may do what.
const ACTS: &str = "Who may do what, alone or with a second actor";

/// Returns the cells that the page must have for this act, without the second, its plain words.
fn act_cells(act: AuditAct) -> [String; 3] {
    let ActRule { who, alone } = act.rule();
    let is_staff = |role: &&ActorRole| matches!(role, ActorRole::Staff(_));
    let mut names: Vec<&str> = who.iter().map(|role| role.what()).collect();
    if who.iter().filter(is_staff).count() == StaffRole::ALL.len() {
        names = vec!["every staff member"];
        names.extend(who.iter().filter(|role| !is_staff(role)).map(|role| role.what()));
    }
    let conditions: Vec<String> = alone.conditions().iter().map(|one| one.what()).collect();
    let conditions = conditions.join(", ");
    let alone = match alone {
        Alone::Always => "yes".to_owned(),
        Alone::Unless(_) => format!("yes, except: {conditions}"),
        Alone::Never(_) => format!("no: {conditions}"),
        Alone::AsSecond(first) => format!("as second actor, never {}", first.what()),
        Alone::ByCaseEvent => "see the table below".to_owned(),
    };
    [format!("`{}`", act.as_str()), names.join(", "), alone]
}

/// Reports acts that the page's tables lack or list with other actors or other conditions than the
/// code, rows that are no act of the code, and rows that do not say in plain words what is done.
pub fn acts(page: &str) -> Findings {
    let verbs = AuditVerb::ALL.iter().copied().map(AuditAct::from);
    let all = verbs.chain(CaseEventKind::ALL.iter().copied().map(AuditAct::from));
    let mut right: Vec<[String; 3]> = all.map(act_cells).collect();
    let section = page.split("\n## ").find(|section| section.starts_with(ACTS)).unwrap_or("");
    let mut findings = Findings::new();
    for line in section.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let is_right = |row: &[String; 3]| match cells.as_slice() {
            [word, what, who, alone] => !what.is_empty() && row == &[*word, *who, *alone],
            _ => false,
        };
        match right.iter().position(is_right) {
            Some(place) => drop(right.remove(place)),
            None => findings.push(format!("{PAGE}: not an act of the code {line}")),
        }
    }
    let missing = right.iter().map(|[word, who, alone]| (word, who, alone));
    let missing = missing
        .map(|(word, who, alone)| format!("{PAGE}: no row | {word} | … | {who} | {alone} |"));
    findings.extend(missing);
    findings
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
    let words = words.chain(NotStored::ALL.iter().copied().map(NotStored::as_str));
    let words = words.chain(Viewing::ALL.iter().copied().map(Viewing::as_str));
    let words = words.map(|word| format!("`{word}`"));
    let sentences = NotLooked::ALL.iter().copied().map(NotLooked::explain);
    let sentences = sentences.chain(NotCompared::ALL.iter().copied().map(NotCompared::explain));
    let sentences = sentences.chain(NotStored::ALL.iter().copied().map(NotStored::explain));
    let sentences = sentences.map(str::to_owned);
    let missing = words.chain(sentences).filter(|word| !page.contains(word.as_str()));
    missing.map(|word| format!("{PAGE}: does not say {word}")).collect()
}

/// Returns how the row of the page's table of scopes must begin for this scope.
fn scope_row(scope: Scope) -> String {
    let roles = [("admin", &Scope::OF_ADMINS[..]), ("service", &Scope::OF_SERVICES[..])];
    let roles = roles.into_iter().filter(|(_, scopes)| scopes.contains(&scope));
    let roles: Vec<&str> = roles.map(|(role, _)| role).collect();
    format!("| `{}` | {} | ", scope.as_str(), roles.join(", "))
}

/// Reports scopes of API keys that the page's table lacks or lists with other roles than the code.
pub fn scopes(page: &str) -> Findings {
    let rows = Scope::ALL.iter().map(|scope| scope_row(*scope));
    let missing = rows.filter(|row| !page.lines().any(|line| line.starts_with(row)));
    missing.map(|row| format!("{PAGE}: no row {row}")).collect()
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
    fn a_change_that_the_page_lacks_and_one_that_the_code_lacks_are_found() {
        let reasons = Reason::ALL.iter().copied().map(reason_row);
        let narrowings = Narrowing::ALL.iter().copied().map(narrowing_row);
        let rows: Vec<String> = reasons.chain(narrowings).collect();
        let page = |rows: &[String]| format!("\n## {SECOND_ACTOR}\n{}\n", rows.join("\n"));
        let right = page(&rows);
        let wrong = right.replacen("a service is deleted", "a service is renamed", 1);
        let found = |page: &str| second_actor(page, Reason::ALL, Narrowing::ALL);

        assert!(found(&right).is_empty(), "{:?}", found(&right));
        assert_eq!(found(&wrong).len(), 2);
        assert_eq!(found(&page(rows.get(1..).unwrap())).len(), 1);
    }

    #[test]
    fn an_act_with_another_actor_or_condition_than_in_the_code_is_found() {
        let verbs = AuditVerb::ALL.iter().copied().map(AuditAct::from);
        let acts = verbs.chain(CaseEventKind::ALL.iter().copied().map(AuditAct::from));
        let rows: Vec<String> = acts
            .map(|act| {
                let [word, who, alone] = act_cells(act);
                format!("| {word} | plain words | {who} | {alone} |")
            })
            .collect();
        let page =
            |rows: &[String]| format!("\n## {ACTS}\n{}\n\n## Next\n| `x` | y |", rows.join("\n"));
        let right = page(&rows);
        let found = |from: &str, to: &str| super::acts(&right.replacen(from, to, 1)).len();

        assert!(super::acts(&right).is_empty(), "{:?}", super::acts(&right));
        assert_eq!(found("| command line | yes |", "| lead | yes |"), 2);
        assert_eq!(found("no: `delete_bank`", "yes"), 2);
        assert_eq!(found("plain words", ""), 2);
        assert_eq!(found("`noted`", "`notified`"), 2);
        assert_eq!(super::acts(&page(rows.get(1..).unwrap())).len(), 1);
        let twice = [rows.clone(), rows].concat();
        assert!(!super::acts(&page(&twice)).is_empty());
    }

    #[test]
    fn an_empty_page_explains_nothing() {
        assert!(unexplained("").len() > 10);
    }

    #[test]
    fn a_scope_with_another_role_than_in_the_code_is_found() {
        let right: String = Scope::ALL.iter().map(|scope| scope_row(*scope) + "|\n").collect();
        let wrong = right.replace("| `banks:read` | admin, service |", "| `banks:read` | admin |");

        assert!(scopes(&right).is_empty());
        assert_eq!(scopes(&wrong).len(), 1);
    }
}
