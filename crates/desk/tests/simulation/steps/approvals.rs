//! Second approvers approve or refuse, and decisions are undone.

use jiff::{SignedDuration, Timestamp};
use mamori_desk::{Desk, Error};
use mamori_model::approval::WAIT_ALONE;
use mamori_model::page::PageSize;
use mamori_model::{CaseId, DecisionId, Refusal};

use super::claims::words;
use super::{people, views};
use crate::sim::{Simulation, Tried};
use crate::tables::at;
use crate::view_model;

/// A decision as its row says.
#[derive(Clone, Debug)]
pub struct Row {
    pub id: DecisionId,
    pub case: CaseId,
    /// The index of the person.
    made_by: usize,
    made_at: Timestamp,
    resolved_at: Timestamp,
    is_single_person: bool,
    is_in_bulk: bool,
}

impl Row {
    /// Whether `person` may approve it, now or later.
    pub fn is_theirs(&self, sim: &Simulation, person: usize) -> bool {
        let (is_maker, is_lead) = (self.made_by == person, sim.world.people[person].is_lead);
        if self.is_single_person { is_maker || is_lead } else { !is_maker && is_lead }
    }
}

/// One decision in this state.
pub async fn one_decision(sim: &mut Simulation, state: &str) -> Result<Option<Row>, String> {
    one_decision_of(sim, state, "TRUE").await
}

/// The same for certain cases: a condition on a `case_id`.
pub async fn one_decision_of(
    sim: &mut Simulation,
    state: &str,
    cases: &str,
) -> Result<Option<Row>, String> {
    let query = format!(
        "SELECT 'dec_' || lower(hex(id)) || ' case_' || lower(hex(case_id)) || ' staff_'
                || lower(hex(made_by)) || ' ' || made_at || ' ' || coalesce(resolved_at, 0) || ' '
                || approval || CASE WHEN bulk_id IS NULL THEN ' single' ELSE ' bulk' END
           FROM decision WHERE state = '{state}' AND {cases} ORDER BY id"
    );
    let rows = sim.tables.words(&query).await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let [id, case, made_by, made_at, resolved_at, second, bulk] = &rows[sim.one_of(rows.len())];
    Ok(Some(Row {
        id: id.parse().unwrap(),
        case: case.parse().unwrap(),
        made_by: sim.world.person(made_by),
        made_at: at(made_at),
        resolved_at: at(resolved_at),
        is_single_person: second == "alone",
        is_in_bulk: bulk == "bulk",
    }))
}

/// Whether a decision is unchanged: a transaction that a crash left open may still have committed.
pub async fn is_still(sim: &Simulation, decision: DecisionId, state: &str) -> Result<bool, String> {
    let query = format!(
        "SELECT count(*) FROM decision
          WHERE 'dec_' || lower(hex(id)) = '{decision}' AND state = '{state}'"
    );
    Ok(sim.tables.count(&query).await? == 1)
}

/// A person, who may or may not, approves a proposed decision.
pub async fn approve(sim: &mut Simulation) -> Result<(), String> {
    resolve(sim, true).await
}

/// A person, who may or may not, refuses a proposed decision.
pub async fn refuse(sim: &mut Simulation) -> Result<(), String> {
    resolve(sim, false).await
}

/// A person, who may or may not, agrees to lower an urgency as proposed, or refuses.
pub async fn answer_lowering(sim: &mut Simulation) -> Result<(), String> {
    let query =
        "SELECT 'case_' || lower(hex(case_id)) || ' staff_' || lower(hex(proposed_by)) || ' '
                        || approval FROM urgency_lowering ORDER BY case_id";
    let rows = sim.tables.words::<3>(query).await?;
    if rows.is_empty() {
        return Ok(());
    }
    let [case, by, approval] = rows[sim.one_of(rows.len())].clone();
    let (case, by): (CaseId, usize) = (case.parse().unwrap(), sim.world.person(&by));
    let person = sim.one_of(sim.world.people.len());
    let member = people::proved(sim, person).await?;
    let (who, recently) = (member.reviewer().unwrap(), member.recently(sim.clock.now()).unwrap());
    let agrees = sim.below(3) > 0;
    let verb = |desk: Desk| async move {
        if agrees {
            desk.agree_to_lowering(&who, &recently, case).await
        } else {
            desk.refuse_lowering(&who, &recently, case, &words()).await
        }
    };
    let is_another_lead = person != by && sim.world.people[person].is_lead;
    match sim.attempt(verb).await {
        Tried::Done(()) if is_another_lead || (approval == "alone" && person == by) => Ok(()),
        Tried::Done(()) => Err(format!("person {person} answered {case} of person {by}")),
        Tried::Refused(error @ (Error::Internal { .. } | Error::Unavailable(_))) => {
            Err(format!("a lowering of {case}: {error:?}"))
        }
        Tried::Refused(_) | Tried::Crashed => Ok(()),
    }
}

