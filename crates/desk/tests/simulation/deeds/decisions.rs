//! Reviewers decide what they have in hand.

use std::collections::BTreeSet;

use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use mamori_desk::cases::claim_case::Claimed;
use mamori_desk::decisions::decide_case::NewDecision;
use mamori_desk::staff::member::Reviewer;
use mamori_desk::{Desk, Error};
use mamori_model::action::{AccountMeasure, Feature, ItemMeasure};
use mamori_model::decision::DecisionState;
use mamori_model::page::PageSize;
use mamori_model::{Decision, Measures, Outcome, Refusal};

use super::claims::{alive, settle, somebody_with_a_case, words};
use super::people;
use crate::play::{Play, Tried};
use crate::world::Hand;

/// Somebody decides the case that they have in hand.
pub async fn decide(play: &mut Play) -> Result<(), String> {
    let Some((person, claimed)) = somebody_with_a_case(play) else { return Ok(()) };
    let who = people::reviewer(play, person).await?;
    let Some(new) = write_down(play, person, &who, claimed).await? else { return Ok(()) };
    let (form, by) = (new.clone(), who.clone());
    let verb = |desk: Desk| async move { desk.decide(&by, form).await };
    match play.attempt(verb).await {
        Tried::Done(decision) => {
            made(play, person, &new, &decision).await?;
            if play.below(3) == 0 { once_more(play, &who, new).await } else { Ok(()) }
        }
        tried @ (Tried::Refused(_) | Tried::Crashed) => refused(play, person, &new, tried).await,
    }
}

/// The same form is sent twice at once: it decides once.
pub async fn decide_at_once(play: &mut Play) -> Result<(), String> {
    let Some((person, claimed)) = somebody_with_a_case(play) else { return Ok(()) };
    let who = people::reviewer(play, person).await?;
    let Some(new) = write_down(play, person, &who, claimed).await? else { return Ok(()) };
    let send = || {
        let (desk, who, new) = (play.desk.clone(), who.clone(), new.clone());
        async move { desk.decide(&who, new).await }
    };
    match tokio::join!(send(), send()) {
        (Ok(one), Ok(two)) => Err(format!("{} and {} decide the same case", one.id, two.id)),
        (Ok(decision), Err(Error::Refused(_))) | (Err(Error::Refused(_)), Ok(decision)) => {
            made(play, person, &new, &decision).await
        }
        (Err(error @ Error::Refused(_)), Err(Error::Refused(_))) => {
            refused(play, person, &new, Tried::Refused(error)).await
        }
        (one, two) => Err(format!("decided twice at once: {one:?} and {two:?}")),
    }
}

/// What somebody sends, from the page as it is or as it was when they took the case.
async fn write_down(
    play: &mut Play,
    person: usize,
    who: &Reviewer,
    claimed: Claimed,
) -> Result<Option<NewDecision>, String> {
    let version = if play.below(4) == 0 {
        claimed.version
    } else {
        let (by, case) = (who.clone(), claimed.case);
        let verb = |desk: Desk| async move { desk.case(&by, case, None, PageSize::DEFAULT).await };
        match play.attempt(verb).await {
            Tried::Done(view) => {
                alive(play, person, "read")?;
                view.case.version
            }
            tried @ (Tried::Refused(_) | Tried::Crashed) => {
                settle(play, person, tried)?;
                return Ok(None);
            }
        }
    };
    let outcome = match play.below(5) {
        0 => Outcome::Allowed,
        1 => Outcome::NotAMatch,
        _ => Outcome::Violates,
    };
    let measures = if outcome == Outcome::Violates || play.below(8) == 0 {
        Measures { items: for_items(play), account: for_account(play), ..Measures::default() }
    } else {
        Measures::default()
    };
    let (case, claim, reason) = (claimed.case, claimed.number, words());
    Ok(Some(NewDecision { case, claim, version, outcome, reason, measures }))
}

pub fn today(play: &Play) -> Date {
    play.clock.now().to_zoned(TimeZone::UTC).date()
}

/// Mostly a day to come.
fn a_day(play: &mut Play) -> Date {
    let days = i64::try_from(play.below(30)).unwrap() - 2;
    today(play).checked_add(days.days()).unwrap()
}

