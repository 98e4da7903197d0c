//! What the page of a case shows beside its items, so that they can be judged: facts about the
//! matched entries, the text that the service sent with an item, and how many decisions in effect
//! are about the same account.

use std::collections::{BTreeMap, HashMap};

use mamori_model::matched::Match;
use mamori_model::text::Labels;
use mamori_model::{BankId, Case, Entry, EntryId, ItemContext, Line, MatchId, Outcome, retention};

use crate::{Desk, Error};

/// Whether the reader of a case is shown what is about persons: the account's earlier outcomes, and
/// the context of the items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ContextAccess {
    /// The reviewer who has claimed the case, or the second approver of its decision.
    Granted,
    /// A lead or an auditor who reads the record of the case.
    Denied,
}

/// What the source of an entry says about it, without the hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryFacts {
    /// The bank that contains the entry.
    pub bank: BankId,
    /// The source's own id of the hash.
    pub source_id: Option<Line>,
    /// The source's labels, such as a category.
    pub labels: Labels,
}

impl From<Entry> for EntryFacts {
    fn from(entry: Entry) -> Self {
        Self { bank: entry.bank, source_id: entry.source_id, labels: entry.labels }
    }
}

/// How many decisions in effect are about the account of a case, in its other cases under the same
/// policy at the same service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarlierOutcomes {
    /// The number of decisions for each outcome that occurs.
    pub counts: BTreeMap<Outcome, u64>,
    /// How far back they count: the term of closed cases, in days.
    pub days: u32,
}

impl Desk {
    /// Returns facts about the entries that these items came near to, as far as the entries and
    /// their banks still exist.
    pub(super) async fn entry_facts(
        &self,
        items: &[Match],
    ) -> Result<BTreeMap<EntryId, EntryFacts>, Error> {
        let hits = items.iter().flat_map(|item| &item.hits);
        let mut ids: Vec<EntryId> = hits.map(|hit| hit.entry).collect();
        ids.sort_unstable();
        ids.dedup();
        let entries = self.store().entries_by_ids(&ids).await?;
        Ok(entries.into_iter().map(|entry| (entry.id, entry.into())).collect())
    }

    /// Returns the context of each of these items that has one, for a reader who is shown it.
    pub(super) async fn contexts(
        &self,
        items: &[Match],
        access: ContextAccess,
    ) -> Result<HashMap<MatchId, ItemContext>, Error> {
        match access {
            ContextAccess::Granted => {
                Ok(self.store().item_contexts(items.iter().map(|item| item.id)).await?)
            }
            ContextAccess::Denied => Ok(HashMap::new()),
        }
    }

    /// Counts the decisions about the account of `case`, for a reader who is shown it; `None` if the
    /// case is about an item.
    pub(super) async fn earlier_outcomes(
        &self,
        case: &Case,
        access: ContextAccess,
    ) -> Result<Option<EarlierOutcomes>, Error> {
        let (Some(account), ContextAccess::Granted) = (case.subject.account(), access) else {
            return Ok(None);
        };
        let now = self.clock().now();
        let since = self.kept_since(retention::CASES, now);
        let counts = self.store().earlier_outcomes(case, account, since).await?;
        let days = self.settings().retention.days(retention::CASES);
        Ok(Some(EarlierOutcomes { counts, days }))
    }
}
