//! Items are sent; hashes are added and withdrawn.

use mamori_desk::checks::check::CheckInput;
use mamori_desk::{Error, NewEntry};
use mamori_model::{Hash, Item, Pdq, Surface, Verdict};

use super::services::{self, Life};
use crate::common::hashes;
use crate::sim::{Simulation, Tried};
use crate::vault_files;
use crate::world::{Answered, Listed};

/// How many hashes there are in this world, some of them in no bank.
const HASHES: u64 = 12;
const ITEMS: u64 = 400;
/// How many are in a bank that acts before anything happens.
const KNOWN: u8 = 7;
const ACCOUNTS: u64 = 8;

/// The hash of a picture, or one that is far from every other.
fn pdq(sim: &Simulation, hash: u8) -> Pdq {
    if let Some(picture) = sim.world.pictures.get(usize::from(hash)) {
        return picture.pdq;
    }
    let byte = |place: u8| hash.wrapping_mul(73).wrapping_add(place).wrapping_mul(151);
    Pdq::from(std::array::from_fn(|place| byte(u8::try_from(place).unwrap())))
}

/// The hash of a picture or of another item.
pub fn one_pdq(sim: &mut Simulation) -> Pdq {
    let hash = some_hash(sim);
    pdq(sim, hash)
}

fn some_hash(sim: &mut Simulation) -> u8 {
    u8::try_from(sim.below(HASHES)).unwrap()
}

/// A service sends an item; the answer must follow from the listed hashes.
pub async fn check(sim: &mut Simulation) -> Result<(), String> {
    let (service, hash) = (sim.one_of(sim.world.services.len()), some_hash(sim));
    check_one(sim, service, hash).await
}

/// A service sends an item with this hash; of a leaving service the check is refused.
pub async fn check_one(sim: &mut Simulation, service: usize, hash: u8) -> Result<(), String> {
    let Some(caller) = services::caller(sim, service).await? else { return Ok(()) };
    if services::life(sim, service).await? == Life::Live {
        return check_live(sim, service, hash).await;
    }
    let name = "of a leaving service".parse().unwrap();
    let item = Item { name, account: None, surface: Surface::Public, country: None };
    match sim.desk.check(&caller, item, hashes(pdq(sim, hash))).await {
        Err(Error::NotFound("scope")) => Ok(()),
        other => Err(format!("service {service} is leaving, and a check gives {other:?}")),
    }
}

async fn check_live(sim: &mut Simulation, service: usize, hash: u8) -> Result<(), String> {
    let name = format!("item {}", sim.below(ITEMS));
    let account = match sim.below(ACCOUNTS + 1) {
        ACCOUNTS => None,
        number => Some(format!("account {number}").parse().unwrap()),
    };
    let item =
        Item { name: name.parse().unwrap(), account, surface: Surface::Public, country: None };
    let caller = services::caller(sim, service).await?.ok_or("a live service has no key")?;
    // One reviewer's dispute reaches one account, or one item; a lead's agreement the service.
    let disputed = format!(
        "SELECT 'ent_' || entry_id FROM dispute
          WHERE state = 'open' AND 'svc_' || lower(hex(service_id)) = '{}'
            AND (agreed_at IS NOT NULL OR subject = '{}')",
        caller.service(),
        mamori_model::Subject::of(&item).as_key().reveal()
    );
    let disputed = sim.tables.texts(&disputed).await?.into_iter().collect();
    let evidence = send(sim, (service, name.clone()), hash);
    let is_whole = matches!(evidence, CheckInput::Bytes(_));
    let keeps = is_whole && vault_files::will_keep(sim, service, &name).await?;

    let verb = |desk: mamori_desk::Desk| async move { desk.check(&caller, item, evidence).await };
    let checked = match sim.attempt(verb).await {
        Tried::Done(checked) => checked,
        Tried::Refused(error) => return Err(format!("a check failed: {error:?}")),
        Tried::Crashed => {
            // The known answer is still valid, but the match may be newer now.
            return Ok(());
        }
    };
    sim.log(format!("   {name} with hash {hash}: {:?}", checked.verdict));
    let expected = sim.world.verdict_of(hash, &disputed);
    if expected.is_some_and(|expected| expected != checked.verdict) {
        return Err(format!("{:?} for hash {hash}, not {expected:?}", checked.verdict));
    }
    if keeps && checked.verdict != Verdict::Allow {
        let found = checked.recorded.ok_or("held, and not recorded")?;
        vault_files::must_be_kept(sim, found).await?;
    }
    if let Some(found) = checked.recorded {
        let (verdict, at) = (checked.verdict, sim.clock.now());
        let answered = Answered { found, verdict, at };
        let before = sim.world.answered.insert((service, name.clone()), answered);
        // A repeat is recorded once; the match keeps its time unless the verdict became stricter.
        if let Some(before) = before.filter(|before| before.found == found) {
            let kept = sim.world.answered.get_mut(&(service, name)).unwrap();
            kept.verdict = kept.verdict.max(before.verdict);
            if kept.verdict == before.verdict {
                kept.at = before.at;
            }
        }
    }
    Ok(())
}

