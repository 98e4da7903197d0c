//! One answer to many cases: prepared, given, agreed to or not, and taken back, by whoever may and
//! by whoever may not.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp, ToSpan as _};
use mamori_desk::decisions::prepare_bulk::NewBulk;
use mamori_desk::{Desk, Error};
use mamori_model::action::{AccountMeasure, Feature, ItemMeasure};
use mamori_model::bulk::BulkState;
use mamori_model::{BulkId, CaseId, Measures, Outcome, Refusal};

use super::claims::words;
use super::decisions::today;
use super::seconds::{has_looked, said};
use super::{looks, people, seconds};
use crate::dose;
use crate::kept::maybe_at;
use crate::play::{Play, Tried};
use crate::tables::at;
use crate::world::Hand;

/// The most cases that somebody chooses here.
const CASES: u64 = 4;

/// A bulk decision as the table has it.
#[derive(Clone, Debug)]
struct Row {
    id: BulkId,
    state: BulkState,
    /// A person's place.
    made_by: usize,
    expires_at: Timestamp,
    /// When who is alone may look again.
    not_before: Option<Timestamp>,
    settled_at: Option<Timestamp>,
    accounts: u32,
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

    fn is_theirs(&self, play: &Play, person: usize) -> bool {
        let (is_maker, is_lead) = (self.made_by == person, play.world.people[person].is_lead);
        if self.not_before.is_some() { is_maker || is_lead } else { !is_maker && is_lead }
    }
}

async fn rows(play: &Play, which: &str) -> Result<Vec<Row>, String> {
    let query = format!(
        "SELECT 'bulk_' || lower(hex(id)) || ' ' || state || ' staff_' || lower(hex(made_by)) || ' '
                || expires_at || ' ' || coalesce(CAST(not_before AS text), '-') || ' '
                || coalesce(CAST(settled_at AS text), '-') || ' ' || accounts
           FROM bulk_decision WHERE {which} ORDER BY id"
    );
    let read = |[id, state, made_by, expires_at, not_before, settled_at, accounts]: &[String;
                     7]| Row {
        id: id.parse().unwrap(),
        state: BulkState::parse(state).unwrap(),
        made_by: play.world.person(made_by),
        expires_at: at(expires_at),
        not_before: maybe_at(not_before),
        settled_at: maybe_at(settled_at),
        accounts: accounts.parse().unwrap(),
    };
    Ok(play.tables.words(&query).await?.iter().map(read).collect())
}

/// One bulk decision, rather in this state.
async fn one(play: &mut Play, state: &str) -> Result<Option<Row>, String> {
    let mut rows = rows(play, &format!("state = '{state}'")).await?;
    if rows.is_empty() || play.below(8) == 0 {
        rows = self::rows(play, "TRUE").await?;
    }
    if rows.is_empty() {
        return Ok(None);
    }
    let chosen = play.one_of(rows.len());
    Ok(Some(rows[chosen].clone()))
}

/// Whether it is as it was: what a crash left in flight may still have come.
async fn is_still(play: &Play, row: &Row) -> Result<bool, String> {
    let id = format!("'bulk_' || lower(hex(id)) = '{}'", row.id);
    Ok(rows(play, &id).await?.first().is_some_and(|now| now.state == row.state))
}

/// Rather its maker.
fn somebody(play: &mut Play, row: &Row) -> usize {
    if play.below(5) > 0 { row.made_by } else { play.one_of(play.world.people.len()) }
}

/// A case that somebody chose.
#[expect(clippy::struct_excessive_bools, reason = "each is a column")]
struct Choice {
    state: String,
    is_of_leads: bool,
    /// In another one than whoever chooses would give up.
    is_in_bulk: bool,
    is_urgent: bool,
    /// Whose it is, and until when.
    claimed: Option<(usize, Timestamp)>,
    has_account: bool,
    items: u32,
    subject: String,
}

async fn chosen(play: &Play, person: usize, ids: &BTreeSet<CaseId>) -> Result<Vec<Choice>, String> {
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
        play.world.people[person].id,
        ids.join(", ")
    );
    let read =
        |[state, level, bulk, urgency, by, until, account, items, subject]: &[String; 9]| Choice {
            is_urgent: urgency == "0",
            state: state.clone(),
            is_of_leads: level == "lead",
            is_in_bulk: bulk == "bulk",
            claimed: (by != "-").then(|| (play.world.person(by), at(until))),
            has_account: account == "account",
            items: items.parse().unwrap(),
            subject: subject.clone(),
        };
    Ok(play.tables.words(&query).await?.iter().map(read).collect())
}

