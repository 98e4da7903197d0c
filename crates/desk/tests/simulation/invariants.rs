//! Checks the invariants: in the tables, in the vault, and against what receivers and people got.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use mamori_desk::LocalCli;
use mamori_desk::audit::AuditReader;
use mamori_model::View;
use mamori_model::retention::{CASES, DELIVERIES, MATCHES};

use crate::audit_queries::{OF_KEYS, OF_SECOND_ACTORS, OF_STAFF};
use crate::history;
use crate::invariant_queries::{
    ALWAYS, Invariant, LEFT_OVER, OF_ACCOUNTS, OF_BULKS, OF_CASES, OF_DECISIONS, OF_MESSAGES,
    OF_OWNERS, OF_SERVICES, OF_VIEWS, SWEPT,
};
use crate::sim::Simulation;
use crate::steps;
use crate::vault_files;

/// Checks what must be true at every moment.
pub async fn check(sim: &Simulation) -> Result<(), String> {
    for invariants in [
        ALWAYS,
        OF_CASES,
        OF_DECISIONS,
        OF_ACCOUNTS,
        OF_MESSAGES,
        OF_BULKS,
        OF_VIEWS,
        OF_OWNERS,
        OF_SERVICES,
    ] {
        hold(sim, invariants).await?;
    }
    for invariants in [OF_KEYS, OF_SECOND_ACTORS, OF_STAFF] {
        hold(sim, invariants).await?;
    }
    the_audit_record_verifies(sim).await?;
    no_case_ended_undecided(sim).await?;
    vault_files::opens(sim).await?;
    vault_files::what_is_gone_goes(sim).await?;
    what_was_seen_is_written_down(sim).await?;
    history::tells_each_case(sim).await?;
    what_services_said_stays(sim).await?;
    what_was_answered_is_there(sim).await?;
    what_counts_as_delivered_came(sim).await
}

/// Notes which cases are undecided now.
pub async fn remember_undecided(sim: &mut Simulation) -> Result<(), String> {
    let undecided = "SELECT 'case_' || lower(hex(id)) FROM review_case
                      WHERE state IN ('open', 'proposed')";
    let undecided = sim.tables.texts(undecided).await?;
    sim.world.undecided.extend(undecided);
    Ok(())
}

/// A case that was undecided is stored, or the audit record says that it was decided.
async fn no_case_ended_undecided(sim: &Simulation) -> Result<(), String> {
    let known = "SELECT 'case_' || lower(hex(id)) FROM review_case UNION
                 SELECT target FROM audit_event WHERE verb = 'case_changed'
                    AND (state_after LIKE '%\"decided\"%' OR state_after LIKE '%\"approved\"%')";
    let known: BTreeSet<String> = sim.tables.texts(known).await?.into_iter().collect();
    match sim.world.undecided.difference(&known).next() {
        None => Ok(()),
        Some(case) => Err(format!("{case} ended, and was never decided")),
    }
}

/// Checks that data past its term are removed.
pub async fn check_terms(sim: &Simulation) -> Result<(), String> {
    hold(sim, SWEPT).await
}

/// After the last operation: every receiver listens again, days pass, services answer, and no work
/// is left over.
pub async fn check_at_the_end(sim: &mut Simulation) -> Result<(), String> {
    for service in &sim.world.services {
        service.receiver.forget_answers();
    }
    for service in 0..sim.world.services.len() {
        // Twice, because the first time may end in a crash.
        steps::time::enable(sim, service).await?;
        steps::time::enable(sim, service).await?;
    }
    days_of_quiet(sim, 200).await?;
    check(sim).await?;
    what_is_asked_came(sim).await?;
    remember_undecided(sim).await?;
    steps::actions::answer_all(sim).await?;
    days_of_quiet(sim, 48).await?;
    sim.desk.sweep_once().await.map_err(|error| format!("the sweep failed: {error:?}"))?;
    days_of_quiet(sim, 30).await?;
    check(sim).await?;
    hold(sim, LEFT_OVER).await?;
    vault_files::nothing_is_left_over(sim).await
}

/// Every event is numbered, and the chain is intact.
async fn the_audit_record_verifies(sim: &Simulation) -> Result<(), String> {
    let text = |error: mamori_desk::Error| error.to_string();
    sim.desk.sequence_audit_once().await.map_err(text)?;
    let here = LocalCli::here();
    let found = sim.desk.verify_audit(AuditReader::LocalCli(&here), &[]).await.map_err(text)?;
    match found.fault {
        Some(fault) => Err(format!("the audit record is not intact: {fault}")),
        None => Ok(()),
    }
}

async fn days_of_quiet(sim: &mut Simulation, hours: u32) -> Result<(), String> {
    for _ in 0..hours {
        sim.clock.advance(SignedDuration::from_hours(1));
        steps::perform(sim, steps::Step::Work).await?;
    }
    Ok(())
}