async fn resolve(sim: &mut Simulation, agrees: bool) -> Result<(), String> {
    let Some(row) = one_decision(sim, "proposed").await? else { return Ok(()) };
    let person = sim.one_of(sim.world.people.len());
    let member = people::proved(sim, person).await?;
    let (who, recently) = (member.reviewer().unwrap(), member.recently(sim.clock.now()).unwrap());
    sim.log(format!("   person {person} on {} of person {}", row.id, row.made_by));
    let verb = |desk: Desk| async move {
        if agrees {
            desk.approve(&who, &recently, row.id).await
        } else {
            desk.refuse(&who, &recently, row.id, &words()).await
        }
    };
    let reviewed = has_reviewed_again(sim, &row, person).await?;
    let expected = may(sim, &row, person, agrees, reviewed);
    match sim.attempt(verb).await {
        Tried::Crashed => Ok(()),
        Tried::Done(()) if expected.is_ok() => Ok(()),
        Tried::Refused(error) if Err(code_of(&error)) == expected => Ok(()),
        Tried::Refused(_) if !is_still(sim, row.id, "proposed").await? => Ok(()),
        Tried::Done(()) => Err(format!("person {person} resolved {row:?}, not {expected:?}")),
        Tried::Refused(error) => {
            Err(format!("person {person} on {row:?}: {error:?}, not {expected:?}"))
        }
    }
}

/// Two leads approve at the same moment: one of them succeeds, if they may.
pub async fn approve_at_once(sim: &mut Simulation) -> Result<(), String> {
    let Some(row) = one_decision(sim, "proposed").await? else { return Ok(()) };
    let leads: Vec<usize> =
        (0..sim.world.people.len()).filter(|at| sim.world.people[*at].is_lead).collect();
    let mut approving = Vec::new();
    for person in leads {
        let member = people::proved(sim, person).await?;
        let reviewed = has_reviewed_again(sim, &row, person).await?;
        let is_right = may(sim, &row, person, true, reviewed).is_ok();
        let (who, recently) =
            (member.reviewer().unwrap(), member.recently(sim.clock.now()).unwrap());
        let (desk, id) = (sim.desk.clone(), row.id);
        approving.push((is_right, async move { desk.approve(&who, &recently, id).await }));
    }
    let any = approving.iter().any(|(is_right, _)| *is_right);
    let two: [_; 2] = approving.try_into().map_err(|_| "two leads, no more and no less")?;
    let [(one_may, one), (two_may, two)] = two;
    let (one, two) = tokio::join!(one, two);
    let wrong = (one.is_ok() && !one_may) || (two.is_ok() && !two_may);
    let count = usize::from(one.is_ok()) + usize::from(two.is_ok());
    if wrong || (count != usize::from(any) && is_still(sim, row.id, "proposed").await?) || count > 1
    {
        return Err(format!("two at once on {row:?}: {one:?} and {two:?}"));
    }
    Ok(())
}

/// A person who may be the second approver reads the case.
pub async fn read_again(sim: &mut Simulation) -> Result<(), String> {
    let Some(row) = one_decision(sim, "proposed").await? else { return Ok(()) };
    let person = sim.one_of(sim.world.people.len());
    let who = people::reviewer(sim, person).await?;
    let is_theirs = row.is_theirs(sim, person);
    let verb = |desk: Desk| async move {
        desk.open_decision(&who, row.id, None, PageSize::DEFAULT).await.map(|_| ())
    };
    match sim.attempt(verb).await {
        Tried::Crashed => Ok(()),
        // Then, often, they view its item too.
        Tried::Done(()) if is_theirs && sim.below(2) == 0 => {
            views::view_as_approver(sim, row, person).await
        }
        Tried::Done(()) if is_theirs => Ok(()),
        Tried::Refused(Error::NotFound(_) | Error::Refused(Refusal::ApproverIsAuthor))
            if !is_theirs =>
        {
            Ok(())
        }
        Tried::Refused(_) if !is_still(sim, row.id, "proposed").await? => Ok(()),
        Tried::Done(()) => Err(format!("person {person} read {row:?} again")),
        Tried::Refused(error) => Err(format!("person {person} on {row:?}: {error:?}")),
    }
}

