//! Staff members view items, blurred or clear, up to their exposure limit.

use jiff::SignedDuration;
use mamori_desk::cases::claim_case::Claimed;
use mamori_desk::viewing::open_view::RecordedView;
use mamori_desk::{Desk, Error};
use mamori_model::view::View;
use mamori_model::{BulkId, CaseId, Clarity, DisputeId, MatchId, Refusal, ViewId};

use super::claims::{self, alive, check_outcome};
use super::{approvals, people};
use crate::exposure;
use crate::sim::{Simulation, Tried};
use crate::tables::at;
use crate::vault_files::maybe_at;
use crate::world::{Hand, Saw};

/// The most keep-alives of one view.
const STEPS: u64 = 24;
const STEP_SECONDS: u64 = 15;

/// The most views, one after the other, in one step.
const VIEWS: u64 = 6;

/// A reviewer views one item after the other of claimed cases.
pub async fn sit(sim: &mut Simulation) -> Result<(), String> {
    let person = sim.one_of(sim.world.people.len());
    for _ in 0..=sim.below(VIEWS) {
        let (now, is_late) = (sim.clock.now(), sim.below(8) == 0);
        let claimed = match &sim.world.people[person].hand {
            Hand::Has { claimed, until } if *until > now || is_late => *claimed,
            Hand::Has { .. } | Hand::Nothing | Hand::Unknown => {
                claims::next_of(sim, person).await?;
                continue;
            }
        };
        view(sim, person, claimed).await?;
        sim.clock.advance(SignedDuration::from_secs(1));
        if sim.below(2) == 0
            && let Some(view) = sim.world.people[person].view
        {
            go_on(sim, person, view).await?;
        }
    }
    Ok(())
}

/// A reviewer views an item of the claimed case.
async fn view(sim: &mut Simulation, person: usize, claimed: Claimed) -> Result<(), String> {
    let Some(item) = one_item(sim, claimed.case).await? else { return Ok(()) };
    let who = people::reviewer(sim, person).await?;
    let clarity = some_clarity(sim);
    let expected = may_view(sim, person, item).await?;
    sim.log(format!("   person {person} at {item}, {}: {expected:?}", clarity.as_str()));
    let verb = |desk: Desk| async move {
        desk.open_view(&who, claimed.case, claimed.number, item, clarity).await
    };
    match sim.attempt(verb).await {
        Tried::Done(recorded) => {
            alive(sim, person, "looked at")?;
            let until = sim.clock.now() + sim.settings.cases.lease;
            sim.world.people[person].hand = Hand::Has { claimed, until };
            began(sim, person, claimed.case, (item, clarity), expected, recorded).await
        }
        Tried::Refused(Error::Refused(why)) if is_of_views(why) => {
            if expected != Err(why) {
                return Err(format!("person {person} at {item}: {why:?}, not {expected:?}"));
            }
            if is_break(why) {
                alive(sim, person, "given back")?;
                sim.world.people[person].hand = Hand::Nothing;
            }
            agree(sim, person).await
        }
        tried @ (Tried::Refused(_) | Tried::Crashed) => check_outcome(sim, person, tried),
    }
}

/// A person, who may or may not, views an item of a proposed decision.
pub async fn open_view_as_approver(sim: &mut Simulation) -> Result<(), String> {
    let Some(row) = approvals::one_decision(sim, "proposed").await? else { return Ok(()) };
    let person = sim.one_of(sim.world.people.len());
    view_as_approver(sim, row, person).await
}

