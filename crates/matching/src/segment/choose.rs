//! Which slots to ask, and how far, where hashes are crowded; or whether to read every row instead.
//!
//! Where hashes are spread as expected, the plan made when the segment was built stands. Real banks
//! are not spread: groups of near copies, flat pictures. The directory says how many postings each
//! group has before any of them is read. Where a query's groups are crowded, the radii are chosen
//! anew from what the directory says, so that the crowded slots are left out; and where every choice
//! costs more than a scan, it is a scan.

use super::Segment;
use super::cost::{SCAN_NS, float};
use super::key;
use super::shape::{Plan, RADIUS_MAX, SLOTS_MAX, cheapest};
use super::slot::{group, place};
use crate::words::Words;

/// By how much the groups may be fuller than expected before the radii are chosen anew.
const CROWDED: f64 = 3.0;
/// Postings that are too few to think about, or so much of all rows where those are fewer.
const FEW_ROWS: f64 = 20_000.0;
const FEW_SHARE: f64 = 0.25;

impl Segment {
    /// Groups with more postings than these are fuller than `plan` took them to be.
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an estimate, above 0"
    )]
    pub fn crowded(&self, plan: &Plan) -> u64 {
        let few = FEW_ROWS.min(float(self.len()) * FEW_SHARE);
        (plan.postings * CROWDED + few) as u64
    }

    /// The key of `query` in each slot.
    pub fn keys(&self, query: &Words, keys: &mut [u32; SLOTS_MAX]) {
        key::each(self.slots().iter().map(|slot| &slot.key), query, keys);
    }

    /// How a query with these keys, whose groups are crowded, is best asked; `None` for a scan.
    pub fn choose(&self, keys: &[u32; SLOTS_MAX], max: u32) -> Option<Plan> {
        let keys = keys.iter().take(self.slots().len()).enumerate();
        let costs: Vec<_> = keys.map(|(slot, key)| self.costs(slot, *key)).collect();
        let plan = cheapest(&costs, max)?;
        (plan.cost_ns < float(self.hashes().len()) * SCAN_NS).then_some(plan)
    }

    /// What asking a slot would cost this query, by radius, as the directory has it.
    fn costs(&self, index: usize, key: u32) -> [f64; RADIUS_MAX + 1] {
        let mut costs = [f64::INFINITY; RADIUS_MAX + 1];
        let (Some(slot), Some(flips)) = (self.slots().get(index), self.flips.get(index)) else {
            return costs;
        };
        let directory = slot.directory(self.tables());
        let mut rows = 0;
        for (radius, cost) in costs.iter_mut().enumerate() {
            for flip in flips.of_weight(radius) {
                let (from, to) = group(directory, key >> slot.low ^ flip);
                rows += place(to.saturating_sub(from));
            }
            *cost = self.shape().found_cost(index, radius, rows);
        }
        costs
    }
}
