//! Reviewers decide the cases that they have claimed.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use mamori_desk::cases::claim_case::Claimed;
use mamori_desk::decisions::decide_case::NewDecision;
use mamori_desk::staff::member::Reviewer;
use mamori_desk::{Desk, Error};
use mamori_model::action::{AccountMeasure, Feature, ItemMeasure};
use mamori_model::decision::DecisionState;
use mamori_model::page::PageSize;
use mamori_model::{CaseId, Decision, Measures, Outcome, Refusal};

use super::claims::{alive, check_outcome, is_in_danger, person_with_a_case, words};
use super::people;
use crate::sim::{Simulation, Tried};
use crate::view_model::{self, Asked, Seen};
use crate::world::Hand;

/// A reviewer decides the claimed case.
pub async fn decide(sim: &mut Simulation) -> Result<(), String> {
    let Some((person, claimed)) = person_with_a_case(sim) else { return Ok(()) };
    let who = people::reviewer(sim, person).await?;
    let Some(new) = write_down(sim, person, &who, claimed).await? else { return Ok(()) };
    let seen = seen_by(sim, person, new.case).await?;
    let (form, by) = (new.clone(), who.clone());
    let verb = |desk: Desk| async move { desk.decide(&by, form).await };
    match sim.attempt(verb).await {
        Tried::Done(decision) => {
            made(sim, person, &new, seen, &decision).await?;
            if sim.below(3) == 0 { once_more(sim, &who, new).await } else { Ok(()) }
        }
        tried @ (Tried::Refused(_) | Tried::Crashed) => {
            refused(sim, person, &new, seen, tried).await
        }
    }
}

/// The same form is sent twice at once: it decides once.
pub async fn decide_at_once(sim: &mut Simulation) -> Result<(), String> {
    let Some((person, claimed)) = person_with_a_case(sim) else { return Ok(()) };
    let who = people::reviewer(sim, person).await?;
    let Some(new) = write_down(sim, person, &who, claimed).await? else { return Ok(()) };
    let seen = seen_by(sim, person, new.case).await?;
    let send = || {
        let (desk, who, new) = (sim.desk.clone(), who.clone(), new.clone());
        async move { desk.decide(&who, new).await }
    };
    match tokio::join!(send(), send()) {
        (Ok(one), Ok(two)) => Err(format!("{} and {} decide the same case", one.id, two.id)),
        (Ok(decision), Err(Error::Refused(_))) | (Err(Error::Refused(_)), Ok(decision)) => {
            made(sim, person, &new, seen, &decision).await
        }
        (Err(error @ Error::Refused(_)), Err(Error::Refused(_))) => {
            refused(sim, person, &new, seen, Tried::Refused(error)).await
        }
        (one, two) => Err(format!("decided twice at once: {one:?} and {two:?}")),
    }
}

/// The decision that a reviewer sends, from a current page or from the page of the claim.
async fn write_down(
    sim: &mut Simulation,
    person: usize,
    who: &Reviewer,
    claimed: Claimed,
) -> Result<Option<NewDecision>, String> {
    let version = if sim.below(4) == 0 {
        claimed.version
    } else {
        let (by, case) = (who.clone(), claimed.case);
        let verb = |desk: Desk| async move { desk.case(&by, case, None, PageSize::DEFAULT).await };
        match sim.attempt(verb).await {
            Tried::Done(view) => {
                alive(sim, person, "read")?;
                view.case.version
            }
            tried @ (Tried::Refused(_) | Tried::Crashed) => {
                check_outcome(sim, person, tried)?;
                return Ok(None);
            }
        }
    };
    let outcome = match sim.below(5) {
        0 => Outcome::Allowed,
        1 => Outcome::NotAMatch,
        _ => Outcome::Violates,
    };
    let measures = if outcome == Outcome::Violates || sim.below(8) == 0 {
        Measures { items: for_items(sim), account: for_account(sim), ..Measures::default() }
    } else {
        Measures::default()
    };
    let (case, claim, reason) = (claimed.case, claimed.number, words());
    Ok(Some(NewDecision { case, claim, version, outcome, reason, measures }))
}

pub fn today(sim: &Simulation) -> Date {
    sim.clock.now().to_zoned(TimeZone::UTC).date()
}

/// A day, in most cases in the future.
fn a_day(sim: &mut Simulation) -> Date {
    let days = i64::try_from(sim.below(50)).unwrap() - 2;
    today(sim).checked_add(days.days()).unwrap()
}

fn for_items(sim: &mut Simulation) -> ItemMeasure {
    match sim.below(5) {
        0 => ItemMeasure::Leave,
        1 => ItemMeasure::Restore,
        2 => {
            let countries: BTreeSet<_> = ["JP".parse().unwrap(), "CH".parse().unwrap()].into();
            ItemMeasure::Limit { countries, until: a_day(sim) }
        }
        _ => ItemMeasure::Remove,
    }
}

fn for_account(sim: &mut Simulation) -> AccountMeasure {
    match sim.below(5) {
        0 => {
            let feature = Feature::ALL[sim.one_of(Feature::ALL.len())];
            AccountMeasure::LimitFeature { feature, until: a_day(sim) }
        }
        1 => AccountMeasure::Suspend { until: Some(a_day(sim)) },
        2 => AccountMeasure::Suspend { until: None },
        _ => AccountMeasure::Leave,
    }
}

/// Whose views a decision asks for if it is made now.
pub fn asked(sim: &Simulation, outcome: Outcome, measures: &Measures) -> Asked {
    Asked::of(outcome, measures, today(sim), sim.settings.cases.feature_limit_days_alone)
}

