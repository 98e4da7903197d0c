//! How the 256 bits are shared out among slots, and how far each slot must look.
//!
//! If two hashes differ in at most *d* bits, and a slot *i* with radius *rᵢ* finds everything that
//! differs in at most *rᵢ* of its own bits, then some slot finds the pair whenever
//! Σ (*rᵢ* + 1) > *d*: were each slot to miss it, they would differ in Σ (*rᵢ* + 1) bits at least.
//! So *d* + 1 units are to be given out, and a slot of radius *r* takes *r* + 1 of them; radius
//! −1, which takes none, is a slot that is not asked.

/// The bits of a hash.
const BITS: u32 = 256;
/// No slot looks further: the flips of four bits in twenty are thousands.
pub const RADIUS_MAX: usize = 3;
/// The most slots of a shape.
pub const SLOTS_MAX: usize = 24;
/// The bits of a key that are kept beside its row, see [`super::slot`].
pub const LOW_BITS_MAX: u32 = 8;
/// The widest key: half the bits of its number remain for the directory.
const WIDTH_MAX: u32 = 30;
/// How many rows a group of the directory has, about: what one or two cache lines hold.
const GROUP_ROWS: usize = 8;

/// What the steps of a look-up cost, in nanoseconds, as measured over 10 million rows that no
/// cache holds. Only their proportions matter, and only for speed.
const GROUP_NS: f64 = 8.0;
const CANDIDATE_NS: f64 = 8.0;
/// What one row costs in a scan.
pub const SCAN_NS: f64 = 2.0;

/// The width of each slot, and how many of its bits choose the group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Bits of each slot; together 256.
    pub widths: Vec<u32>,
    /// Of each slot, how many of its bits, the upper ones, choose a group of the directory.
    pub high: Vec<u32>,
    rows: usize,
}

/// What asking the slots of a shape costs, and how: a radius for each, −1 where it is not asked.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// How far each slot looks.
    pub radii: [i8; SLOTS_MAX],
    /// Expected time of a look-up, in nanoseconds.
    pub cost_ns: f64,
}

impl Shape {
    /// The shape that finds what is within `distance` bits among `rows` fastest.
    pub fn for_rows(rows: usize, distance: u32) -> Self {
        let mut best: Option<(f64, Self)> = None;
        for slots in 5..=24_u32 {
            for narrow in 0..=6 {
                let Some(shape) = Self::of(rows, slots, narrow, distance) else { continue };
                let Some(plan) = shape.plan(distance) else { continue };
                if best.as_ref().is_none_or(|(cost, _)| plan.cost_ns < *cost) {
                    best = Some((plan.cost_ns, shape));
                }
            }
        }
        match best {
            Some((_, shape)) => shape,
            // Sixteen equal slots fit always.
            None => Self::with_widths(rows, vec![16; 16]),
        }
    }

    /// `slots` slots; those that get a unit less than the others are `narrow` bits narrower.
    fn of(rows: usize, slots: u32, narrow: u32, distance: u32) -> Option<Self> {
        let larger = (distance + 1) % slots;
        let smaller = if larger == 0 { 0 } else { slots - larger };
        let wide_bits = BITS + narrow * smaller;
        let base = wide_bits / slots;
        let mut spare = wide_bits % slots;
        let mut widths = Vec::new();
        for slot in 0..slots {
            let mut width = base.checked_sub(if slot < slots - smaller { 0 } else { narrow })?;
            if spare > 0 {
                width += 1;
                spare -= 1;
            }
            widths.push(width);
        }
        let fits = widths.iter().all(|width| (4..=WIDTH_MAX).contains(width));
        let shape = Self::with_widths(rows, widths);
        (fits && shape.directory_rows() <= (rows * 2).max(1 << 12)).then_some(shape)
    }

    /// A shape that was told; `None` if it is none.
    pub fn of_parts(widths: Vec<u32>, high: Vec<u32>, rows: usize) -> Option<Self> {
        let is_whole = widths.iter().map(|width| u64::from(*width)).sum::<u64>() == u64::from(BITS);
        let fits = widths.iter().zip(&high).all(|(width, high)| {
            *width <= WIDTH_MAX && high <= width && width - high <= LOW_BITS_MAX
        });
        (is_whole && fits && widths.len() == high.len()).then_some(Self { widths, high, rows })
    }

