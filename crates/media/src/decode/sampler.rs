//! Chooses the frames of an animation to decode: all, or as many as time allows, spread evenly.

use crate::Limits;
use crate::sandbox::sys;

/// Chooses frames while they are decoded.
///
/// The cost of a frame is estimated from the previous ones, and the step to the next one is as
/// large as the remaining time demands. So a long animation is sampled from its first frame to its
/// last, never only at its beginning.
#[derive(Debug)]
pub struct FrameSampler {
    /// Number of frames in the file, as its structure tells.
    total: u64,
    /// The most frames that may be chosen.
    chosen_max: u64,
    /// Processor time for all frames, in microseconds.
    budget_us: u64,
    /// The thread's processor time at the first call of `wants`, in microseconds.
    started_us: Option<u64>,
    chosen: u64,
    next: u64,
    has_left_out: bool,
}

impl FrameSampler {
    /// Creates a sampler within `limits`.
    pub fn new(limits: &Limits) -> Self {
        Self {
            total: 1,
            chosen_max: u64::from(limits.frames_max.max(1)),
            budget_us: limits.frames_cpu_us(),
            started_us: None,
            chosen: 0,
            next: 0,
            has_left_out: false,
        }
    }

    /// Creates a sampler that chooses every frame: for a rendition, which shows one frame composed
    /// from all frames before it.
    pub fn every_frame() -> Self {
        Self {
            total: 1,
            chosen_max: u64::MAX,
            budget_us: u64::MAX,
            started_us: None,
            chosen: 0,
            next: 0,
            has_left_out: false,
        }
    }

    /// Sets the number of frames; called before the first [`Self::wants`].
    pub fn set_frame_count(&mut self, total: u64) {
        self.total = total;
    }

    /// Returns the number of frames that was set; 1 before.
    pub fn frame_count(&self) -> u64 {
        self.total
    }

    /// Checks whether frame `number`, counted from 0, is to be decoded. Must be called once for
    /// each frame, in order.
    pub fn wants(&mut self, number: u64) -> bool {
        let now_us = sys::thread_time_us();
        self.wants_at(number, now_us)
    }

    fn wants_at(&mut self, number: u64, now_us: u64) -> bool {
        let started_us = *self.started_us.get_or_insert(now_us);
        let used_us = now_us.saturating_sub(started_us);
        let is_over = self.chosen > 0 && used_us >= self.budget_us;
        if number < self.next || self.chosen >= self.chosen_max || is_over {
            self.has_left_out = true;
            return false;
        }
        self.chosen += 1;
        self.next = number + self.step(number, used_us);
        true
    }

    /// Returns the step from frame `number` to the next one. `used_us` is the cost of those before
    /// it.
    fn step(&self, number: u64, used_us: u64) -> u64 {
        let ahead = self.total.saturating_sub(number + 1);
        let by_count = self.chosen_max.saturating_sub(self.chosen);
        let before = self.chosen - 1;
        let by_time = match used_us.checked_div(before).filter(|cost| *cost > 0) {
            // The frame `number` has yet to be paid for.
            Some(cost) => (self.budget_us.saturating_sub(used_us) / cost).saturating_sub(1),
            None => u64::MAX,
        };
        ahead.div_ceil(by_count.min(by_time).max(1)).max(1)
    }

    /// Checks whether any frame was not chosen.
    pub fn has_left_out(&self) -> bool {
        self.has_left_out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(total: u64, limits: &Limits, cost_us: u64) -> (Vec<u64>, bool) {
        let mut sampler = FrameSampler::new(limits);
        sampler.set_frame_count(total);
        let mut now = 7;
        let mut chosen = Vec::new();
        for number in 0..total {
            if sampler.wants_at(number, now) {
                chosen.push(number);
                now += cost_us;
            }
        }
        (chosen, sampler.has_left_out())
    }

    #[test]
    fn all_frames_that_there_is_time_for_are_chosen() {
        let limits = Limits { frames_cpu_s_max: 1.0, ..Limits::default() };

        let (chosen, has_left_out) = chosen(150, &limits, 5_000);

        assert_eq!(chosen, (0..150).collect::<Vec<_>>());
        assert!(!has_left_out);
    }

    #[test]
    fn frames_beyond_the_time_are_spread_over_the_whole_length() {
        let limits = Limits { frames_cpu_s_max: 1.0, ..Limits::default() };

        let (chosen, has_left_out) = chosen(10_000, &limits, 10_000);

        assert!(has_left_out);
        assert!((90..=101).contains(&chosen.len()), "{}", chosen.len());
        let widest = chosen.windows(2).map(|two| two[1] - two[0]).max().unwrap();
        assert!(widest <= 220, "{widest}");
        assert!(*chosen.last().unwrap() > 9_700);
    }

    #[test]
    fn frames_beyond_the_most_are_spread_over_the_whole_length() {
        let limits = Limits { frames_max: 10, ..Limits::default() };

        let (chosen, has_left_out) = chosen(95, &limits, 0);

        assert!(has_left_out);
        assert!(chosen.len() <= 10 && *chosen.last().unwrap() >= 85, "{chosen:?}");
    }

    #[test]
    fn the_first_frame_is_chosen_however_little_time_there_is() {
        let limits = Limits { frames_cpu_s_max: 0.0, ..Limits::default() };

        assert_eq!(chosen(5, &limits, 1_000), (vec![0], true));
    }

    #[test]
    fn a_file_with_more_frames_than_it_declares_is_read_on() {
        let mut sampler = FrameSampler::new(&Limits::default());
        sampler.set_frame_count(1);

        assert!((0..20).all(|number| sampler.wants_at(number, 0)));
        assert!(!sampler.has_left_out());
    }
}