fn for_items(play: &mut Play) -> ItemMeasure {
    match play.below(5) {
        0 => ItemMeasure::Leave,
        1 => ItemMeasure::Restore,
        2 => {
            let countries: BTreeSet<_> = ["JP".parse().unwrap(), "CH".parse().unwrap()].into();
            ItemMeasure::Limit { countries, until: a_day(play) }
        }
        _ => ItemMeasure::Remove,
    }
}

fn for_account(play: &mut Play) -> AccountMeasure {
    match play.below(5) {
        0 => {
            let feature = Feature::ALL[play.one_of(Feature::ALL.len())];
            AccountMeasure::LimitFeature { feature, until: a_day(play) }
        }
        1 => AccountMeasure::Suspend { until: Some(a_day(play)) },
        2 => AccountMeasure::Suspend { until: None },
        _ => AccountMeasure::Leave,
    }
}

/// A decision follows from its form, and the case is in nobody's hand.
async fn made(
    play: &mut Play,
    person: usize,
    new: &NewDecision,
    decision: &Decision,
) -> Result<(), String> {
    alive(play, person, "decided")?;
    play.world.people[person].hand = Hand::Nothing;
    let suspends = matches!(new.measures.account, AccountMeasure::Suspend { .. });
    let expected = if suspends { DecisionState::Proposed } else { DecisionState::Standing };
    if decision.state != expected {
        return Err(format!("{} is {:?}, not {expected:?}", decision.id, decision.state));
    }
    if let Some(why) = fault_of(play, new) {
        return Err(format!("{} stands in spite of {why:?}", decision.id));
    }
    let items = of(play, "SELECT items FROM review_case", "case", new.case).await?;
    let is_silent = new.outcome == Outcome::Violates && new.measures.items == ItemMeasure::Leave;
    let for_account = i64::from(new.measures.account != AccountMeasure::Leave);
    let expected = if is_silent { 0 } else { items } + for_account;
    let asked = "SELECT (SELECT count(*) FROM service_action a WHERE a.decision_id = decision.id)
                   FROM decision";
    let asked = of(play, asked, "dec", decision.id).await?;
    if asked == expected {
        Ok(())
    } else {
        Err(format!("{} asks for {asked} things, not {expected}", decision.id))
    }
}

/// What must keep this form from deciding anything.
fn fault_of(play: &Play, new: &NewDecision) -> Option<Refusal> {
    let is_past = |until: Date| until < today(play);
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

/// A refusal has its reason, and nothing happened.
async fn refused(
    play: &mut Play,
    person: usize,
    new: &NewDecision,
    tried: Tried<Decision>,
) -> Result<(), String> {
    let Tried::Refused(Error::Refused(why)) = &tried else {
        return settle(play, person, tried);
    };
    if *why == Refusal::CaseStale {
        let version = of(play, "SELECT version FROM review_case", "case", new.case).await?;
        if version == i64::from(new.version) {
            return Err(format!("{} is as it was shown, and counts as stale", new.case));
        }
        return Ok(());
    }
    if *why == Refusal::NoAccount {
        let known = "SELECT count(account) FROM review_case";
        return match of(play, known, "case", new.case).await? {
            0 if new.measures.account != AccountMeasure::Leave => Ok(()),
            _ => Err(format!("{} has an account", new.case)),
        };
    }
    match fault_of(play, new) {
        Some(fault) if fault == *why => Ok(()),
        Some(_) | None => settle(play, person, tried),
    }
}

/// A form that is sent again decides nothing.
async fn once_more(play: &mut Play, who: &Reviewer, new: NewDecision) -> Result<(), String> {
    match play.desk.decide(who, new).await {
        Err(Error::Refused(Refusal::CaseClosed | Refusal::AlreadyDecided)) => Ok(()),
        other => Err(format!("the same form once more: {other:?}")),
    }
}

/// One number from the row of this id.
async fn of(
    play: &Play,
    select: &str,
    prefix: &str,
    id: impl std::fmt::Display,
) -> Result<i64, String> {
    let query = format!("{select} WHERE '{prefix}_' || lower(hex(id)) = '{id}'");
    play.tables.count(&query).await
}
