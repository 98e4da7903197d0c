//! Services are deleted by two actors: those with open cases leave first. Another service comes in their place.

use mamori_desk::services::issue_key::{Issued, NewKey};
use mamori_desk::{Admin, Caller, Desk, Error, Proof};
use mamori_model::Refusal;
use mamori_model::key::{Role, Scope};

use crate::common::receiver::Receiver;
use crate::sim::{Simulation, Tried};
use crate::world::Service;

/// The fewest services of which items are checked.
const LIVE_MIN: usize = 2;

/// Where a service is in its life, as the tables say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    Live,
    Leaving,
    Deleted,
}

/// Where the service at this index is in its life.
pub async fn life(sim: &Simulation, service: usize) -> Result<Life, String> {
    let id = sim.world.services[service].id;
    let query = format!(
        "SELECT CASE WHEN deleted_at IS NOT NULL THEN 'deleted' WHEN leaving_at IS NOT NULL
                     THEN 'leaving' ELSE 'live' END
           FROM service WHERE 'svc_' || lower(hex(id)) = '{id}'"
    );
    match sim.tables.texts(&query).await?.first().map(String::as_str) {
        Some("deleted") => Ok(Life::Deleted),
        Some("leaving") => Ok(Life::Leaving),
        Some(_) => Ok(Life::Live),
        None => Err(format!("{id} has no row")),
    }
}

/// The service as its key proves it now, with the scopes that its life leaves it; `None` once it is
/// deleted.
pub async fn caller(sim: &Simulation, service: usize) -> Result<Option<Caller>, String> {
    let token = &sim.world.services[service].token;
    let proved = sim.desk.authenticate(token.reveal(), None);
    let life = life(sim, service).await?;
    let remains: &[Scope] = match life {
        Life::Live => &Scope::OF_SERVICES,
        Life::Leaving => &[Scope::ActionsAnswer],
        Life::Deleted => &[],
    };
    match proved {
        None if life == Life::Deleted => Ok(None),
        Some(Proof::Caller(caller)) if life != Life::Deleted => {
            let scopes = Scope::ALL.iter().copied();
            let wrong = scopes
                .into_iter()
                .find(|scope| caller.require(&[*scope]).is_ok() != remains.contains(scope));
            match wrong {
                None => Ok(Some(caller)),
                Some(scope) => Err(format!("service {service}, {life:?}: the scope {scope:?}")),
            }
        }
        other => Err(format!("the key of service {service}, {life:?}, proves {other:?}")),
    }
}

/// The indices of the services of which items are checked.
pub async fn live(sim: &Simulation) -> Result<Vec<usize>, String> {
    let mut live = Vec::new();
    for service in 0..sim.world.services.len() {
        if life(sim, service).await? == Life::Live {
            live.push(service);
        }
    }
    Ok(live)
}

/// One of the services of which items are checked, and its proof.
pub async fn one_live(sim: &mut Simulation) -> Result<(usize, Caller), String> {
    let live = live(sim).await?;
    let service = live[sim.one_of(live.len())];
    let caller = caller(sim, service).await?.ok_or("a live service has no key")?;
    Ok((service, caller))
}

/// Adds a service with a key, an endpoint and a receiver.
pub async fn add(sim: &mut Simulation) -> Result<(), String> {
    let wrong = |error: Error| format!("no service was added: {error:?}");
    let name = format!("service {}", sim.world.services.len());
    let new = sim.desk.create_service(&sim.admin, name.parse().unwrap()).await.map_err(wrong)?;
    let key = NewKey::whole(Role::Service(new.id), "the service's".parse().unwrap());
    let Issued { token, .. } = sim.desk.issue_key(&sim.admin, key).await.map_err(wrong)?;
    let receiver = Receiver::start(&[]).await;
    let url = receiver.url.clone();
    sim.world.services.push(Service { id: new.id, token, receiver, endpoints: Vec::new() });
    sim.catch_up().await?;
    let number = sim.world.services.len() - 1;
    let caller = caller(sim, number).await?.ok_or("a new service has no key")?;
    let endpoint = sim.desk.add_endpoint(&caller, &url).await.map_err(wrong)?;
    sim.world.services[number].endpoints.push(endpoint.id);
    Ok(())
}

/// An administrator requests to delete a service, sometimes one that is leaving or gone. Without a
/// second actor it stays as it is.
pub async fn delete(sim: &mut Simulation, admin: Admin) -> Result<(), String> {
    let number = sim.one_of(sim.world.services.len());
    let id = sim.world.services[number].id;
    let before = life(sim, number).await?;
    let verb = |desk: Desk| async move { desk.delete_service(&admin, id).await };
    match (before, sim.attempt(verb).await) {
        (_, Tried::Crashed | Tried::Refused(Error::NotFound("scope")))
        | (Life::Deleted, Tried::Refused(Error::NotFound("service")))
        | (
            Life::Live | Life::Leaving,
            Tried::Refused(Error::Waits(_) | Error::Refused(Refusal::RequestsFull)),
        ) => {}
        (_, Tried::Done(deletion)) => return Err(format!("{id}, by one actor: {deletion:?}")),
        (_, Tried::Refused(error)) => return Err(format!("{id}: {error:?}")),
    }
    sim.catch_up().await?;
    if life(sim, number).await? != before {
        return Err(format!("{id} was {before:?}, and one actor changed that"));
    }
    Ok(())
}

/// Services come in the place of those that two actors deleted.
pub async fn replace_deleted(sim: &mut Simulation) -> Result<(), String> {
    while live(sim).await?.len() < LIVE_MIN {
        add(sim).await?;
    }
    Ok(())
}
