//! What a service learns about the distance between its item and an entry.
//!
//! Exact distances to many hashes give away the entry's hash: a service that flips one bit of its
//! own hash at a time reads each bit of the listed one. So a service is shown a coarse number, and
//! hits in an order that says no more than this number.

use std::cmp::Reverse;

use serde::Deserialize;

use crate::{BankId, Distance, Hit};

/// How exactly services learn distances.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Distances {
    /// As the least of a few steps that is not exceeded.
    #[default]
    Coarse,
    /// In bits: a service can compute a listed hash from some hundred answers.
    Exact,
}

/// A hit as the service sees it whose item it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShownHit<'a> {
    /// The hit, whose own distance the service is not shown.
    pub hit: &'a Hit,
    /// The hashes differ in at most this many bits.
    pub distance_max: Distance,
}

/// What services are shown of hits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HitView {
    /// How exactly they learn distances.
    pub distances: Distances,
    /// The most hits of all banks together.
    pub hits_max: usize,
}

/// The hits that a service is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownHits<'a> {
    /// The hits, the nearest first.
    pub hits: Vec<ShownHit<'a>>,
    /// How many more there are.
    pub more: u32,
}

impl HitView {
    /// Returns the part of `hits` that the item's service is shown. If there are more than
    /// [`Self::hits_max`], hits of the banks with the strictest action come first, and of these the
    /// nearest, so that the hits that decided the verdict are shown.
    pub fn shown_hits(
        self,
        hits: &[Hit],
        limit_of: impl Fn(BankId) -> Option<Distance>,
    ) -> ShownHits<'_> {
        let mut shown = self.distances.shown_hits(hits, limit_of);
        let more = shown.len().saturating_sub(self.hits_max);
        if more > 0 {
            // Both sorts are stable, so equally strict hits keep their order, and are in it again.
            let place = |one: &ShownHit<'_>| (one.distance_max, one.hit.entry, one.hit.frame);
            shown.sort_by_key(|one| Reverse(one.hit.action));
            shown.truncate(self.hits_max);
            shown.sort_by_key(place);
        }
        ShownHits { hits: shown, more: u32::try_from(more).unwrap_or(u32::MAX) }
    }
}

impl Distances {
    /// The steps below a bank's limit, in bits.
    pub const STEPS: [Distance; 3] = [Distance(0), Distance(10), Distance(20)];

    /// Returns the number that a service is shown for `distance`, in bits and not less than it.
    /// `limit` is the present limit of the entry's bank; `None` if the bank is deleted.
    ///
    /// [`Distance::LIMIT_MAX`] for a hit beyond the limit: it is older than the limit.
    pub fn shown(self, distance: Distance, limit: Option<Distance>) -> Distance {
        match self {
            Self::Exact => distance,
            Self::Coarse => {
                // The limit comes last: one below a step would say more than the step does.
                let mut steps = Self::STEPS.into_iter().chain(limit);
                steps.find(|step| *step >= distance).unwrap_or(Distance::LIMIT_MAX)
            }
        }
    }

    /// Returns `hits` as their service is shown them, the nearest first; of those that look equally
    /// near, the one with the older entry, then the one with the earlier frame.
    pub fn shown_hits(
        self,
        hits: &[Hit],
        limit_of: impl Fn(BankId) -> Option<Distance>,
    ) -> Vec<ShownHit<'_>> {
        let show =
            |hit| ShownHit { hit, distance_max: self.shown(hit.distance, limit_of(hit.bank)) };
        let mut shown: Vec<ShownHit<'_>> = hits.iter().map(show).collect();
        shown.sort_by_key(|ShownHit { hit, distance_max }| (*distance_max, hit.entry, hit.frame));
        shown
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{Action, EntryId, HashKind, Purpose, Variant};

    const LIMIT: Option<Distance> = Some(Distance::PDQ_SAME_MAX);

    fn hit(entry: i64, distance: u32) -> Hit {
        Hit {
            bank: Uuid::nil().into(),
            purpose: Purpose::Rehearsal,
            action: Action::Hold,
            entry: EntryId::new(entry).unwrap(),
            kind: HashKind::Pdq,
            distance: Distance(distance),
            frame: 0,
            frame_count: 1,
            variant: Variant::default(),
        }
    }

    #[test]
    fn a_coarse_distance_is_0_10_20_or_the_banks_limit() {
        let shown = |distance| Distances::Coarse.shown(Distance(distance), LIMIT).0;

        assert_eq!([0, 1, 10, 11, 20, 21, 31].map(shown), [0, 10, 10, 20, 20, 31, 31]);
    }

    #[test]
    fn a_bank_with_a_low_limit_shows_no_finer_steps() {
        let shown =
            |distance, limit| Distances::Coarse.shown(Distance(distance), Some(Distance(limit)));

        assert_eq!(shown(3, 5), Distance(10));
        assert_eq!(shown(12, 15), Distance(20));
        assert_eq!(shown(0, 0), Distance(0));
    }

    #[test]
    fn a_hit_beyond_the_present_limit_is_shown_the_greatest() {
        let shown = |distance, limit| Distances::Coarse.shown(Distance(distance), limit);

        assert_eq!(shown(30, Some(Distance(25))), Distance::LIMIT_MAX);
        assert_eq!(shown(30, None), Distance::LIMIT_MAX);
        assert_eq!(shown(7, None), Distance(10));
    }

    #[test]
    fn the_number_that_is_shown_is_never_less_than_the_distance() {
        for limit in (0..=64).map(|bits| Some(Distance(bits))).chain([None]) {
            for distance in (0..=64).map(Distance) {
                assert!(
                    Distances::Coarse.shown(distance, limit) >= distance,
                    "{distance:?} {limit:?}"
                );
                assert_eq!(Distances::Exact.shown(distance, limit), distance);
            }
        }
    }

    #[test]
    fn the_order_of_hits_says_no_more_than_the_coarse_distance() {
        let hits = [hit(4, 0), hit(3, 2), hit(2, 9), hit(1, 15)];

        let order = |distances: Distances| -> Vec<i64> {
            let shown = distances.shown_hits(&hits, |_| LIMIT);
            shown.iter().map(|shown| shown.hit.entry.number()).collect()
        };

        assert_eq!(order(Distances::Coarse), [4, 2, 3, 1]);
        assert_eq!(order(Distances::Exact), [4, 3, 2, 1]);
    }

    #[test]
    fn of_too_many_hits_the_strictest_are_shown_and_the_others_counted() {
        let with = |action, entry, distance| Hit { action, ..hit(entry, distance) };
        let hits = [
            with(Action::None, 1, 0),
            with(Action::Hold, 2, 9),
            with(Action::Block, 3, 15),
            with(Action::Hold, 4, 2),
            with(Action::Hold, 5, 25),
        ];

        let shown = |hits_max| {
            let view = HitView { distances: Distances::Exact, hits_max };
            let shown = view.shown_hits(&hits, |_| LIMIT);
            let entries: Vec<i64> = shown.hits.iter().map(|it| it.hit.entry.number()).collect();
            (entries, shown.more)
        };

        assert_eq!(shown(5), (vec![1, 4, 2, 3, 5], 0));
        assert_eq!(shown(3), (vec![4, 2, 3], 2));
        assert_eq!(shown(1), (vec![3], 4));
    }
}
