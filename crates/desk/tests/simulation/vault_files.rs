//! The files of the vault, compared with the tables and with what was sent.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use mamori_model::{EvidenceId, MatchId, Sensitive};
use uuid::Uuid;

use crate::sim::Simulation;
use crate::tables::at;

/// How old a file without a row may become.
const LEFT_OVER: Duration = Duration::from_hours(24);

/// Whether the bytes of this item must be stored if it is held: its policy keeps them, and none of
/// its bytes were ever stored.
pub async fn will_keep(sim: &Simulation, service: usize, name: &str) -> Result<bool, String> {
    let service = sim.world.services[service].id;
    let had = format!(
        "SELECT count(*) FROM evidence e JOIN item_match m ON m.id = e.match_id
          WHERE 'svc_' || lower(hex(m.service_id)) = '{service}' AND m.item_name = '{name}'"
    );
    let keeps = "SELECT evidence_days FROM policy WHERE purpose = 'rehearsal'
                  ORDER BY version DESC LIMIT 1";
    Ok(sim.tables.count(keeps).await? > 0 && sim.tables.count(&had).await? == 0)
}

/// Fails if no readable bytes of a match are stored.
pub async fn must_be_kept(sim: &Simulation, found: MatchId) -> Result<(), String> {
    let stored = format!(
        "SELECT count(*) FROM evidence WHERE wrapped_key IS NOT NULL
            AND 'match_' || lower(hex(match_id)) = '{found}'"
    );
    match sim.tables.count(&stored).await? {
        1 => Ok(()),
        _ => Err(format!("{found} must be stored, and is not")),
    }
}

/// Readable evidence within its term can be unsealed, and has the bytes that were sent.
pub async fn opens(sim: &Simulation) -> Result<(), String> {
    let query = format!(
        "SELECT 'evd_' || lower(hex(e.id)) || ' ' || lower(hex(e.wrapped_key)) || ' ' || e.key_name
                || ' svc_' || lower(hex(m.service_id)) || ' ' || m.item_name
           FROM evidence e JOIN item_match m ON m.id = e.match_id
          WHERE e.wrapped_key IS NOT NULL AND e.expires_at > {} ORDER BY e.id",
        sim.clock.now().as_microsecond()
    );
    for [name, key, by, service, item] in sim.tables.words::<5>(&query).await? {
        let opened = open(sim, &name, &key, &by).await;
        let opened = opened.map_err(|error| format!("{name} of {item} is lost: {error}"))?;
        let sent = sim.world.sent.get(&(sim.world.service(&service), item.clone()));
        let mut sent = sent.into_iter().flatten();
        if !sent.any(|hash| sim.world.pictures[usize::from(*hash)].bytes == opened) {
            return Err(format!("{name} is not what was sent as {item}"));
        }
    }
    Ok(())
}

async fn open(
    sim: &Simulation,
    name: &str,
    key: &str,
    by: &str,
) -> Result<Vec<u8>, mamori_vault::Error> {
    let vault = sim.settings.vault.as_ref().unwrap();
    let object = vault.get(name.parse().unwrap(), 1 << 20).await?;
    let byte = |at: usize| u8::from_str_radix(&key[at..at + 2], 16).unwrap();
    let key = Sensitive::new((0..key.len()).step_by(2).map(byte).collect());
    let opened = vault.unseal_async(name.into(), object, key, by.parse().unwrap()).await?;
    Ok(opened.into_revealed())
}

/// The file of unreadable evidence is removed, or a job exists that removes it.
pub async fn what_is_gone_goes(sim: &Simulation) -> Result<(), String> {
    let gone = "SELECT 'evd_' || lower(hex(id)) FROM evidence WHERE wrapped_key IS NULL
                   AND NOT EXISTS (SELECT 1 FROM job WHERE kind = 'remove_object'
                                      AND dead_reason IS NULL
                                      AND job.key = 'evd_' || lower(hex(evidence.id)))";
    let gone: BTreeSet<String> = sim.tables.texts(gone).await?.into_iter().collect();
    match files(sim).into_iter().find(|(id, _)| gone.contains(&id.to_string())) {
        Some((id, _)) => Err(format!("{id} reached its term, and its file is still there")),
        None => Ok(()),
    }
}

/// The files in the vault's folder.
fn files(sim: &Simulation) -> Vec<(EvidenceId, PathBuf)> {
    let folders = fs::read_dir(sim.vault.path()).unwrap().map(|entry| entry.unwrap().path());
    let files = folders.flat_map(|folder| fs::read_dir(folder).unwrap());
    let files = files.map(|file| file.unwrap().path());
    let read = |path: PathBuf| path.file_stem()?.to_str()?.parse().ok().map(|id| (id, path));
    files.filter_map(read).collect()
}

async fn readable(sim: &Simulation) -> Result<BTreeSet<String>, String> {
    let query = "SELECT 'evd_' || lower(hex(id)) FROM evidence WHERE wrapped_key IS NOT NULL";
    Ok(sim.tables.texts(query).await?.into_iter().collect())
}

/// Sets the age of each file by the simulation's clock, and returns those without a readable row
/// that are old enough to be removed.
#[expect(clippy::disallowed_methods, reason = "the age of a file is measured by the disk's clock")]
pub async fn grow_old(sim: &Simulation) -> Result<BTreeSet<EvidenceId>, String> {
    let readable = readable(sim).await?;
    let mut old = BTreeSet::new();
    for (id, path) in files(sim) {
        let made = i64::try_from(Uuid::from(id).as_u128() >> 80).unwrap();
        let age = sim.clock.now().as_millisecond() - made;
        let age = Duration::from_millis(u64::try_from(age).unwrap());
        // A file that is being written is renamed meanwhile.
        if let Ok(file) = File::options().write(true).open(path) {
            file.set_modified(SystemTime::now() - age).unwrap();
            if age > LEFT_OVER && !readable.contains(&id.to_string()) {
                old.insert(id);
            }
        }
    }
    Ok(old)
}

/// Fails if one of these files is still there.
pub fn must_be_gone(sim: &Simulation, old: &BTreeSet<EvidenceId>) -> Result<(), String> {
    match files(sim).into_iter().find(|(id, _)| old.contains(id)) {
        Some((id, _)) => Err(format!("{id} has no row, and its file is still there")),
        None => Ok(()),
    }
}

/// At the end the folder has the files of readable evidence only.
pub async fn nothing_is_left_over(sim: &Simulation) -> Result<(), String> {
    grow_old(sim).await?;
    sim.desk.sweep_objects().await.map_err(|error| format!("the vault sweep failed: {error:?}"))?;
    let readable = readable(sim).await?;
    match files(sim).into_iter().find(|(id, _)| !readable.contains(&id.to_string())) {
        Some((id, _)) => Err(format!("{id} is unreadable, and its file is still there")),
        None => opens(sim).await,
    }
}

/// A time of a row, or none.
pub fn maybe_at(text: &str) -> Option<jiff::Timestamp> {
    (text != "-").then(|| at(text))
}