/// Somebody prepares one answer for several cases, rather open ones.
pub async fn prepare(play: &mut Play) -> Result<(), String> {
    let open = "SELECT 'case_' || lower(hex(id)) FROM review_case
                 WHERE state = 'open' AND bulk_id IS NULL ORDER BY id";
    let any = "SELECT 'case_' || lower(hex(id)) FROM review_case ORDER BY id";
    let which = if play.below(8) == 0 { any } else { open };
    let all = play.tables.texts(which).await?;
    if all.is_empty() {
        return Ok(());
    }
    let mut cases: BTreeSet<CaseId> = BTreeSet::new();
    for _ in 0..=play.below(CASES) {
        cases.insert(all[play.one_of(all.len())].parse().unwrap());
    }
    let person = play.one_of(play.world.people.len());
    let who = people::reviewer(play, person).await?;
    let (outcome, measures) = answer(play);
    let new = NewBulk { cases, outcome, reason: words(), measures };
    let choices = chosen(play, person, &new.cases).await?;
    let expected = may_prepare(play, person, &choices, &new).await?;
    play.tell(format!("   person {person}, {} cases: {expected:?}", choices.len()));
    let form = new.clone();
    match play.attempt(|desk: Desk| async move { desk.prepare(&who, form).await }).await {
        Tried::Crashed => {
            play.world.people[person].hand = Hand::Unknown;
            Ok(())
        }
        Tried::Done(bulk) if expected.is_ok() => {
            play.world.people[person].hand = Hand::Nothing;
            let accounts: BTreeSet<&String> = choices.iter().map(|case| &case.subject).collect();
            let items = choices.iter().map(|case| case.items).sum();
            let shown = (usize::try_from(bulk.cases), usize::try_from(bulk.accounts), bulk.items);
            if shown != (Ok(choices.len()), Ok(accounts.len()), items) {
                return Err(format!("{} shows {shown:?}", bulk.id));
            }
            // Rather, they give it at once.
            if play.below(2) == 0 { confirm(play).await } else { Ok(()) }
        }
        Tried::Refused(error) if expected == Err(reason(&error)) => {
            if matches!(reason(&error), Some(Refusal::RestDue | Refusal::DoseSpent)) {
                play.world.people[person].hand = Hand::Nothing;
            }
            Ok(())
        }
        Tried::Done(bulk) => Err(format!("{bulk:?} is prepared, not {expected:?}")),
        Tried::Refused(error) => {
            // What a crash left in flight came meanwhile.
            let choices = chosen(play, person, &new.cases).await?;
            let now = may_prepare(play, person, &choices, &new).await?;
            if now == Err(reason(&error)) {
                return Ok(());
            }
            Err(format!("nothing is prepared: {error:?}, not {expected:?}"))
        }
    }
}

/// What shall follow in each case; now and then nothing that could.
fn answer(play: &mut Play) -> (Outcome, Measures) {
    let mut measures = Measures::default();
    let outcome = match play.below(6) {
        0 => Outcome::NotAMatch,
        1 => Outcome::Allowed,
        _ => Outcome::Violates,
    };
    if outcome == Outcome::Violates || play.below(6) == 0 {
        let days = if play.below(5) == 0 { -2 } else { 5 };
        let until = today(play).checked_add(days.days()).unwrap();
        measures.items = if play.below(4) == 0 { ItemMeasure::Leave } else { ItemMeasure::Remove };
        measures.account = match play.below(6) {
            0 => AccountMeasure::LimitFeature { feature: Feature::ALL[0], until },
            1 => AccountMeasure::Suspend { until: None },
            _ => AccountMeasure::Leave,
        };
    }
    (outcome, measures)
}

/// What a refusal is called; what is not there has one name for all.
fn reason(error: &Error) -> Option<Refusal> {
    if let Error::Refused(why) = error { Some(*why) } else { None }
}

/// What must come of it; a refusal that is none says that something is not there.
async fn may_prepare(
    play: &Play,
    person: usize,
    choices: &[Choice],
    new: &NewBulk,
) -> Result<Result<(), Option<Refusal>>, String> {
    let due = dose::due(play, person).await?;
    Ok(due.map_or_else(|| may_choose(play, person, choices, new), |why| Err(Some(why))))
}

