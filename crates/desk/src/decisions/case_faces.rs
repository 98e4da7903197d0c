//! What the list of a bulk decision shows of each case beside its account's alias: its newest item,
//! and the entry to which that is nearest.

use std::collections::{BTreeMap, HashMap};

use mamori_model::view_rule::ItemFacts;
use mamori_model::{Case, CaseId, EntryId, MatchId};

use crate::cases::case_context::EntryFacts;
use crate::staff::member::Reviewer;
use crate::{Desk, Error};

/// What a list shows of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseFace {
    /// The newest item of the case.
    pub item: MatchId,
    /// Whether its bytes are stored, so that it can be viewed blurred
    /// ([`Desk::open_view_to_choose`]).
    pub is_viewable: bool,
    /// The entry that it is nearest to.
    pub entry: Option<EntryId>,
}

/// What a list shows of its cases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseFaces {
    /// What it shows of each case; a case without items is left out.
    pub faces: HashMap<CaseId, CaseFace>,
    /// Facts about the entries, as far as they still exist.
    pub entries: BTreeMap<EntryId, EntryFacts>,
}

impl Desk {
    /// Returns what the list shows of `cases`, which the reviewer may choose
    /// ([`Self::cases_to_choose`], [`Self::cases_with_same_entry`]).
    pub async fn case_faces(&self, _: &Reviewer, cases: &[Case]) -> Result<CaseFaces, Error> {
        let ids: Vec<CaseId> = cases.iter().map(|case| case.id).collect();
        let facts = self.store().newest_item_facts(&ids, self.clock().now()).await?;
        let by_case: HashMap<CaseId, CaseFace> =
            facts.iter().map(|(case, newest)| (*case, face(newest))).collect();
        let mut entries: Vec<EntryId> = by_case.values().filter_map(|face| face.entry).collect();
        entries.sort_unstable();
        entries.dedup();
        let entries = self.store().entries_by_ids(&entries).await?;
        let entries = entries.into_iter().map(|entry| (entry.id, entry.into())).collect();
        Ok(CaseFaces { faces: by_case, entries })
    }
}

/// Returns what a list shows of a case with this newest item.
fn face(newest: &ItemFacts) -> CaseFace {
    let nearest = newest.entries.iter().min_by_key(|(_, distance)| *distance);
    let entry = nearest.map(|(entry, _)| *entry);
    CaseFace { item: newest.item, is_viewable: newest.is_viewable, entry }
}
