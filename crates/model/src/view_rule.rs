//! The view rule: which items the author of a decision, and its second approver, must view clear
//! before it comes into effect. The table is in `docs/rights.md`.
//!
//! Knows nothing about how a view is shown or recorded ([`crate::view`]), and nothing about who may
//! approve ([`crate::approval`]).

use std::cmp::Reverse;
use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::{Distance, EntryId, ItemName, MatchId, Outcome, Pdq, ServiceAction, Viewing};

/// Bits in which two pictures near one entry may differ, so that a view of one counts for the other:
/// the PDQ reference's "same picture".
pub const COPY_DISTANCE_MAX: Distance = Distance::PDQ_SAME_MAX;

/// Whose views a decision needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Demand {
    /// No view: nothing is restricted, or only items with an exact match are.
    None,
    /// A view by the author, or else a second approval: any other restriction.
    ViewOrApproval,
    /// A view by the author: "not a match", which disputes entries.
    Author,
    /// A view by the author and one by the second approver: a grave measure on an account.
    Both,
}

impl Demand {
    /// Returns the demand of a decision with these `actions` on a case with these `items`, made on
    /// the day `today` (UTC). `days_alone` is the longest limit of a feature that is not grave.
    pub fn of(
        outcome: Outcome,
        actions: &[ServiceAction],
        items: &[ItemFacts],
        (today, days_alone): (Date, u32),
    ) -> Self {
        let is_exact = |action: &ServiceAction| {
            let is_it = |item: &&ItemFacts| Some(&item.name) == action.item();
            items.iter().find(is_it).is_some_and(|item| item.is_exact)
        };
        match outcome {
            Outcome::NotAMatch => Self::Author,
            Outcome::Violates if actions.iter().any(|a| a.is_grave(today, days_alone)) => {
                Self::Both
            }
            Outcome::Violates if actions.iter().any(|a| a.restricts() && !is_exact(a)) => {
                Self::ViewOrApproval
            }
            Outcome::Violates | Outcome::Allowed => Self::None,
        }
    }

    /// Checks whether the demand itself makes a second approval necessary, given what the author
    /// viewed.
    pub fn needs_approval(self, author: Progress) -> bool {
        match self {
            Self::Both => true,
            Self::ViewOrApproval => !author.is_complete(),
            Self::None | Self::Author => false,
        }
    }

    /// Checks whether the author may make the decision now, given what the author viewed.
    pub fn permits_author(self, author: Progress) -> bool {
        match self {
            Self::Both | Self::Author => author.is_done(),
            Self::None | Self::ViewOrApproval => true,
        }
    }

    /// Checks whether the second approver may approve now, given what the approver viewed.
    pub fn permits_approver(self, approver: Progress) -> bool {
        match self {
            Self::Both => approver.is_done(),
            Self::None | Self::ViewOrApproval | Self::Author => true,
        }
    }

    /// Checks whether the decision asks the second approver for views, given what the author is
    /// recorded to have viewed.
    pub fn asks_approver(self, author: Viewing) -> bool {
        self == Self::Both || (self == Self::ViewOrApproval && author != Viewing::Viewed)
    }
}

/// What the view rule needs to know about an item of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemFacts {
    /// The item's match.
    pub item: MatchId,
    /// The service's name of the item.
    pub name: ItemName,
    /// The entries that its present bytes hit, with the smallest distance to each.
    pub entries: Vec<(EntryId, Distance)>,
    /// PDQ hash of its present bytes, if known.
    pub pdq: Option<Pdq>,
    /// Whether its present bytes have a hit by a digest.
    pub is_exact: bool,
    /// Whether its present bytes are stored and can be rendered.
    pub is_viewable: bool,
}

impl ItemFacts {
    /// Checks whether a view of this item counts for `other`: both hit the same entry, and their
    /// pictures differ in at most [`COPY_DISTANCE_MAX`] bits, directly or by the sum of their
    /// distances to that entry, which also covers copies that are turned.
    pub fn is_copy_of(&self, other: &Self) -> bool {
        if self.item == other.item {
            return true;
        }
        let shared = self.entries.iter().filter_map(|(entry, here)| {
            let there = other.entries.iter().find(|(theirs, _)| theirs == entry)?;
            Some(here.0.saturating_add(there.1.0))
        });
        let Some(nearest) = shared.min() else { return false };
        let direct = self.pdq.zip(other.pdq).map(|(here, there)| here.distance(&there));
        nearest <= COPY_DISTANCE_MAX.0 || direct.is_some_and(|bits| bits <= COPY_DISTANCE_MAX)
    }

    fn has(&self, entry: EntryId) -> bool {
        self.entries.iter().any(|(hit, _)| *hit == entry)
    }

    fn nearest(&self) -> Option<Distance> {
        self.entries.iter().map(|(_, distance)| *distance).min()
    }
}

/// How far one person has come with the views that the items of a decision need.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Views that count, without further ones of the same stack of copies.
    pub done: u32,
    /// Views that are still needed.
    pub open: u32,
    /// Items and entries that need a view, and cannot be viewed.
    pub unkept: u32,
}

impl Progress {
    /// Checks whether all is viewed that can be viewed.
    pub fn is_done(self) -> bool {
        self.open == 0
    }

    /// Checks whether all is viewed that needs a view.
    pub fn is_complete(self) -> bool {
        self.open == 0 && self.unkept == 0
    }

