//! Bulk decisions: prepared, confirmed, approved or refused, and undone, by persons who may and by
//! persons who may not.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp, ToSpan as _};
use mamori_desk::decisions::prepare_bulk::NewBulk;
use mamori_desk::{Desk, Error};
use mamori_model::action::{AccountMeasure, Feature, ItemMeasure};
use mamori_model::bulk::BulkState;
use mamori_model::{BulkId, CaseId, Measures, Outcome, Refusal};

use super::approvals::{code_of, has_reviewed};
use super::claims::words;
use super::decisions::today;
use super::{approvals, decisions, people, views};
use crate::exposure;
use crate::sim::{Simulation, Tried};
use crate::tables::at;
use crate::vault_files::maybe_at;
use crate::view_model;
use crate::world::Hand;

/// The most cases that a reviewer chooses here.
const CASES: u64 = 4;

/// A bulk decision as its row says.
#[derive(Clone, Debug)]
struct Row {
    id: BulkId,
    state: BulkState,
    /// The index of the person.
    made_by: usize,
    expires_at: Timestamp,
    /// The earliest time of the approval by a reviewer who works alone.
    not_before: Option<Timestamp>,
    resolved_at: Option<Timestamp>,
    accounts: u32,
    outcome: Outcome,
    measures: Measures,
}

impl Row {
    /// Its cases, as a condition on a `case_id`.
    fn cases(&self) -> String {
        let id = self.id;
        format!(
            "case_id IN (SELECT b.case_id FROM bulk_case b
                          WHERE 'bulk_' || lower(hex(b.bulk_id)) = '{id}')"
        )
    }

    fn is_theirs(&self, sim: &Simulation, person: usize) -> bool {
        let (is_maker, is_lead) = (self.made_by == person, sim.world.people[person].is_lead);
        if self.not_before.is_some() { is_maker || is_lead } else { !is_maker && is_lead }
    }
}

async fn rows(sim: &Simulation, which: &str) -> Result<Vec<Row>, String> {
    let query = format!(
        "SELECT 'bulk_' || lower(hex(id)) || ' ' || state || ' staff_' || lower(hex(made_by)) || ' '
                || expires_at || ' ' || coalesce(CAST(not_before AS text), '-') || ' '
                || coalesce(CAST(resolved_at AS text), '-') || ' ' || accounts
                || ' ' || outcome || ' ' || measures
           FROM bulk_decision WHERE {which} ORDER BY id"
    );
    let read = |words: &[String; 9]| {
        let [id, state, made_by, expires_at, not_before, resolved_at, accounts, outcome, measures] =
            words;
        Row {
            id: id.parse().unwrap(),
            state: BulkState::parse(state).unwrap(),
            made_by: sim.world.person(made_by),
            expires_at: at(expires_at),
            not_before: maybe_at(not_before),
            resolved_at: maybe_at(resolved_at),
            accounts: accounts.parse().unwrap(),
            outcome: Outcome::parse(outcome).unwrap(),
            measures: serde_json::from_str(measures).unwrap(),
        }
    };
    Ok(sim.tables.words(&query).await?.iter().map(read).collect())
}

/// One bulk decision, preferably in this state.
async fn one(sim: &mut Simulation, state: &str) -> Result<Option<Row>, String> {
    let mut rows = rows(sim, &format!("state = '{state}'")).await?;
    if rows.is_empty() || sim.below(8) == 0 {
        rows = self::rows(sim, "TRUE").await?;
    }
    if rows.is_empty() {
        return Ok(None);
    }
    let chosen = sim.one_of(rows.len());
    Ok(Some(rows[chosen].clone()))
}

/// Whether it is unchanged: a transaction that a crash left open may still have committed.
async fn is_still(sim: &Simulation, row: &Row) -> Result<bool, String> {
    let id = format!("'bulk_' || lower(hex(id)) = '{}'", row.id);
    Ok(rows(sim, &id).await?.first().is_some_and(|now| now.state == row.state))
}

