//! What must be true whatever happened. Most of it is a query that finds rows which break it.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::deeds;
use crate::play::{Play, short_terms};

/// A promise, and a count of the rows that break it.
type Promise = (&'static str, &'static str);

/// What holds at every moment.
const ALWAYS: &[Promise] = &[
    (
        "each delivery that waits has a job",
        "SELECT count(*) FROM delivery WHERE state = 'waiting' AND NOT EXISTS (
             SELECT 1 FROM job WHERE kind = 'deliver' AND dead_reason IS NULL
                AND job.key = 'msg_' || lower(hex(delivery.id)))",
    ),
    (
        "each match is told to every endpoint that was there",
        "SELECT count(*) FROM item_match m JOIN endpoint e ON e.service_id = m.service_id
          WHERE e.created_at <= m.created_at AND e.removed_at IS NULL
            AND m.changed_at > {deliveries} AND NOT EXISTS (
                SELECT 1 FROM delivery d WHERE d.endpoint_id = e.id
                   AND d.payload LIKE '%match_' || lower(hex(m.id)) || '%')",
    ),
    (
        "each match has a hit",
        "SELECT count(*) FROM item_match WHERE NOT EXISTS (
             SELECT 1 FROM hit WHERE hit.match_id = item_match.id)",
    ),
    (
        "an entry's number is never given twice",
        "SELECT count(*) FROM entry WHERE id > (SELECT last FROM counter WHERE name = 'entry')",
    ),
];

/// What holds of cases at every moment.
const OF_CASES: &[Promise] = &[
    (
        "each match that was held or blocked is put before a person",
        "SELECT count(*) FROM item_match m WHERE verdict IN ('hold', 'block')
            AND changed_at > {matches} AND NOT EXISTS (
                SELECT 1 FROM case_item i WHERE i.match_id = m.id)",
    ),
    (
        "an item is in one open case",
        "SELECT count(*) FROM (
             SELECT i.match_id FROM case_item i JOIN review_case c ON c.id = i.case_id
              WHERE c.state IN ('open', 'proposed')
              GROUP BY i.match_id HAVING count(*) > 1) AS broken",
    ),
    (
        "a case knows how many items it has",
        "SELECT count(*) FROM review_case c WHERE items <> (
             SELECT count(*) FROM case_item i WHERE i.case_id = c.id)",
    ),
    (
        "each case says how it began",
        "SELECT count(*) FROM review_case c WHERE NOT EXISTS (
             SELECT 1 FROM case_event e WHERE e.case_id = c.id AND e.kind = 'opened')",
    ),
    (
        "nothing is decided twice",
        "SELECT count(*) FROM (
             SELECT case_id FROM decision WHERE state IN ('proposed', 'standing')
              GROUP BY case_id HAVING count(*) > 1) AS broken",
    ),
    (
        "a case is as its decision is",
        "SELECT count(*) FROM review_case c WHERE (CASE c.state
             WHEN 'open' THEN 'none' WHEN 'proposed' THEN 'proposed' WHEN 'decided' THEN 'standing' END)
             <> coalesce((SELECT d.state FROM decision d
                           WHERE d.case_id = c.id AND d.state IN ('proposed', 'standing')), 'none')",
    ),
];

/// What holds of decisions, of second persons and of what the service is told.
const OF_DECISIONS: &[Promise] = &[
    (
        "nobody is their own second person",
        "SELECT count(*) FROM decision WHERE second_by = made_by AND second <> 'alone'",
    ),
    (
        "who is alone waits",
        "SELECT count(*) FROM decision WHERE second = 'alone' AND state = 'standing'
            AND settled_at < not_before",
    ),
    (
        "no account is suspended by one person",
        "SELECT count(*) FROM service_action a JOIN decision d ON d.id = a.decision_id
          WHERE a.kind = 'suspend_account' AND a.sequence IS NOT NULL AND d.second_by IS NULL",
    ),
    (
        "what a standing decision wants is asked for",
        "SELECT count(*) FROM service_action a JOIN decision d ON d.id = a.decision_id
          WHERE d.state = 'standing' AND a.state IN ('proposed', 'dropped')",
    ),
    (
        "what nobody decided is asked of nobody",
        "SELECT count(*) FROM service_action a JOIN decision d ON d.id = a.decision_id
          WHERE d.state IN ('proposed', 'refused') AND a.sequence IS NOT NULL",
    ),
    (
        "no action is lost",
        "SELECT count(*) FROM service_action WHERE state = 'waiting' AND NOT EXISTS (
             SELECT 1 FROM job WHERE kind = 'remind' AND dead_reason IS NULL
                AND job.key = 'act_' || lower(hex(service_action.id)))",
    ),
    (
        "what takes an action back is later",
        "SELECT count(*) FROM service_action later JOIN service_action first
             ON first.id = later.undoes WHERE later.sequence <= first.sequence",
    ),
    (
        "nobody has two cases in hand",
        "SELECT count(*) FROM (SELECT claimed_by FROM review_case WHERE claimed_by IS NOT NULL
              GROUP BY claimed_by HAVING count(*) > 1) AS broken",
    ),
];

