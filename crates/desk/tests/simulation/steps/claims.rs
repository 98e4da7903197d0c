//! Reviewers claim cases and release them.

use mamori_desk::cases::claim_case::{Claimed, Queue};
use mamori_desk::cases::release_case::Release;
use mamori_desk::{Desk, Error};
use mamori_model::{CaseId, FreeText, Refusal, Urgency};

use super::people;
use crate::exposure;
use crate::sim::{Simulation, Tried};
use crate::world::Hand;

pub fn words() -> FreeText {
    "because chance said so".parse().unwrap()
}

/// A reviewer claims the next case.
pub async fn next(sim: &mut Simulation) -> Result<(), String> {
    let person = sim.one_of(sim.world.people.len());
    next_of(sim, person).await
}

/// The same for one person.
pub async fn next_of(sim: &mut Simulation, person: usize) -> Result<(), String> {
    let who = people::reviewer(sim, person).await?;
    let due = exposure::due(sim, person).await?;
    let verb = |desk: Desk| async move { desk.claim_next(&who, Queue::default()).await };
    match sim.attempt(verb).await {
        Tried::Done(claimed) => got(sim, person, Ok(claimed), due),
        Tried::Refused(error) => got(sim, person, Err(error), due),
        Tried::Crashed => {
            sim.world.people[person].hand = Hand::Unknown;
            Ok(())
        }
    }
}

/// Two reviewers claim at the same moment.
pub async fn two_at_once(sim: &mut Simulation) -> Result<(), String> {
    let one = sim.one_of(sim.world.people.len());
    let two = (one + 1) % sim.world.people.len();
    let who = [people::reviewer(sim, one).await?, people::reviewer(sim, two).await?];
    let due = [exposure::due(sim, one).await?, exposure::due(sim, two).await?];
    let ask = |who| {
        let desk = sim.desk.clone();
        async move { desk.claim_next(who, Queue::default()).await }
    };
    let (first, second) = tokio::join!(ask(&who[0]), ask(&who[1]));
    let mut answers = [(one, first, due[0]), (two, second, due[1])];
    // A due break takes a reviewer's case away, which the other one may get at the same moment.
    answers.sort_by_key(|(_, _, due)| due.is_none());
    for (person, answer, due) in answers {
        got(sim, person, answer, due)?;
    }
    Ok(())
}

/// Checks a claim: a reviewer with a due break gets no case and loses the one that they have.
fn got(
    sim: &mut Simulation,
    person: usize,
    answer: Result<Option<Claimed>, Error>,
    due: Option<Refusal>,
) -> Result<(), String> {
    match (answer, due) {
        (Ok(claimed), None) => took(sim, person, claimed),
        (Err(Error::Refused(why)), Some(due)) if why == due => {
            sim.world.people[person].hand = Hand::Nothing;
            Ok(())
        }
        (answer, due) => Err(format!("person {person}, who is due {due:?}, got {answer:?}")),
    }
}

/// Checks a claimed case: no other reviewer has it, and it is the one that this reviewer had.
fn took(sim: &mut Simulation, person: usize, claimed: Option<Claimed>) -> Result<(), String> {
    let now = sim.clock.now();
    let Some(claimed) = claimed else { return Ok(()) };
    sim.log(format!("   person {person} has {}", claimed.case));
    for (number, other) in sim.world.people.iter().enumerate() {
        if number != person && other.hand.case(now) == Some(claimed.case) {
            return Err(format!("{} is claimed by two", claimed.case));
        }
    }
    let before = &sim.world.people[person].hand;
    match before.case(now) {
        Some(had) if had != claimed.case => {
            Err(format!("person {person} had claimed {had} and got {}", claimed.case))
        }
        // A claimed case is returned again.
        Some(_) | None => {
            sim.world.people[person].hand = Hand::Has { claimed, until: claimed.until };
            Ok(())
        }
    }
}

/// A reviewer's page sends a keep-alive.
pub async fn extend(sim: &mut Simulation) -> Result<(), String> {
    let Some((person, claimed)) = person_with_a_case(sim) else { return Ok(()) };
    let who = people::reviewer(sim, person).await?;
    let verb =
        |desk: Desk| async move { desk.extend_claim(&who, claimed.case, claimed.number).await };
    let tried = sim.attempt(verb).await;
    if let Tried::Done(until) = tried {
        alive(sim, person, "extended")?;
        sim.world.people[person].hand = Hand::Has { claimed, until };
        return Ok(());
    }
    check_outcome(sim, person, tried)
}

/// A reviewer writes a note.
pub async fn note(sim: &mut Simulation) -> Result<(), String> {
    let Some((person, claimed)) = person_with_a_case(sim) else { return Ok(()) };
    let who = people::reviewer(sim, person).await?;
    let verb = |desk: Desk| async move {
        desk.note_case(&who, claimed.case, claimed.number, &words()).await
    };
    let tried = sim.attempt(verb).await;
    if let Tried::Done(()) = tried {
        return alive(sim, person, "noted");
    }
    check_outcome(sim, person, tried)
}

