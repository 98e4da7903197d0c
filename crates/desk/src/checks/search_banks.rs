//! Searches the banks whose reach covers the item for hashes. Records nothing.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use mamori_matching::Near;
use mamori_model::{
    Action, Bank, BankId, Country, Distance, Distances, EntryId, EntryState, HashKind, Hit,
    Judgement, NotLooked, ServiceId, Subject, Surface, Transforms, Variant, Verdict,
};

use crate::checks::fingerprints::{Fingerprints, FramePrint, Print};
use crate::{Desk, Directory, Error};

/// Whose item is searched for, on which depends which disputes apply.
#[derive(Clone, Copy, Debug)]
pub struct ItemOrigin<'a> {
    /// The service that sent the item.
    pub service: ServiceId,
    /// The subject that a case about the item has.
    pub subject: &'a Subject,
}

/// The result of a search.
#[derive(Clone, Debug)]
pub struct SearchResult {
    /// The best hit of every entry that the item came near to, nearest first: at most
    /// [`crate::Settings::hits_per_bank_max`] per bank, and as many again of disputed entries. What
    /// is best and nearest depends only on the distances that services are shown
    /// ([`crate::Settings::distances`]), so that neither the choice nor the order says more.
    pub hits: Vec<Hit>,
    /// What follows from the hits; its own list of hits is limited in the same way.
    pub judgement: Judgement,
    /// Numbers (place in the file, from 0) of the frames whose quality is below the minimum of
    /// every bank.
    pub low_quality: Vec<u32>,
}

impl SearchResult {
    /// Checks whether the hits decide about the whole item, even if not all of it was read: the
    /// verdict is `hold` or `block`, a bank knows the item's bytes, or a negative bank knows all of
    /// it. A PDQ hit of a bank whose action is `none` does not decide about frames that were not
    /// read.
    pub fn is_answered(&self) -> bool {
        let Judgement { verdict, effective_hits, is_cleared, .. } = &self.judgement;
        let is_known_by_bytes = effective_hits.iter().any(|hit| hit.kind != HashKind::Pdq);
        *verdict > Verdict::Allow || is_known_by_bytes || *is_cleared
    }

    /// Checks whether the banks say nothing for or against the item as a whole: no hit has an
    /// effect, and no negative bank knows all of it.
    pub fn is_unknown(&self) -> bool {
        self.judgement.effective_hits.is_empty() && !self.judgement.is_cleared
    }
}

impl Desk {
    /// Returns every entry near to `prints` in the banks whose reach covers `surface` and `country`
    /// today, or the reason why no bank may be used. [`Error::Unavailable`] if this node has lost
    /// the change log.
    ///
    /// Without a hit this reads memory only. The store confirms each hit, so that an entry that was
    /// withdrawn or expired a moment ago does not match.
    pub async fn search_banks(
        &self,
        prints: &Fingerprints,
        surface: Surface,
        country: Option<Country>,
    ) -> Result<Result<SearchResult, NotLooked>, Error> {
        let directory = self.directory();
        let banks = match self.applicable_banks(&directory, surface, country) {
            Ok(banks) => banks,
            Err(reason) => return Ok(Err(reason)),
        };
        self.search(prints, &banks).await.map(Ok)
    }

    /// Returns the banks of `directory` whose reach covers `surface` and `country` today (UTC), or
    /// the reason why none does.
    pub fn applicable_banks<'a>(
        &self,
        directory: &'a Directory,
        surface: Surface,
        country: Option<Country>,
    ) -> Result<Vec<&'a Bank>, NotLooked> {
        self.applicable_among(directory.banks(), surface, country)
    }

    /// Returns those of `banks` whose reach covers `surface` and `country` today (UTC), or the reason
    /// why none does.
    pub fn applicable_among<'a>(
        &self,
        banks: impl Iterator<Item = &'a Bank>,
        surface: Surface,
        country: Option<Country>,
    ) -> Result<Vec<&'a Bank>, NotLooked> {
        let today = self.clock().now().to_zoned(jiff::tz::TimeZone::UTC).date();
        applicable(banks, surface, country, today)
    }

    /// Searches `banks` without checking their reach: surfaces, countries, and the end of the legal
    /// basis.
    pub async fn search(
        &self,
        prints: &Fingerprints,
        banks: &[&Bank],
    ) -> Result<SearchResult, Error> {
        self.search_for(None, prints, banks).await
    }

    /// Searches `banks` for an item of this origin. An entry that is disputed for its subject or for
    /// its whole service is reported as a hit with [`Action::None`]; without an origin, disputes are
    /// not considered.
    pub async fn search_for(
        &self,
        origin: Option<ItemOrigin<'_>>,
        prints: &Fingerprints,
        banks: &[&Bank],
    ) -> Result<SearchResult, Error> {
        // Also for a check, which asked before it decoded: decoding takes seconds, in which this node
        // may lose the change log, and then it must not answer `allow`.
        self.require_current()?;
        let ranking = Ranking::of(self.settings().distances, banks);
        let (known, all) = (HashMap::new(), Vec::new());
        let frame_count = prints.frame_count();
        let mut hits =
            Hits { desk: self, origin, banks, frame_count, ranking: &ranking, known, all };
        let ids: Vec<BankId> = banks.iter().map(|bank| bank.id).collect();
        for hash in prints.exact() {
            let origin = HashOrigin { kind: hash.kind(), frame: 0, variant: Variant::default() };
            hits.add(self.index().equal(&hash, &ids), origin).await?;
        }
        let mut low_quality = Vec::new();
        for frame in &prints.frames {
            if !hits.add_frame(frame).await? {
                low_quality.push(frame.number);
            }
            // An animation needs thousands of searches; other requests need this thread too.
            tokio::task::yield_now().await;
        }

        let per_bank_max = self.settings().hits_per_bank_max;
        let judged = Judgement::of(&hits.all, prints.views().as_deref());
        let effective_hits = nearest(judged.effective_hits, per_bank_max, &ranking);
        let judgement = Judgement { effective_hits, ..judged };
        let hits = nearest(hits.all, per_bank_max, &ranking);
        Ok(SearchResult { hits, judgement, low_quality })
    }
}

