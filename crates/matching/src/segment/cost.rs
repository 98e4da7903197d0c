//! Estimates the cost of the steps of a look-up in advance.
//!
//! Costs are in nanoseconds, measured with ten million rows that no cache holds. Only their
//! proportions matter, and they affect only speed, never answers.

use super::shape::Layout;

/// Finding a group: one read of the directory and one of its first tag.
const GROUP_NS: f64 = 12.0;
/// Reading one more cache line of tags.
const LINE_NS: f64 = 4.0;
/// Comparing a tag.
const TAG_NS: f64 = 0.1;
/// Reading the number and the hash of a row whose tag agrees.
const CANDIDATE_NS: f64 = 25.0;
/// Comparing one row in a scan.
pub const SCAN_NS: f64 = 2.0;
/// Tags in a cache line.
const LINE_TAGS: f64 = 32.0;

/// The properties of a slot that determine its cost.
#[derive(Clone, Copy, Debug)]
pub struct Costs {
    /// Rows in the segment.
    pub rows: usize,
    /// Bits of the key that choose a group.
    pub high: u32,
    /// All bits of the key.
    pub width: u32,
    /// The layout of the postings.
    pub layout: Layout,
}

impl Costs {
    /// Returns the cost of searching the slot at `radius` if hashes are spread evenly.
    pub fn of(&self, radius: usize) -> f64 {
        let postings = self.postings(radius);
        self.reading(radius, postings) + self.candidates(radius) * CANDIDATE_NS
    }

    /// Returns the cost as [`Self::of`] does, for groups that have `rows` rows in total.
    pub fn of_rows(&self, radius: usize, rows: usize) -> f64 {
        // Most rows of crowded groups also have tags that agree.
        let crowd = float(rows) - 4.0 * self.postings(radius);
        self.reading(radius, float(rows))
            + (self.candidates(radius) + crowd.max(0.0)) * CANDIDATE_NS
    }

    /// Returns the expected number of postings in the groups within `radius`.
    pub fn postings(&self, radius: usize) -> f64 {
        ball(self.high, radius) * self.rows_of_a_group()
    }

    fn rows_of_a_group(&self) -> f64 {
        float(self.rows) / 2_f64.powf(f64::from(self.high))
    }

    fn reading(&self, radius: usize, postings: f64) -> f64 {
        ball(self.high, radius) * GROUP_NS + postings * (TAG_NS + LINE_NS / LINE_TAGS)
    }

    /// Returns how many of these postings have a tag that agrees, assuming the same radius for the
    /// next slot.
    fn candidates(&self, radius: usize) -> f64 {
        let low = self.width - self.high;
        let check = self.layout.tag_bits.saturating_sub(low);
        let mut agreeing = 0.0;
        for flipped in 0..=radius {
            let left = radius - flipped;
            for differing in 0..=left {
                agreeing += shell(self.high, flipped)
                    * shell(low, differing)
                    * ball(check, radius + left + 1 - differing);
            }
        }
        agreeing * self.rows_of_a_group() / 2_f64.powf(f64::from(low + check))
    }
}

/// Returns how many words of `bits` bits differ from a given one in exactly `flipped` bits.
fn shell(bits: u32, flipped: usize) -> f64 {
    let steps = (1..=flipped).zip(0_u32..);
    steps.map(|(step, taken)| f64::from(bits.saturating_sub(taken)) / float(step)).product()
}

/// Returns how many words of `bits` bits differ from a given one in at most `radius` bits.
pub fn ball(bits: u32, radius: usize) -> f64 {
    (0..=radius).map(|flipped| shell(bits, flipped)).sum()
}

#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "an estimate")]
pub fn float(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ball_counts_its_words() {
        let balls = [ball(24, 0), ball(24, 1), ball(24, 2), ball(3, 3), ball(0, 2)];
        assert_eq!(balls.map(|all| all.to_string()), ["1", "25", "301", "8", "1"]);
    }
}
