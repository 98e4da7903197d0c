//! The bank's owner settles what was disputed.

use mamori_desk::banks::settle_dispute::Settlement;
use mamori_desk::{Desk, Error};
use mamori_model::{DisputeId, EntryId, Refusal};

use super::claims::words;
use super::{items, people};
use crate::play::{Play, Tried};
use crate::world::Listed;

/// Somebody settles a dispute, or one that was settled; what they said is so at once.
pub async fn settle(play: &mut Play) -> Result<(), String> {
    let which = if play.below(6) == 0 { "state <> 'open'" } else { "state = 'open'" };
    let query = format!(
        "SELECT 'disp_' || lower(hex(id)) || ' ent_' || entry_id || ' svc_'
                || lower(hex(service_id)) || ' ' || state
           FROM dispute WHERE {which} ORDER BY id"
    );
    let rows = play.tables.words::<4>(&query).await?;
    if rows.is_empty() {
        return Ok(());
    }
    let [id, entry, service, state] = rows[play.one_of(rows.len())].clone();
    let (id, entry): (DisputeId, EntryId) = (id.parse().unwrap(), entry.parse().unwrap());
    let service = play.world.service(&service);
    let is_upheld = play.below(3) == 0;
    let settlement = if is_upheld { Settlement::Upheld } else { Settlement::Rejected };
    let who = people::editor(play).await;
    play.tell(format!("   {id} about {entry}, which is {state}: {settlement:?}"));
    let verb =
        |desk: Desk| async move { desk.settle_dispute(&who, id, settlement, &words()).await };
    let tried = play.attempt(verb).await;
    play.catch_up().await?;
    let at = play.world.listed.iter().find(|(_, listed)| **listed == Listed::As(entry));
    let at = at.map(|(at, _)| *at);
    match tried {
        Tried::Crashed => {
            if let (true, Some(at)) = (is_upheld, at) {
                play.world.listed.insert(at, Listed::Unknown);
            }
            Ok(())
        }
        Tried::Done(()) if state == "open" => {
            if let (true, Some(at)) = (is_upheld, at) {
                play.world.listed.insert(at, Listed::Not);
            }
            must_be_settled(play, id, settlement).await?;
            // It acts again, or nowhere.
            match at {
                Some((_, hash)) => items::check_one(play, service, hash).await,
                None => Ok(()),
            }
        }
        Tried::Refused(Error::Refused(Refusal::DisputeSettled)) if state != "open" => Ok(()),
        Tried::Done(()) => Err(format!("{id}, {state}, was settled again")),
        Tried::Refused(error) => Err(format!("{id}, {state}, was not settled: {error:?}")),
    }
}

async fn must_be_settled(play: &Play, id: DisputeId, settlement: Settlement) -> Result<(), String> {
    let state = match settlement {
        Settlement::Upheld => "upheld",
        Settlement::Rejected => "rejected",
    };
    let query = format!(
        "SELECT count(*) FROM dispute
          WHERE 'disp_' || lower(hex(id)) = '{id}' AND state = '{state}' AND settled_by IS NOT NULL"
    );
    match play.tables.count(&query).await? {
        1 => Ok(()),
        _ => Err(format!("{id} is not {state}")),
    }
}