/// What must come of it when no break is due.
fn may_choose(
    play: &Play,
    person: usize,
    choices: &[Choice],
    new: &NewBulk,
) -> Result<(), Option<Refusal>> {
    let now = play.clock.now();
    if choices.len() != new.cases.len() {
        return Err(None);
    }
    for case in choices {
        if case.state != "open" {
            return Err(Some(Refusal::CaseClosed));
        }
        if case.is_of_leads && !play.world.people[person].is_lead {
            return Err(None);
        }
        if case.is_in_bulk {
            return Err(Some(Refusal::InBulk));
        }
        if case.is_urgent {
            return Err(Some(Refusal::BulkUrgent));
        }
        // What is theirs they give back first.
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
        && *until < today(play)
    {
        return Err(Some(Refusal::UntilPast));
    }
    if *account != AccountMeasure::Leave && !choices.iter().all(|case| case.has_account) {
        return Err(Some(Refusal::NoAccount));
    }
    if restricts { Ok(()) } else { Err(Some(Refusal::NoMeasure)) }
}

/// Somebody, rightly or not, gives the answer that was prepared.
pub async fn confirm(play: &mut Play) -> Result<(), String> {
    let Some(row) = one(play, "prepared").await? else { return Ok(()) };
    let person = somebody(play, &row);
    let who = people::reviewer(play, person).await?;
    let expected = may_confirm(play, &row, person).await?;
    play.tell(format!("   person {person} on {} of person {}: {expected:?}", row.id, row.made_by));
    let id = row.id;
    match play.attempt(|desk: Desk| async move { desk.confirm(&who, id).await }).await {
        Tried::Crashed => Ok(()),
        Tried::Done(bulk) if expected.is_ok() => {
            let waits = bulk.state == BulkState::Proposed;
            if !waits && (bulk.state != BulkState::Standing || row.accounts > 1) {
                return Err(format!("{id} is {:?}", bulk.state));
            }
            Ok(())
        }
        Tried::Refused(error) if expected == Err(reason(&error)) => Ok(()),
        Tried::Refused(_) if !is_still(play, &row).await? => Ok(()),
        Tried::Done(bulk) => Err(format!("{bulk:?} is confirmed, not {expected:?}")),
        Tried::Refused(error) => Err(format!("{row:?}: {error:?}, not {expected:?}")),
    }
}

async fn may_confirm(
    play: &Play,
    row: &Row,
    person: usize,
) -> Result<Result<(), Option<Refusal>>, String> {
    if row.made_by != person {
        return Ok(Err(None));
    }
    if row.state != BulkState::Prepared || play.clock.now() >= row.expires_at {
        return Ok(Err(Some(Refusal::BulkLapsed)));
    }
    let stale = format!(
        "SELECT count(*) FROM bulk_case b JOIN review_case c ON c.id = b.case_id
          WHERE 'bulk_' || lower(hex(b.bulk_id)) = '{}'
            AND (c.version <> b.version OR c.state <> 'open')",
        row.id
    );
    let is_stale = play.tables.count(&stale).await? > 0;
    Ok(if is_stale { Err(Some(Refusal::BulkStale)) } else { Ok(()) })
}

/// Somebody, rightly or not, gives up what was prepared.
pub async fn give_up(play: &mut Play) -> Result<(), String> {
    let Some(row) = one(play, "prepared").await? else { return Ok(()) };
    let person = somebody(play, &row);
    let who = people::reviewer(play, person).await?;
    let is_theirs = row.made_by == person || play.world.people[person].is_lead;
    let id = row.id;
    let waits = row.state == BulkState::Prepared;
    match play.attempt(|desk: Desk| async move { desk.drop_bulk(&who, id).await }).await {
        Tried::Crashed => Ok(()),
        Tried::Done(()) if is_theirs && waits => Ok(()),
        Tried::Refused(Error::NotFound(_)) if !is_theirs => Ok(()),
        Tried::Refused(Error::Refused(Refusal::BulkLapsed)) if !waits => Ok(()),
        Tried::Refused(_) if !is_still(play, &row).await? => Ok(()),
        Tried::Done(()) => Err(format!("person {person} dropped {row:?}")),
        Tried::Refused(error) => Err(format!("person {person} on {row:?}: {error:?}")),
    }
}

/// Somebody, rightly or not, agrees to what waits for a second person.
pub async fn approve(play: &mut Play) -> Result<(), String> {
    settle(play, true).await
}

/// Somebody, rightly or not, says no to it.
pub async fn refuse(play: &mut Play) -> Result<(), String> {
    settle(play, false).await
}

async fn settle(play: &mut Play, agrees: bool) -> Result<(), String> {
    let Some(row) = one(play, "proposed").await? else { return Ok(()) };
    let person = play.one_of(play.world.people.len());
    let member = people::proved(play, person).await?;
    let (who, recently) = (member.reviewer().unwrap(), member.recently(play.clock.now()).unwrap());
    let expected = may_settle(play, &row, person, agrees).await?;
    play.tell(format!("   person {person} on {} of person {}: {expected:?}", row.id, row.made_by));
    let id = row.id;
    let verb = |desk: Desk| async move {
        if agrees {
            desk.approve_bulk(&who, &recently, id).await
        } else {
            desk.refuse_bulk(&who, &recently, id, &words()).await
        }
    };
    match play.attempt(verb).await {
        Tried::Crashed => Ok(()),
        Tried::Done(_) if expected.is_ok() => Ok(()),
        Tried::Refused(error) if Err(said(&error)) == expected => Ok(()),
        Tried::Refused(_) if !is_still(play, &row).await? => Ok(()),
        Tried::Done(_) => Err(format!("person {person} settled {row:?}, not {expected:?}")),
        Tried::Refused(error) => {
            Err(format!("person {person} on {row:?}: {error:?}, not {expected:?}"))
        }
    }
}

/// What must come of it when `person` settles it; in the words of [`said`].
async fn may_settle(
    play: &Play,
    row: &Row,
    person: usize,
    agrees: bool,
) -> Result<Result<(), &'static str>, String> {
    match row.state {
        BulkState::Proposed => {}
        BulkState::Prepared | BulkState::Lapsed => return Ok(Err("is not there for them")),
        BulkState::Standing | BulkState::Refused | BulkState::Undone => {
            return Ok(Err("is settled"));
        }
    }
    let (is_maker, is_lead) = (row.made_by == person, play.world.people[person].is_lead);
    if !is_maker && !is_lead {
        return Ok(Err("is not there for them"));
    }
    let Some(not_before) = row.not_before else {
        return Ok(if is_maker { Err("is the first") } else { Ok(()) });
    };
    if agrees && play.clock.now() < not_before {
        return Ok(Err("too soon"));
    }
    if agrees && !has_looked(play, &row.cases(), person, not_before).await? {
        return Ok(Err("did not look"));
    }
    Ok(Ok(()))
}