async fn hold(sim: &Simulation, invariants: &[Invariant]) -> Result<(), String> {
    let terms = &sim.settings.retention;
    let now = sim.clock.now();
    for (invariant, query) in invariants {
        let query = query
            .replace("{now}", &now.as_microsecond().to_string())
            .replace("{matches}", &before(now, terms.days(MATCHES)))
            .replace("{cases}", &before(now, terms.days(CASES)))
            .replace("{deliveries}", &before(now, terms.days(DELIVERIES)))
            .replace("{views}", &sim.settings.exposure.views.to_string())
            .replace("{view}", &View::LASTS_MAX.as_micros().to_string())
            .replace("{silence}", &View::SILENCE_MAX.as_micros().to_string())
            .replace("{day}", &SignedDuration::from_hours(24).as_micros().to_string());
        let broken = sim.tables.count(&query).await?;
        if broken != 0 {
            return Err(format!("{invariant}: {broken} rows break it"));
        }
    }
    Ok(())
}

/// A service's answer to an action is final, unless the action was undone.
async fn what_services_said_stays(sim: &Simulation) -> Result<(), String> {
    let now = "SELECT 'act_' || lower(hex(id)) || ' ' || state FROM service_action";
    for row in sim.tables.texts(now).await? {
        let (id, state) = row.split_once(' ').unwrap_or_default();
        let answer = id.parse().ok().and_then(|id| sim.world.actions.get(&id));
        if answer.is_some_and(|answer| answer.state().as_str() != state && state != "superseded") {
            return Err(format!("{id} was answered {answer:?} and is {state}"));
        }
    }
    Ok(())
}

/// An action that waits for an answer was received by its service.
async fn what_is_asked_came(sim: &Simulation) -> Result<(), String> {
    let mut sent = String::new();
    for service in &sim.world.services {
        sent.extend(service.receiver.received().into_iter().map(|message| message.body));
    }
    let waiting = "SELECT 'act_' || lower(hex(id)) FROM service_action WHERE state = 'waiting'";
    for id in sim.tables.texts(waiting).await? {
        if !sent.contains(&id) {
            return Err(format!("{id} waits for an answer, and no receiver got it"));
        }
    }
    Ok(())
}

fn before(now: Timestamp, days: u32) -> String {
    (now - SignedDuration::from_hours(24 * i64::from(days))).as_microsecond().to_string()
}

/// A match that a check's answer named is stored until the end of its term.
async fn what_was_answered_is_there(sim: &Simulation) -> Result<(), String> {
    let there = "SELECT 'match_' || lower(hex(id)) || ' ' || verdict FROM item_match";
    let there: BTreeSet<String> = sim.tables.texts(there).await?.into_iter().collect();
    let days = i64::from(sim.settings.retention.days(MATCHES));
    let oldest = sim.clock.now() - SignedDuration::from_hours(24 * days);
    for ((service, item), answered) in &sim.world.answered {
        let is_due = answered.at > oldest;
        // A check that crashed may have made the verdict stricter.
        let could_be = mamori_model::Verdict::ALL.iter().copied();
        let mut could_be = could_be.filter(|verdict| *verdict >= answered.verdict);
        let found = answered.found;
        if is_due && !could_be.any(|v| there.contains(&format!("{found} {}", v.as_str()))) {
            return Err(format!("the match {found} of {item} of service {service} is lost"));
        }
    }
    Ok(())
}

/// No delivery counts as delivered that no receiver got.
async fn what_counts_as_delivered_came(sim: &Simulation) -> Result<(), String> {
    let mut received_ids = BTreeSet::new();
    for service in &sim.world.services {
        let received = service.receiver.received();
        received_ids.extend(received.iter().map(|message| message.header("webhook-id")));
    }
    let delivered = "SELECT 'msg_' || lower(hex(id)) FROM delivery WHERE state = 'delivered'";
    for id in sim.tables.texts(delivered).await? {
        if !received_ids.contains(&id) {
            return Err(format!("{id} counts as delivered and was never received"));
        }
    }
    Ok(())
}

/// Each picture that a person got is recorded with person, item, clarity and time, as long as its
/// case is stored.
async fn what_was_seen_is_written_down(sim: &Simulation) -> Result<(), String> {
    let views = "SELECT 'view_' || lower(hex(id)) || ' staff_' || lower(hex(staff_id)) || ' match_'
        || lower(hex(match_id)) || ' ' || clarity || ' ' || coalesce(shown_at, 0) FROM item_view";
    let views: BTreeSet<String> = sim.tables.texts(views).await?.into_iter().collect();
    let cases = "SELECT 'case_' || lower(hex(id)) FROM review_case";
    let cases: BTreeSet<String> = sim.tables.texts(cases).await?.into_iter().collect();
    for saw in &sim.world.seen {
        let at = saw.at.as_microsecond();
        let (who, clarity) = (saw.by, saw.clarity.as_str());
        let row = format!("{} {who} {} {clarity} {at}", saw.view, saw.item);
        if !views.contains(&row) && cases.contains(&saw.case.to_string()) {
            return Err(format!("no row says that {who} saw {} {clarity} at {at}", saw.item));
        }
    }
    Ok(())
}