/// Returns its maker in four of five cases.
fn any_person(sim: &mut Simulation, row: &Row) -> usize {
    if sim.below(5) > 0 { row.made_by } else { sim.one_of(sim.world.people.len()) }
}

/// A case that the reviewer chose.
#[expect(clippy::struct_excessive_bools, reason = "each is a column")]
struct Choice {
    state: String,
    is_of_leads: bool,
    /// Whether it is in a bulk decision of another reviewer.
    is_in_bulk: bool,
    is_urgent: bool,
    /// The reviewer who has claimed it, and until when.
    claimed: Option<(usize, Timestamp)>,
    has_account: bool,
    items: u32,
    subject: String,
}

async fn chosen(
    sim: &Simulation,
    person: usize,
    ids: &BTreeSet<CaseId>,
) -> Result<Vec<Choice>, String> {
    let ids: Vec<String> = ids.iter().map(|id| format!("'{id}'")).collect();
    let query = format!(
        "SELECT state || ' ' || level
                || CASE WHEN bulk_id IS NULL OR EXISTS (
                        SELECT 1 FROM bulk_decision b WHERE b.id = bulk_id AND b.state = 'prepared'
                           AND 'staff_' || lower(hex(b.made_by)) = '{}')
                   THEN ' alone ' ELSE ' bulk ' END || urgency || ' '
                || CASE WHEN claimed_by IS NULL THEN '- 0'
                        ELSE 'staff_' || lower(hex(claimed_by)) || ' ' || claim_until END
                || CASE WHEN account IS NULL THEN ' item ' ELSE ' account ' END || items
                || ' ' || lower(hex(service_id)) || subject
           FROM review_case WHERE 'case_' || lower(hex(id)) IN ({}) ORDER BY id",
        sim.world.people[person].id,
        ids.join(", ")
    );
    let read =
        |[state, level, bulk, urgency, by, until, account, items, subject]: &[String; 9]| Choice {
            is_urgent: urgency == "0",
            state: state.clone(),
            is_of_leads: level == "lead",
            is_in_bulk: bulk == "bulk",
            claimed: (by != "-").then(|| (sim.world.person(by), at(until))),
            has_account: account == "account",
            items: items.parse().unwrap(),
            subject: subject.clone(),
        };
    Ok(sim.tables.words(&query).await?.iter().map(read).collect())
}

/// A reviewer prepares a bulk decision for several cases, preferably open ones.
pub async fn prepare(sim: &mut Simulation) -> Result<(), String> {
    let open = "SELECT 'case_' || lower(hex(id)) FROM review_case
                 WHERE state = 'open' AND bulk_id IS NULL ORDER BY id";
    let any = "SELECT 'case_' || lower(hex(id)) FROM review_case ORDER BY id";
    let which = if sim.below(8) == 0 { any } else { open };
    let all = sim.tables.texts(which).await?;
    if all.is_empty() {
        return Ok(());
    }
    let mut cases: BTreeSet<CaseId> = BTreeSet::new();
    for _ in 0..=sim.below(CASES) {
        cases.insert(all[sim.one_of(all.len())].parse().unwrap());
    }
    let person = sim.one_of(sim.world.people.len());
    let who = people::reviewer(sim, person).await?;
    let (outcome, measures) = answer(sim);
    let new = NewBulk { cases, outcome, reason: words(), measures };
    let choices = chosen(sim, person, &new.cases).await?;
    let expected = may_prepare(sim, person, &choices, &new).await?;
    sim.log(format!("   person {person}, {} cases: {expected:?}", choices.len()));
    let form = new.clone();
    match sim.attempt(|desk: Desk| async move { desk.prepare(&who, form).await }).await {
        Tried::Crashed => {
            sim.world.people[person].hand = Hand::Unknown;
            Ok(())
        }
        Tried::Done(bulk) if expected.is_ok() => {
            sim.world.people[person].hand = Hand::Nothing;
            let accounts: BTreeSet<&String> = choices.iter().map(|case| &case.subject).collect();
            let items = choices.iter().map(|case| case.items).sum();
            let shown = (usize::try_from(bulk.cases), usize::try_from(bulk.accounts), bulk.items);
            if shown != (Ok(choices.len()), Ok(accounts.len()), items) {
                return Err(format!("{} shows {shown:?}", bulk.id));
            }
            // In half of the runs it is confirmed at once.
            if sim.below(2) == 0 { confirm(sim).await } else { Ok(()) }
        }
        Tried::Refused(error) if expected == Err(reason(&error)) => {
            if matches!(
                reason(&error),
                Some(Refusal::BreakDue | Refusal::OwnBreak | Refusal::ExposureSpent)
            ) {
                sim.world.people[person].hand = Hand::Nothing;
            }
            Ok(())
        }
        Tried::Done(bulk) => Err(format!("{bulk:?} is prepared, not {expected:?}")),
        Tried::Refused(error) => {
            // A transaction that a crash left open may have committed meanwhile.
            let choices = chosen(sim, person, &new.cases).await?;
            let now = may_prepare(sim, person, &choices, &new).await?;
            if now == Err(reason(&error)) {
                return Ok(());
            }
            Err(format!("nothing is prepared: {error:?}, not {expected:?}"))
        }
    }
}

