//! Leads agree to disputes, and the policy editor resolves them.

use mamori_desk::banks::resolve_dispute::Resolution;
use mamori_desk::{Desk, Error};
use mamori_model::{CaseId, DisputeId, EntryId, Refusal};

use super::claims::words;
use super::{items, people, views};
use crate::sim::{Simulation, Tried};
use crate::world::Listed;

/// A dispute, as its row says, and its decision's.
#[derive(Debug)]
struct Row {
    id: DisputeId,
    entry: EntryId,
    service: String,
    state: String,
    is_agreed: bool,
    /// The case of its decision and who made that, as long as it is stored.
    of: Option<(CaseId, String)>,
}

async fn one_dispute(sim: &mut Simulation) -> Result<Option<Row>, String> {
    let which = if sim.below(6) == 0 { "p.state <> 'open'" } else { "p.state = 'open'" };
    let query = format!(
        "SELECT 'disp_' || lower(hex(p.id)) || ' ent_' || p.entry_id || ' svc_'
                || lower(hex(p.service_id)) || ' ' || p.state || ' '
                || CASE WHEN p.agreed_at IS NULL THEN 'no' ELSE 'agreed' END || ' '
                || coalesce('case_' || lower(hex(d.case_id)), '-') || ' '
                || coalesce('staff_' || lower(hex(d.made_by)), '-')
           FROM dispute p LEFT JOIN decision d ON d.id = p.decision_id
          WHERE {which} ORDER BY p.id"
    );
    let rows = sim.tables.words::<7>(&query).await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let [id, entry, service, state, agreed, case, maker] = rows[sim.one_of(rows.len())].clone();
    Ok(Some(Row {
        id: id.parse().unwrap(),
        entry: entry.parse().unwrap(),
        service,
        state,
        is_agreed: agreed == "agreed",
        of: case.parse().ok().map(|case| (case, maker)),
    }))
}

/// A lead agrees to a dispute, open or not, sometimes after viewing an item that the entry held.
pub async fn agree(sim: &mut Simulation) -> Result<(), String> {
    let Some(row) = one_dispute(sim).await? else { return Ok(()) };
    let leads: Vec<usize> =
        (0..sim.world.people.len()).filter(|at| sim.world.people[*at].is_lead).collect();
    let person = leads[sim.one_of(leads.len())];
    if let (Some((case, _)), true) = (&row.of, sim.below(2) == 0) {
        let items = format!(
            "SELECT DISTINCT 'match_' || lower(hex(i.match_id)) AS item
               FROM case_item i JOIN hit h ON h.match_id = i.match_id
              WHERE 'case_' || lower(hex(i.case_id)) = '{case}' AND 'ent_' || h.entry_id = '{}'
              ORDER BY item",
            row.entry
        );
        let items = sim.tables.texts(&items).await?;
        let item = items[sim.one_of(items.len())].parse().unwrap();
        let may = may_be_judged(sim, &row, person).is_ok();
        views::view_of_dispute(sim, (row.id, *case, may), person, item).await?;
    }
    let who = people::lead(sim, person).await?;
    let expected = may_agree(sim, &row, person).await?;
    sim.log(format!("   person {person} on {row:?}: {expected:?}"));
    let id = row.id;
    match sim.attempt(|desk: Desk| async move { desk.agree_dispute(&who, id).await }).await {
        Tried::Crashed => Ok(()),
        Tried::Done(()) if expected.contains(&None) => {
            let query = format!(
                "SELECT count(*) FROM dispute WHERE 'disp_' || lower(hex(id)) = '{id}'
                    AND agreed_at = {} AND state = 'open'",
                sim.clock.now().as_microsecond()
            );
            if sim.tables.count(&query).await? != 1 {
                return Err(format!("{id} is not agreed"));
            }
            // From now on the entry holds no item of the service, whatever its account.
            let at = sim.world.listed.iter().find(|(_, listed)| **listed == Listed::As(row.entry));
            match at.map(|((_, hash), _)| *hash) {
                Some(hash) => {
                    let service = sim.world.service(&row.service);
                    items::check_one(sim, service, hash).await
                }
                None => Ok(()),
            }
        }
        Tried::Refused(Error::Refused(why)) if expected.contains(&Some(why)) => Ok(()),
        Tried::Refused(Error::NotFound("dispute")) if row.of.is_none() => Ok(()),
        Tried::Done(()) => Err(format!("person {person} agreed to {row:?}, not {expected:?}")),
        Tried::Refused(error) => {
            Err(format!("person {person} on {row:?}: {error:?}, not {expected:?}"))
        }
    }
}

