use mamori_model::{BankId, Pdq};
use mamori_testkit::hashes;
use mamori_testkit::pictures::rng::Rng;
use uuid::Uuid;

use super::*;
use crate::hash_words::{HasHashWords as _, differing};
use crate::segment::batch::Batch;
use crate::segment::probe::Scratch;
use crate::segment::visits::QUERIES_MAX;
use crate::threads;

/// Pseudo-random hashes, the same at every run.
pub struct Dice(Rng);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(Rng::new(seed))
    }

    pub fn hash(&mut self) -> HashWords {
        Pdq::from(hashes::any(&mut self.0)).words()
    }

    /// Returns `hash` with `bits` of its bits flipped.
    fn near(&mut self, hash: &HashWords, bits: u32) -> HashWords {
        let mut bytes = [0; 32];
        for (chunk, word) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(hash) {
            *chunk = word.to_ne_bytes();
        }
        Pdq::from(hashes::near(&mut self.0, &bytes, bits)).words()
    }
}

pub fn segment(hashes: &[HashWords]) -> Segment {
    let bank: BankId = Uuid::from_u128(1).into();
    let ids = (1..).filter_map(EntryId::new);
    let rows: Vec<Row> = ids.zip(hashes).map(|(id, hash)| Row { id, bank, hash: *hash }).collect();
    assert_eq!(split(&rows), rows.len());
    Segment::build(&rows).unwrap()
}

#[track_caller]
fn check(segment: &Segment, hashes: &[HashWords], query: &HashWords, max: u32) -> usize {
    let mut found = Vec::new();
    segment.near(query, max, &mut Scratch::default(), &mut |row, distance| {
        found.push((row, distance));
    });
    found.sort_unstable();
    let all = (0_u32..).zip(hashes).map(|(row, hash)| (row, differing(hash, query)));
    let expected: Vec<_> = all.filter(|(_, distance)| *distance <= max).collect();
    assert_eq!(found, expected, "within {max} of {query:x?}");
    found.len()
}

#[test]
fn no_row_is_missed_or_found_twice_among_random_hashes() {
    let mut dice = Dice::new(1);
    let hashes: Vec<HashWords> = (0..60_000).map(|_| dice.hash()).collect();
    let segment = segment(&hashes);
    assert!(segment.plan(31).is_some(), "this is about the slots, not about the scan");

    for turn in 0..300 {
        let planted = dice.near(&hashes[turn * 97], 20 + u32::try_from(turn % 14).unwrap());
        for max in [0, 8, 31, 33] {
            check(&segment, &hashes, &planted, max);
        }
    }
}

#[test]
fn a_hash_at_the_limit_is_found_and_one_a_bit_farther_is_not() {
    let mut dice = Dice::new(2);
    let mut hashes: Vec<HashWords> = (0..30_000).map(|_| dice.hash()).collect();
    let query = dice.hash();
    for (place, bits) in (0..).step_by(100).zip((25..=37).cycle().take(260)) {
        hashes[place] = dice.near(&query, bits);
    }
    let segment = segment(&hashes);

    for max in 24..=37 {
        let expected = usize::try_from(20 * 1.max(max + 1) - 20 * 25).unwrap();
        assert_eq!(check(&segment, &hashes, &query, max), expected);
    }
}

/// Also if several threads share the slots, and if the groups of some queries are crowded.
#[test]
fn queries_in_a_batch_are_answered_as_one_by_one() {
    let mut dice = Dice::new(7);
    for lonely in [50_000, 100_000] {
        let mut hashes: Vec<HashWords> = (0..lonely).map(|_| dice.hash()).collect();
        let crowd = dice.hash();
        hashes.extend((0..40_000).map(|turn| dice.near(&crowd, turn % 17)));
        let mut queries: Vec<HashWords> = (0..300).map(|_| dice.hash()).collect();
        queries
            .extend((0..300).map(|turn| {
                dice.near(&hashes[turn * 155], 20 + u32::try_from(turn % 14).unwrap())
            }));
        queries.push(crowd);
        check_together(&segment(&hashes), &queries);
    }
}