/// The same for one person.
pub async fn view_as_approver(
    sim: &mut Simulation,
    row: approvals::Row,
    person: usize,
) -> Result<(), String> {
    let Some(item) = one_item(sim, row.case).await? else { return Ok(()) };
    let who = people::reviewer(sim, person).await?;
    let clarity = some_clarity(sim);
    let expected = may_view(sim, person, item).await?;
    let (id, case) = (row.id, row.case);
    let verb =
        |desk: Desk| async move { desk.open_view_as_approver(&who, id, item, clarity).await };
    let tried = sim.attempt(verb).await;
    if let Tried::Refused(_) = tried
        && !approvals::is_still(sim, id, "proposed").await?
    {
        return Ok(());
    }
    match tried {
        Tried::Crashed => {
            // A break may have begun: then the claimed case went back to the queue.
            sim.world.people[person].hand = Hand::Unknown;
            Ok(())
        }
        Tried::Refused(Error::NotFound(_) | Error::Refused(Refusal::ApproverIsAuthor))
            if !row.is_theirs(sim, person) =>
        {
            Ok(())
        }
        Tried::Done(_) if !row.is_theirs(sim, person) => {
            Err(format!("person {person} viewed {row:?} again"))
        }
        Tried::Done(recorded) => {
            began(sim, person, case, (item, clarity), expected, recorded).await
        }
        Tried::Refused(Error::Refused(why)) if expected == Err(why) => {
            if is_break(why) {
                sim.world.people[person].hand = Hand::Nothing;
            }
            Ok(())
        }
        Tried::Refused(error) => {
            Err(format!("person {person} at {item} again: {error:?}, not {expected:?}"))
        }
    }
}

/// A person, who `may` or may not, views an item of a case of a prepared bulk decision.
pub async fn view_in_bulk(
    sim: &mut Simulation,
    (bulk, case): (BulkId, CaseId),
    person: usize,
    may: Result<(), Option<Refusal>>,
) -> Result<(), String> {
    let Some(item) = one_item(sim, case).await? else { return Ok(()) };
    let who = people::reviewer(sim, person).await?;
    let clarity = some_clarity(sim);
    let viewing = may_view(sim, person, item).await?;
    let expected = may.and_then(|()| viewing.map_err(Some));
    sim.log(format!("   person {person} at {item} in {bulk}: {expected:?}"));
    let verb =
        |desk: Desk| async move { desk.open_view_in_bulk(&who, bulk, (case, item), clarity).await };
    match sim.attempt(verb).await {
        Tried::Crashed => {
            sim.world.people[person].hand = Hand::Unknown;
            Ok(())
        }
        Tried::Done(recorded) if expected.is_ok() => {
            began(sim, person, case, (item, clarity), Ok(()), recorded).await
        }
        Tried::Refused(Error::NotFound(_)) if expected == Err(None) => Ok(()),
        Tried::Refused(Error::Refused(why)) if expected == Err(Some(why)) => {
            if is_break(why) {
                sim.world.people[person].hand = Hand::Nothing;
            }
            Ok(())
        }
        // A transaction that a crash left open may have ended it meanwhile.
        Tried::Refused(Error::NotFound("case") | Error::Refused(Refusal::BulkLapsed)) => Ok(()),
        Tried::Done(_) => Err(format!("person {person} viewed {item}, not {expected:?}")),
        Tried::Refused(error) => {
            Err(format!("person {person} at {item}: {error:?}, not {expected:?}"))
        }
    }
}

/// A lead, who may or may not judge the dispute, views an item of it.
pub async fn view_of_dispute(
    sim: &mut Simulation,
    (id, case, may): (DisputeId, CaseId, bool),
    person: usize,
    item: MatchId,
) -> Result<(), String> {
    let who = people::lead(sim, person).await?;
    let clarity = some_clarity(sim);
    let expected = may_view(sim, person, item).await?;
    let verb = |desk: Desk| async move { desk.open_view_of_dispute(&who, id, item, clarity).await };
    match sim.attempt(verb).await {
        Tried::Crashed => {
            // A break may have begun: then the claimed case went back to the queue.
            sim.world.people[person].hand = Hand::Unknown;
            Ok(())
        }
        Tried::Refused(Error::NotFound(_) | Error::Refused(_)) if !may => Ok(()),
        Tried::Done(_) if !may => Err(format!("person {person} viewed an item of {id}")),
        Tried::Done(recorded) => {
            began(sim, person, case, (item, clarity), expected, recorded).await
        }
        Tried::Refused(Error::Refused(why)) if expected == Err(why) => {
            if is_break(why) {
                sim.world.people[person].hand = Hand::Nothing;
            }
            Ok(())
        }
        Tried::Refused(error) => {
            Err(format!("person {person} at {item} of {id}: {error:?}, not {expected:?}"))
        }
    }
}

/// A person, who may have been away, continues an open view.
pub async fn come_back(sim: &mut Simulation) -> Result<(), String> {
    let person = sim.one_of(sim.world.people.len());
    match sim.world.people[person].view {
        Some(view) => go_on(sim, person, view).await,
        None => Ok(()),
    }
}

