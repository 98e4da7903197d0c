//! Workers, receivers, terms, and time that passes.

use jiff::SignedDuration;
use mamori_desk::Error;
use mamori_model::page::PageSize;
use mamori_model::webhook::DeliveryState;

use super::services;
use crate::invariants;
use crate::sim::{Simulation, Tried};

/// The most endpoints that a service of this world has.
const ENDPOINTS: usize = 3;

/// The workers run the jobs that are due.
pub async fn work(sim: &mut Simulation) -> Result<(), String> {
    match sim.attempt(|desk| async move { desk.work_once().await }).await {
        Tried::Done(_) | Tried::Crashed => Ok(()),
        Tried::Refused(error) => Err(format!("the worker failed: {error:?}")),
    }
}

/// A receiver will misbehave at its next message.
#[expect(clippy::unnecessary_wraps, reason = "as every step")]
pub fn trouble(sim: &mut Simulation) -> Result<(), String> {
    const TROUBLES: [u16; 5] = [500, 503, 410, 0, 1];
    let service = sim.one_of(sim.world.services.len());
    let status = TROUBLES[sim.one_of(TROUBLES.len())];
    sim.log(format!("   service {service} answers {status}"));
    sim.world.services[service].receiver.answer_next(status);
    Ok(())
}

/// A service enables its endpoints, of which some answered 410.
pub async fn enable(sim: &mut Simulation, service: usize) -> Result<(), String> {
    let Some(caller) = services::caller(sim, service).await? else { return Ok(()) };
    for endpoint in sim.world.services[service].endpoints.clone() {
        let caller = caller.clone();
        let verb =
            |desk: mamori_desk::Desk| async move { desk.enable_endpoint(&caller, endpoint).await };
        match sim.attempt(verb).await {
            Tried::Done(_) | Tried::Crashed | Tried::Refused(Error::NotFound(_)) => {}
            Tried::Refused(error) => return Err(format!("an endpoint stays disabled: {error:?}")),
        }
    }
    Ok(())
}

/// A service enables its endpoints, and asks for a failed delivery again.
pub async fn redeliver(sim: &mut Simulation) -> Result<(), String> {
    let (service, caller) = services::one_live(sim).await?;
    enable(sim, service).await?;
    let list = |state| {
        let (desk, caller) = (sim.desk.clone(), caller.clone());
        async move { desk.deliveries(&caller, None, Some(state), None, PageSize::DEFAULT).await }
    };
    let failed = list(DeliveryState::Failed).await.map_err(|error| error.to_string())?.rows;
    if failed.is_empty() {
        return Ok(());
    }
    let delivery = failed[sim.one_of(failed.len())].id;
    let verb = |desk: mamori_desk::Desk| async move { desk.redeliver(&caller, delivery).await };
    match sim.attempt(verb).await {
        // Refused: its endpoint was removed, or is disabled after a crash.
        Tried::Done(())
        | Tried::Crashed
        | Tried::Refused(Error::Conflict(_) | Error::NotFound(_)) => Ok(()),
        Tried::Refused(error) => Err(format!("nothing was sent again: {error:?}")),
    }
}

/// A service adds an endpoint, or removes one.
pub async fn endpoints(sim: &mut Simulation) -> Result<(), String> {
    let (number, caller) = services::one_live(sim).await?;
    let service = &sim.world.services[number];
    let url = service.receiver.url.clone();
    let endpoints = service.endpoints.clone();
    if endpoints.len() < ENDPOINTS && sim.below(2) == 0 {
        let verb = |desk: mamori_desk::Desk| async move { desk.add_endpoint(&caller, &url).await };
        if let Tried::Done(endpoint) = sim.attempt(verb).await {
            sim.world.services[number].endpoints.push(endpoint.id);
        }
    } else if endpoints.len() > 1 {
        let id = endpoints[sim.one_of(endpoints.len())];
        let verb = |desk: mamori_desk::Desk| async move { desk.remove_endpoint(&caller, id).await };
        if let Tried::Refused(error @ Error::Internal { .. }) = sim.attempt(verb).await {
            return Err(format!("an endpoint was not removed: {error:?}"));
        }
        // After a crash it may still exist: then it is not used, which is harmless.
        sim.world.services[number].endpoints.retain(|other| *other != id);
    }
    Ok(())
}

/// Runs the retention sweep, and checks that no data is left past its term.
pub async fn sweep(sim: &mut Simulation) -> Result<(), String> {
    match sim.attempt(|desk| async move { desk.sweep_once().await }).await {
        Tried::Done(_) => invariants::check_terms(sim).await,
        Tried::Crashed => Ok(()),
        Tried::Refused(error) => Err(format!("the sweep failed: {error:?}")),
    }
}

/// Between `least` and `most` minutes pass.
#[expect(clippy::unnecessary_wraps, reason = "as every step")]
pub fn wait(sim: &mut Simulation, least: u64, most: u64) -> Result<(), String> {
    let minutes = least + sim.below(most - least);
    sim.clock.advance(SignedDuration::from_mins(i64::try_from(minutes).unwrap()));
    Ok(())
}
