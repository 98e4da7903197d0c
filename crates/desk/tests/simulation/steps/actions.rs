//! Services answer actions, and leads request overdue actions again.

use mamori_desk::{Desk, Error};
use mamori_model::action::Answer;
use mamori_model::{ActionId, DecisionId, Refusal};

use super::{people, services};
use crate::sim::{Simulation, Tried};

/// An action that was requested from a service.
struct RequestedAction {
    id: ActionId,
    decision: DecisionId,
    /// The index of the service.
    service: usize,
    state: String,
}

async fn requested(sim: &Simulation, which: &str) -> Result<Vec<RequestedAction>, String> {
    let query = format!(
        "SELECT 'act_' || lower(hex(id)) || ' dec_' || lower(hex(decision_id))
                || ' svc_' || lower(hex(service_id)) || ' ' || state
           FROM service_action WHERE {which} ORDER BY id"
    );
    let rows = sim.tables.texts(&query).await?;
    let read = |row: &String| {
        let [id, decision, service, state] = row.split(' ').collect::<Vec<_>>().try_into().unwrap();
        let is_its = |one: &crate::world::Service| one.id.to_string() == service;
        RequestedAction {
            id: id.parse().unwrap(),
            decision: decision.parse().unwrap(),
            service: sim.world.services.iter().position(is_its).unwrap(),
            state: state.to_owned(),
        }
    };
    Ok(rows.iter().map(read).collect())
}

/// A service answers an action, sometimes one of another service.
pub async fn answer(sim: &mut Simulation) -> Result<(), String> {
    let all = requested(sim, "sequence IS NOT NULL").await?;
    if all.is_empty() {
        return Ok(());
    }
    let one = &all[sim.one_of(all.len())];
    let is_own = sim.below(8) > 0;
    let others: Vec<usize> = services::live(sim).await?;
    let other = others.into_iter().find(|other| *other != one.service);
    let service = if is_own { one.service } else { other.ok_or("there is one service")? };
    let Some(caller) = services::caller(sim, service).await? else { return Ok(()) };
    let answer = if sim.below(3) == 0 { Answer::Cannot } else { Answer::Done };
    let id = one.id;
    let verb = |desk: Desk| async move { desk.answer_action(&caller, id, answer, None).await };
    let tried = sim.attempt(verb).await;
    let is_same = one.state == answer.state().as_str();
    match (one.state.as_str(), tried) {
        (_, Tried::Crashed) => Ok(()),
        (_, Tried::Refused(Error::NotFound("action"))) if !is_own => Ok(()),
        ("waiting" | "overdue", Tried::Done(())) if is_own => {
            sim.world.actions.insert(id, answer);
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

/// A lead requests an action again that its service has not answered for two weeks.
pub async fn request_again(sim: &mut Simulation) -> Result<(), String> {
    let all = requested(sim, "state = 'overdue'").await?;
    if all.is_empty() {
        return Ok(());
    }
    let (id, decision) = {
        let one = &all[sim.one_of(all.len())];
        (one.id, one.decision)
    };
    let lead = sim.world.people.iter().position(|person| person.is_lead).unwrap();
    let who = people::member(sim, lead).await?.lead().unwrap();
    let verb = |desk: Desk| async move { desk.request_again(&who, decision, id).await };
    match sim.attempt(verb).await {
        Tried::Done(()) | Tried::Crashed => Ok(()),
        Tried::Refused(error) => Err(format!("{id} was not requested again: {error:?}")),
    }
}

/// Each service answers every action that was requested from it.
pub async fn answer_all(sim: &mut Simulation) -> Result<(), String> {
    for one in requested(sim, "state IN ('waiting', 'overdue')").await? {
        let caller = services::caller(sim, one.service).await?;
        let caller = caller.ok_or_else(|| format!("{} is asked of a deleted service", one.id))?;
        let answered = sim.desk.answer_action(&caller, one.id, Answer::Done, None).await;
        answered.map_err(|error| format!("{} was not answered: {error:?}", one.id))?;
    }
    Ok(())
}
