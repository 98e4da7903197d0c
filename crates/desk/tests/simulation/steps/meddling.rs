//! A hostile reviewer or lead acts on a case that a colleague has claimed, with the number of that
//! claim. Each of these verbs is refused.

use mamori_desk::cases::release_case::Release;
use mamori_desk::decisions::decide_case::NewDecision;
use mamori_desk::{Desk, Error};
use mamori_model::action::ItemMeasure;
use mamori_model::{CaseId, Clarity, MatchId, Measures, Outcome, Urgency};

use super::claims::words;
use super::people;
use crate::sim::{Simulation, Tried};

/// A claimed case, as its row says.
struct Claim {
    case: CaseId,
    /// The index of the reviewer.
    by: usize,
    number: u32,
    version: u32,
    item: MatchId,
}

/// Tries a random verb on a colleague's case.
pub async fn meddle(sim: &mut Simulation) -> Result<(), String> {
    let Some(claim) = one_claim(sim).await? else { return Ok(()) };
    let person = sim.one_of(sim.world.people.len());
    if person == claim.by {
        return Ok(());
    }
    let who = people::reviewer(sim, person).await?;
    let (case, number, item) = (claim.case, claim.number, claim.item);
    let choice = sim.below(7);
    let verb = |desk: Desk| async move {
        match choice {
            0 => desk.claim_case(&who, case).await.map(drop),
            1 => desk.note_case(&who, case, number, &words()).await.map(drop),
            2 => desk.release_case(&who, case, number, Release::Leave).await.map(drop),
            3 => desk
                .lower_urgency(&who, case, number, Urgency::KnownMaterial, &words())
                .await
                .map(drop),
            4 => desk.open_view(&who, case, number, item, Clarity::Clear).await.map(drop),
            5 => desk.extend_claim(&who, case, number).await.map(drop),
            _ => {
                let measures = Measures { items: ItemMeasure::Remove, ..Measures::default() };
                let (outcome, reason) = (Outcome::Violates, words());
                let version = claim.version;
                let new = NewDecision { case, claim: number, version, outcome, reason, measures };
                desk.decide(&who, new).await.map(drop)
            }
        }
    };
    match sim.attempt(verb).await {
        Tried::Refused(Error::Refused(_) | Error::NotFound(_)) | Tried::Crashed => Ok(()),
        Tried::Refused(error) => Err(format!("person {person} on {case}: {error:?}")),
        Tried::Done(()) => {
            let by = claim.by;
            Err(format!("person {person} did {choice} to {case}, which person {by} has claimed"))
        }
    }
}

async fn one_claim(sim: &mut Simulation) -> Result<Option<Claim>, String> {
    let query = format!(
        "SELECT 'case_' || lower(hex(c.id)) || ' staff_' || lower(hex(c.claimed_by)) || ' '
                || c.claims || ' ' || c.version || ' match_' || lower(hex(i.match_id))
           FROM review_case c JOIN case_item i ON i.case_id = c.id
          WHERE c.state = 'open' AND c.claim_until > {} ORDER BY c.id, i.match_id",
        sim.clock.now().as_microsecond()
    );
    let rows = sim.tables.words::<5>(&query).await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let [case, by, number, version, item] = rows[sim.one_of(rows.len())].clone();
    Ok(Some(Claim {
        case: case.parse().unwrap(),
        by: sim.world.person(&by),
        number: number.parse().unwrap(),
        version: version.parse().unwrap(),
        item: item.parse().unwrap(),
    }))
}
