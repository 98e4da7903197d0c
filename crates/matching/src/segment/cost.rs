//! What the steps of a look-up cost, as far as it can be told before one.
//!
//! Times are in nanoseconds, as measured over ten million rows that no cache holds. Only their
//! proportions matter, and only for speed.

use super::shape::Layout;

/// Finding a group: a place of the directory, and the first of its tags.
const GROUP_NS: f64 = 12.0;
/// One more cache line of tags.
const LINE_NS: f64 = 4.0;
/// Comparing a tag.
const TAG_NS: f64 = 0.1;
/// A row whose tag agrees: its number and its hash.
const CANDIDATE_NS: f64 = 25.0;
/// What one row costs in a scan.
pub const SCAN_NS: f64 = 2.0;
/// Tags in a cache line.
const LINE_TAGS: f64 = 32.0;

/// A slot, as far as its cost depends on it.
#[derive(Clone, Copy, Debug)]
pub struct Costs {
    /// Rows of the segment.
    pub rows: usize,
    /// The bits of the key that choose a group.
    pub high: u32,
    /// The bits of the key.
    pub width: u32,
    /// How postings are made up.
    pub layout: Layout,
}

impl Costs {
    /// Asking the slot at `radius` where hashes are spread evenly.
    pub fn of(&self, radius: usize) -> f64 {
        let postings = self.postings(radius);
        self.reading(radius, postings) + self.candidates(radius) * CANDIDATE_NS
    }

    /// As [`Self::of`] where the groups have `rows` rows.
    pub fn where_found(&self, radius: usize, rows: usize) -> f64 {
        // Crowded groups are crowded with rows whose tags agree too.
        let crowd = float(rows) - 4.0 * self.postings(radius);
        self.reading(radius, float(rows))
            + (self.candidates(radius) + crowd.max(0.0)) * CANDIDATE_NS
    }

    /// How many postings the groups within `radius` have.
    pub fn postings(&self, radius: usize) -> f64 {
        ball(self.high, radius) * self.rows_of_a_group()
    }

    fn rows_of_a_group(&self) -> f64 {
        float(self.rows) / 2_f64.powf(f64::from(self.high))
    }

    fn reading(&self, radius: usize, postings: f64) -> f64 {
        ball(self.high, radius) * GROUP_NS + postings * (TAG_NS + LINE_NS / LINE_TAGS)
    }

    /// How many of these have a tag that agrees. The next slot is taken to look as far.
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

/// How many words of `bits` bits differ from one in exactly `flipped` bits.
fn shell(bits: u32, flipped: usize) -> f64 {
    let steps = (1..=flipped).zip(0_u32..);
    steps.map(|(step, taken)| f64::from(bits.saturating_sub(taken)) / float(step)).product()
}

/// How many words of `bits` bits differ from one in at most `radius` bits.
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
