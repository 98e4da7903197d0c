//! People look at items: veiled or clear, as much as they may.

use jiff::SignedDuration;
use mamori_desk::cases::claim_case::Claimed;
use mamori_desk::viewing::open_look::Looked;
use mamori_desk::{Desk, Error};
use mamori_model::look::Look;
use mamori_model::{CaseId, Clarity, LookId, MatchId, Refusal};

use super::claims::{self, alive, settle};
use super::{people, seconds};
use crate::dose;
use crate::kept::maybe_at;
use crate::play::{Play, Tried};
use crate::tables::at;
use crate::world::{Hand, Saw};

/// The most steps, of up to so many seconds, for which somebody goes on looking.
const STEPS: u64 = 24;
const STEP_SECONDS: u64 = 15;

/// The most looks, one after the other, of somebody who sits at their cases.
const LOOKS: u64 = 6;

/// Somebody looks at one item after the other of the cases that they have in hand.
pub async fn sit(play: &mut Play) -> Result<(), String> {
    let person = play.one_of(play.world.people.len());
    for _ in 0..=play.below(LOOKS) {
        let (now, is_late) = (play.clock.now(), play.below(8) == 0);
        let claimed = match &play.world.people[person].hand {
            Hand::Has { claimed, until } if *until > now || is_late => *claimed,
            Hand::Has { .. } | Hand::Nothing | Hand::Unknown => {
                claims::next_of(play, person).await?;
                continue;
            }
        };
        look(play, person, claimed).await?;
        play.clock.advance(SignedDuration::from_secs(1));
        if play.below(2) == 0
            && let Some(look) = play.world.people[person].look
        {
            go_on(play, person, look).await?;
        }
    }
    Ok(())
}

/// Somebody looks at an item of the case that they have in hand.
async fn look(play: &mut Play, person: usize, claimed: Claimed) -> Result<(), String> {
    let Some(item) = one_item(play, claimed.case).await? else { return Ok(()) };
    let who = people::reviewer(play, person).await?;
    let clarity = some_clarity(play);
    let expected = may_look(play, person, item).await?;
    play.tell(format!("   person {person} at {item}, {}: {expected:?}", clarity.as_str()));
    let verb = |desk: Desk| async move {
        desk.look(&who, claimed.case, claimed.number, item, clarity).await
    };
    match play.attempt(verb).await {
        Tried::Done(looked) => {
            alive(play, person, "looked at")?;
            let until = play.clock.now() + play.settings.cases.lease;
            play.world.people[person].hand = Hand::Has { claimed, until };
            began(play, person, claimed.case, (item, clarity), expected, looked).await
        }
        Tried::Refused(Error::Refused(why)) if is_of_looks(why) => {
            if expected != Err(why) {
                return Err(format!("person {person} at {item}: {why:?}, not {expected:?}"));
            }
            if is_rest(why) {
                alive(play, person, "given back")?;
                play.world.people[person].hand = Hand::Nothing;
            }
            agree(play, person).await
        }
        tried @ (Tried::Refused(_) | Tried::Crashed) => settle(play, person, tried),
    }
}

/// Somebody looks, rightly or not, at an item of a decision that waits for a second person.
pub async fn look_again(play: &mut Play) -> Result<(), String> {
    let Some(row) = seconds::one_decision(play, "proposed").await? else { return Ok(()) };
    let person = play.one_of(play.world.people.len());
    look_as_second(play, row, person).await
}