/// Fetches the view's picture, sends keep-alives, or ends it.
async fn go_on(sim: &mut Simulation, person: usize, view: ViewId) -> Result<(), String> {
    match sim.below(6) {
        0 => fetch(sim, person, view).await,
        1 => end(sim, person, view).await,
        2 => meddle(sim, person, view).await,
        _ => {
            for _ in 0..sim.below(STEPS) {
                if !stay(sim, person, view).await? {
                    return Ok(());
                }
            }
            end(sim, person, view).await
        }
    }
}

/// A person takes a break.
pub async fn take_break(sim: &mut Simulation) -> Result<(), String> {
    let person = sim.one_of(sim.world.people.len());
    let who = people::member(sim, person).await?;
    match sim.attempt(|desk| async move { desk.take_break(&who).await }).await {
        Tried::Done(()) => {
            sim.world.people[person].hand = Hand::Nothing;
            match exposure::due(sim, person).await? {
                Some(_) => agree(sim, person).await,
                None => Err(format!("person {person} took a break, and has none")),
            }
        }
        Tried::Crashed => {
            sim.world.people[person].hand = Hand::Unknown;
            Ok(())
        }
        Tried::Refused(error) => Err(format!("person {person} has no break: {error:?}")),
    }
}

/// An item may have been sent with several bytes: a view shows the newest that were stored.
const NEWEST_FIRST: &str = "ORDER BY coalesce((SELECT place FROM match_hashes s
    WHERE s.match_id = e.match_id AND s.sha256 = e.sha256), 0) DESC, e.id DESC";

/// The expected result when `person` opens a view of `item`.
async fn may_view(
    sim: &Simulation,
    person: usize,
    item: MatchId,
) -> Result<Result<(), Refusal>, String> {
    let kept = format!(
        "SELECT CASE WHEN wrapped_key IS NOT NULL AND expires_at > {} THEN 'yes' ELSE 'gone' END
           FROM evidence e WHERE 'match_' || lower(hex(match_id)) = '{item}' {NEWEST_FIRST}",
        sim.clock.now().as_microsecond()
    );
    match sim.tables.texts(&kept).await?.first().map(String::as_str) {
        None => return Ok(Err(Refusal::EvidenceNone)),
        Some("gone") => return Ok(Err(Refusal::EvidenceGone)),
        Some(_) => {}
    }
    Ok(exposure::due(sim, person).await?.map_or(Ok(()), Err))
}

fn is_break(why: Refusal) -> bool {
    matches!(why, Refusal::BreakDue | Refusal::OwnBreak | Refusal::ExposureSpent)
}

fn is_of_views(why: Refusal) -> bool {
    is_break(why) || matches!(why, Refusal::EvidenceNone | Refusal::EvidenceGone)
}

fn some_clarity(sim: &mut Simulation) -> Clarity {
    if sim.below(3) == 0 { Clarity::Blurred } else { Clarity::Clear }
}

/// One item of a case, preferably one with stored bytes.
async fn one_item(sim: &mut Simulation, case: CaseId) -> Result<Option<MatchId>, String> {
    let items = |which: &str| {
        format!(
            "SELECT 'match_' || lower(hex(match_id)) FROM case_item i
              WHERE 'case_' || lower(hex(case_id)) = '{case}' {which} ORDER BY match_id"
        )
    };
    let kept = " AND EXISTS (SELECT 1 FROM evidence e WHERE e.match_id = i.match_id)";
    let mut rows = sim.tables.texts(&items(kept)).await?;
    if rows.is_empty() || sim.below(8) == 0 {
        rows = sim.tables.texts(&items("")).await?;
    }
    if rows.is_empty() {
        return Ok(None);
    }
    let chosen = sim.one_of(rows.len());
    Ok(Some(rows[chosen].parse().unwrap()))
}

/// Checks a view that was opened: its row is committed, and its picture may be sent.
async fn began(
    sim: &mut Simulation,
    person: usize,
    case: CaseId,
    (item, clarity): (MatchId, Clarity),
    expected: Result<(), Refusal>,
    recorded: RecordedView,
) -> Result<(), String> {
    let view = recorded.view();
    if let Err(why) = expected {
        return Err(format!("person {person} may view {item} in spite of {why:?}"));
    }
    sim.world.people[person].view = Some(view);
    let now = sim.clock.now();
    match read(sim, view).await? {
        Some(row) if row.opened == now && row.shown.is_none() && row.closed.is_none() => {}
        row => return Err(format!("{view} began at {now}, and is recorded as {row:?}")),
    }
    if sim.below(4) > 0 {
        let saw = Saw { view, by: sim.world.people[person].id, case, item, clarity, at: now };
        picture(sim, saw, recorded).await?;
    }
    agree(sim, person).await
}

