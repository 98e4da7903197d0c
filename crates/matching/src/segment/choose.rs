//! Before a look-up: which slots to ask, and how far, or whether to read every row instead.
//!
//! The directory says how many postings each group has before any of them is read. Where hashes
//! are spread as expected, the plan made when the segment was built stands. Real banks are not
//! spread: groups of near copies, flat pictures. Where this query's groups are crowded, the radii
//! are chosen anew from what the directory says, so that the crowded slots are left out; and where
//! every choice costs more than a scan, it is a scan.

use super::Segment;
use super::cost::{SCAN_NS, float};
use super::key;
use super::probe::{Group, Limits, Scratch};
use super::shape::{Plan, RADIUS_MAX, SLOTS_MAX, cheapest};
use super::slot::{Slot, group, place};
use crate::kernel::fetch;
use crate::words::Words;

/// By how much the groups may be fuller than expected before the radii are chosen anew.
const CROWDED: f64 = 3.0;
/// Postings that are too few to think about.
const FEW_ROWS: f64 = 20_000.0;

/// How a query is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// By the groups that are noted in the scratch.
    Ask,
    /// By reading every row.
    Scan,
}

impl Plan {
    /// Groups with more postings than these are fuller than they were taken to be.
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an estimate, above 0"
    )]
    pub fn crowded(&self) -> u64 {
        (self.postings * CROWDED + FEW_ROWS) as u64
    }
}

impl Segment {
    /// Decides; for [`Choice::Ask`] notes the keys, the radii and the groups.
    pub fn choose(&self, query: &Words, max: u32, scratch: &mut Scratch) -> Choice {
        let Some(plan) = self.plan(max) else { return Choice::Scan };
        self.keys(query, &mut scratch.keys);
        let rows = self.note(plan, scratch);
        if rows <= plan.crowded() {
            return Choice::Ask;
        }
        let keys = scratch.keys.iter().take(self.slots().len()).enumerate();
        let costs: Vec<_> = keys.map(|(slot, key)| self.costs(slot, *key)).collect();
        let Some(plan) = cheapest(&costs, max) else { return Choice::Scan };
        if plan.cost_ns >= float(self.hashes().len()) * SCAN_NS {
            return Choice::Scan;
        }
        self.note(&plan, scratch);
        Choice::Ask
    }

    /// The key of `query` in each slot.
    pub fn keys(&self, query: &Words, keys: &mut [u32; SLOTS_MAX]) {
        key::each(self.slots().iter().map(|slot| &slot.key), query, keys);
    }

    /// Notes the radii of `plan` and its groups that are not empty; how many postings those have.
    fn note(&self, plan: &Plan, scratch: &mut Scratch) -> u64 {
        let Scratch { keys, groups, ends, radii, .. } = scratch;
        groups.clear();
        *radii = plan.radii;
        let mut rows = 0;
        for (slot, end) in (0..self.slots().len()).zip(ends) {
            self.expect_slot(slot + 1, keys, plan);
            rows += self.note_slot(slot, keys, plan, groups);
            *end = groups.len();
        }
        rows
    }

    /// Adds the groups of a slot that are not empty to `groups`; how many postings they have.
    #[inline]
    fn note_slot(
        &self,
        index: usize,
        keys: &[u32; SLOTS_MAX],
        plan: &Plan,
        groups: &mut Vec<Group>,
    ) -> u64 {
        let Some((slot, high, radius)) = self.asked(index, keys, plan) else { return 0 };
        let limits = Limits::of(plan, index, self.after(index));
        let directory = slot.directory(self.tables());
        let first = u32::try_from(slot.postings_from).unwrap_or(u32::MAX);
        let mut rows = 0;
        for (flips, flipped) in self.flips(index).iter().zip(0..=radius) {
            for flip in flips {
                let (from, to) = group(directory, high ^ flip);
                if from < to {
                    rows += u64::from(to - from);
                    groups.push(limits.group(first + from..first + to, flipped));
                }
            }
        }
        rows
    }

    /// Asks for the places of a slot's directory, without waiting for them.
    fn expect_slot(&self, index: usize, keys: &[u32; SLOTS_MAX], plan: &Plan) {
        let Some((slot, high, radius)) = self.asked(index, keys, plan) else { return };
        let directory = slot.directory(self.tables());
        for flip in self.flips(index).iter().take(place(radius) + 1).flatten() {
            fetch(directory, place(high ^ flip));
        }
    }

    /// A slot that a plan asks: the number of the query's own group there, and the radius.
    #[inline]
    fn asked(
        &self,
        index: usize,
        keys: &[u32; SLOTS_MAX],
        plan: &Plan,
    ) -> Option<(&Slot, u32, u32)> {
        let slot = self.slots().get(index)?;
        let radius = u32::try_from(*plan.radii.get(index)?).ok()?;
        Some((slot, keys.get(index)? >> slot.low, radius))
    }

    /// What asking a slot would cost this query, by radius, as the directory has it.
    fn costs(&self, index: usize, key: u32) -> [f64; RADIUS_MAX + 1] {
        let mut costs = [f64::INFINITY; RADIUS_MAX + 1];
        let Some(slot) = self.slots().get(index) else { return costs };
        let directory = slot.directory(self.tables());
        let mut rows = 0;
        for ((radius, cost), flips) in costs.iter_mut().enumerate().zip(self.flips(index)) {
            for flip in flips {
                let (from, to) = group(directory, key >> slot.low ^ flip);
                rows += place(to.saturating_sub(from));
            }
            *cost = self.shape().found_cost(index, radius, rows);
        }
        costs
    }
}
