//! Collects the results of a loop without a branch.

/// A list that writes every candidate to its last place and keeps it only if it counts.
///
/// Which postings agree follows no pattern, so the processor mispredicts nearly half of the
/// branches on it, and each misprediction costs more than the comparison of a posting.
#[derive(Default)]
pub struct BranchlessVec<T> {
    places: Vec<T>,
    len: usize,
}

impl<T: Copy + Default> BranchlessVec<T> {
    /// Places allocated at first.
    const ROOM: usize = 1_024;

    /// Removes all items and keeps the allocation.
    pub fn clear(&mut self) {
        self.len = 0;
    }

    /// Allocates places for `more` items that count.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "hot")]
    pub fn reserve(&mut self, more: usize) {
        // One more place for an item that does not count.
        if self.places.len() <= self.len + more {
            self.grow(self.len + more);
        }
    }

    /// Writes `it`, and keeps it if it `counts`. The caller has made room ([`Self::reserve`]).
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "hot")]
    pub fn push_if(&mut self, it: T, counts: bool) {
        debug_assert!(self.len < self.places.len(), "there is no room");
        if let Some(place) = self.places.get_mut(self.len) {
            *place = it;
            self.len += usize::from(counts);
        }
    }

    /// Returns the number of kept items.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Returns the kept items, in order.
    pub fn iter(&self) -> impl Iterator<Item = T> {
        self.places.iter().take(self.len).copied()
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, least: usize) {
        self.places.resize((least * 2).max(Self::ROOM), T::default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_items_that_count_are_kept_also_when_the_vector_grows() {
        let mut found = BranchlessVec::default();
        for round in 0..2 {
            found.clear();
            for number in 0..5_000_u32 {
                found.reserve(1);
                found.push_if(number, number % 3 == 0);
            }
            let expected: Vec<u32> = (0..5_000).step_by(3).collect();
            assert_eq!(found.iter().collect::<Vec<_>>(), expected, "round {round}");
        }
    }
}
