//! The hostile administrator's key changes, withdraws and imports entries of a bank that it made.

use bytes::Bytes;
use futures_util::stream;
use mamori_desk::banks::import_entries::ImportOptions;
use mamori_desk::banks::import_lines::LineFormat;
use mamori_desk::{Admin, Desk};
use mamori_model::import::ImportState;
use mamori_model::{EntryChange, EntryId, Hash, HashKind, Patch};

use super::insiders::{Decoy, one_decoy, outcome};
use super::items;
use crate::sim::{Simulation, Tried};

/// One verb of entries, on a bank that the hostile key made.
pub async fn act(sim: &mut Simulation, admin: &Admin) -> Result<(), String> {
    let Some(decoy) = one_decoy(sim).await? else { return Ok(()) };
    if sim.below(3) == 0 {
        return Box::pin(import(sim, admin, &decoy)).await;
    }
    let query = format!(
        "SELECT 'ent_' || t.id FROM entry t
           JOIN bank b ON b.id = t.bank_id AND 'bank_' || lower(hex(b.id)) = '{}' ORDER BY t.id",
        decoy.id
    );
    let entries = sim.tables.texts(&query).await?;
    if entries.is_empty() {
        return Ok(());
    }
    let entry: EntryId = entries[sim.one_of(entries.len())].parse().unwrap();
    let (admin, bank) = (admin.clone(), decoy.id.parse().unwrap());
    if sim.below(2) == 0 {
        let verb = |desk: Desk| async move { desk.withdraw_entry(&admin, bank, entry).await };
        let tried = sim.attempt(verb).await;
        return outcome("withdraw an entry", &tried);
    }
    let hours = i64::try_from(sim.below(200)).unwrap();
    let end = sim.clock.now() + jiff::SignedDuration::from_hours(hours);
    let change = EntryChange { expires_at: Patch::Value(end), ..EntryChange::default() };
    let verb = |desk: Desk| async move { desk.change_entry(&admin, bank, entry, change).await };
    let tried = sim.attempt(verb).await;
    outcome("change an entry", &tried)
}

/// A list with one hash, which is not imported into a bank that clears without a second actor.
async fn import(sim: &mut Simulation, admin: &Admin, decoy: &Decoy) -> Result<(), String> {
    let hash = if decoy.is_negative {
        items::one_pdq(sim)
    } else {
        mamori_model::Pdq::from([u8::try_from(200 + sim.below(50)).unwrap(); 32])
    };
    let text = format!("{{\"hash\":\"{}\"}}\n", Hash::Pdq(hash));
    let (admin, bank) = (admin.clone(), decoy.id.parse().unwrap());
    let verb = |desk: Desk| async move {
        let list = stream::iter([Ok::<_, std::io::Error>(Bytes::from(text))]);
        let options = ImportOptions::new(LineFormat::Ndjson, HashKind::Pdq);
        desk.import_entries(&admin, bank, options, list).await
    };
    match Box::pin(sim.attempt(verb)).await {
        Tried::Done((import, _)) if decoy.is_negative && import.state == ImportState::Finished => {
            Err(format!("one key imported into a negative bank: {import:?}"))
        }
        tried @ (Tried::Done(_) | Tried::Refused(_) | Tried::Crashed) => {
            outcome("import a list", &tried)
        }
    }
}