/// A person, who may or may not, undoes a decision.
pub async fn undo(sim: &mut Simulation) -> Result<(), String> {
    let Some(row) = one_decision(sim, "standing").await? else { return Ok(()) };
    let person = sim.one_of(sim.world.people.len());
    let who = people::reviewer(sim, person).await?;
    let age = sim.clock.now().duration_since(row.resolved_at);
    let is_theirs = row.made_by == person && age < SignedDuration::from_hours(24);
    let there = format!(
        "SELECT count(*) FROM decision d JOIN service s ON s.id = d.service_id
          WHERE s.deleted_at IS NULL AND 'dec_' || lower(hex(d.id)) = '{}'",
        row.id
    );
    let is_there = sim.tables.count(&there).await? > 0;
    let may = is_there && (is_theirs || sim.world.people[person].is_lead);
    let verb = |desk: Desk| async move { desk.undo(&who, row.id, &words()).await };
    match sim.attempt(verb).await {
        Tried::Crashed => Ok(()),
        Tried::Done(()) if may => Ok(()),
        Tried::Refused(Error::Refused(Refusal::NotUndoable)) if !may => Ok(()),
        Tried::Refused(_) if !is_still(sim, row.id, "standing").await? => Ok(()),
        Tried::Done(()) => Err(format!("person {person} undid {row:?}")),
        Tried::Refused(error) => Err(format!("person {person} on {row:?}: {error:?}")),
    }
}

/// Whether `person` has opened the decision, alone, and viewed what it asks for, since that counts.
async fn has_reviewed_again(sim: &Simulation, row: &Row, person: usize) -> Result<bool, String> {
    let case = format!("'case_' || lower(hex(case_id)) = '{}'", row.case);
    let since = if row.is_single_person { row.made_at + WAIT_ALONE } else { row.made_at };
    let opened = ("decision_opened", row.is_single_person);
    has_reviewed(sim, &case, person, since, opened).await
}

/// Whether `person` has viewed what the decisions of some cases ask of their approver, since
/// `since`, and alone has an event of the kind of `opened` and has viewed something of each case.
/// `cases` is a condition on a `case_id`.
pub async fn has_reviewed(
    sim: &Simulation,
    cases: &str,
    person: usize,
    since: Timestamp,
    (opened, is_single_person): (&str, bool),
) -> Result<bool, String> {
    let seen = view_model::seen(sim, cases, person, since).await?;
    if is_grave(sim, cases).await? && seen.open {
        return Ok(false);
    }
    if !is_single_person {
        return Ok(true);
    }
    let events = format!(
        "SELECT count(*) FROM case_event
          WHERE kind = '{opened}' AND happened_at >= {} AND {cases}
            AND 'staff_' || lower(hex(staff_id)) = '{}'",
        since.as_microsecond(),
        sim.world.people[person].id
    );
    if sim.tables.count(&events).await? == 0 {
        return Ok(false);
    }
    let each = "SELECT DISTINCT 'case_' || lower(hex(case_id)) FROM case_item WHERE ";
    for case in sim.tables.texts(&format!("{each}{cases}")).await? {
        let this = format!("'case_' || lower(hex(case_id)) = '{case}'");
        let seen = view_model::seen_of(sim, (cases, &this), person, since).await?;
        if !seen.any && seen.open {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether a proposed decision of these cases suspends an account, or limits a feature for long.
async fn is_grave(sim: &Simulation, cases: &str) -> Result<bool, String> {
    let actions = format!(
        "SELECT a.kind || ' ' || d.made_at || ' ' || a.terms
           FROM service_action a JOIN decision d ON d.id = a.decision_id
          WHERE d.state = 'proposed' AND a.undoes IS NULL AND {cases}"
    );
    for [kind, made_at, terms] in sim.tables.words(&actions).await? {
        let day = at(&made_at).to_zoned(jiff::tz::TimeZone::UTC).date();
        let days_alone = sim.settings.cases.feature_limit_days_alone;
        let until = terms.split("\"until\":\"").nth(1).map(|rest| rest[..10].parse().unwrap());
        let is_long = until.is_some_and(|until| view_model::is_long(day, until, days_alone));
        if kind == "suspend_account" || (kind == "limit_feature" && is_long) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The expected result when `person` resolves it; an error as [`code_of`] names it.
fn may(
    sim: &Simulation,
    row: &Row,
    person: usize,
    agrees: bool,
    reviewed: bool,
) -> Result<(), &'static str> {
    let (is_maker, is_lead) = (row.made_by == person, sim.world.people[person].is_lead);
    let is_early = sim.clock.now() < row.made_at + WAIT_ALONE;
    match (row.is_single_person, is_maker) {
        (false, true) => Err("is the maker"),
        (_, false) if !is_lead => Err("not found"),
        (true, _) if agrees && is_early => Err("too soon"),
        (_, _) if agrees && !reviewed => Err("view needed"),
        (_, _) if row.is_in_bulk => Err("is part of a bulk decision"),
        (_, _) => Ok(()),
    }
}

/// A short name of an error.
pub fn code_of(error: &Error) -> &'static str {
    if let Error::NotFound(_) = error {
        return "not found";
    }
    let Error::Refused(why) = error else { return "something else" };
    match why.code() {
        "approval.is_author" => "is the maker",
        "approval.too_soon" => "too soon",
        "decision.view_needed" => "view needed",
        "case.in_bulk" => "is part of a bulk decision",
        "decision.already" => "already decided",
        _ => "something else",
    }
}
