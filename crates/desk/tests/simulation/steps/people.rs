//! Staff members sign in, send their cookie, and sign out.

use jiff::SignedDuration;
use mamori_desk::staff::member::{Lead, PolicyEditor, Reviewer};
use mamori_desk::{Desk, Error, Member};
use mamori_model::Refusal;
use mamori_model::sign_in::Session;

use crate::common::people::{session_of, sign_in_as};
use crate::sim::{Simulation, Tried};
use crate::world::SignedIn;

/// A person signs in, at another browser if they are signed in already.
pub async fn sign_in(sim: &mut Simulation, person: usize) {
    let (cookie, at) =
        (sign_in_as(&sim.desk, sim.world.people[person].id).await.cookie, sim.clock.now());
    sim.world.people[person].signed_in = Some(SignedIn { cookie, at, seen: at });
}

/// A random person signs in.
pub async fn come(sim: &mut Simulation) -> Result<(), String> {
    let person = sim.one_of(sim.world.people.len());
    sign_in(sim, person).await;
    Ok(())
}

/// A person signs out; the cookie has no session from then on.
pub async fn leave(sim: &mut Simulation) -> Result<(), String> {
    let person = sim.one_of(sim.world.people.len());
    let me = member(sim, person).await?;
    let Some(session) = sim.world.people[person].signed_in.take() else { return Ok(()) };
    let verb = |desk: Desk| async move { desk.sign_out(&me).await };
    match sim.attempt(verb).await {
        Tried::Done(()) => {}
        // The person does not know whether the session has ended, and closes the browser.
        Tried::Crashed => return Ok(()),
        Tried::Refused(error) => return Err(format!("person {person} cannot sign out: {error:?}")),
    }
    match sim.desk.member(session.cookie.reveal()).await {
        Ok(None) => Ok(()),
        other => Err(format!("person {person} signed out, and their cookie gives {other:?}")),
    }
}

/// A person sends their cookie, as with each page, and signs in again if the session has ended.
/// The cookie may change, also when the answer is lost.
pub async fn member(sim: &mut Simulation, person: usize) -> Result<Member, String> {
    loop {
        let Some(session) = sim.world.people[person].signed_in.clone() else {
            sign_in(sim, person).await;
            continue;
        };
        let now = sim.clock.now();
        let limits = &sim.settings.sign_in;
        let (age, idle) = (now.duration_since(session.at), now.duration_since(session.seen));
        let is_over = age >= limits.session_max || idle >= limits.session.idle;
        // The time of the last request is stored to the minute.
        let may_be_over = is_over || idle + Session::SEEN_EVERY >= limits.session.idle;
        let cookie = session.cookie.clone();
        let verb = |desk: Desk| async move { desk.member(cookie.reveal()).await };
        match sim.attempt(verb).await {
            Tried::Done(Some(_)) if is_over => {
                return Err(format!("person {person} is still signed in after {age} and {idle}"));
            }
            Tried::Done(Some(found)) => {
                let cookie = found.renewed.unwrap_or(session.cookie);
                let at = session.at;
                sim.world.people[person].signed_in = Some(SignedIn { cookie, at, seen: now });
                return Ok(found.member);
            }
            Tried::Done(None) | Tried::Refused(Error::Refused(Refusal::SessionEnded))
                if may_be_over =>
            {
                sim.world.people[person].signed_in = None;
            }
            Tried::Crashed => {}
            Tried::Done(None) => return Err(format!("person {person}'s cookie has no session")),
            Tried::Refused(error) => {
                return Err(format!("person {person} is not known: {error:?}"));
            }
        }
    }
}

/// The same as a reviewer.
pub async fn reviewer(sim: &mut Simulation, person: usize) -> Result<Reviewer, String> {
    let member = member(sim, person).await?;
    member.reviewer().ok_or_else(|| format!("person {person} lost their role"))
}

/// The same as a lead.
pub async fn lead(sim: &mut Simulation, person: usize) -> Result<Lead, String> {
    let member = member(sim, person).await?;
    member.lead().ok_or_else(|| format!("person {person} lost their role"))
}

/// The policy editor, at another browser each time.
pub async fn editor(sim: &Simulation) -> PolicyEditor {
    let entered = sign_in_as(&sim.desk, sim.world.editor).await;
    session_of(&sim.desk, &entered).await.member.editor().unwrap()
}

/// A person who has authenticated recently.
pub async fn proved(sim: &mut Simulation, person: usize) -> Result<Member, String> {
    let member = member(sim, person).await?;
    if member.recently(sim.clock.now()).is_ok() {
        return Ok(member);
    }
    let age = sim.world.people[person].signed_in.as_ref().map(|session| session.at);
    let age = age.map_or(SignedDuration::ZERO, |at| sim.clock.now().duration_since(at));
    if age < sim.settings.sign_in.proof_max {
        return Err(format!("person {person} signed in {age} ago, and must authenticate again"));
    }
    sign_in(sim, person).await;
    self::member(sim, person).await
}
