//! Chooses which slots to search, and at which radius, where hashes are crowded; or a scan instead.
//!
//! While hashes are spread as expected, the plan for the segment is used. Real banks are not
//! spread: they have groups of near copies and flat pictures. The directory tells the number of
//! postings in each group before any of them is read. If a query's groups are crowded, the radii
//! are chosen again from these numbers, so that crowded slots are left out. If every choice costs
//! more than a scan, the query scans.

use super::Segment;
use super::cost::{SCAN_NS, float};
use super::key;
use super::shape::{Plan, RADIUS_MAX, SLOTS_MAX, cheapest};
use super::slot::{as_index, group};
use crate::hash_words::HashWords;

/// The groups may be this many times fuller than expected before the radii are chosen again.
const CROWDED: f64 = 3.0;
/// Postings that are never a crowd: this number, or this share of all rows if that is less.
const FEW_ROWS: f64 = 20_000.0;
const FEW_SHARE: f64 = 0.25;

impl Segment {
    /// Returns the number of postings above which a query's groups are crowded under `plan`.
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

    /// Computes the key of `query` in each slot.
    pub fn keys(&self, query: &HashWords, keys: &mut [u32; SLOTS_MAX]) {
        key::each(self.slots().iter().map(|slot| &slot.key), query, keys);
    }

    /// Chooses the cheapest plan for a query with these keys, whose groups are crowded; `None` for
    /// a scan.
    pub fn choose(&self, keys: &[u32; SLOTS_MAX], max: u32) -> Option<Plan> {
        let keys = keys.iter().take(self.slots().len()).enumerate();
        let costs: Vec<_> = keys.map(|(slot, key)| self.costs(slot, *key)).collect();
        let plan = cheapest(&costs, max)?;
        (plan.cost_ns < float(self.hashes().len()) * SCAN_NS).then_some(plan)
    }

    /// Returns the cost of searching a slot for this query, by radius in bits, in nanoseconds, from
    /// the numbers in the directory.
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
                rows += as_index(to.saturating_sub(from));
            }
            *cost = self.shape().cost_of_rows(index, radius, rows);
        }
        costs
    }
}