/// The item's bytes where it is a picture, or only its hash.
fn send(sim: &mut Simulation, item: (usize, String), hash: u8) -> CheckInput {
    let picture = sim.world.pictures.get(usize::from(hash)).map(|picture| picture.bytes.clone());
    match picture {
        Some(bytes) if sim.below(4) > 0 => {
            sim.world.sent.entry(item).or_default().insert(hash);
            CheckInput::Bytes(bytes)
        }
        Some(_) | None => hashes(pdq(sim, hash)),
    }
}

/// Adds some hashes before the first operation, to be held or blocked.
pub async fn begin(sim: &mut Simulation) -> Result<(), String> {
    for hash in 0..KNOWN {
        list_in(sim, 1 + usize::from(hash % 2), hash).await?;
    }
    Ok(())
}

/// A hash is added to a bank.
pub async fn list(sim: &mut Simulation) -> Result<(), String> {
    let (number, hash) = (sim.one_of(sim.world.banks.len()), some_hash(sim));
    list_in(sim, number, hash).await
}

async fn list_in(sim: &mut Simulation, number: usize, hash: u8) -> Result<(), String> {
    let (bank, admin) = (sim.world.banks[number].id, sim.admin.clone());
    let entry = NewEntry::bare(Hash::Pdq(pdq(sim, hash)));

    let verb =
        |desk: mamori_desk::Desk| async move { desk.restore_entries(&admin, bank, &[entry]).await };
    match sim.attempt(verb).await {
        Tried::Done(added) => {
            let before = sim.world.listed.get(&(number, hash)).copied();
            match (added.entries[0], before) {
                (Some(id), _) => drop(sim.world.listed.insert((number, hash), Listed::As(id))),
                (None, Some(Listed::As(_) | Listed::Unknown)) => {}
                (None, before) => return Err(format!("hash {hash} was not added: {before:?}")),
            }
        }
        Tried::Refused(error) => return Err(format!("no hash was added: {error:?}")),
        Tried::Crashed => drop(sim.world.listed.insert((number, hash), Listed::Unknown)),
    }
    sim.catch_up().await
}

/// A hash is withdrawn from its bank.
pub async fn withdraw(sim: &mut Simulation) -> Result<(), String> {
    let listed: Vec<_> = sim.world.listed.iter().collect();
    let listed: Vec<_> = listed
        .into_iter()
        .filter_map(|(at, listed)| match listed {
            Listed::As(id) => Some((*at, *id)),
            Listed::Not | Listed::Unknown => None,
        })
        .collect();
    if listed.is_empty() {
        return Ok(());
    }
    let (at, id) = listed[sim.one_of(listed.len())];
    let (bank, admin) = (sim.world.banks[at.0].id, sim.admin.clone());

    let verb = |desk: mamori_desk::Desk| async move { desk.withdraw_entry(&admin, bank, id).await };
    let now = match sim.attempt(verb).await {
        Tried::Done(()) | Tried::Refused(Error::NotFound("entry")) => Listed::Not,
        Tried::Refused(error) => return Err(format!("no hash was withdrawn: {error:?}")),
        Tried::Crashed => Listed::Unknown,
    };
    sim.world.listed.insert(at, now);
    sim.catch_up().await
}