/// The outcome and the measures of each case; sometimes a combination that is refused.
fn answer(sim: &mut Simulation) -> (Outcome, Measures) {
    let mut measures = Measures::default();
    let outcome = match sim.below(6) {
        0 => Outcome::NotAMatch,
        1 => Outcome::Allowed,
        _ => Outcome::Violates,
    };
    if outcome == Outcome::Violates || sim.below(6) == 0 {
        let days = match sim.below(5) {
            0 => -2,
            1 => 40,
            _ => 5,
        };
        let until = today(sim).checked_add(days.days()).unwrap();
        measures.items = if sim.below(4) == 0 { ItemMeasure::Leave } else { ItemMeasure::Remove };
        measures.account = match sim.below(6) {
            0 => AccountMeasure::LimitFeature { feature: Feature::ALL[0], until },
            1 => AccountMeasure::Suspend { until: None },
            _ => AccountMeasure::Leave,
        };
    }
    (outcome, measures)
}

/// The refusal of an error; `None` for other errors, such as "not found".
fn reason(error: &Error) -> Option<Refusal> {
    if let Error::Refused(why) = error { Some(*why) } else { None }
}

/// The expected result; `Err(None)` stands for "not found".
async fn may_prepare(
    sim: &Simulation,
    person: usize,
    choices: &[Choice],
    new: &NewBulk,
) -> Result<Result<(), Option<Refusal>>, String> {
    let due = exposure::due(sim, person).await?;
    Ok(due.map_or_else(|| may_choose(sim, person, choices, new), |why| Err(Some(why))))
}

/// The expected result when no break is due.
fn may_choose(
    sim: &Simulation,
    person: usize,
    choices: &[Choice],
    new: &NewBulk,
) -> Result<(), Option<Refusal>> {
    let now = sim.clock.now();
    if choices.len() != new.cases.len() {
        return Err(None);
    }
    for case in choices {
        if case.state != "open" {
            return Err(Some(Refusal::CaseClosed));
        }
        if case.is_of_leads && !sim.world.people[person].is_lead {
            return Err(None);
        }
        if case.is_in_bulk {
            return Err(Some(Refusal::InBulk));
        }
        if case.is_urgent {
            return Err(Some(Refusal::BulkUrgent));
        }
        // The reviewer's own claim is released first.
        if case.claimed.is_some_and(|(by, until)| by != person && until > now) {
            return Err(Some(Refusal::ClaimedByOther));
        }
    }
    let Measures { items, account, .. } = &new.measures;
    let restricts = *items == ItemMeasure::Remove || *account != AccountMeasure::Leave;
    if new.outcome != Outcome::Violates {
        return if restricts { Err(Some(Refusal::MeasureWithoutViolation)) } else { Ok(()) };
    }
    if let AccountMeasure::LimitFeature { until, .. } = account
        && *until < today(sim)
    {
        return Err(Some(Refusal::UntilPast));
    }
    if *account != AccountMeasure::Leave && !choices.iter().all(|case| case.has_account) {
        return Err(Some(Refusal::NoAccount));
    }
    if restricts { Ok(()) } else { Err(Some(Refusal::NoMeasure)) }
}