/// Returns those of `banks` that may be used on an item; if none may, the greatest [`NotLooked`] of
/// theirs.
fn applicable<'a>(
    banks: impl Iterator<Item = &'a Bank>,
    surface: Surface,
    country: Option<Country>,
    today: Date,
) -> Result<Vec<&'a Bank>, NotLooked> {
    let mut nearest = NotLooked::NoBank;
    let mut applicable_banks = Vec::new();
    for bank in banks {
        match bank.applies_to(surface, country, today) {
            Ok(()) => applicable_banks.push(bank),
            Err(reason) => nearest = nearest.max(reason),
        }
    }
    if applicable_banks.is_empty() { Err(nearest) } else { Ok(applicable_banks) }
}

/// A bank and the largest distance, in bits, at which it matches.
type SearchScope = (BankId, Distance);

/// Returns the search scopes of the banks that compare `print`: its quality reaches the bank's
/// minimum, and either a viewer may show the frame so or the bank compares all transforms.
fn search_scopes(banks: &[&Bank], print: &Print) -> Vec<SearchScope> {
    let sees = |bank: &&&Bank| {
        let has_structure = print.quality.is_none_or(|quality| quality >= bank.quality_min);
        let shows = print.is_shown || bank.transforms == Transforms::All;
        has_structure && shows
    };
    banks.iter().filter(sees).map(|bank| (bank.id, bank.distance_max)).collect()
}

/// What a hash that is searched for was computed from.
#[derive(Clone, Copy)]
struct HashOrigin {
    kind: HashKind,
    frame: u32,
    variant: Variant,
}

/// How many entries one query of the store confirms.
const CONFIRMED_AT_ONCE: usize = 100;

/// What the store says about an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EntryStatus {
    /// It does not match: withdrawn, expired or deleted.
    Ended,
    /// It matches, with the action of its bank.
    Live,
    /// It matches without an effect, as an open dispute about it reaches the item.
    Disputed,
}

/// Collects the hits of an item and confirms them; at most one hit per frame and entry.
struct Hits<'a> {
    desk: &'a Desk,
    /// Whose item it is; `None`: disputes are not considered.
    origin: Option<ItemOrigin<'a>>,
    banks: &'a [&'a Bank],
    /// Number of frames of the item.
    frame_count: u32,
    ranking: &'a Ranking,
    /// The store's answers so far.
    known: HashMap<EntryId, EntryStatus>,
    all: Vec<Hit>,
}