/// What holds after a sweep, too.
const SWEPT: &[Promise] = &[
    (
        "no match outlives its term, unless it is in a case or is kept",
        "SELECT count(*) FROM item_match m WHERE changed_at < {matches}
            AND NOT EXISTS (SELECT 1 FROM case_item i WHERE i.match_id = m.id)
            AND NOT EXISTS (SELECT 1 FROM evidence e WHERE e.match_id = m.id)",
    ),
    (
        "no delivery outlives its term",
        "SELECT count(*) FROM delivery WHERE created_at < {deliveries}",
    ),
    (
        "no closed case outlives its term",
        "SELECT count(*) FROM review_case WHERE closed_at < {cases}",
    ),
    (
        "nothing sealed can be read past its term",
        "SELECT count(*) FROM evidence WHERE wrapped_key IS NOT NULL AND expires_at < {now}",
    ),
    ("no claim outlives its lease", "SELECT count(*) FROM review_case WHERE claim_until < {now}"),
];

/// Looks into the tables.
pub async fn look(play: &Play) -> Result<(), String> {
    for promises in [ALWAYS, OF_CASES, OF_DECISIONS] {
        hold(play, promises).await?;
    }
    what_was_answered_is_there(play).await?;
    what_counts_as_delivered_came(play).await
}

/// Looks for what should be gone.
pub async fn look_at_terms(play: &Play) -> Result<(), String> {
    hold(play, SWEPT).await
}

/// When chance has done its worst: everybody answers again, a day passes, and nothing is left over.
pub async fn look_at_the_end(play: &mut Play) -> Result<(), String> {
    for _ in 0..200 {
        play.clock.advance(SignedDuration::from_hours(1));
        deeds::perform(play, deeds::Deed::Work).await?;
    }
    look(play).await?;
    let waiting = "SELECT count(*) FROM delivery WHERE state = 'waiting'";
    match play.tables.count(waiting).await? {
        0 => Ok(()),
        left => Err(format!("{left} deliveries still wait after days of quiet")),
    }
}

async fn hold(play: &Play, promises: &[Promise]) -> Result<(), String> {
    let terms = short_terms().retention;
    let now = play.clock.now();
    for (promise, query) in promises {
        let query = query
            .replace("{now}", &now.as_microsecond().to_string())
            .replace("{matches}", &before(now, terms.matches_days))
            .replace("{cases}", &before(now, terms.cases_days))
            .replace("{deliveries}", &before(now, terms.deliveries_days));
        let broken = play.tables.count(&query).await?;
        if broken != 0 {
            return Err(format!("{promise}: {broken} rows break it"));
        }
    }
    Ok(())
}

fn before(now: Timestamp, days: u32) -> String {
    (now - SignedDuration::from_hours(24 * i64::from(days))).as_microsecond().to_string()
}

/// An answer that promised a record is kept until the record's term.
async fn what_was_answered_is_there(play: &Play) -> Result<(), String> {
    let there = "SELECT 'match_' || lower(hex(id)) || ' ' || verdict FROM item_match";
    let there: BTreeSet<String> = play.tables.texts(there).await?.into_iter().collect();
    let days = i64::from(short_terms().retention.matches_days);
    let oldest = play.clock.now() - SignedDuration::from_hours(24 * days);
    for ((service, item), answered) in &play.world.answered {
        let is_due = answered.at > oldest;
        // A check that crashed may have made it stricter.
        let could_be = mamori_model::Verdict::ALL.into_iter();
        let mut could_be = could_be.filter(|verdict| *verdict >= answered.verdict);
        let found = answered.found;
        if is_due && !could_be.any(|v| there.contains(&format!("{found} {}", v.as_str()))) {
            return Err(format!("the match {found} of {item} of service {service} is lost"));
        }
    }
    Ok(())
}

/// Nothing counts as delivered that no receiver saw.
async fn what_counts_as_delivered_came(play: &Play) -> Result<(), String> {
    let mut came = BTreeSet::new();
    for service in &play.world.services {
        let received = service.receiver.received();
        came.extend(received.iter().map(|message| message.header("webhook-id")));
    }
    let delivered = "SELECT 'msg_' || lower(hex(id)) FROM delivery WHERE state = 'delivered'";
    for id in play.tables.texts(delivered).await? {
        if !came.contains(&id) {
            return Err(format!("{id} counts as delivered and never came"));
        }
    }
    Ok(())
}