/// Somebody reads the cases of a bulk decision that waits, and rather looks at one of them.
pub async fn read_again(play: &mut Play) -> Result<(), String> {
    let Some(row) = one(play, "proposed").await? else { return Ok(()) };
    let person = play.one_of(play.world.people.len());
    let who = people::reviewer(play, person).await?;
    let is_theirs = row.is_theirs(play, person);
    let (id, waits) = (row.id, row.state == BulkState::Proposed);
    let verb = |desk: Desk| async move { desk.read_bulk_again(&who, id).await };
    match play.attempt(verb).await {
        Tried::Crashed => Ok(()),
        Tried::Done(()) if is_theirs && waits => {
            let decision = seconds::one_decision_of(play, "proposed", &row.cases()).await?;
            match decision {
                Some(decision) => looks::look_as_second(play, decision, person).await,
                None => Err(format!("{row:?} waits without a decision")),
            }
        }
        Tried::Refused(Error::NotFound(_) | Error::Refused(Refusal::SecondIsFirst))
            if !is_theirs =>
        {
            Ok(())
        }
        Tried::Refused(Error::NotFound(_) | Error::Refused(Refusal::AlreadyDecided)) if !waits => {
            Ok(())
        }
        Tried::Refused(_) if !is_still(play, &row).await? => Ok(()),
        Tried::Done(()) => Err(format!("person {person} read {row:?} again")),
        Tried::Refused(error) => Err(format!("person {person} on {row:?}: {error:?}")),
    }
}

/// Somebody, rightly or not, takes a bulk decision back: all of it that still stands.
pub async fn undo(play: &mut Play) -> Result<(), String> {
    let Some(row) = one(play, "standing").await? else { return Ok(()) };
    let person = play.one_of(play.world.people.len());
    let who = people::reviewer(play, person).await?;
    let stands = |state: &str| {
        let id = row.id;
        format!(
            "SELECT count(*) FROM decision
              WHERE 'bulk_' || lower(hex(bulk_id)) = '{id}' AND state = '{state}'"
        )
    };
    let standing = play.tables.count(&stands("standing")).await?;
    let now = play.clock.now();
    let is_in_time =
        row.settled_at.is_some_and(|at| now.duration_since(at) < SignedDuration::from_hours(24));
    let is_theirs = row.made_by == person && is_in_time;
    let may = row.state == BulkState::Standing && (is_theirs || play.world.people[person].is_lead);
    let id = row.id;
    match play.attempt(|desk: Desk| async move { desk.undo_bulk(&who, id, &words()).await }).await {
        Tried::Crashed => Ok(()),
        Tried::Done(undone) if may => {
            let left = play.tables.count(&stands("standing")).await?;
            if i64::from(undone.decisions) == standing && left == 0 {
                return Ok(());
            }
            Err(format!("of {standing} decisions of {row:?} {undone:?} were taken back"))
        }
        Tried::Refused(Error::Refused(Refusal::NotUndoable)) if !may => Ok(()),
        Tried::Refused(_) if !is_still(play, &row).await? => Ok(()),
        Tried::Done(_) => Err(format!("person {person} took {row:?} back")),
        Tried::Refused(error) => Err(format!("person {person} on {row:?}: {error:?}")),
    }
}
