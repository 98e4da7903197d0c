//! How the 256 bits of a hash are divided among slots, and how far each slot must search.
//!
//! If two hashes differ in at most *d* bits, and a slot *i* with radius *rᵢ* finds everything that
//! differs in at most *rᵢ* of its own bits, then some slot finds the pair whenever Σ (*rᵢ* + 1) >
//! *d*: if every slot missed it, they would differ in at least Σ (*rᵢ* + 1) bits. So *d* + 1 units
//! must be distributed, and a slot of radius *r* takes *r* + 1 of them. A slot of radius −1 takes
//! none and is not searched.
//!
//! A stronger statement holds. Arrange the slots in a ring, and let *dᵢ* be the number of bits of
//! slot *i* in which the two hashes differ. The numbers *dᵢ* − *rᵢ* − 1 have a sum below 0. On
//! every ring of such whole numbers there is a place from which each partial sum (of one number, of
//! two, of all) is below 0: the place after the last one at which the sum so far was largest. So
//! some slot has not only *dᵢ* ≤ *rᵢ* but also *dᵢ* + *dᵢ₊₁* ≤ *rᵢ* + *rᵢ₊₁* + 1, and a row that
//! meets only the first condition may be left to another slot without reading its hash. Some bits
//! of the next slot, stored with the row, show this for nearly all rows. (The principle is the
//! "pigeonring" of Qin and Xiao, 2018.)

use super::cost::{Costs, SCAN_NS, float};

/// Bits in a hash.
pub const BITS: u32 = 256;
/// The largest radius of a slot, in bits: there are thousands of ways to flip four bits of twenty.
pub const RADIUS_MAX: usize = 3;
/// The most slots in a shape.
pub const SLOTS_MAX: usize = 24;
/// The widest key, in bits.
pub const WIDTH_MAX: u32 = 30;
/// The most bits that choose a group.
pub const HIGH_MAX: u32 = 22;
/// Bits that a tag may have; bits that it does not use hold bits of the row number.
const TAG_BITS: u32 = 16;
/// The fewest bits that a tag may have: a shorter one excludes too few rows.
const TAG_BITS_MIN: u32 = 8;
/// Memory that the slots may take for each row, in bytes. With its hash, entry id and bank a row
/// stays below 100.
const ROW_BYTES_MAX: f64 = 63.5;

/// The layout of a posting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Bits of the tag, at most 16; the bits above it hold the highest bits of the row number.
    pub tag_bits: u32,
    /// Whether the row number has a third byte of its own.
    pub has_rows_high: bool,
}

impl Layout {
    /// Returns both ways to store the numbers of `rows` rows; the second leaves more bits for tags.
    pub fn for_rows(rows: usize) -> impl Iterator<Item = Self> {
        let bits = usize::BITS - rows.saturating_sub(1).leading_zeros();
        [false, true].into_iter().filter_map(move |has_rows_high| {
            let beside = if has_rows_high { 24 } else { 16 };
            let tag_bits = TAG_BITS.checked_sub(bits.saturating_sub(beside))?;
            (tag_bits >= TAG_BITS_MIN).then_some(Self { tag_bits, has_rows_high })
        })
    }

    /// Returns how many bits of a row number are stored apart from the tag.
    pub fn row_bits_beside(self) -> u32 {
        if self.has_rows_high { 24 } else { 16 }
    }

    /// Returns the size of a posting in bytes.
    pub fn bytes(self) -> f64 {
        if self.has_rows_high { 5.0 } else { 4.0 }
    }
}

/// The width of each slot, and how many of its bits choose a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Bits of each slot; their sum is 256.
    pub widths: Vec<u32>,
    /// For each slot, how many of its bits, the upper ones, choose a group of the directory.
    pub high: Vec<u32>,
    /// The layout of the postings.
    pub layout: Layout,
    rows: usize,
}

