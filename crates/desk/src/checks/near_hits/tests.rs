use uuid::Uuid;

use super::*;

const LIMITS: NearHitLimits = NearHitLimits { hour_max: 3, day_max: 5 };

fn key(number: u128) -> KeyId {
    Uuid::from_u128(number).into()
}

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + 60 * minute).unwrap()
}

/// A hash that resembles none of another number: each byte is from one step of a generator.
fn far(number: u8) -> Pdq {
    let mut state = 0x9e37_79b9_u32.wrapping_mul(u32::from(number) + 1);
    Pdq::from([(); 32].map(|()| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    }))
}

/// The hash `pdq` with its first `bits` bits flipped.
fn away(pdq: &Pdq, bits: usize) -> Pdq {
    let mut bytes = *pdq.as_bytes();
    for bit in 0..bits {
        bytes[bit / 8] ^= 0x80 >> (bit % 8);
    }
    Pdq::from(bytes)
}

#[test]
fn the_hashes_of_these_tests_do_not_resemble_each_other() {
    for (one, other) in (0..25).flat_map(|one| (0..one).map(move |other| (one, other))) {
        assert!(far(one).distance(&far(other)) > RESEMBLING_MAX, "{one} and {other}");
    }
}

impl NearHits {
    /// Checks a hash, as the desk does; returns whether it is answered.
    fn checks(&self, key: KeyId, pdq: &Pdq, is_near: bool, now: Timestamp) -> bool {
        self.admit(key, pdq, LIMITS, now).is_ok()
            && self.count(key, (pdq, is_near), LIMITS, now).is_ok()
    }
}

#[test]
fn a_key_comes_near_so_often_in_an_hour_and_no_more() {
    let near_hits = NearHits::default();

    let answered = [0, 1, 2, 3].map(|n| near_hits.checks(key(1), &far(n), true, at(i64::from(n))));

    assert_eq!(answered, [true, true, true, false]);
    assert!(near_hits.checks(key(2), &far(0), true, at(3)), "another key has its own count");
    assert!(!near_hits.checks(key(1), &far(9), true, at(59)));
    assert!(near_hits.checks(key(1), &far(9), true, at(60)), "an hour later one is free");
}

#[test]
fn a_key_comes_near_so_often_in_a_day_and_no_more() {
    let near_hits = NearHits::default();
    for n in 0..5 {
        assert!(near_hits.checks(key(1), &far(n), true, at(60 * i64::from(n))));
    }

    assert!(!near_hits.checks(key(1), &far(15), true, at(24 * 60 - 1)));
    assert!(near_hits.checks(key(1), &far(15), true, at(24 * 60)));
}

#[test]
fn the_refusal_says_how_long_to_wait() {
    let near_hits = NearHits::default();
    for n in 0..3 {
        assert!(near_hits.checks(key(1), &far(n), true, at(10 * i64::from(n))));
    }

    let refused = near_hits.count(key(1), (&far(9), true), LIMITS, at(25));

    assert_eq!(refused, Err(Wait(SignedDuration::from_mins(35))));
}

#[test]
fn the_same_hash_is_counted_once_and_answered_beyond_the_limit() {
    let near_hits = NearHits::default();
    for n in [0, 0, 0, 0, 1, 2, 0, 1] {
        assert!(near_hits.checks(key(1), &far(n), true, at(0)), "{n}");
    }

    assert!(!near_hits.checks(key(1), &far(9), true, at(0)));
    assert!(near_hits.checks(key(1), &far(2), true, at(0)));
    assert!(!near_hits.checks(key(1), &far(9), true, at(0)), "a refused hash stays refused");
}

#[test]
fn a_hash_that_resembles_one_that_came_near_is_counted_whether_it_comes_near_or_not() {
    let near_hits = NearHits::default();
    let base = far(0);
    for (bits, is_near) in [(0, true), (32, false), (64, false)] {
        assert!(near_hits.checks(key(1), &away(&base, bits), is_near, at(0)));
    }

    let beyond = [(1, true), (2, false), (33, false)];
    for (bits, is_near) in beyond {
        assert!(!near_hits.checks(key(1), &away(&base, bits), is_near, at(0)), "{bits}");
    }
    let admitted = near_hits.admit(key(1), &away(&base, 2), LIMITS, at(0));
    assert!(admitted.is_err(), "it is refused before the search");
}

#[test]
fn a_hash_that_resembles_a_refused_one_is_refused_whether_it_comes_near_or_not() {
    let near_hits = NearHits::default();
    for n in 0..3 {
        assert!(near_hits.checks(key(1), &far(n), true, at(0)));
    }

    assert!(!near_hits.checks(key(1), &far(12), true, at(0)));
    assert!(!near_hits.checks(key(1), &away(&far(12), 40), false, at(0)));
}

#[test]
fn a_clean_check_is_not_counted_and_is_answered_beyond_the_limit() {
    let near_hits = NearHits::default();
    for n in 0..100 {
        assert!(near_hits.checks(key(1), &away(&far(15), n), false, at(0)));
    }
    assert!(near_hits.keys.lock().unwrap().is_empty());
    for n in 0..3 {
        assert!(near_hits.checks(key(1), &far(n), true, at(0)));
    }

    assert!(near_hits.checks(key(1), &far(15), false, at(0)));
}

#[test]
fn nothing_is_remembered_for_longer_than_a_day() {
    let near_hits = NearHits::default();
    assert!(near_hits.checks(key(1), &far(0), true, at(0)));

    assert_eq!(near_hits.admit(key(1), &far(9), LIMITS, at(24 * 60)), Ok(()));

    assert!(near_hits.keys.lock().unwrap().is_empty());
}

#[test]
fn the_remembered_hashes_are_bounded_however_many_are_refused() {
    let near_hits = NearHits::default();

    for n in 0..24 {
        near_hits.checks(key(1), &far(n), true, at(0));
    }

    let keys = near_hits.keys.lock().unwrap();
    assert_eq!((keys[&key(1)].counted.len(), keys[&key(1)].near.len()), (3, 10));
}
