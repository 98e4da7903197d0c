//! Policies say which bytes are stored and for how long; the vault's folder is swept.

use mamori_desk::decisions::change_policy::NewPolicy;
use mamori_desk::{Desk, Error};
use mamori_model::{Language, Policy, Purpose};

use super::claims::words;
use super::people;
use crate::sim::{Simulation, Tried};
use crate::vault_files;

/// For how many days bytes are stored; the last value is beyond the limit.
const DAYS: [u16; 8] = [0, 1, 5, 15, 15, 30, 40, Policy::EVIDENCE_DAYS_MAX + 1];

/// Sets a policy that stores bytes from the beginning.
pub async fn begin(sim: &mut Simulation) -> Result<(), String> {
    change(sim, 15, 1, false).await
}

/// The policy editor changes the policy, or tries to.
pub async fn change_policy(sim: &mut Simulation) -> Result<(), String> {
    let days = DAYS[sim.one_of(DAYS.len())];
    let severity = u8::try_from(sim.below(7)).unwrap();
    let is_stale = sim.below(6) == 0;
    change(sim, days, severity, is_stale).await
}

async fn change(
    sim: &mut Simulation,
    evidence_days: u16,
    severity: u8,
    is_stale: bool,
) -> Result<(), String> {
    let newest = "SELECT max(version) FROM policy WHERE purpose = 'rehearsal'";
    let newest = u32::try_from(sim.tables.count(newest).await?).unwrap();
    let after = if is_stale { newest - 1 } else { newest };
    let texts = (Language::English, words()).into();
    let new = NewPolicy { purpose: Purpose::Rehearsal, after, texts, severity, evidence_days };
    let who = people::editor(sim).await;
    let is_too_much = evidence_days > Policy::EVIDENCE_DAYS_MAX || !(1..=5).contains(&severity);
    sim.log(format!("   for {evidence_days} days, severity {severity}, stale: {is_stale}"));
    let verb = |desk: Desk| async move { desk.change_policy(&who, new).await };
    match sim.attempt(verb).await {
        Tried::Crashed => Ok(()),
        Tried::Refused(Error::Invalid(_)) if is_too_much => Ok(()),
        Tried::Refused(Error::Conflict(_)) if is_stale => Ok(()),
        Tried::Done(policy) if !is_too_much && !is_stale && policy.version == newest + 1 => Ok(()),
        Tried::Done(policy) => Err(format!("a policy changed: {policy:?}")),
        Tried::Refused(error) => Err(format!("no policy changed: {error:?}")),
    }
}

/// Checks that old files to which no row refers are removed, and no others.
pub async fn sweep_folder(sim: &mut Simulation) -> Result<(), String> {
    let old = vault_files::grow_old(sim).await?;
    let count = old.len();
    match sim.attempt(|desk| async move { desk.sweep_objects().await }).await {
        Tried::Crashed => Ok(()),
        Tried::Done(removed) if removed >= u64::try_from(count).unwrap() => {
            vault_files::must_be_gone(sim, &old)?;
            vault_files::opens(sim).await
        }
        Tried::Done(removed) => {
            Err(format!("{removed} of {count} files without a row were removed"))
        }
        Tried::Refused(error) => Err(format!("the vault sweep failed: {error:?}")),
    }
}
