//! What must be true whatever happened. Most of it is a query that finds rows which break it.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::deeds;
use crate::history;
use crate::play::Play;

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
            AND changed_at > {matches} AND changed_at > {cases} AND NOT EXISTS (
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

/// What holds of what services are told.
const OF_MESSAGES: &[Promise] = &[
    (
        "each action is told to every endpoint that was there",
        "SELECT count(*) FROM service_action a JOIN endpoint e ON e.service_id = a.service_id
          WHERE e.created_at <= a.asked_at AND e.removed_at IS NULL
            AND a.asked_at > {deliveries} AND NOT EXISTS (
                SELECT 1 FROM delivery d WHERE d.endpoint_id = e.id AND d.action_id = a.id)",
    ),
    (
        "an action's number is never given twice",
        "SELECT count(*) FROM service_action
          WHERE sequence > (SELECT last FROM counter WHERE name = 'action')",
    ),
    ("who decided is told to nobody", "SELECT count(*) FROM delivery WHERE payload LIKE '%staff%'"),
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
    for promises in [ALWAYS, OF_CASES, OF_DECISIONS, OF_MESSAGES] {
        hold(play, promises).await?;
    }
    history::tells_each_case(play).await?;
    what_services_said_stays(play).await?;
    what_was_answered_is_there(play).await?;
    what_counts_as_delivered_came(play).await
}

/// Looks for what should be gone.
pub async fn look_at_terms(play: &Play) -> Result<(), String> {
    hold(play, SWEPT).await
}

/// When chance has done its worst: every receiver listens again, days pass, services answer, and
/// nothing is left over.
pub async fn look_at_the_end(play: &mut Play) -> Result<(), String> {
    days_of_quiet(play, 200).await?;
    look(play).await?;
    what_is_asked_came(play).await?;
    deeds::actions::answer_all(play).await?;
    days_of_quiet(play, 48).await?;
    look(play).await?;
    hold(play, LEFT_OVER).await
}

/// What nobody waits for in the end.
const LEFT_OVER: &[Promise] = &[
    ("every message came to its end", "SELECT count(*) FROM delivery WHERE state = 'waiting'"),
    (
        "every promise was kept",
        "SELECT count(*) FROM job WHERE kind IN ('deliver', 'remind') AND dead_reason IS NULL",
    ),
];

async fn days_of_quiet(play: &mut Play, hours: u32) -> Result<(), String> {
    for _ in 0..hours {
        play.clock.advance(SignedDuration::from_hours(1));
        deeds::perform(play, deeds::Deed::Work).await?;
    }
    Ok(())
}

async fn hold(play: &Play, promises: &[Promise]) -> Result<(), String> {
    let terms = &play.settings.retention;
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

/// What a service said of an action stands, unless the action was taken back.
async fn what_services_said_stays(play: &Play) -> Result<(), String> {
    let now = "SELECT 'act_' || lower(hex(id)) || ' ' || state FROM service_action";
    for row in play.tables.texts(now).await? {
        let (id, state) = row.split_once(' ').unwrap_or_default();
        let said = id.parse().ok().and_then(|id| play.world.actions.get(&id));
        if said.is_some_and(|said| said.state().as_str() != state && state != "superseded") {
            return Err(format!("{id} was answered {said:?} and is {state}"));
        }
    }
    Ok(())
}

/// What a service has not answered yet, it heard of.
async fn what_is_asked_came(play: &Play) -> Result<(), String> {
    let mut told = String::new();
    for service in &play.world.services {
        told.extend(service.receiver.received().into_iter().map(|message| message.body));
    }
    let waiting = "SELECT 'act_' || lower(hex(id)) FROM service_action WHERE state = 'waiting'";
    for id in play.tables.texts(waiting).await? {
        if !told.contains(&id) {
            return Err(format!("{id} waits for an answer, and nobody heard of it"));
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
    let days = i64::from(play.settings.retention.matches_days);
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