impl Hits<'_> {
    /// Searches for the hashes of a frame, equal ones only once per bank, and keeps the best hit of
    /// each entry. Returns false if no bank compares any of the hashes.
    async fn add_frame(&mut self, frame: &FramePrint) -> Result<bool, Error> {
        let mut searched: Vec<(&Print, Vec<SearchScope>)> = Vec::new();
        let first = self.all.len();
        for print in &frame.hashes {
            let mut search_scopes = search_scopes(self.banks, print);
            for (before, seen) in &searched {
                if before.pdq == print.pdq {
                    search_scopes.retain(|scope| !seen.contains(scope));
                }
            }
            if search_scopes.is_empty() {
                continue;
            }
            let origin =
                HashOrigin { kind: HashKind::Pdq, frame: frame.number, variant: print.variant };
            self.add(self.desk.index().near(&print.pdq, &search_scopes), origin).await?;
            searched.push((print, search_scopes));
        }
        let mut of_frame = self.all.split_off(first);
        of_frame.sort_by_key(|hit| self.ranking.of_hit(hit));
        let mut seen = HashSet::new();
        of_frame.retain(|hit| seen.insert(hit.entry));
        self.all.append(&mut of_frame);
        Ok(!searched.is_empty())
    }

    /// Adds the nearest of `near` that the store confirms. It confirms first and cuts afterwards, so
    /// that ended entries do not displace entries that match.
    async fn add(&mut self, mut near: Vec<Near>, origin: HashOrigin) -> Result<(), Error> {
        near.sort_by_key(|near| (self.ranking.shown(near.bank, near.distance), near.entry));
        let HashOrigin { kind, frame, variant } = origin;
        let per_bank_max = self.desk.settings().hits_per_bank_max;
        let mut taken: HashMap<BankId, usize> = HashMap::new();
        for some in near.chunks(CONFIRMED_AT_ONCE) {
            let is_full =
                |near: &Near| taken.get(&near.bank).is_some_and(|count| *count >= per_bank_max);
            let open: Vec<&Near> = some.iter().filter(|near| !is_full(near)).collect();
            self.confirm_with_store(&open).await?;
            for near in open {
                let count = taken.entry(near.bank).or_default();
                let bank = self.banks.iter().find(|bank| bank.id == near.bank);
                let known = self.known.get(&near.entry).copied().unwrap_or(EntryStatus::Ended);
                let is_live = known != EntryStatus::Ended;
                let Some(bank) = bank.filter(|_| is_live && *count < per_bank_max) else {
                    continue;
                };
                let action =
                    if known == EntryStatus::Disputed { Action::None } else { bank.action };
                // A hit without an effect must not displace one that holds the item.
                *count += usize::from(known != EntryStatus::Disputed);
                self.all.push(Hit {
                    bank: near.bank,
                    purpose: bank.purpose,
                    action,
                    entry: near.entry,
                    kind,
                    distance: near.distance,
                    frame,
                    frame_count: self.frame_count,
                    variant,
                });
            }
        }
        Ok(())
    }

    async fn confirm_with_store(&mut self, near: &[&Near]) -> Result<(), Error> {
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
        let disputed = match self.origin {
            Some(ItemOrigin { service, subject }) => {
                self.desk.store().disputed(service, subject, &unknown).await?
            }
            None => HashSet::new(),
        };
        self.known.extend(unknown.iter().map(|entry| (*entry, EntryStatus::Ended)));
        for entry in entries.iter().filter(|entry| entry.state(now) == EntryState::Live) {
            let is_disputed = disputed.contains(&entry.id);
            let known = if is_disputed { EntryStatus::Disputed } else { EntryStatus::Live };
            self.known.insert(entry.id, known);
        }
        Ok(())
    }
}

/// The order of hits, by the distances that services are shown.
struct Ranking {
    distances: Distances,
    limits: HashMap<BankId, Distance>,
}

impl Ranking {
    fn of(distances: Distances, banks: &[&Bank]) -> Self {
        let limits = banks.iter().map(|bank| (bank.id, bank.distance_max)).collect();
        Self { distances, limits }
    }

    fn shown(&self, bank: BankId, distance: Distance) -> Distance {
        self.distances.shown(distance, self.limits.get(&bank).copied())
    }

    /// Sort key of hits: the nearer hit first; of equally near ones the one with the earlier
    /// transform and backdrop, in the order of their declaration, then the older entry and the
    /// earlier frame.
    fn of_hit(&self, hit: &Hit) -> impl Ord + use<> {
        let distance = self.shown(hit.bank, hit.distance);
        (distance, hit.variant.transform, hit.variant.backdrop, hit.entry, hit.frame)
    }
}

/// Returns the best hit of each entry, nearest first: one entry may match many frames of an
/// animated item. A bank's disputed hits, which have no effect, are counted separately, so that
/// they do not displace the hits that hold the item.
fn nearest(mut hits: Vec<Hit>, per_bank_max: usize, ranking: &Ranking) -> Vec<Hit> {
    hits.sort_by_key(|hit| ranking.of_hit(hit));
    let mut seen = HashSet::new();
    let mut shown: HashMap<(BankId, Action), usize> = HashMap::new();
    hits.retain(|hit| {
        let count = shown.entry((hit.bank, hit.action)).or_default();
        if *count >= per_bank_max || !seen.insert(hit.entry) {
            return false;
        }
        *count += 1;
        true
    });
    hits
}

#[cfg(test)]
mod tests {
    use mamori_model::Purpose;
    use uuid::Uuid;

    use super::*;

    fn hit(entry: i64, action: Action) -> Hit {
        Hit {
            bank: BankId::from(Uuid::from_u128(1)),
            purpose: Purpose::Rehearsal,
            action,
            entry: EntryId::new(entry).unwrap(),
            kind: HashKind::Pdq,
            distance: Distance(u32::try_from(entry).unwrap()),
            frame: 0,
            frame_count: 1,
            variant: Variant::default(),
        }
    }

    #[test]
    fn disputed_hits_do_not_displace_the_hits_that_hold_an_item() {
        let disputed = (1..=3).map(|entry| hit(entry, Action::None));
        let holding = (4..=6).map(|entry| hit(entry, Action::Hold));

        let ranking = Ranking::of(Distances::Coarse, &[]);
        let shown = nearest(disputed.chain(holding).collect(), 2, &ranking);

        let entries: Vec<i64> = shown.iter().map(|hit| hit.entry.number()).collect();
        assert_eq!(entries, [1, 2, 4, 5]);
    }
}