/// Whether a person may judge a dispute at all, apart from what they viewed.
fn may_be_judged(sim: &Simulation, row: &Row, person: usize) -> Result<(), Refusal> {
    if row.state != "open" {
        return Err(Refusal::DisputeResolved);
    }
    if row.is_agreed {
        return Err(Refusal::DisputeAgreed);
    }
    let own = sim.world.people[person].id.to_string();
    match &row.of {
        Some((_, maker)) if *maker == own => Err(Refusal::ApproverIsAuthor),
        Some(_) | None => Ok(()),
    }
}

/// The results that are right when a person agrees; `None` stands for success. There are two if the
/// older bytes of an item can be read and the newest cannot, or the other way round.
async fn may_agree(
    sim: &Simulation,
    row: &Row,
    person: usize,
) -> Result<Vec<Option<Refusal>>, String> {
    let (Ok(()), Some((case, _))) = (may_be_judged(sim, row, person), &row.of) else {
        return Ok(vec![may_be_judged(sim, row, person).err()]);
    };
    let of_entry = format!(
        "SELECT h.match_id FROM hit h JOIN case_item i ON i.match_id = h.match_id
          WHERE 'ent_' || h.entry_id = '{}' AND 'case_' || lower(hex(i.case_id)) = '{case}'",
        row.entry
    );
    let now = sim.clock.now().as_microsecond();
    let kept = |which: &str| {
        format!(
            "SELECT count(*) FROM (
                 SELECT match_id FROM evidence WHERE match_id IN ({of_entry}) GROUP BY match_id
                 HAVING {which}(CASE WHEN wrapped_key IS NOT NULL AND expires_at > {now}
                                     THEN 1 ELSE 0 END) = 1) AS readable"
        )
    };
    let viewed = format!(
        "SELECT count(*) FROM item_view WHERE match_id IN ({of_entry}) AND clarity = 'clear'
            AND shown_at IS NOT NULL AND 'case_' || lower(hex(case_id)) = '{case}'
            AND 'staff_' || lower(hex(staff_id)) = '{}'",
        sim.world.people[person].id
    );
    let has_viewed = sim.tables.count(&viewed).await? > 0;
    let other = format!(
        "SELECT count(*) FROM dispute WHERE state = 'open' AND agreed_at IS NOT NULL
            AND 'ent_' || entry_id = '{}' AND 'svc_' || lower(hex(service_id)) = '{}'",
        row.entry, row.service
    );
    let is_other_agreed = sim.tables.count(&other).await? > 0;
    let after_view = is_other_agreed.then_some(Refusal::DisputeAgreed);
    let mut right = Vec::new();
    for which in ["min", "max"] {
        let can_view = sim.tables.count(&kept(which)).await? > 0;
        right.push(if can_view && !has_viewed {
            Some(Refusal::DisputeViewNeeded)
        } else {
            after_view
        });
    }
    Ok(right)
}

/// The policy editor resolves a dispute, open or not; the resolution applies at once.
pub async fn resolve(sim: &mut Simulation) -> Result<(), String> {
    let Some(Row { id, entry, service, state, .. }) = one_dispute(sim).await? else {
        return Ok(());
    };
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
