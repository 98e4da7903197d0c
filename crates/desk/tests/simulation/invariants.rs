//! Looks into the tables, and beside them: into the vault, and at what receivers and people got.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use mamori_model::Look;
use mamori_model::retention::{CASES, DELIVERIES, MATCHES};

use crate::deeds;
use crate::history;
use crate::kept;
use crate::play::Play;
use crate::promises::{
    ALWAYS, LEFT_OVER, OF_ACCOUNTS, OF_BULKS, OF_CASES, OF_DECISIONS, OF_LOOKS, OF_MESSAGES,
    OF_OWNERS, Promise, SWEPT,
};

/// Looks into the tables.
pub async fn look(play: &Play) -> Result<(), String> {
    for promises in
        [ALWAYS, OF_CASES, OF_DECISIONS, OF_ACCOUNTS, OF_MESSAGES, OF_BULKS, OF_LOOKS, OF_OWNERS]
    {
        hold(play, promises).await?;
    }
    kept::opens(play).await?;
    kept::what_is_gone_goes(play).await?;
    what_was_seen_is_written_down(play).await?;
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
    play.desk.sweep_once().await.map_err(|error| format!("nothing was swept: {error:?}"))?;
    days_of_quiet(play, 30).await?;
    look(play).await?;
    hold(play, LEFT_OVER).await?;
    kept::nothing_is_left_over(play).await
}

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
            .replace("{matches}", &before(now, terms.days(MATCHES)))
            .replace("{cases}", &before(now, terms.days(CASES)))
            .replace("{deliveries}", &before(now, terms.days(DELIVERIES)))
            .replace("{looks}", &play.settings.exposure.looks.to_string())
            .replace("{look}", &Look::LASTS_MAX.as_micros().to_string())
            .replace("{silence}", &Look::SILENCE_MAX.as_micros().to_string())
            .replace("{day}", &SignedDuration::from_hours(24).as_micros().to_string());
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
    let days = i64::from(play.settings.retention.days(MATCHES));
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

/// Whatever a person saw, they are written down as having seen it: who, what, how clearly, and no
/// later than it reached them. As long as its case is kept.
async fn what_was_seen_is_written_down(play: &Play) -> Result<(), String> {
    let looks = "SELECT 'look_' || lower(hex(id)) || ' staff_' || lower(hex(staff_id)) || ' match_'
        || lower(hex(match_id)) || ' ' || clarity || ' ' || coalesce(shown_at, 0) FROM look";
    let looks: BTreeSet<String> = play.tables.texts(looks).await?.into_iter().collect();
    let cases = "SELECT 'case_' || lower(hex(id)) FROM review_case";
    let cases: BTreeSet<String> = play.tables.texts(cases).await?.into_iter().collect();
    for saw in &play.world.seen {
        let at = saw.at.as_microsecond();
        let (who, clarity) = (saw.by, saw.clarity.as_str());
        let row = format!("{} {who} {} {clarity} {at}", saw.look, saw.item);
        if !looks.contains(&row) && cases.contains(&saw.case.to_string()) {
            return Err(format!("nothing says that {who} saw {} {clarity} at {at}", saw.item));
        }
    }
    Ok(())
}