    fn with_widths(rows: usize, widths: Vec<u32>) -> Self {
        // The power of two that is nearest in proportion.
        let wanted = (rows * 3 / 2 / GROUP_ROWS).max(1).ilog2();
        let high = |width: &u32| wanted.clamp(width.saturating_sub(LOW_BITS_MAX), *width);
        Self { high: widths.iter().map(high).collect(), widths, rows }
    }

    /// Groups of all slots together.
    fn directory_rows(&self) -> usize {
        self.high.iter().map(|high| 1_usize << high).sum()
    }

    /// How to find everything within `distance` bits at the least expected cost; `None` where the
    /// slots cannot promise it, or a scan is cheaper.
    pub fn plan(&self, distance: u32) -> Option<Plan> {
        let costs: Vec<_> = (0..self.widths.len()).map(|slot| self.expected(slot)).collect();
        let plan = cheapest(&costs, distance)?;
        (plan.cost_ns < float(self.rows) * SCAN_NS).then_some(plan)
    }

    /// The cost of asking a slot, by radius, where hashes are spread evenly.
    pub fn expected(&self, slot: usize) -> [f64; RADIUS_MAX + 1] {
        let mut costs = [0.0; RADIUS_MAX + 1];
        for (radius, cost) in costs.iter_mut().enumerate() {
            *cost =
                self.groups(slot, radius) * GROUP_NS + self.candidates(slot, radius) * CANDIDATE_NS;
        }
        costs
    }

    /// How many groups a slot reads at `radius`.
    fn groups(&self, slot: usize, radius: usize) -> f64 {
        self.high.get(slot).map_or(0.0, |high| ball(*high, radius))
    }

    /// How many rows a slot is expected to find at `radius`.
    fn candidates(&self, slot: usize, radius: usize) -> f64 {
        let Some(width) = self.widths.get(slot) else { return 0.0 };
        ball(*width, radius) * float(self.rows) / 2_f64.powf(f64::from(*width))
    }

    /// How many rows the groups of a slot have at `radius` where hashes are spread evenly.
    pub fn expected_rows(&self, slot: usize, radius: usize) -> f64 {
        let Some(high) = self.high.get(slot) else { return 0.0 };
        ball(*high, radius) * float(self.rows) / 2_f64.powf(f64::from(*high))
    }

    /// The cost of asking a slot at `radius` whose groups have `rows` rows.
    pub fn found_cost(&self, slot: usize, radius: usize, rows: usize) -> f64 {
        let groups = self.groups(slot, radius) * GROUP_NS;
        // Crowded groups are crowded with rows that agree in their lower bits too.
        let crowd = float(rows) - 4.0 * self.expected_rows(slot, radius);
        groups + (self.candidates(slot, radius) + crowd.max(0.0)) * CANDIDATE_NS
    }
}

/// The radii that find everything within `distance` at the least cost, where `costs` has the cost
/// of each slot by radius. `None` if even the largest radii do not reach so far.
pub fn cheapest(costs: &[[f64; RADIUS_MAX + 1]], distance: u32) -> Option<Plan> {
    let units = usize::try_from(distance).ok()? + 1;
    // The cheapest way to give out each number of units to the slots so far; the last place is
    // "as many or more".
    let nothing = Plan { radii: [-1; SLOTS_MAX], cost_ns: 0.0 };
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
                    *place = Some(Plan { radii, cost_ns });
                }
            }
        }
        best = next;
    }
    best.pop()?
}

/// How many words of `bits` bits differ from one in at most `radius` bits.
fn ball(bits: u32, radius: usize) -> f64 {
    let mut all = 1.0;
    let mut shell = 1.0;
    for flipped in (1..=bits).take(radius) {
        shell *= f64::from(bits - flipped + 1) / f64::from(flipped);
        all += shell;
    }
    all
}

#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "an estimate")]
pub fn float(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests;