/// The same of one person.
pub async fn look_as_second(
    play: &mut Play,
    row: seconds::Row,
    person: usize,
) -> Result<(), String> {
    let Some(item) = one_item(play, row.case).await? else { return Ok(()) };
    let who = people::reviewer(play, person).await?;
    let clarity = some_clarity(play);
    let expected = may_look(play, person, item).await?;
    let (id, case) = (row.id, row.case);
    let verb = |desk: Desk| async move { desk.look_again(&who, id, item, clarity).await };
    let tried = play.attempt(verb).await;
    if let Tried::Refused(_) = tried
        && !seconds::is_still(play, id, "proposed").await?
    {
        return Ok(());
    }
    match tried {
        Tried::Crashed => {
            // A break may have begun: then what they have in hand went back.
            play.world.people[person].hand = Hand::Unknown;
            Ok(())
        }
        Tried::Refused(Error::NotFound(_) | Error::Refused(Refusal::SecondIsFirst))
            if !row.is_theirs(play, person) =>
        {
            Ok(())
        }
        Tried::Done(_) if !row.is_theirs(play, person) => {
            Err(format!("person {person} looked again at {row:?}"))
        }
        Tried::Done(looked) => began(play, person, case, (item, clarity), expected, looked).await,
        Tried::Refused(Error::Refused(why)) if expected == Err(why) => {
            if is_rest(why) {
                play.world.people[person].hand = Hand::Nothing;
            }
            Ok(())
        }
        Tried::Refused(error) => {
            Err(format!("person {person} at {item} again: {error:?}, not {expected:?}"))
        }
    }
}

/// Somebody, who may have been away, goes on with the look that they began.
pub async fn come_back(play: &mut Play) -> Result<(), String> {
    let person = play.one_of(play.world.people.len());
    match play.world.people[person].look {
        Some(look) => go_on(play, person, look).await,
        None => Ok(()),
    }
}

/// They fetch its picture, stay, or end it.
async fn go_on(play: &mut Play, person: usize, look: LookId) -> Result<(), String> {
    match play.below(6) {
        0 => fetch(play, person, look).await,
        1 => end(play, person, look).await,
        2 => meddle(play, person, look).await,
        _ => {
            for _ in 0..play.below(STEPS) {
                if !stay(play, person, look).await? {
                    return Ok(());
                }
            }
            end(play, person, look).await
        }
    }
}

/// Somebody has seen enough, and takes a break.
pub async fn rest(play: &mut Play) -> Result<(), String> {
    let person = play.one_of(play.world.people.len());
    let who = people::member(play, person).await?;
    match play.attempt(|desk| async move { desk.rest(&who).await }).await {
        Tried::Done(()) => {
            play.world.people[person].hand = Hand::Nothing;
            match dose::due(play, person).await? {
                Some(_) => agree(play, person).await,
                None => Err(format!("person {person} took a break, and has none")),
            }
        }
        Tried::Crashed => {
            play.world.people[person].hand = Hand::Unknown;
            Ok(())
        }
        Tried::Refused(error) => Err(format!("person {person} has no break: {error:?}")),
    }
}

/// What must come of it when `person` wants to see `item`.
async fn may_look(
    play: &Play,
    person: usize,
    item: MatchId,
) -> Result<Result<(), Refusal>, String> {
    let kept = format!(
        "SELECT CASE WHEN wrapped_key IS NOT NULL AND expires_at > {} THEN 'yes' ELSE 'gone' END
           FROM evidence WHERE 'match_' || lower(hex(match_id)) = '{item}'",
        play.clock.now().as_microsecond()
    );
    match play.tables.texts(&kept).await?.first().map(String::as_str) {
        None => return Ok(Err(Refusal::EvidenceNone)),
        Some("gone") => return Ok(Err(Refusal::EvidenceGone)),
        Some(_) => {}
    }
    Ok(dose::due(play, person).await?.map_or(Ok(()), Err))
}

fn is_rest(why: Refusal) -> bool {
    matches!(why, Refusal::RestDue | Refusal::DoseSpent)
}

fn is_of_looks(why: Refusal) -> bool {
    is_rest(why) || matches!(why, Refusal::EvidenceNone | Refusal::EvidenceGone)
}

fn some_clarity(play: &mut Play) -> Clarity {
    if play.below(3) == 0 { Clarity::Veiled } else { Clarity::Clear }
}

/// One item of a case, rather one whose bytes were kept.
async fn one_item(play: &mut Play, case: CaseId) -> Result<Option<MatchId>, String> {
    let items = |which: &str| {
        format!(
            "SELECT 'match_' || lower(hex(match_id)) FROM case_item i
              WHERE 'case_' || lower(hex(case_id)) = '{case}' {which} ORDER BY match_id"
        )
    };
    let kept = " AND EXISTS (SELECT 1 FROM evidence e WHERE e.match_id = i.match_id)";
    let mut rows = play.tables.texts(&items(kept)).await?;
    if rows.is_empty() || play.below(8) == 0 {
        rows = play.tables.texts(&items("")).await?;
    }
    if rows.is_empty() {
        return Ok(None);
    }
    let chosen = play.one_of(rows.len());
    Ok(Some(rows[chosen].parse().unwrap()))
}

