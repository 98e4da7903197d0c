//! What happened to a case explains how it stands: its events are played once more.

use std::collections::BTreeMap;

use crate::play::Play;

/// How a case stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Standing {
    state: &'static str,
    level: &'static str,
    /// Who has it in hand.
    hand: Option<String>,
}

const STANDING: &str = "SELECT 'case_' || lower(hex(id)) || ' ' || state || ' ' || level || ' '
        || CASE WHEN claimed_by IS NULL THEN '-' ELSE lower(hex(claimed_by)) END
   FROM review_case";

const EVENTS: &str = "SELECT 'case_' || lower(hex(case_id)) || ' ' || kind || ' '
        || CASE WHEN staff_id IS NULL THEN '-' ELSE lower(hex(staff_id)) END
   FROM case_event ORDER BY id";

/// Fails where a case stands otherwise than its history says.
pub async fn tells_each_case(play: &Play) -> Result<(), String> {
    let mut told: BTreeMap<String, Standing> = BTreeMap::new();
    for row in play.tables.texts(EVENTS).await? {
        let [case, kind, who] = words(&row);
        let standing = told.entry(case.to_owned()).or_default();
        happen(standing, kind, who, play.settings.is_alone)
            .map_err(|why| format!("{case}: {why}"))?;
    }
    for row in play.tables.texts(STANDING).await? {
        let [case, state, level, hand] = words(&row);
        let hand = (hand != "-").then(|| hand.to_owned());
        let told = told.get(case).cloned().unwrap_or_default();
        if (told.state, told.level, &told.hand) != (state, level, &hand) {
            return Err(format!("{case} is {state} {level} {hand:?}, and told as {told:?}"));
        }
    }
    Ok(())
}

fn words<const N: usize>(row: &str) -> [&str; N] {
    row.split(' ').collect::<Vec<_>>().try_into().unwrap()
}

fn happen(case: &mut Standing, kind: &str, who: &str, is_alone: bool) -> Result<(), String> {
    let must = |is_right: bool| {
        is_right.then_some(()).ok_or(format!("{kind} by {who}, when it was {case:?}"))
    };
    let is_theirs = case.hand.as_deref() == Some(who);
    match kind {
        "opened" => {
            must(case.state.is_empty())?;
            *case = Standing { state: "open", level: "anybody", hand: None };
        }
        "item_added" => {
            must(matches!(case.state, "open" | "proposed"))?;
        }
        "claimed" => {
            must(case.state == "open" && case.hand.is_none())?;
            case.hand = Some(who.to_owned());
        }
        "released" | "skipped" | "escalated" | "handed_over" => {
            must(is_theirs)?;
            case.hand = None;
            if kind == "escalated" && !is_alone {
                case.level = "lead";
            }
        }
        "lapsed" => {
            must(case.hand.is_some())?;
            case.hand = None;
        }
        "proposed" => {
            must(case.state == "open" && is_theirs)?;
            (case.state, case.hand) = ("proposed", None);
        }
        "approved" | "read_again" => must(case.state == "proposed")?,
        "decided" => {
            must(case.state == "proposed" || (case.state == "open" && is_theirs))?;
            (case.state, case.hand) = ("decided", None);
        }
        "refused" => {
            must(case.state == "proposed")?;
            case.state = "open";
            if !is_alone {
                case.level = "lead";
            }
        }
        "undone" => must(case.state == "decided")?,
        "reopened" => {
            must(case.state == "decided")?;
            (case.state, case.level) = ("open", "anybody");
        }
        "noted" => must(is_theirs)?,
        "ended" => (case.state, case.hand) = ("ended", None),
        // Nothing of how it stands.
        _ => {}
    }
    Ok(())
}
