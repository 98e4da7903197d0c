//! The policy editor resolves disputes.

use mamori_desk::banks::resolve_dispute::Resolution;
use mamori_desk::{Desk, Error};
use mamori_model::{DisputeId, EntryId, Refusal};

use super::claims::words;
use super::{items, people};
use crate::sim::{Simulation, Tried};
use crate::world::Listed;

/// The policy editor resolves a dispute, open or not; the resolution applies at once.
pub async fn resolve(sim: &mut Simulation) -> Result<(), String> {
    let which = if sim.below(6) == 0 { "state <> 'open'" } else { "state = 'open'" };
    let query = format!(
        "SELECT 'disp_' || lower(hex(id)) || ' ent_' || entry_id || ' svc_'
                || lower(hex(service_id)) || ' ' || state
           FROM dispute WHERE {which} ORDER BY id"
    );
    let rows = sim.tables.words::<4>(&query).await?;
    if rows.is_empty() {
        return Ok(());
    }
    let [id, entry, service, state] = rows[sim.one_of(rows.len())].clone();
    let (id, entry): (DisputeId, EntryId) = (id.parse().unwrap(), entry.parse().unwrap());
    let service = sim.world.service(&service);
    let is_upheld = sim.below(3) == 0;
    let resolution = if is_upheld { Resolution::Upheld } else { Resolution::Rejected };
    let who = people::editor(sim).await;
    sim.log(format!("   {id} about {entry}, which is {state}: {resolution:?}"));
    let verb =
        |desk: Desk| async move { desk.resolve_dispute(&who, id, resolution, &words()).await };
    let tried = sim.attempt(verb).await;
    sim.catch_up().await?;
    let at = sim.world.listed.iter().find(|(_, listed)| **listed == Listed::As(entry));
    let at = at.map(|(at, _)| *at);
    match tried {
        Tried::Crashed => {
            if let (true, Some(at)) = (is_upheld, at) {
                sim.world.listed.insert(at, Listed::Unknown);
            }
            Ok(())
        }
        Tried::Done(()) if state == "open" => {
            if let (true, Some(at)) = (is_upheld, at) {
                sim.world.listed.insert(at, Listed::Not);
            }
            must_be_resolved(sim, id, resolution).await?;
            // The entry acts again, or matches nowhere.
            match at {
                Some((_, hash)) => items::check_one(sim, service, hash).await,
                None => Ok(()),
            }
        }
        Tried::Refused(Error::Refused(Refusal::DisputeResolved)) if state != "open" => Ok(()),
        Tried::Done(()) => Err(format!("{id}, {state}, was resolved again")),
        Tried::Refused(error) => Err(format!("{id}, {state}, was not resolved: {error:?}")),
    }
}

async fn must_be_resolved(
    sim: &Simulation,
    id: DisputeId,
    resolution: Resolution,
) -> Result<(), String> {
    let state = match resolution {
        Resolution::Upheld => "upheld",
        Resolution::Rejected => "rejected",
    };
    let query = format!(
        "SELECT count(*) FROM dispute
          WHERE 'disp_' || lower(hex(id)) = '{id}' AND state = '{state}' AND resolved_by IS NOT NULL"
    );
    match sim.tables.count(&query).await? {
        1 => Ok(()),
        _ => Err(format!("{id} is not {state}")),
    }
}