/// A look was granted: it is written down by now, and its picture may leave.
async fn began(
    play: &mut Play,
    person: usize,
    case: CaseId,
    (item, clarity): (MatchId, Clarity),
    expected: Result<(), Refusal>,
    looked: Looked,
) -> Result<(), String> {
    let look = looked.look();
    if let Err(why) = expected {
        return Err(format!("person {person} may look at {item} in spite of {why:?}"));
    }
    play.world.people[person].look = Some(look);
    let now = play.clock.now();
    match read(play, look).await? {
        Some(row) if row.opened == now && row.shown.is_none() && row.closed.is_none() => {}
        row => return Err(format!("{look} began at {now}, and is written down as {row:?}")),
    }
    if play.below(4) > 0 {
        let saw = Saw { look, by: play.world.people[person].id, case, item, clarity, at: now };
        picture(play, saw, looked).await?;
    }
    agree(play, person).await
}

/// The picture of a look that goes on and has shown none.
async fn picture(play: &mut Play, saw: Saw, looked: Looked) -> Result<(), String> {
    let look = saw.look;
    let shown = match play.attempt(|desk| async move { desk.picture(looked).await }).await {
        Tried::Done(shown) => shown,
        Tried::Crashed => return Ok(()),
        Tried::Refused(error) => return Err(format!("{look} shows nothing: {error:?}")),
    };
    let mut renditions = play.world.pictures.iter().map(|picture| picture.shown(saw.clarity));
    if !renditions.any(|rendition| *rendition == shown.file) {
        return Err(format!("{look} showed something else than a picture, {:?}", saw.clarity));
    }
    let was_viewed = play.desk.was_viewed(saw.item).await.map_err(|error| error.to_string())?;
    if saw.clarity == Clarity::Clear && was_viewed.is_none_or(|at| at > saw.at) {
        return Err(format!("{} was viewed at {}, not {was_viewed:?}", saw.item, saw.at));
    }
    play.world.seen.push(saw);
    Ok(())
}

/// A look as the table has it.
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
    fn is_open(&self, play: &Play) -> bool {
        let now = play.clock.now();
        self.closed.is_none()
            && now.duration_since(self.seen) < Look::SILENCE_MAX
            && now.duration_since(self.opened) < Look::LASTS_MAX
    }
}

