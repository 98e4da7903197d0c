//! Reviewers take cases and give them back.

use mamori_desk::cases::claim_case::{Claimed, Queue};
use mamori_desk::cases::release_case::Release;
use mamori_desk::{Desk, Error};
use mamori_model::{Refusal, Urgency, Words};

use super::people;
use crate::dose;
use crate::play::{Play, Tried};
use crate::world::Hand;

pub fn words() -> Words {
    "because chance said so".parse().unwrap()
}

/// Somebody asks for the next case.
pub async fn next(play: &mut Play) -> Result<(), String> {
    let person = play.one_of(play.world.people.len());
    next_of(play, person).await
}

/// The same of one person.
pub async fn next_of(play: &mut Play, person: usize) -> Result<(), String> {
    let who = people::reviewer(play, person).await?;
    let due = dose::due(play, person).await?;
    let verb = |desk: Desk| async move { desk.claim_next(&who, Queue::default()).await };
    match play.attempt(verb).await {
        Tried::Done(claimed) => got(play, person, Ok(claimed), due),
        Tried::Refused(error) => got(play, person, Err(error), due),
        Tried::Crashed => {
            play.world.people[person].hand = Hand::Unknown;
            Ok(())
        }
    }
}

/// Two people ask at the same moment.
pub async fn two_at_once(play: &mut Play) -> Result<(), String> {
    let one = play.one_of(play.world.people.len());
    let two = (one + 1) % play.world.people.len();
    let who = [people::reviewer(play, one).await?, people::reviewer(play, two).await?];
    let due = [dose::due(play, one).await?, dose::due(play, two).await?];
    let ask = |who| {
        let desk = play.desk.clone();
        async move { desk.claim_next(who, Queue::default()).await }
    };
    let (first, second) = tokio::join!(ask(&who[0]), ask(&who[1]));
    got(play, one, first, due[0])?;
    got(play, two, second, due[1])
}

/// Whoever has a break to take gets no case, and gives back what they have.
fn got(
    play: &mut Play,
    person: usize,
    answer: Result<Option<Claimed>, Error>,
    due: Option<Refusal>,
) -> Result<(), String> {
    match (answer, due) {
        (Ok(claimed), None) => took(play, person, claimed),
        (Err(Error::Refused(why)), Some(due)) if why == due => {
            play.world.people[person].hand = Hand::Nothing;
            Ok(())
        }
        (answer, due) => Err(format!("person {person}, who is due {due:?}, got {answer:?}")),
    }
}

/// What somebody got is nobody else's, and what they had in hand is what they get.
fn took(play: &mut Play, person: usize, claimed: Option<Claimed>) -> Result<(), String> {
    let now = play.clock.now();
    let Some(claimed) = claimed else { return Ok(()) };
    play.tell(format!("   person {person} has {}", claimed.case));
    for (number, other) in play.world.people.iter().enumerate() {
        if number != person && other.hand.case(now) == Some(claimed.case) {
            return Err(format!("{} is in two hands", claimed.case));
        }
    }
    let before = &play.world.people[person].hand;
    match before.case(now) {
        Some(had) if had != claimed.case => {
            Err(format!("person {person} has {had} in hand and got {}", claimed.case))
        }
        // What one has is given again.
        Some(_) | None => {
            play.world.people[person].hand = Hand::Has { claimed, until: claimed.until };
            Ok(())
        }
    }
}

/// Somebody's page says that it is still open.
pub async fn keep(play: &mut Play) -> Result<(), String> {
    let Some((person, claimed)) = somebody_with_a_case(play) else { return Ok(()) };
    let who = people::reviewer(play, person).await?;
    let verb =
        |desk: Desk| async move { desk.keep_claim(&who, claimed.case, claimed.number).await };
    let tried = play.attempt(verb).await;
    if let Tried::Done(until) = tried {
        alive(play, person, "kept")?;
        play.world.people[person].hand = Hand::Has { claimed, until };
        return Ok(());
    }
    settle(play, person, tried)
}

/// Somebody writes something down.
pub async fn note(play: &mut Play) -> Result<(), String> {
    let Some((person, claimed)) = somebody_with_a_case(play) else { return Ok(()) };
    let who = people::reviewer(play, person).await?;
    let verb = |desk: Desk| async move {
        desk.note_case(&who, claimed.case, claimed.number, &words()).await
    };
    let tried = play.attempt(verb).await;
    if let Tried::Done(()) = tried {
        return alive(play, person, "noted");
    }
    settle(play, person, tried)
}

/// Somebody gives a case back, in one of four ways.
pub async fn release(play: &mut Play) -> Result<(), String> {
    let Some((person, claimed)) = somebody_with_a_case(play) else { return Ok(()) };
    let who = people::reviewer(play, person).await?;
    let colleague = play.one_of(play.world.people.len());
    let to = play.world.people[colleague].id;
    let release = match play.below(4) {
        0 => Release::Leave,
        1 => Release::Skip(words()),
        2 => Release::Escalate { urgency: Urgency::NewMaterial, why: words() },
        _ => Release::HandOver { to, why: words() },
    };
    let is_handed = matches!(release, Release::HandOver { .. });
    let verb = |desk: Desk| async move {
        desk.release_case(&who, claimed.case, claimed.number, release).await
    };
    match play.attempt(verb).await {
        Tried::Done(()) => {
            alive(play, person, "given back")?;
            play.world.people[person].hand = Hand::Nothing;
            Ok(())
        }
        // The colleague may not have it: themselves, or no lead where one was asked for.
        Tried::Refused(Error::NotFound(_)) if is_handed => Ok(()),
        tried @ (Tried::Refused(_) | Tried::Crashed) => settle(play, person, tried),
    }
}

/// Somebody who has a case in hand, as far as they know.
pub fn somebody_with_a_case(play: &mut Play) -> Option<(usize, Claimed)> {
    let with: Vec<(usize, Claimed)> = play
        .world
        .people
        .iter()
        .enumerate()
        .filter_map(|(number, person)| match &person.hand {
            Hand::Has { claimed, .. } => Some((number, *claimed)),
            Hand::Nothing | Hand::Unknown => None,
        })
        .collect();
    if with.is_empty() {
        return None;
    }
    let chosen = play.one_of(with.len());
    Some(with[chosen])
}

/// Fails where somebody did something with a claim that had lapsed.
pub fn alive(play: &Play, person: usize, what: &str) -> Result<(), String> {
    match play.world.people[person].hand.case(play.clock.now()) {
        Some(_) => Ok(()),
        None => Err(format!("person {person}'s claim had lapsed, and the case was {what}")),
    }
}

/// What a crash leaves open, and a refusal that must have its reason.
pub fn settle<T>(play: &mut Play, person: usize, tried: Tried<T>) -> Result<(), String> {
    let now = play.clock.now();
    match tried {
        Tried::Done(_) => Ok(()),
        Tried::Crashed => {
            play.world.people[person].hand = Hand::Unknown;
            Ok(())
        }
        Tried::Refused(Error::Refused(
            Refusal::ClaimLapsed | Refusal::ClaimedByOther | Refusal::CaseClosed | Refusal::InBulk,
        )) => {
            if let Some(case) = play.world.people[person].hand.case(now) {
                return Err(format!("person {person} has {case} in hand and may not"));
            }
            play.world.people[person].hand = Hand::Nothing;
            Ok(())
        }
        Tried::Refused(error) => Err(format!("unexpected: {error:?}")),
    }
}
