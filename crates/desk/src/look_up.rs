//! Hashes are looked up in the banks that may look; nothing is recorded.

use std::collections::{BTreeMap, HashMap};

use mamori_matching::Near;
use mamori_model::{
    Bank, BankId, Country, Distance, EntryId, EntryState, Hash, HashKind, Hit, Md5, NotLooked, Pdq,
    Quality, Sha256, Surface,
};

use crate::{Desk, Directory, Error};

/// What is known of an item, by its hashes.
#[derive(Clone, Debug, Default)]
pub struct Fingerprints {
    /// One PDQ hash a frame. Without a quality a bank's minimum cannot be checked and is taken
    /// as met.
    pub frames: Vec<(Pdq, Option<Quality>)>,
    /// SHA-256 of its bytes.
    pub sha256: Option<Sha256>,
    /// MD5 of its bytes.
    pub md5: Option<Md5>,
}

impl Desk {
    /// Every entry near to `prints` in banks that may look on `surface` in `country`: the nearest
    /// first, at most [`crate::Settings::hits_per_bank_max`] of a bank.
    ///
    /// Without a hit this is memory only. A hit is confirmed by the store, so that an entry that
    /// was withdrawn or expired a moment ago does not match.
    pub async fn look_up(
        &self,
        prints: &Fingerprints,
        surface: Surface,
        country: Option<Country>,
    ) -> Result<Result<Vec<Hit>, NotLooked>, Error> {
        let directory = self.directory();
        let banks = match self.looking(&directory, surface, country) {
            Ok(banks) => banks,
            Err(reason) => return Ok(Err(reason)),
        };
        self.search(prints, &banks).await.map(Ok)
    }

    /// The banks of `directory` that may look today.
    pub fn looking<'a>(
        &self,
        directory: &'a Directory,
        surface: Surface,
        country: Option<Country>,
    ) -> Result<Vec<&'a Bank>, NotLooked> {
        let today = self.clock().now().to_zoned(jiff::tz::TimeZone::UTC).date();
        directory.looking(surface, country, today)
    }

    /// Searches `banks`, whatever they may do.
    pub async fn search(&self, prints: &Fingerprints, banks: &[&Bank]) -> Result<Vec<Hit>, Error> {
        let candidates = self.candidates(prints, banks);
        if candidates.is_empty() {
            return Ok(candidates);
        }
        self.confirm(candidates).await
    }

    fn candidates(&self, prints: &Fingerprints, banks: &[&Bank]) -> Vec<Hit> {
        let mut found = Found::new(banks);
        for (frame, (pdq, quality)) in (0_u32..).zip(&prints.frames) {
            let lens: Vec<(BankId, Distance)> = banks
                .iter()
                .filter(|bank| quality.is_none_or(|quality| quality >= bank.quality_min))
                .map(|bank| (bank.id, bank.distance_max))
                .collect();
            found.add(self.index().near(pdq, &lens), HashKind::Pdq, frame);
        }
        let ids: Vec<BankId> = banks.iter().map(|bank| bank.id).collect();
        let exact = [prints.sha256.map(Hash::Sha256), prints.md5.map(Hash::Md5)];
        for hash in exact.into_iter().flatten() {
            found.add(self.index().equal(&hash, &ids), hash.kind(), 0);
        }
        found.nearest(self.settings().hits_per_bank_max)
    }

    async fn confirm(&self, mut hits: Vec<Hit>) -> Result<Vec<Hit>, Error> {
        let now = self.clock().now();
        let ids: Vec<EntryId> = hits.iter().map(|hit| hit.entry).collect();
        let entries = self.store().entries_by_ids(&ids).await?;
        let live: HashMap<EntryId, BankId> = entries
            .iter()
            .filter(|entry| entry.state(now) == EntryState::Live)
            .map(|entry| (entry.id, entry.bank))
            .collect();
        hits.retain(|hit| live.get(&hit.entry) == Some(&hit.bank));
        Ok(hits)
    }
}

/// The best hit of each entry: an animated item may come near to one with many frames.
struct Found<'a> {
    banks: BTreeMap<BankId, &'a Bank>,
    best: HashMap<EntryId, Hit>,
}

impl<'a> Found<'a> {
    fn new(banks: &[&'a Bank]) -> Self {
        let banks = banks.iter().map(|bank| (bank.id, *bank)).collect();
        Self { banks, best: HashMap::new() }
    }

    fn add(&mut self, near: Vec<Near>, kind: HashKind, frame: u32) {
        for near in near {
            let Some(bank) = self.banks.get(&near.bank) else { continue };
            let hit = Hit {
                bank: near.bank,
                purpose: bank.purpose,
                action: bank.action,
                entry: near.entry,
                kind,
                distance: near.distance,
                frame,
            };
            let best = self.best.entry(near.entry).or_insert(hit);
            if hit.distance < best.distance {
                *best = hit;
            }
        }
    }

    fn nearest(self, per_bank_max: usize) -> Vec<Hit> {
        let mut hits: Vec<Hit> = self.best.into_values().collect();
        hits.sort_by_key(|hit| (hit.distance, hit.entry));
        let mut shown: HashMap<BankId, usize> = HashMap::new();
        hits.retain(|hit| {
            let count = shown.entry(hit.bank).or_default();
            *count += 1;
            *count <= per_bank_max
        });
        hits
    }
}