async fn read(play: &Play, look: LookId) -> Result<Option<Row>, String> {
    let query = format!(
        "SELECT 'case_' || lower(hex(case_id)) || ' match_' || lower(hex(l.match_id)) || ' '
                || clarity || ' ' || opened_at || ' ' || seen_at
                || ' ' || coalesce(CAST(shown_at AS text), '-')
                || ' ' || coalesce(CAST(closed_at AS text), '-') || ' '
                || CASE WHEN e.wrapped_key IS NOT NULL AND e.expires_at > {} THEN 'yes' ELSE 'no' END
           FROM look l LEFT JOIN evidence e ON e.match_id = l.match_id
          WHERE 'look_' || lower(hex(l.id)) = '{look}'",
        play.clock.now().as_microsecond()
    );
    let rows = play.tables.words::<8>(&query).await?;
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

/// The picture is fetched later, or once more.
async fn fetch(play: &mut Play, person: usize, look: LookId) -> Result<(), String> {
    let who = people::reviewer(play, person).await?;
    let row = read(play, look).await?;
    let reopened = play.attempt(|desk| async move { desk.reopen_look(&who, look).await }).await;
    match (reopened, row) {
        (Tried::Crashed, _) | (Tried::Refused(Error::NotFound("look")), None) => Ok(()),
        (Tried::Done(looked), Some(row))
            if row.is_open(play) && row.shown.is_none() && row.is_readable =>
        {
            let (by, at) = (play.world.people[person].id, play.clock.now());
            let Row { case, item, clarity, .. } = row;
            picture(play, Saw { look, by, case, item, clarity, at }, looked).await
        }
        (Tried::Refused(Error::Refused(Refusal::LookClosed)), Some(row))
            if !row.is_open(play) || row.shown.is_some() =>
        {
            Ok(())
        }
        (Tried::Refused(Error::Refused(Refusal::EvidenceGone)), Some(row)) if !row.is_readable => {
            Ok(())
        }
        (Tried::Done(_), row) => Err(format!("{look} was opened once more: {row:?}")),
        (Tried::Refused(error), row) => Err(format!("{look} is {row:?}: {error:?}")),
    }
}

/// Somebody still looks; false if their look is over.
async fn stay(play: &mut Play, person: usize, look: LookId) -> Result<bool, String> {
    let seconds = 1 + play.below(STEP_SECONDS);
    play.clock.advance(SignedDuration::from_secs(i64::try_from(seconds).unwrap()));
    let who = people::reviewer(play, person).await?;
    let row = read(play, look).await?;
    let goes_on = row.as_ref().is_some_and(|row| row.is_open(play));
    match play.attempt(|desk| async move { desk.keep_look(&who, look).await }).await {
        Tried::Crashed => {
            play.world.people[person].hand = Hand::Unknown;
            Ok(false)
        }
        Tried::Done(()) if goes_on => {
            // Their claim lasts on too.
            let now = play.clock.now();
            let until = now + play.settings.cases.lease;
            let hand = &mut play.world.people[person].hand;
            let case = row.map(|row| row.case);
            if hand.case(now) == case
                && let Hand::Has { until: lasts, .. } = hand
            {
                *lasts = until;
            }
            Ok(true)
        }
        Tried::Refused(Error::Refused(Refusal::LookClosed)) if !goes_on && row.is_some() => {
            Ok(false)
        }
        Tried::Refused(Error::NotFound("look")) if row.is_none() => Ok(false),
        Tried::Done(()) => Err(format!("{look} goes on: {row:?}")),
        Tried::Refused(error) => Err(format!("{look} does not go on, {row:?}: {error:?}")),
    }
}

async fn end(play: &mut Play, person: usize, look: LookId) -> Result<(), String> {
    let who = people::reviewer(play, person).await?;
    let was = read(play, look).await?;
    let ended = play.attempt(|desk| async move { desk.close_look(&who, look).await }).await;
    let row = read(play, look).await?;
    match ended {
        Tried::Crashed => Ok(()),
        Tried::Done(()) if row.as_ref().is_some_and(|row| row.closed.is_some()) => {
            play.world.people[person].look = None;
            Ok(())
        }
        Tried::Refused(Error::NotFound("look")) if was.is_none() => {
            play.world.people[person].look = None;
            Ok(())
        }
        Tried::Done(()) => Err(format!("{look} was ended: {row:?}")),
        Tried::Refused(error) => Err(format!("{look} was not ended, {was:?}: {error:?}")),
    }
}

/// A look is its own person's.
async fn meddle(play: &mut Play, person: usize, look: LookId) -> Result<(), String> {
    let other = (person + 1) % play.world.people.len();
    let who = people::reviewer(play, other).await?;
    let kind = play.below(3);
    let verb = |desk: Desk| async move {
        match kind {
            0 => desk.reopen_look(&who, look).await.map(|_| ()),
            1 => desk.keep_look(&who, look).await,
            _ => desk.close_look(&who, look).await,
        }
    };
    match play.attempt(verb).await {
        Tried::Crashed | Tried::Refused(Error::NotFound("look")) => Ok(()),
        Tried::Done(()) => Err(format!("{look} is in another's hand")),
        Tried::Refused(error) => Err(format!("{look} is not there for another: {error:?}")),
    }
}

/// Their own figures tell people what they must do.
async fn agree(play: &mut Play, person: usize) -> Result<(), String> {
    let who = people::member(play, person).await?;
    let own = play.desk.exposure(&who).await.map_err(|error| error.to_string())?;
    let due = dose::due(play, person).await?;
    if own.rest.map(|rest| rest.why.refusal()) == due {
        return Ok(());
    }
    Err(format!("person {person} reads {:?}, and it is {due:?}", own.rest))
}