/// What the author of a decision has viewed.
async fn seen_by(sim: &Simulation, person: usize, case: CaseId) -> Result<Seen, String> {
    let case = format!("'case_' || lower(hex(case_id)) = '{case}'");
    view_model::seen(sim, &case, person, Timestamp::MIN).await
}

/// Checks that a decision has the values of its form, and that its case is no longer claimed.
async fn made(
    sim: &mut Simulation,
    person: usize,
    new: &NewDecision,
    seen: Seen,
    decision: &Decision,
) -> Result<(), String> {
    alive(sim, person, "decided")?;
    sim.world.people[person].hand = Hand::Nothing;
    let asked = asked(sim, new.outcome, &new.measures);
    let ends_danger = new.outcome != Outcome::Violates && is_in_danger(sim, new.case).await?;
    let waits = asked.needs_approval(seen) || ends_danger;
    let expected = if waits { DecisionState::Proposed } else { DecisionState::Standing };
    let word = seen.word(asked != Asked::NoOne);
    if (decision.state, decision.author_viewing) != (expected, word) {
        let (state, viewing) = (decision.state, decision.author_viewing);
        return Err(format!("{} is {state:?} {viewing:?}, {expected:?} {word:?}", decision.id));
    }
    if let Some(why) = fault_of(sim, new, seen) {
        return Err(format!("{} was made in spite of {why:?}", decision.id));
    }
    let items = of(sim, "SELECT items FROM review_case", "case", new.case).await?;
    let is_silent = new.outcome == Outcome::Violates && new.measures.items == ItemMeasure::Leave;
    let for_account = i64::from(new.measures.account != AccountMeasure::Leave);
    let expected = if is_silent { 0 } else { items } + for_account;
    let requested =
        "SELECT (SELECT count(*) FROM service_action a WHERE a.decision_id = decision.id)
                   FROM decision";
    let requested = of(sim, requested, "dec", decision.id).await?;
    if requested == expected {
        Ok(())
    } else {
        Err(format!("{} has {requested} actions, not {expected}", decision.id))
    }
}

/// The refusal that this form must get; `None` if it is valid.
fn fault_of(sim: &Simulation, new: &NewDecision, seen: Seen) -> Option<Refusal> {
    let is_unseen = asked(sim, new.outcome, &new.measures).is_refused_to_author(seen);
    form_fault_of(sim, new).or(is_unseen.then_some(Refusal::ViewNeeded))
}

/// The same, for what is wrong with the form itself.
fn form_fault_of(sim: &Simulation, new: &NewDecision) -> Option<Refusal> {
    let is_past = |until: Date| until < today(sim);
    let Measures { items, account, .. } = &new.measures;
    let for_item = match items {
        ItemMeasure::Limit { until, .. } => Some(is_past(*until)),
        ItemMeasure::Remove => Some(false),
        ItemMeasure::Leave | ItemMeasure::Restore => None,
    };
    let for_account = match account {
        AccountMeasure::LimitFeature { until, .. }
        | AccountMeasure::Suspend { until: Some(until) } => Some(is_past(*until)),
        AccountMeasure::Suspend { until: None } => Some(false),
        AccountMeasure::Leave | AccountMeasure::Restore | AccountMeasure::RestoreFeature { .. } => {
            None
        }
    };
    let restrictions = [for_item, for_account];
    let restricts = restrictions.iter().any(Option::is_some);
    if new.outcome != Outcome::Violates {
        return restricts.then_some(Refusal::MeasureWithoutViolation);
    }
    if restrictions.contains(&Some(true)) {
        return Some(Refusal::UntilPast);
    }
    (!restricts).then_some(Refusal::NoMeasure)
}

/// Checks that a refusal has its reason.
async fn refused(
    sim: &mut Simulation,
    person: usize,
    new: &NewDecision,
    seen: Seen,
    tried: Tried<Decision>,
) -> Result<(), String> {
    let Tried::Refused(Error::Refused(why)) = &tried else {
        return check_outcome(sim, person, tried);
    };
    if *why == Refusal::CaseStale {
        let version = of(sim, "SELECT version FROM review_case", "case", new.case).await?;
        if version == i64::from(new.version) {
            return Err(format!("{} is unchanged, and counts as stale", new.case));
        }
        return Ok(());
    }
    if *why == Refusal::NoAccount {
        let known = "SELECT count(account) FROM review_case";
        return match of(sim, known, "case", new.case).await? {
            0 if new.measures.account != AccountMeasure::Leave => Ok(()),
            _ => Err(format!("{} has an account", new.case)),
        };
    }
    match fault_of(sim, new, seen) {
        Some(fault) if fault == *why => Ok(()),
        Some(_) | None => check_outcome(sim, person, tried),
    }
}

/// Checks that a form that is sent again is refused.
async fn once_more(sim: &mut Simulation, who: &Reviewer, new: NewDecision) -> Result<(), String> {
    match sim.desk.decide(who, new).await {
        Err(Error::Refused(Refusal::CaseClosed | Refusal::AlreadyDecided)) => Ok(()),
        other => Err(format!("the same form once more: {other:?}")),
    }
}

/// One number from the row of this id.
async fn of(
    sim: &Simulation,
    select: &str,
    prefix: &str,
    id: impl std::fmt::Display,
) -> Result<i64, String> {
    let query = format!("{select} WHERE '{prefix}_' || lower(hex(id)) = '{id}'");
    sim.tables.count(&query).await
}
