//! Services answer what they are asked for, and leads ask again.

use mamori_desk::{Desk, Error};
use mamori_model::action::Answer;
use mamori_model::{ActionId, DecisionId, Refusal};

use super::people;
use crate::play::{Play, Tried};

/// An action that somebody was asked for.
struct Asked {
    id: ActionId,
    decision: DecisionId,
    /// A service's place.
    service: usize,
    state: String,
}

async fn asked(play: &Play, which: &str) -> Result<Vec<Asked>, String> {
    let query = format!(
        "SELECT 'act_' || lower(hex(id)) || ' dec_' || lower(hex(decision_id))
                || ' svc_' || lower(hex(service_id)) || ' ' || state
           FROM service_action WHERE {which} ORDER BY id"
    );
    let rows = play.tables.texts(&query).await?;
    let read = |row: &String| {
        let [id, decision, service, state] = row.split(' ').collect::<Vec<_>>().try_into().unwrap();
        let is_its = |one: &crate::world::Service| one.caller.service().to_string() == service;
        Asked {
            id: id.parse().unwrap(),
            decision: decision.parse().unwrap(),
            service: play.world.services.iter().position(is_its).unwrap(),
            state: state.to_owned(),
        }
    };
    Ok(rows.iter().map(read).collect())
}

/// A service says what became of an action; now and then another one does.
pub async fn answer(play: &mut Play) -> Result<(), String> {
    let all = asked(play, "sequence IS NOT NULL").await?;
    if all.is_empty() {
        return Ok(());
    }
    let one = &all[play.one_of(all.len())];
    let is_own = play.below(8) > 0;
    let service = if is_own { one.service } else { 1 - one.service };
    let caller = play.world.services[service].caller;
    let answer = if play.below(3) == 0 { Answer::Cannot } else { Answer::Done };
    let id = one.id;
    let verb = |desk: Desk| async move { desk.answer_action(&caller, id, answer, None).await };
    let tried = play.attempt(verb).await;
    let is_same = one.state == answer.state().as_str();
    match (one.state.as_str(), tried) {
        (_, Tried::Crashed) => Ok(()),
        (_, Tried::Refused(Error::NotFound("action"))) if !is_own => Ok(()),
        ("waiting" | "overdue", Tried::Done(())) if is_own => {
            play.world.actions.insert(id, answer);
            Ok(())
        }
        ("superseded", Tried::Done(())) if is_own => Ok(()),
        ("done" | "cannot", Tried::Done(())) if is_own && is_same => Ok(()),
        ("done" | "cannot", Tried::Refused(Error::Refused(Refusal::ActionAnswered)))
            if is_own && !is_same =>
        {
            Ok(())
        }
        (state, Tried::Done(())) => Err(format!("{id}, {state}, is {answer:?} by {service}")),
        (state, Tried::Refused(error)) => Err(format!("{id}, {state}, {answer:?}: {error:?}")),
    }
}

/// A lead asks again for what a service said nothing of for two weeks.
pub async fn ask_again(play: &mut Play) -> Result<(), String> {
    let all = asked(play, "state = 'overdue'").await?;
    if all.is_empty() {
        return Ok(());
    }
    let (id, decision) = {
        let one = &all[play.one_of(all.len())];
        (one.id, one.decision)
    };
    let lead = play.world.people.iter().position(|person| person.is_lead).unwrap();
    let who = people::member(play, lead).await?.lead().unwrap();
    let verb = |desk: Desk| async move { desk.ask_again(&who, decision, id).await };
    match play.attempt(verb).await {
        Tried::Done(()) | Tried::Crashed => Ok(()),
        Tried::Refused(error) => Err(format!("{id} was not asked for again: {error:?}")),
    }
}

/// Each service answers everything that it is asked for.
pub async fn answer_all(play: &mut Play) -> Result<(), String> {
    for one in asked(play, "state IN ('waiting', 'overdue')").await? {
        let caller = play.world.services[one.service].caller;
        let answered = play.desk.answer_action(&caller, one.id, Answer::Done, None).await;
        answered.map_err(|error| format!("{} was not answered: {error:?}", one.id))?;
    }
    Ok(())
}
