//! Before a look-up: which slots to ask, and how far, or whether to read every row instead.
//!
//! The directory says how many postings each group has before any of them is read. Where hashes
//! are spread as expected, the plan made when the segment was built stands. Real banks are not
//! spread: groups of near copies, flat pictures. Where this query's groups are crowded, the radii
//! are chosen anew from what the directory says, so that the crowded slots are left out; and where
//! every choice costs more than a scan, it is a scan.

use super::Segment;
use super::probe::{Group, Scratch};
use super::shape::{Plan, RADIUS_MAX, SCAN_NS, cheapest, float};
use super::slot::{Slot, group, place};
use crate::kernel;
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

impl Segment {
    /// Decides; for [`Choice::Ask`] notes the radii and the groups.
    pub fn choose(&self, query: &Words, max: u32, scratch: &mut Scratch) -> Choice {
        let Some(plan) = self.plan(max) else { return Choice::Scan };
        let rows = self.note(query, plan, scratch);
        let expected: f64 = self.expected_rows(plan);
        if rows <= expected * CROWDED + FEW_ROWS {
            return Choice::Ask;
        }
        let costs: Vec<_> = (0..self.slots().len()).map(|slot| self.costs(slot, query)).collect();
        let Some(plan) = cheapest(&costs, max) else { return Choice::Scan };
        if plan.cost_ns >= float(self.hashes().len()) * SCAN_NS {
            return Choice::Scan;
        }
        self.note(query, &plan, scratch);
        Choice::Ask
    }

    /// Asks for the memory of the directories that a query will need soon, without waiting for it.
    pub fn expect(&self, query: &Words, max: u32) {
        let Some(plan) = self.plan(max) else { return };
        for (index, (slot, radius)) in self.slots().iter().zip(&plan.radii).enumerate() {
            let Ok(radius) = usize::try_from(*radius) else { continue };
            let high = key_of(slot, query) >> slot.low;
            let directory = slot.directory(self.tables());
            for flips in self.flips(index).iter().take(radius + 1) {
                for flip in flips {
                    kernel::fetch(directory, place(high ^ flip));
                }
            }
        }
    }

    /// Notes the radii of `plan` and its groups that are not empty; how many postings those have.
    fn note(&self, query: &Words, plan: &Plan, scratch: &mut Scratch) -> f64 {
        scratch.groups.clear();
        scratch.radii = plan.radii;
        let mut rows = 0;
        let slots = self.slots().iter().zip(&plan.radii).zip(&mut scratch.ends);
        for (index, ((slot, radius), end)) in slots.enumerate() {
            if let Ok(radius) = usize::try_from(*radius) {
                let key = key_of(slot, query);
                let directory = slot.directory(self.tables());
                for (weight, flips) in self.flips(index).iter().enumerate().take(radius + 1) {
                    let low_max = u32::try_from(radius - weight).unwrap_or(0);
                    for flip in flips {
                        let (from, to) = group(directory, key >> slot.low ^ flip);
                        if from < to {
                            rows += u64::from(to - from);
                            scratch.groups.push(Group { from, to, low_max });
                        }
                    }
                }
            }
            *end = scratch.groups.len();
        }
        float(usize::try_from(rows).unwrap_or(usize::MAX))
    }

    /// What asking a slot would cost this query, by radius, as the directory has it.
    fn costs(&self, index: usize, query: &Words) -> [f64; RADIUS_MAX + 1] {
        let mut costs = [f64::INFINITY; RADIUS_MAX + 1];
        let Some(slot) = self.slots().get(index) else { return costs };
        let high = key_of(slot, query) >> slot.low;
        let directory = slot.directory(self.tables());
        let mut rows = 0;
        for ((radius, cost), flips) in costs.iter_mut().enumerate().zip(self.flips(index)) {
            for flip in flips {
                let (from, to) = group(directory, high ^ flip);
                rows += place(to.saturating_sub(from));
            }
            *cost = self.shape().found_cost(index, radius, rows);
        }
        costs
    }

    /// How many postings the groups of `plan` have where hashes are spread evenly.
    fn expected_rows(&self, plan: &Plan) -> f64 {
        let radii = plan.radii.iter().enumerate();
        let asked = radii.filter_map(|(slot, radius)| Some((slot, usize::try_from(*radius).ok()?)));
        asked.map(|(slot, radius)| self.shape().expected_rows(slot, radius)).sum()
    }
}

/// The key of a query, in the clone that the processor has.
#[cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "see SAFETY"))]
fn key_of(slot: &Slot, query: &Words) -> u32 {
    #[cfg(target_arch = "x86_64")]
    if kernel::is_wide() {
        // SAFETY: the processor has the feature, as the question above found.
        return unsafe { key_of_wide(slot, query) };
    }
    slot.key.of::<false>(query)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "bmi2")]
fn key_of_wide(slot: &Slot, query: &Words) -> u32 {
    slot.key.of::<true>(query)
}