    /// Returns the number of views that are needed in all.
    pub fn needed(self) -> u32 {
        self.done.saturating_add(self.open)
    }

    /// Returns the word for the record. `is_asked`: the decision asks this person for views.
    pub fn viewing(self, is_asked: bool) -> Viewing {
        match (self.done, self.open) {
            (1.., 0) if self.unkept == 0 => Viewing::Viewed,
            (1.., _) => Viewing::InPart,
            (0, _) if !is_asked => Viewing::NotNeeded,
            (0, 0) => Viewing::NotKept,
            (0, _) => Viewing::NotViewed,
        }
    }
}

/// The views that a person has made of the items of a decision, and those still needed.
///
/// Needed are a view of every item without an exact match, or of a copy of it, and a view of at
/// least one item for each entry.
#[derive(Clone, Debug)]
pub struct Coverage<'a> {
    items: &'a [ItemFacts],
    /// What was viewed.
    viewed: Vec<&'a ItemFacts>,
    /// What is still to be viewed, one item of each stack.
    open: Vec<&'a ItemFacts>,
}

impl<'a> Coverage<'a> {
    /// Works out what is still to be viewed of `items`, after a person has viewed `viewed`. Of a
    /// stack it names the item with the most entries of which nothing is viewed, then the nearest.
    pub fn of(items: &'a [ItemFacts], viewed: &BTreeSet<MatchId>) -> Self {
        let mut sorted: Vec<&ItemFacts> = items.iter().collect();
        sorted.sort_by_key(|item| (item.nearest(), item.item));
        let viewed = sorted.iter().filter(|item| viewed.contains(&item.item)).copied().collect();
        let mut coverage = Self { items, viewed, open: Vec::new() };
        for item in sorted.iter().filter(|item| !item.is_exact) {
            if !coverage.covers(item) {
                let copies = sorted.iter().filter(|copy| copy.is_viewable && copy.is_copy_of(item));
                let best = copies.min_by_key(|copy| Reverse(coverage.new_entries(copy)));
                coverage.open.extend(best);
            }
        }
        for entry in entries(items) {
            if !coverage.has(entry) {
                let mut of_entry = sorted.iter().filter(|item| item.has(entry));
                coverage.open.extend(of_entry.find(|item| item.is_viewable));
            }
        }
        coverage
    }

    /// Returns the items that are still to be viewed, one of each stack of copies.
    pub fn open(&self) -> impl Iterator<Item = &'a ItemFacts> + '_ {
        self.open.iter().copied()
    }

    /// Returns how far the person has come with all items.
    pub fn progress(&self) -> Progress {
        self.progress_of(self.items)
    }

    /// Returns how far the person has come with some of the items, such as those of one case of a
    /// bulk decision.
    pub fn progress_of(&self, some: &[ItemFacts]) -> Progress {
        let all = entries(some);
        let is_of = |viewed: &ItemFacts| {
            some.iter().any(|item| viewed.is_copy_of(item)) || all.iter().any(|e| viewed.has(*e))
        };
        let is_unmet = |item: &&ItemFacts| {
            !item.is_exact && !self.viewed.iter().any(|viewed| viewed.is_copy_of(item))
        };
        let items: Vec<&ItemFacts> = some.iter().filter(is_unmet).collect();
        let is_unmet = |entry: &&EntryId| !self.viewed.iter().any(|viewed| viewed.has(**entry));
        let entries: Vec<EntryId> = all.iter().filter(is_unmet).copied().collect();
        let is_open = |open: &&&ItemFacts| {
            items.iter().any(|item| open.is_copy_of(item)) || entries.iter().any(|e| open.has(*e))
        };
        let unkept_items = items.iter().filter(|item| !self.covers(item)).count();
        let unkept_entries = entries.iter().filter(|entry| !self.has(**entry)).count();
        Progress {
            done: count(self.stacks_viewed().into_iter().filter(|viewed| is_of(viewed)).count()),
            open: count(self.open.iter().filter(is_open).count()),
            unkept: count(unkept_items.saturating_add(unkept_entries)),
        }
    }

    /// Returns one viewed item of each stack: without those that are copies of another one and bring
    /// no further entry.
    fn stacks_viewed(&self) -> Vec<&'a ItemFacts> {
        let mut stacks: Vec<&ItemFacts> = Vec::new();
        for viewed in &self.viewed {
            let is_copy = stacks.iter().any(|stack| stack.is_copy_of(viewed));
            let had = |entry: EntryId| stacks.iter().any(|stack| stack.has(entry));
            if !is_copy || !viewed.entries.iter().all(|(entry, _)| had(*entry)) {
                stacks.push(viewed);
            }
        }
        stacks
    }

    fn covers(&self, item: &ItemFacts) -> bool {
        self.viewed.iter().chain(&self.open).any(|one| one.is_copy_of(item))
    }

    /// Returns how many entries of the item no view is or will be made of yet.
    fn new_entries(&self, item: &ItemFacts) -> usize {
        item.entries.iter().filter(|(entry, _)| !self.has(*entry)).count()
    }

    fn has(&self, entry: EntryId) -> bool {
        self.viewed.iter().chain(&self.open).any(|one| one.has(entry))
    }
}

fn entries(items: &[ItemFacts]) -> BTreeSet<EntryId> {
    items.iter().flat_map(|item| item.entries.iter().map(|(entry, _)| *entry)).collect()
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