/// A person, who may or may not, confirms a prepared bulk decision.
pub async fn confirm(sim: &mut Simulation) -> Result<(), String> {
    let Some(row) = one(sim, "prepared").await? else { return Ok(()) };
    let person = any_person(sim, &row);
    let who = people::reviewer(sim, person).await?;
    let seen = view_model::seen(sim, &row.cases(), person, Timestamp::MIN).await?;
    let asked = decisions::asked(sim, row.outcome, &row.measures);
    let expected = may_confirm(sim, &row, person).await?.and_then(|()| {
        if asked.is_refused_to_author(seen) { Err(Some(Refusal::ViewNeeded)) } else { Ok(()) }
    });
    sim.log(format!("   person {person} on {} of person {}: {expected:?}", row.id, row.made_by));
    let id = row.id;
    match sim.attempt(|desk: Desk| async move { desk.confirm(&who, id).await }).await {
        Tried::Crashed => Ok(()),
        Tried::Done(bulk) if expected.is_ok() => {
            let waits = row.accounts > 1 || asked.needs_approval(seen);
            let expected = if waits { BulkState::Proposed } else { BulkState::Standing };
            if bulk.state != expected {
                return Err(format!("{id} is {:?}, not {expected:?}", bulk.state));
            }
            Ok(())
        }
        Tried::Refused(error) if expected == Err(reason(&error)) => Ok(()),
        Tried::Refused(_) if !is_still(sim, &row).await? => Ok(()),
        Tried::Done(bulk) => Err(format!("{bulk:?} is confirmed, not {expected:?}")),
        Tried::Refused(error) => Err(format!("{row:?}: {error:?}, not {expected:?}")),
    }
}

async fn may_confirm(
    sim: &Simulation,
    row: &Row,
    person: usize,
) -> Result<Result<(), Option<Refusal>>, String> {
    if let Err(why) = may_confirm_in_time(sim, row, person) {
        return Ok(Err(why));
    }
    let stale = format!(
        "SELECT count(*) FROM bulk_case b JOIN review_case c ON c.id = b.case_id
          WHERE 'bulk_' || lower(hex(b.bulk_id)) = '{}'
            AND (c.version <> b.version OR c.state <> 'open')",
        row.id
    );
    let is_stale = sim.tables.count(&stale).await? > 0;
    Ok(if is_stale { Err(Some(Refusal::BulkStale)) } else { Ok(()) })
}

fn may_confirm_in_time(sim: &Simulation, row: &Row, person: usize) -> Result<(), Option<Refusal>> {
    if row.made_by != person {
        return Err(None);
    }
    if row.state != BulkState::Prepared || sim.clock.now() >= row.expires_at {
        return Err(Some(Refusal::BulkLapsed));
    }
    Ok(())
}

/// A person, who may or may not, drops a prepared bulk decision.
pub async fn give_up(sim: &mut Simulation) -> Result<(), String> {
    let Some(row) = one(sim, "prepared").await? else { return Ok(()) };
    let person = any_person(sim, &row);
    let who = people::reviewer(sim, person).await?;
    let is_theirs = row.made_by == person || sim.world.people[person].is_lead;
    let id = row.id;
    let waits = row.state == BulkState::Prepared;
    match sim.attempt(|desk: Desk| async move { desk.drop_bulk(&who, id).await }).await {
        Tried::Crashed => Ok(()),
        Tried::Done(()) if is_theirs && waits => Ok(()),
        Tried::Refused(Error::NotFound(_)) if !is_theirs => Ok(()),
        Tried::Refused(Error::Refused(Refusal::BulkLapsed)) if !waits => Ok(()),
        Tried::Refused(_) if !is_still(sim, &row).await? => Ok(()),
        Tried::Done(()) => Err(format!("person {person} dropped {row:?}")),
        Tried::Refused(error) => Err(format!("person {person} on {row:?}: {error:?}")),
    }
}