/// Fetches the picture of an open view that has shown none.
async fn picture(sim: &mut Simulation, saw: Saw, recorded: RecordedView) -> Result<(), String> {
    let view = saw.view;
    let shown = match sim.attempt(|desk| async move { desk.picture(recorded).await }).await {
        Tried::Done(shown) => shown,
        Tried::Crashed => return Ok(()),
        Tried::Refused(error) => return Err(format!("{view} shows nothing: {error:?}")),
    };
    let mut renditions = sim.world.pictures.iter().map(|picture| picture.shown(saw.clarity));
    if !renditions.any(|rendition| *rendition == shown.file) {
        return Err(format!("{view} showed something else than a picture, {:?}", saw.clarity));
    }
    let was_viewed = sim.desk.was_viewed(saw.item).await.map_err(|error| error.to_string())?;
    if saw.clarity == Clarity::Clear && was_viewed.is_none_or(|at| at > saw.at) {
        return Err(format!("{} was viewed at {}, not {was_viewed:?}", saw.item, saw.at));
    }
    sim.world.seen.push(saw);
    Ok(())
}

/// A view as its row says.
#[derive(Debug)]
struct Row {
    case: CaseId,
    item: MatchId,
    clarity: Clarity,
    opened: jiff::Timestamp,
    seen: jiff::Timestamp,
    shown: Option<jiff::Timestamp>,
    closed: Option<jiff::Timestamp>,
    is_readable: bool,
}

impl Row {
    fn is_open(&self, sim: &Simulation) -> bool {
        let now = sim.clock.now();
        self.closed.is_none()
            && now.duration_since(self.seen) < View::SILENCE_MAX
            && now.duration_since(self.opened) < View::LASTS_MAX
    }
}

async fn read(sim: &Simulation, view: ViewId) -> Result<Option<Row>, String> {
    let query = format!(
        "SELECT 'case_' || lower(hex(case_id)) || ' match_' || lower(hex(l.match_id)) || ' '
                || clarity || ' ' || opened_at || ' ' || seen_at
                || ' ' || coalesce(CAST(shown_at AS text), '-')
                || ' ' || coalesce(CAST(closed_at AS text), '-') || ' '
                || CASE WHEN e.wrapped_key IS NOT NULL AND e.expires_at > {} THEN 'yes' ELSE 'no' END
           FROM item_view l LEFT JOIN evidence e ON e.match_id = l.match_id
          WHERE 'view_' || lower(hex(l.id)) = '{view}' {NEWEST_FIRST}",
        sim.clock.now().as_microsecond()
    );
    let rows = sim.tables.words::<8>(&query).await?;
    let row = |[case, item, clarity, opened, seen, shown, closed, kept]: &[String; 8]| Row {
        case: case.parse().unwrap(),
        item: item.parse().unwrap(),
        clarity: Clarity::parse(clarity).unwrap(),
        opened: at(opened),
        seen: at(seen),
        shown: maybe_at(shown),
        closed: maybe_at(closed),
        is_readable: kept == "yes",
    };
    Ok(rows.first().map(row))
}

/// Fetches the picture later, or once more.
async fn fetch(sim: &mut Simulation, person: usize, view: ViewId) -> Result<(), String> {
    let who = people::reviewer(sim, person).await?;
    let row = read(sim, view).await?;
    let reopened = sim.attempt(|desk| async move { desk.reopen_view(&who, view).await }).await;
    match (reopened, row) {
        (Tried::Crashed, _) | (Tried::Refused(Error::NotFound("view")), None) => Ok(()),
        (Tried::Done(recorded), Some(row))
            if row.is_open(sim) && row.shown.is_none() && row.is_readable =>
        {
            let (by, at) = (sim.world.people[person].id, sim.clock.now());
            let Row { case, item, clarity, .. } = row;
            picture(sim, Saw { view, by, case, item, clarity, at }, recorded).await
        }
        (Tried::Refused(Error::Refused(Refusal::ViewClosed)), Some(row))
            if !row.is_open(sim) || row.shown.is_some() =>
        {
            Ok(())
        }
        (Tried::Refused(Error::Refused(Refusal::EvidenceGone)), Some(row)) if !row.is_readable => {
            Ok(())
        }
        (Tried::Done(_), row) => Err(format!("{view} was opened once more: {row:?}")),
        (Tried::Refused(error), row) => Err(format!("{view} is {row:?}: {error:?}")),
    }
}