/// How to search the slots of a shape, and the expected cost.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// The radius of each slot in bits; −1 if it is not searched.
    pub radii: [i8; SLOTS_MAX],
    /// Expected time of a look-up, in nanoseconds.
    pub cost_ns: f64,
    /// Expected number of postings in the groups that are visited.
    pub postings: f64,
}

impl Shape {
    /// Chooses the shape that finds everything within `distance` bits among `rows` rows fastest.
    pub fn for_rows(rows: usize, distance: u32) -> Self {
        let mut best: Option<(f64, Self)> = None;
        for layout in Layout::for_rows(rows) {
            for slots in 5..=SLOTS_MAX {
                for narrow in 0..=6 {
                    let Some((cost, shape)) = Self::of(rows, layout, slots, narrow, distance)
                    else {
                        continue;
                    };
                    if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                        best = Some((cost, shape));
                    }
                }
            }
        }
        match best {
            Some((_, shape)) => shape,
            // Sixteen equal slots always fit.
            None => Self {
                widths: vec![16; 16],
                high: vec![8; 16],
                layout: Layout { tag_bits: TAG_BITS_MIN, has_rows_high: true },
                rows,
            },
        }
    }

    /// Returns a shape of `slots` slots and its cost. Slots that get one unit less than the others
    /// are `narrow` bits narrower.
    fn of(
        rows: usize,
        layout: Layout,
        slots: usize,
        narrow: u32,
        distance: u32,
    ) -> Option<(f64, Self)> {
        let count = u32::try_from(slots).ok()?;
        let larger = (distance + 1) % count;
        let smaller = if larger == 0 { 0 } else { count - larger };
        let wide_bits = BITS + narrow * smaller;
        let (base, spare) = (wide_bits / count, wide_bits % count);
        let radius = usize::try_from((distance + 1).div_ceil(count)).ok()?.checked_sub(1)?;
        let bytes_max = (ROW_BYTES_MAX - float(slots) * layout.bytes()) * float(rows);
        let places_max = (bytes_max / 4.0 / float(slots)).max(64.0);
        let mut known: Vec<(u32, u32, u32, f64)> = Vec::new();
        let (mut widths, mut high, mut all) = (Vec::new(), Vec::new(), 0.0);
        for slot in 0..count {
            let is_smaller = slot >= count - smaller;
            let radius = if is_smaller { radius.checked_sub(1)? } else { radius };
            if radius > RADIUS_MAX {
                return None;
            }
            let width = base.checked_sub(if is_smaller { narrow } else { 0 })?;
            let width = width + u32::from(slot < spare);
            if !(4..=WIDTH_MAX).contains(&width) {
                return None;
            }
            let key = (width, u32::from(is_smaller));
            let found = known.iter().find(|(width, smaller, ..)| (*width, *smaller) == key);
            let (best, cost) = if let Some((.., best, cost)) = found {
                (*best, *cost)
            } else {
                let costs = |high: u32| (high, Costs { rows, high, width, layout }.of(radius));
                let least = width.saturating_sub(layout.tag_bits);
                let most = width.min(HIGH_MAX).min(ilog2(places_max)).max(least);
                let options = (least..=most).filter(|high| *high <= HIGH_MAX).map(costs);
                let (best, cost) = options.min_by(|(_, a), (_, b)| a.total_cmp(b))?;
                known.push((key.0, key.1, best, cost));
                (best, cost)
            };
            widths.push(width);
            high.push(best);
            all += cost;
        }
        let shape = Self { widths, high, layout, rows };
        let bytes = float(slots) * layout.bytes() * float(rows) + float(shape.places()) * 4.0;
        let fits = bytes <= ROW_BYTES_MAX * float(rows.max(1 << 12));
        fits.then_some((all, shape))
    }

    /// Assembles a shape from its parts; `None` if they are not valid.
    pub fn of_parts(widths: Vec<u32>, high: Vec<u32>, layout: Layout, rows: usize) -> Option<Self> {
        let is_whole = widths.iter().map(|width| u64::from(*width)).sum::<u64>() == u64::from(BITS);
        let fits = widths.iter().zip(&high).all(|(width, high)| {
            *width <= WIDTH_MAX
                && *high <= (*width).min(HIGH_MAX)
                && width - high <= layout.tag_bits
        });
        let layout_fits = layout.tag_bits <= TAG_BITS
            && rows <= 1 << (layout.row_bits_beside() + TAG_BITS - layout.tag_bits);
        (is_whole && fits && layout_fits && widths.len() == high.len()).then_some(Self {
            widths,
            high,
            layout,
            rows,
        })
    }

    /// Returns the number of groups in all slots.
    fn places(&self) -> usize {
        self.high.iter().map(|high| 1_usize << high).sum()
    }

    /// Finds the radii that find everything within `distance` bits at the least expected cost;
    /// `None` if the slots cannot guarantee it, or if a scan is cheaper.
    pub fn plan(&self, distance: u32) -> Option<Plan> {
        let costs: Vec<_> = (0..self.widths.len()).map(|slot| self.expected(slot)).collect();
        let mut plan = cheapest(&costs, distance)?;
        let searched = plan.radii.iter().enumerate();
        plan.postings = searched
            .filter_map(|(slot, radius)| {
                Some(self.costs(slot)?.postings(usize::try_from(*radius).ok()?))
            })
            .sum();
        (plan.cost_ns < float(self.rows) * SCAN_NS).then_some(plan)
    }

    /// Returns the cost of searching a slot, by radius, if hashes are spread evenly.
    pub fn expected(&self, slot: usize) -> [f64; RADIUS_MAX + 1] {
        let mut costs = [0.0; RADIUS_MAX + 1];
        for (radius, cost) in costs.iter_mut().enumerate() {
            *cost = self.costs(slot).map_or(0.0, |costs| costs.of(radius));
        }
        costs
    }

    /// Returns the cost of searching a slot at `radius` if its groups have `rows` rows.
    pub fn cost_of_rows(&self, slot: usize, radius: usize, rows: usize) -> f64 {
        self.costs(slot).map_or(0.0, |costs| costs.of_rows(radius, rows))
    }

    fn costs(&self, slot: usize) -> Option<Costs> {
        let (width, high) = (*self.widths.get(slot)?, *self.high.get(slot)?);
        Some(Costs { rows: self.rows, high, width, layout: self.layout })
    }
}