/// A person, who may or may not, approves a proposed bulk decision.
pub async fn approve(sim: &mut Simulation) -> Result<(), String> {
    resolve(sim, true).await
}

/// A person, who may or may not, refuses a proposed bulk decision.
pub async fn refuse(sim: &mut Simulation) -> Result<(), String> {
    resolve(sim, false).await
}

async fn resolve(sim: &mut Simulation, agrees: bool) -> Result<(), String> {
    let Some(row) = one(sim, "proposed").await? else { return Ok(()) };
    let person = sim.one_of(sim.world.people.len());
    let member = people::proved(sim, person).await?;
    let (who, recently) = (member.reviewer().unwrap(), member.recently(sim.clock.now()).unwrap());
    let expected = may_resolve(sim, &row, person, agrees).await?;
    sim.log(format!("   person {person} on {} of person {}: {expected:?}", row.id, row.made_by));
    let id = row.id;
    let verb = |desk: Desk| async move {
        if agrees {
            desk.approve_bulk(&who, &recently, id).await
        } else {
            desk.refuse_bulk(&who, &recently, id, &words()).await
        }
    };
    match sim.attempt(verb).await {
        Tried::Crashed => Ok(()),
        Tried::Done(_) if expected.is_ok() => Ok(()),
        Tried::Refused(error) if Err(code_of(&error)) == expected => Ok(()),
        Tried::Refused(_) if !is_still(sim, &row).await? => Ok(()),
        Tried::Done(_) => Err(format!("person {person} resolved {row:?}, not {expected:?}")),
        Tried::Refused(error) => {
            Err(format!("person {person} on {row:?}: {error:?}, not {expected:?}"))
        }
    }
}

/// The expected result when `person` resolves it; an error as [`code_of`] names it.
async fn may_resolve(
    sim: &Simulation,
    row: &Row,
    person: usize,
    agrees: bool,
) -> Result<Result<(), &'static str>, String> {
    match row.state {
        BulkState::Proposed => {}
        BulkState::Prepared | BulkState::Lapsed => return Ok(Err("not found")),
        BulkState::Standing | BulkState::Refused | BulkState::Undone => {
            return Ok(Err("already decided"));
        }
    }
    let (is_maker, is_lead) = (row.made_by == person, sim.world.people[person].is_lead);
    if !is_maker && !is_lead {
        return Ok(Err("not found"));
    }
    let alone = row.not_before.is_some();
    if !alone && is_maker {
        return Ok(Err("is the maker"));
    }
    if agrees && row.not_before.is_some_and(|not_before| sim.clock.now() < not_before) {
        return Ok(Err("too soon"));
    }
    let since = match row.not_before {
        Some(not_before) => not_before,
        None => confirmed_at(sim, row).await?,
    };
    let opened = ("bulk_opened", alone);
    if agrees && !has_reviewed(sim, &row.cases(), person, since, opened).await? {
        return Ok(Err("view needed"));
    }
    Ok(Ok(()))
}

/// When its author confirmed it.
async fn confirmed_at(sim: &Simulation, row: &Row) -> Result<Timestamp, String> {
    let made = format!(
        "SELECT max(made_at) FROM decision WHERE 'bulk_' || lower(hex(bulk_id)) = '{}'",
        row.id
    );
    Ok(Timestamp::from_microsecond(sim.tables.count(&made).await?).unwrap())
}

