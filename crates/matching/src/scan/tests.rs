use mamori_testkit::hashes::any;
use mamori_testkit::pictures::rng::Rng;

use super::*;

fn by_brute_force(bank: &[Pdq], query: &Pdq, max: Distance) -> Vec<ScanHit> {
    let all = bank.iter().map(|row| row.distance(query)).enumerate();
    let mut near: Vec<ScanHit> = all.filter(|(_, distance)| *distance <= max).collect();
    near.sort_by_key(|(row, distance)| (*distance, *row));
    near
}

fn with_bits(bits: impl IntoIterator<Item = usize>) -> Pdq {
    let mut bytes = [0_u8; 32];
    for bit in bits {
        bytes[bit / 8] ^= 1 << (bit % 8);
    }
    bytes.into()
}

#[test]
fn nothing_is_near_in_an_empty_list() {
    let query = with_bits([]);

    assert_eq!(near_all(&[], &query, Distance(64)), []);
    assert_eq!(near_each(&[], &[query], Distance(64)), [vec![]]);
    assert!(near_each(&[query], &[], Distance(64)).is_empty());
}

#[test]
fn every_length_is_searched_to_its_end() {
    let query = with_bits([]);
    for len in (1..70).chain(TILE_ROWS - 2..TILE_ROWS + 20) {
        let mut bank = vec![with_bits(0..128); len];
        bank[0] = with_bits([255]);
        bank[len - 1] = query;

        let found = near_all(&bank, &query, Distance(31));

        assert_eq!(found, by_brute_force(&bank, &query, Distance(31)), "{len}");
        assert_eq!(found[0], (len - 1, Distance(0)), "{len}");
        assert_eq!(near_each(&bank, &[query], Distance(31)), [found], "{len}");
    }
}

#[test]
fn the_limit_itself_is_near_and_the_next_bit_is_not() {
    let query = with_bits([]);
    for max in [0, 1, 30, 31, 32, 63, 64, 255, 256] {
        let bank: Vec<Pdq> = (0..=256).map(|ones| with_bits(0..ones)).collect();

        let found = near_all(&bank, &query, Distance(max));

        let expected: Vec<ScanHit> = (0..=256)
            .zip(0_u32..)
            .map(|(row, ones)| (row, Distance(ones)))
            .take_while(|(_, distance)| *distance <= Distance(max))
            .collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn each_bit_of_each_word_counts_once() {
    let query = with_bits([]);
    let bank: Vec<Pdq> = (0..256).map(|bit| with_bits([bit])).collect();

    assert_eq!(near_all(&bank, &query, Distance(0)), []);
    assert_eq!(near_all(&bank, &query, Distance(1)).len(), 256);
    assert!(near_all(&bank, &bank[77], Distance(1)).iter().eq([&(77, Distance(0))]));
}

#[test]
fn equal_hashes_are_all_found_in_the_order_of_the_list() {
    let query = with_bits([3, 99, 200]);

    let found = near_all(&[query; 100], &query, Distance(0));

    assert!(found.iter().map(|(row, _)| *row).eq(0..100));
}

#[test]
fn many_queries_against_many_hashes_are_answered_as_by_the_scan() {
    let mut rng = Rng::new(7);
    let mut hash = || Pdq::from(any(&mut rng));
    let bank: Vec<Pdq> = (0..INDEX_ROWS).map(|_| hash()).collect();
    let mut queries: Vec<Pdq> = (0..INDEX_QUERIES - 500).map(|_| hash()).collect();
    queries.extend(bank.iter().take(500));

    let answers = near_each(&bank, &queries, Distance(31));

    assert_eq!(answers.len(), INDEX_QUERIES);
    assert_eq!(answers.iter().map(Vec::len).sum::<usize>(), 500);
    for (query, answer) in queries.iter().zip(&answers).skip(INDEX_QUERIES - 510) {
        assert_eq!(*answer, near_all(&bank, query, Distance(31)));
    }
}