/// Finds the radii that find everything within `distance` bits at the least cost, given the cost of
/// each slot by radius. `None` if even the largest radii do not reach that far.
pub fn cheapest(costs: &[[f64; RADIUS_MAX + 1]], distance: u32) -> Option<Plan> {
    let units = usize::try_from(distance).ok()? + 1;
    // The cheapest way to distribute each number of units to the slots so far; the last place means
    // "this many or more".
    let nothing = Plan { radii: [-1; SLOTS_MAX], cost_ns: 0.0, postings: 0.0 };
    let mut best: Vec<Option<Plan>> = vec![None; units + 1];
    *best.first_mut()? = Some(nothing);
    for (slot, costs) in costs.iter().enumerate().take(SLOTS_MAX) {
        let mut next = best.clone();
        for (have, plan) in best.iter().enumerate() {
            let Some(plan) = plan else { continue };
            for (radius, (step, cost)) in (0_i8..).zip((1..).zip(costs)) {
                let cost_ns = plan.cost_ns + cost;
                let place = next.get_mut((have + step).min(units))?;
                if place.as_ref().is_none_or(|other| cost_ns < other.cost_ns) {
                    let mut radii = plan.radii;
                    *radii.get_mut(slot)? = radius;
                    *place = Some(Plan { radii, cost_ns, ..*plan });
                }
            }
        }
        best = next;
    }
    best.pop()?
}

/// Returns the base-2 logarithm of `count`, rounded down.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an estimate, of at least 64"
)]
fn ilog2(count: f64) -> u32 {
    count.log2() as u32
}

#[cfg(test)]
mod tests;