/// Sends a keep-alive; returns false if the view has ended.
async fn stay(sim: &mut Simulation, person: usize, view: ViewId) -> Result<bool, String> {
    let seconds = 1 + sim.below(STEP_SECONDS);
    sim.clock.advance(SignedDuration::from_secs(i64::try_from(seconds).unwrap()));
    let who = people::reviewer(sim, person).await?;
    let row = read(sim, view).await?;
    let goes_on = row.as_ref().is_some_and(|row| row.is_open(sim));
    match sim.attempt(|desk| async move { desk.view_heartbeat(&who, view).await }).await {
        Tried::Crashed => {
            sim.world.people[person].hand = Hand::Unknown;
            Ok(false)
        }
        Tried::Done(()) if goes_on => {
            // The claim is extended too.
            let now = sim.clock.now();
            let until = now + sim.settings.cases.lease;
            let hand = &mut sim.world.people[person].hand;
            let case = row.map(|row| row.case);
            if hand.case(now) == case
                && let Hand::Has { until: lasts, .. } = hand
            {
                *lasts = until;
            }
            Ok(true)
        }
        Tried::Refused(Error::Refused(Refusal::ViewClosed)) if !goes_on && row.is_some() => {
            Ok(false)
        }
        Tried::Refused(Error::NotFound("view")) if row.is_none() => Ok(false),
        Tried::Done(()) => Err(format!("{view} goes on: {row:?}")),
        Tried::Refused(error) => Err(format!("{view} does not go on, {row:?}: {error:?}")),
    }
}

async fn end(sim: &mut Simulation, person: usize, view: ViewId) -> Result<(), String> {
    let who = people::reviewer(sim, person).await?;
    let was = read(sim, view).await?;
    let ended = sim.attempt(|desk| async move { desk.close_view(&who, view).await }).await;
    let row = read(sim, view).await?;
    match ended {
        Tried::Crashed => Ok(()),
        Tried::Done(()) if row.as_ref().is_some_and(|row| row.closed.is_some()) => {
            sim.world.people[person].view = None;
            Ok(())
        }
        Tried::Refused(Error::NotFound("view")) if was.is_none() => {
            sim.world.people[person].view = None;
            Ok(())
        }
        Tried::Done(()) => Err(format!("{view} was ended: {row:?}")),
        Tried::Refused(error) => Err(format!("{view} was not ended, {was:?}: {error:?}")),
    }
}

/// Checks that another person cannot use the view.
async fn meddle(sim: &mut Simulation, person: usize, view: ViewId) -> Result<(), String> {
    let other = (person + 1) % sim.world.people.len();
    let who = people::reviewer(sim, other).await?;
    let kind = sim.below(3);
    let verb = |desk: Desk| async move {
        match kind {
            0 => desk.reopen_view(&who, view).await.map(|_| ()),
            1 => desk.view_heartbeat(&who, view).await,
            _ => desk.close_view(&who, view).await,
        }
    };
    match sim.attempt(verb).await {
        Tried::Crashed | Tried::Refused(Error::NotFound("view")) => Ok(()),
        Tried::Done(()) => Err(format!("{view} was used by another person")),
        Tried::Refused(error) => Err(format!("{view}, used by another person: {error:?}")),
    }
}

/// Checks that a person's own figures name the break that is due.
async fn agree(sim: &mut Simulation, person: usize) -> Result<(), String> {
    let who = people::member(sim, person).await?;
    let own = sim.desk.exposure(&who).await.map_err(|error| error.to_string())?;
    let due = exposure::due(sim, person).await?;
    if own.break_due.map(|due| due.why.refusal()) == due {
        return Ok(());
    }
    Err(format!("person {person} reads {:?}, and it is {due:?}", own.break_due))
}