/// The reviewer who prepared a bulk decision views an item of it.
pub async fn view(sim: &mut Simulation) -> Result<(), String> {
    let Some(row) = one(sim, "prepared").await? else { return Ok(()) };
    let person = any_person(sim, &row);
    let cases = format!(
        "SELECT DISTINCT 'case_' || lower(hex(case_id)) FROM case_item WHERE {} ORDER BY 1",
        row.cases()
    );
    let cases = sim.tables.texts(&cases).await?;
    if cases.is_empty() {
        return Ok(());
    }
    let case: CaseId = cases[sim.one_of(cases.len())].parse().unwrap();
    let may = may_confirm_in_time(sim, &row, person);
    views::view_in_bulk(sim, (row.id, case), person, may).await
}

/// A person reads the cases of a proposed bulk decision, and, if they may, views an item of one.
pub async fn read_again(sim: &mut Simulation) -> Result<(), String> {
    let Some(row) = one(sim, "proposed").await? else { return Ok(()) };
    let person = sim.one_of(sim.world.people.len());
    let who = people::reviewer(sim, person).await?;
    let is_theirs = row.is_theirs(sim, person);
    let (id, waits) = (row.id, row.state == BulkState::Proposed);
    let verb = |desk: Desk| async move { desk.open_bulk(&who, id).await };
    match sim.attempt(verb).await {
        Tried::Crashed => Ok(()),
        Tried::Done(()) if is_theirs && waits => {
            let decision = approvals::one_decision_of(sim, "proposed", &row.cases()).await?;
            match decision {
                Some(decision) => views::view_as_approver(sim, decision, person).await,
                None => Err(format!("{row:?} waits without a decision")),
            }
        }
        Tried::Refused(Error::NotFound(_) | Error::Refused(Refusal::ApproverIsAuthor))
            if !is_theirs =>
        {
            Ok(())
        }
        Tried::Refused(Error::NotFound(_) | Error::Refused(Refusal::AlreadyDecided)) if !waits => {
            Ok(())
        }
        Tried::Refused(_) if !is_still(sim, &row).await? => Ok(()),
        Tried::Done(()) => Err(format!("person {person} read {row:?} again")),
        Tried::Refused(error) => Err(format!("person {person} on {row:?}: {error:?}")),
    }
}

/// A person, who may or may not, undoes a bulk decision: every decision that is still in effect.
pub async fn undo(sim: &mut Simulation) -> Result<(), String> {
    let Some(row) = one(sim, "standing").await? else { return Ok(()) };
    let person = sim.one_of(sim.world.people.len());
    let who = people::reviewer(sim, person).await?;
    // Those of deleted services stay as they are.
    let stands = |state: &str| {
        let id = row.id;
        format!(
            "SELECT count(*) FROM decision d JOIN service s ON s.id = d.service_id
              WHERE 'bulk_' || lower(hex(bulk_id)) = '{id}' AND state = '{state}'
                AND s.deleted_at IS NULL"
        )
    };
    let standing = sim.tables.count(&stands("standing")).await?;
    let now = sim.clock.now();
    let is_in_time =
        row.resolved_at.is_some_and(|at| now.duration_since(at) < SignedDuration::from_hours(24));
    let is_theirs = row.made_by == person && is_in_time;
    let may = row.state == BulkState::Standing && (is_theirs || sim.world.people[person].is_lead);
    let id = row.id;
    match sim.attempt(|desk: Desk| async move { desk.undo_bulk(&who, id, &words()).await }).await {
        Tried::Crashed => Ok(()),
        Tried::Done(undone) if may => {
            let left = sim.tables.count(&stands("standing")).await?;
            if i64::from(undone.decisions) == standing && left == 0 {
                return Ok(());
            }
            Err(format!("of {standing} decisions of {row:?} {undone:?} were undone"))
        }
        Tried::Refused(Error::Refused(Refusal::NotUndoable)) if !may => Ok(()),
        Tried::Refused(_) if !is_still(sim, &row).await? => Ok(()),
        Tried::Done(_) => Err(format!("person {person} undid {row:?}")),
        Tried::Refused(error) => Err(format!("person {person} on {row:?}: {error:?}")),
    }
}