#[track_caller]
fn check_together(segment: &Segment, queries: &[HashWords]) {
    for (max, threads) in [(20, 2), (31, 1), (31, 3), (33, 2)] {
        let batch = Batch::new(segment, queries, max).unwrap();
        let results =
            threads::on_each(threads, || batch.search(|row, distance| Some((row, distance))));
        let mut together = vec![Vec::new(); queries.len()];
        let alone = batch.merge_results(results, |query, near| together[query].push(near));
        assert!(alone.contains(&600) && alone.len() < 200, "within {max}: {alone:?}");
        for (at, mut found) in together.into_iter().enumerate() {
            if alone.contains(&at) {
                assert!(found.is_empty(), "it has no answer yet");
                continue;
            }
            let mut expected = Vec::new();
            segment.near(&queries[at], max, &mut Scratch::default(), &mut |row, distance| {
                expected.push((row, distance));
            });
            found.sort_unstable();
            expected.sort_unstable();
            assert_eq!(found, expected, "query {at} within {max}");
        }
    }
}

#[test]
fn few_or_too_many_or_far_queries_are_not_answered_as_a_batch() {
    let mut dice = Dice::new(8);
    let hashes: Vec<HashWords> = (0..200_000).map(|_| dice.hash()).collect();
    let segment = segment(&hashes);
    let queries: Vec<HashWords> = (0..=QUERIES_MAX).map(|_| dice.hash()).collect();
    let together = |count, max| Batch::new(&segment, &queries[..count], max).is_some();

    assert!(together(QUERIES_MAX, 31));
    assert!(!together(500, 31), "reading everything for half as many would take longer");
    assert!(!together(QUERIES_MAX + 1, 31), "there is no number for the last one");
    assert!(!together(QUERIES_MAX, 60), "that is a scan");
}

/// A flat picture has thousands of near copies. A query close to them finds crowded groups in every
/// slot, a query far from them in some.
#[test]
fn a_crowd_hides_no_row() {
    let mut dice = Dice::new(3);
    let flat = dice.hash();
    let mut hashes: Vec<HashWords> = (0..40_000).map(|_| dice.hash()).collect();
    hashes.extend((0..60_000_u32).map(|n| dice.near(&flat, n % 12)));
    let segment = segment(&hashes);

    for bits in [0, 10, 25, 40, 60, 90] {
        let query = dice.near(&flat, bits);
        check(&segment, &hashes, &query, 31);
    }
    let lonely = hashes[5];
    assert_eq!(check(&segment, &hashes, &dice.near(&lonely, 31), 31), 1);
}

#[test]
fn equal_hashes_are_found_each_with_its_row() {
    let mut dice = Dice::new(4);
    let one = dice.hash();
    let hashes = vec![one; 9_000];
    let segment = segment(&hashes);

    assert_eq!(check(&segment, &hashes, &one, 0), 9_000);
    assert_eq!(check(&segment, &hashes, &dice.near(&one, 32), 31), 0);
}

#[test]
fn ids_and_rows_are_found_by_each_other_across_gaps() {
    let bank: BankId = Uuid::from_u128(1).into();
    let ids = [5, 6, 900, 4_000_000_000].map(|id| EntryId::new(id).unwrap());
    let rows = ids.map(|id| Row { id, bank, hash: [0; 4] });
    let segment = Segment::build(&rows).unwrap();

    for (row, id) in ids.iter().enumerate() {
        assert_eq!((segment.row(*id), segment.id(row)), (Some(row), Some(*id)));
    }
    assert_eq!(segment.row(EntryId::new(7).unwrap()), None);
    assert_eq!(segment.rows_in(&(ids[1]..=EntryId::MAX)), 1..4);
    assert_eq!(segment.rows_in(&(EntryId::MIN..=EntryId::MIN)), 0..0);
}

#[test]
fn rows_are_split_where_they_do_not_fit() {
    let row = |id, bank| Row {
        id: EntryId::new(id).unwrap(),
        bank: Uuid::from_u128(bank).into(),
        hash: [0; 4],
    };
    assert_eq!(split(&[row(1, 1), row(1 + (1 << 32), 1)]), 1);
    let many: Vec<Row> = (1..70_000).map(|n| row(n, n.unsigned_abs().into())).collect();
    assert_eq!(split(&many), usize::from(u16::MAX));
    assert_eq!(split(&[]), 0);
    assert!(Segment::build(&many).is_err());
}
