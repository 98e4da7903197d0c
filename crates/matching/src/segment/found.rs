//! What a loop finds, noted without a branch on whether it was found.

/// A list whose last place is written to whatever comes, and kept only if it counts.
///
/// Which postings agree follows no pattern, so a processor foresees a branch on it wrongly nearly as
/// often as not, and each time throws away more work than a look at a posting costs.
#[derive(Default)]
pub struct Found<T> {
    places: Vec<T>,
    len: usize,
}

impl<T: Copy + Default> Found<T> {
    /// How many places there are at first.
    const ROOM: usize = 1_024;

    /// Forgets everything, and keeps the room.
    pub fn clear(&mut self) {
        self.len = 0;
    }

    /// Makes room for `more` that count.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "hot")]
    pub fn make_room(&mut self, more: usize) {
        // One more, for what does not count.
        if self.places.len() <= self.len + more {
            self.grow(self.len + more);
        }
    }

    /// Notes `it` if it `counts`. There is room ([`Self::make_room`]).
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "hot")]
    pub fn put(&mut self, it: T, counts: bool) {
        debug_assert!(self.len < self.places.len(), "there is no room");
        if let Some(place) = self.places.get_mut(self.len) {
            *place = it;
            self.len += usize::from(counts);
        }
    }

    /// How many counted.
    pub fn len(&self) -> usize {
        self.len
    }

    /// What counted, in order.
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
    fn only_what_counts_is_kept_also_where_the_room_ends() {
        let mut found = Found::default();
        for round in 0..2 {
            found.clear();
            for number in 0..5_000_u32 {
                found.make_room(1);
                found.put(number, number % 3 == 0);
            }
            let expected: Vec<u32> = (0..5_000).step_by(3).collect();
            assert_eq!(found.iter().collect::<Vec<_>>(), expected, "round {round}");
        }
    }
}
