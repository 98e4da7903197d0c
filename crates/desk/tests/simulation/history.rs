//! The events of a case explain its state: they are replayed and compared.

use std::collections::BTreeMap;

use crate::sim::Simulation;

/// The state of a case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Standing {
    state: &'static str,
    level: &'static str,
    /// The reviewer who has claimed it.
    hand: Option<String>,
    /// Whether it is in a bulk decision.
    is_in_bulk: bool,
}

const STANDING: &str = "SELECT 'case_' || lower(hex(id)) || ' ' || state || ' ' || level || ' '
        || CASE WHEN claimed_by IS NULL THEN '-' ELSE lower(hex(claimed_by)) END || ' '
        || CASE WHEN bulk_id IS NULL THEN 'alone' ELSE 'bulk' END
   FROM review_case";

const EVENTS: &str = "SELECT 'case_' || lower(hex(case_id)) || ' ' || kind || ' '
        || CASE WHEN staff_id IS NULL THEN '-' ELSE lower(hex(staff_id)) END
   FROM case_event ORDER BY id";

/// Fails where the state of a case differs from its history.
pub async fn tells_each_case(sim: &Simulation) -> Result<(), String> {
    let mut replayed: BTreeMap<String, Standing> = BTreeMap::new();
    for row in sim.tables.texts(EVENTS).await? {
        let [case, kind, who] = words(&row);
        let standing = replayed.entry(case.to_owned()).or_default();
        happen(standing, kind, who, sim.settings.is_single_person)
            .map_err(|why| format!("{case}: {why}"))?;
    }
    for row in sim.tables.texts(STANDING).await? {
        let [case, state, level, hand, bulk] = words(&row);
        let hand = (hand != "-").then(|| hand.to_owned());
        let replayed = replayed.get(case).cloned().unwrap_or_default();
        let is_in_bulk = bulk == "bulk";
        if (replayed.state, replayed.level, &replayed.hand, replayed.is_in_bulk)
            != (state, level, &hand, is_in_bulk)
        {
            return Err(format!("{case} is {state} {level} {hand:?} {bulk}, not {replayed:?}"));
        }
    }
    Ok(())
}

fn words<const N: usize>(row: &str) -> [&str; N] {
    row.split(' ').collect::<Vec<_>>().try_into().unwrap()
}

fn happen(
    case: &mut Standing,
    kind: &str,
    who: &str,
    is_single_person: bool,
) -> Result<(), String> {
    let must = |is_right: bool| {
        is_right.then_some(()).ok_or(format!("{kind} by {who}, when it was {case:?}"))
    };
    let is_theirs = case.hand.as_deref() == Some(who);
    match kind {
        "opened" => {
            must(case.state.is_empty())?;
            *case = Standing { state: "open", level: "reviewer", ..Standing::default() };
        }
        "item_added" => {
            must(matches!(case.state, "open" | "proposed"))?;
        }
        "claimed" => {
            must(case.state == "open" && case.hand.is_none() && !case.is_in_bulk)?;
            case.hand = Some(who.to_owned());
        }
        "released" | "skipped" | "escalated" | "handed_over" => {
            must(is_theirs)?;
            case.hand = None;
            if kind == "escalated" && !is_single_person {
                case.level = "lead";
            }
        }
        "lapsed" => {
            must(case.hand.is_some())?;
            case.hand = None;
        }
        "in_bulk" => {
            must(case.state == "open" && !case.is_in_bulk)?;
            case.is_in_bulk = true;
        }
        "out_of_bulk" => {
            must(case.is_in_bulk)?;
            case.is_in_bulk = false;
        }
        "proposed" => {
            must(case.state == "open" && (is_theirs || case.is_in_bulk))?;
            (case.state, case.hand, case.is_in_bulk) = ("proposed", None, false);
        }
        "approved" | "decision_opened" | "bulk_opened" => must(case.state == "proposed")?,
        "decided" => {
            let is_deciding = is_theirs || case.is_in_bulk;
            must(case.state == "proposed" || (case.state == "open" && is_deciding))?;
            (case.state, case.hand, case.is_in_bulk) = ("decided", None, false);
        }
        "refused" => {
            must(case.state == "proposed")?;
            case.state = "open";
            // A reviewer who works alone has no lead.
            case.level = if is_single_person { "reviewer" } else { "lead" };
        }
        "undone" => must(case.state == "decided")?,
        "reopened" => {
            must(case.state == "decided")?;
            (case.state, case.level) = ("open", "reviewer");
        }
        "noted" => must(is_theirs)?,
        // Does not change the state.
        _ => {}
    }
    Ok(())
}
