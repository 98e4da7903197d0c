//! Hashes are looked up in the banks that may look; nothing is recorded.

use std::collections::{HashMap, HashSet};

use mamori_matching::Near;
use mamori_model::{
    Action, Bank, BankId, Country, Distance, EntryId, EntryState, Hash, HashKind, Hit, Judgement,
    Md5, NotLooked, Pdq, Quality, ServiceId, Sha1, Sha256, Surface,
};

use crate::{Desk, Directory, Error};

/// What is known of an item, by its hashes.
#[derive(Clone, Debug, Default)]
pub struct Fingerprints {
    /// One PDQ hash a frame. Without a quality a bank's minimum cannot be checked and is taken
    /// as met.
    pub frames: Vec<(Pdq, Option<Quality>)>,
    /// Whether the item has frames that are not in the list.
    pub frames_left_out: bool,
    /// SHA-256 of its bytes.
    pub sha256: Option<Sha256>,
    /// SHA-1 of its bytes.
    pub sha1: Option<Sha1>,
    /// MD5 of its bytes.
    pub md5: Option<Md5>,
}

/// What a search found.
#[derive(Clone, Debug)]
pub struct Found {
    /// Every entry that the item came near to, once, the nearest first; of a bank at most
    /// [`crate::Settings::hits_per_bank_max`].
    pub hits: Vec<Hit>,
    /// What follows from them; its hits likewise.
    pub judgement: Judgement,
}

impl Desk {
    /// Every entry near to `prints` in banks that may look on `surface` in `country`.
    ///
    /// Without a hit this is memory only. A hit is confirmed by the store, so that an entry that
    /// was withdrawn or expired a moment ago does not match.
    pub async fn look_up(
        &self,
        prints: &Fingerprints,
        surface: Surface,
        country: Option<Country>,
    ) -> Result<Result<Found, NotLooked>, Error> {
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
    pub async fn search(&self, prints: &Fingerprints, banks: &[&Bank]) -> Result<Found, Error> {
        self.search_for(None, prints, banks).await
    }

    /// Searches `banks` for an item of `service`: an entry that is disputed there is found, and does
    /// nothing by itself.
    pub async fn search_for(
        &self,
        service: Option<ServiceId>,
        prints: &Fingerprints,
        banks: &[&Bank],
    ) -> Result<Found, Error> {
        self.require_current()?;
        let (known, all) = (HashMap::new(), Vec::new());
        let mut hits = Hits { desk: self, service, banks, known, all };
        for (frame, (pdq, quality)) in (0_u32..).zip(&prints.frames) {
            let lens: Vec<(BankId, Distance)> = banks
                .iter()
                .filter(|bank| quality.is_none_or(|quality| quality >= bank.quality_min))
                .map(|bank| (bank.id, bank.distance_max))
                .collect();
            hits.add(&self.index().near(pdq, &lens), HashKind::Pdq, frame).await?;
        }
        let ids: Vec<BankId> = banks.iter().map(|bank| bank.id).collect();
        let exact = [
            prints.sha256.map(Hash::Sha256),
            prints.sha1.map(Hash::Sha1),
            prints.md5.map(Hash::Md5),
        ];
        for hash in exact.into_iter().flatten() {
            hits.add(&self.index().equal(&hash, &ids), hash.kind(), 0).await?;
        }

        let per_bank_max = self.settings().hits_per_bank_max;
        let left_out = usize::from(prints.frames_left_out);
        let frames = u32::try_from(prints.frames.len() + left_out).unwrap_or(u32::MAX);
        let judged = Judgement::of(&hits.all, frames);
        let standing = nearest(judged.standing, per_bank_max);
        let judgement = Judgement { verdict: judged.verdict, standing };
        Ok(Found { hits: nearest(hits.all, per_bank_max), judgement })
    }
}

/// How many entries are confirmed by one query.
const CONFIRMED_AT_ONCE: usize = 100;

/// What the store says of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    /// It matches no more.
    Ended,
    /// It matches, and its bank says what that does.
    Live,
    /// It matches, and does nothing by itself at this service.
    Disputed,
}

/// Hits as they are found and confirmed, an entry once for each frame.
struct Hits<'a> {
    desk: &'a Desk,
    /// Whose item it is, where that is known.
    service: Option<ServiceId>,
    banks: &'a [&'a Bank],
    /// What the store says of entries, as far as it was asked.
    known: HashMap<EntryId, Known>,
    all: Vec<Hit>,
}

impl Hits<'_> {
    /// Takes the nearest of `near`, which are sorted, that the store confirms. Confirmed first
    /// and cut after: entries that ended must not push out those that did not.
    async fn add(&mut self, near: &[Near], kind: HashKind, frame: u32) -> Result<(), Error> {
        let per_bank_max = self.desk.settings().hits_per_bank_max;
        let mut taken: HashMap<BankId, usize> = HashMap::new();
        for some in near.chunks(CONFIRMED_AT_ONCE) {
            let is_full =
                |near: &Near| taken.get(&near.bank).is_some_and(|count| *count >= per_bank_max);
            let open: Vec<&Near> = some.iter().filter(|near| !is_full(near)).collect();
            self.ask(&open).await?;
            for near in open {
                let count = taken.entry(near.bank).or_default();
                let bank = self.banks.iter().find(|bank| bank.id == near.bank);
                let known = self.known.get(&near.entry).copied().unwrap_or(Known::Ended);
                let is_live = known != Known::Ended;
                let Some(bank) = bank.filter(|_| is_live && *count < per_bank_max) else {
                    continue;
                };
                let action = if known == Known::Disputed { Action::None } else { bank.action };
                *count += 1;
                self.all.push(Hit {
                    bank: near.bank,
                    purpose: bank.purpose,
                    action,
                    entry: near.entry,
                    kind,
                    distance: near.distance,
                    frame,
                });
            }
        }
        Ok(())
    }

    async fn ask(&mut self, near: &[&Near]) -> Result<(), Error> {
        let unknown: Vec<EntryId> = near
            .iter()
            .map(|near| near.entry)
            .filter(|entry| !self.known.contains_key(entry))
            .collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let now = self.desk.clock().now();
        let entries = self.desk.store().entries_by_ids(&unknown).await?;
        let disputed = match self.service {
            Some(service) => self.desk.store().disputed(service, &unknown).await?,
            None => HashSet::new(),
        };
        self.known.extend(unknown.iter().map(|entry| (*entry, Known::Ended)));
        for entry in entries.iter().filter(|entry| entry.state(now) == EntryState::Live) {
            let is_disputed = disputed.contains(&entry.id);
            let known = if is_disputed { Known::Disputed } else { Known::Live };
            self.known.insert(entry.id, known);
        }
        Ok(())
    }
}

/// The best hit of each entry, the nearest first: an animated item may come near to one with many
/// frames.
fn nearest(mut hits: Vec<Hit>, per_bank_max: usize) -> Vec<Hit> {
    hits.sort_by_key(|hit| (hit.distance, hit.entry, hit.frame));
    let mut seen = HashSet::new();
    let mut shown: HashMap<BankId, usize> = HashMap::new();
    hits.retain(|hit| {
        let count = shown.entry(hit.bank).or_default();
        if *count >= per_bank_max || !seen.insert(hit.entry) {
            return false;
        }
        *count += 1;
        true
    });
    hits
}