/// A reviewer releases a case, in one of four ways.
pub async fn release(sim: &mut Simulation) -> Result<(), String> {
    let Some((person, claimed)) = person_with_a_case(sim) else { return Ok(()) };
    let who = people::reviewer(sim, person).await?;
    let colleague = sim.one_of(sim.world.people.len());
    let to = sim.world.people[colleague].id;
    let release = match sim.below(4) {
        0 => Release::Leave,
        1 => Release::Skip(words()),
        2 => {
            let urgency = Urgency::ALL[sim.one_of(Urgency::ALL.len())];
            Release::Escalate { urgency, why: words() }
        }
        _ => Release::HandOver { to, why: words() },
    };
    let is_escalated = matches!(release, Release::Escalate { .. });
    let is_handed = matches!(release, Release::HandOver { .. });
    let verb = |desk: Desk| async move {
        desk.release_case(&who, claimed.case, claimed.number, release).await
    };
    match sim.attempt(verb).await {
        Tried::Done(()) => {
            alive(sim, person, "released")?;
            sim.world.people[person].hand = Hand::Nothing;
            Ok(())
        }
        // The case is more urgent already.
        Tried::Refused(Error::Refused(Refusal::UrgencyLower)) if is_escalated => Ok(()),
        // The colleague may not have it: the same person, or no lead where the case needs one.
        Tried::Refused(Error::NotFound(_)) if is_handed => Ok(()),
        tried @ (Tried::Refused(_) | Tried::Crashed) => check_outcome(sim, person, tried),
    }
}

/// A reviewer lowers the urgency of the case that they claimed, or proposes it.
pub async fn lower_urgency(sim: &mut Simulation) -> Result<(), String> {
    let Some((person, claimed)) = person_with_a_case(sim) else { return Ok(()) };
    let who = people::reviewer(sim, person).await?;
    let to = Urgency::ALL[sim.one_of(Urgency::ALL.len())];
    let was_in_danger = is_in_danger(sim, claimed.case).await?;
    let verb = |desk: Desk| async move {
        desk.lower_urgency(&who, claimed.case, claimed.number, to, &words()).await
    };
    match sim.attempt(verb).await {
        Tried::Done(lowered) => {
            alive(sim, person, "lowered")?;
            if was_in_danger && !is_in_danger(sim, claimed.case).await? {
                return Err(format!("person {person} alone lowered {}: {lowered:?}", claimed.case));
            }
            Ok(())
        }
        Tried::Refused(Error::Refused(
            Refusal::UrgencyNotLower | Refusal::LoweringWaits | Refusal::NoLead,
        )) => Ok(()),
        tried @ (Tried::Refused(_) | Tried::Crashed) => check_outcome(sim, person, tried),
    }
}

pub async fn is_in_danger(sim: &Simulation, case: CaseId) -> Result<bool, String> {
    let query = format!(
        "SELECT count(*) FROM review_case
          WHERE 'case_' || lower(hex(id)) = '{case}' AND urgency = 0"
    );
    Ok(sim.tables.count(&query).await? == 1)
}

/// A random reviewer who, as far as they know, has claimed a case.
pub fn person_with_a_case(sim: &mut Simulation) -> Option<(usize, Claimed)> {
    let with: Vec<(usize, Claimed)> = sim
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
    let chosen = sim.one_of(with.len());
    Some(with[chosen])
}

/// Fails if the claim had lapsed before the operation `what`.
pub fn alive(sim: &Simulation, person: usize, what: &str) -> Result<(), String> {
    match sim.world.people[person].hand.case(sim.clock.now()) {
        Some(_) => Ok(()),
        None => Err(format!("person {person}'s claim had lapsed, and the case was {what}")),
    }
}

/// Records an unknown state after a crash, and checks that a refusal has its reason.
pub fn check_outcome<T>(
    sim: &mut Simulation,
    person: usize,
    tried: Tried<T>,
) -> Result<(), String> {
    let now = sim.clock.now();
    match tried {
        Tried::Done(_) => Ok(()),
        Tried::Crashed => {
            sim.world.people[person].hand = Hand::Unknown;
            Ok(())
        }
        Tried::Refused(Error::Refused(
            Refusal::ClaimLapsed | Refusal::ClaimedByOther | Refusal::CaseClosed | Refusal::InBulk,
        )) => {
            if let Some(case) = sim.world.people[person].hand.case(now) {
                return Err(format!("person {person} has claimed {case} and was refused"));
            }
            sim.world.people[person].hand = Hand::Nothing;
            Ok(())
        }
        Tried::Refused(error) => Err(format!("unexpected: {error:?}")),
    }
}
