use mamori_testkit::hashes;
use mamori_testkit::pictures::rng::Rng;
use uuid::Uuid;

use super::*;

fn id(number: i64) -> EntryId {
    EntryId::new(number).unwrap()
}

fn bank(number: u128) -> BankId {
    Uuid::from_u128(number).into()
}

fn pdq(byte: u8) -> Hash {
    Hash::Pdq([byte; 32].into())
}

fn entry(number: i64, bank_number: u128, hash: Hash) -> IndexEntry {
    IndexEntry { entry: id(number), bank: bank(bank_number), hash }
}

fn near(entry: i64, bank_number: u128, distance: u32) -> Near {
    Near { entry: id(entry), bank: bank(bank_number), distance: Distance(distance) }
}

const ZERO: [u8; 32] = [0; 32];

#[test]
fn an_empty_index_finds_nothing() {
    let index = Index::new();

    assert!(index.is_empty());
    assert_eq!(index.near(&ZERO.into(), &[(bank(1), Distance(64))]), []);
    assert_eq!(index.equal(&Hash::Md5([0; 16].into()), &[bank(1)]), []);
    index.remove(EntryId::MIN..=EntryId::MAX);
    index.remove_bank(bank(1));
    index.insert(&[]);
    assert!(index.is_empty());
}

#[test]
fn a_bank_of_one_or_two_entries_matches() {
    let index = Index::new();

    index.insert(&[entry(1, 1, pdq(0))]);
    assert_eq!(index.near(&ZERO.into(), &[(bank(1), Distance(0))]), [near(1, 1, 0)]);

    index.insert(&[entry(2, 1, pdq(1))]);
    assert_eq!(index.near(&ZERO.into(), &[(bank(1), Distance(31))]), [near(1, 1, 0)]);
    assert_eq!(
        index.near(&ZERO.into(), &[(bank(1), Distance(32))]),
        [near(1, 1, 0), near(2, 1, 32)]
    );
}

#[test]
fn each_bank_has_its_own_limit_and_only_the_scope_is_searched() {
    let index = Index::new();
    index.insert(&[entry(1, 1, pdq(1)), entry(2, 2, pdq(1)), entry(3, 3, pdq(1))]);

    let scope = [(bank(1), Distance(31)), (bank(2), Distance(32)), (bank(9), Distance(64))];

    assert_eq!(index.near(&ZERO.into(), &scope), [near(2, 2, 32)]);
    assert_eq!(index.near(&ZERO.into(), &[]), []);
}

#[test]
fn a_bank_named_twice_is_searched_once_with_its_larger_limit() {
    let index = Index::new();
    index.insert(&[entry(1, 1, pdq(1))]);

    for limits in [[31, 32], [32, 31], [32, 32]] {
        let scope = limits.map(|max| (bank(1), Distance(max)));
        assert_eq!(index.near(&ZERO.into(), &scope), [near(1, 1, 32)]);
    }
    let md5 = Hash::Md5([1; 16].into());
    index.insert(&[entry(2, 1, md5)]);
    assert_eq!(index.equal(&md5, &[bank(1), bank(1)]), [near(2, 1, 0)]);
}

#[test]
fn duplicates_are_all_found_nearest_first_then_by_id() {
    let index = Index::new();
    index.insert(&[entry(4, 1, pdq(0)), entry(2, 2, pdq(0)), entry(3, 1, pdq(0))]);
    index.insert(&[entry(1, 1, pdq(1))]);

    let scope = [(bank(2), Distance(32)), (bank(1), Distance(32))];

    assert_eq!(
        index.near(&ZERO.into(), &scope),
        [near(2, 2, 0), near(3, 1, 0), near(4, 1, 0), near(1, 1, 32)]
    );
}

#[test]
fn exact_hashes_are_found_in_the_banks_that_were_named() {
    let index = Index::new();
    let md5 = Hash::Md5([7; 16].into());
    let sha256 = Hash::Sha256([7; 32].into());
    index.insert(&[
        entry(1, 1, md5),
        entry(2, 2, md5),
        entry(3, 1, sha256),
        entry(4, 1, pdq(7)),
        entry(5, 1, Hash::Md5([8; 16].into())),
    ]);

    assert_eq!(index.equal(&md5, &[bank(2), bank(1)]), [near(1, 1, 0), near(2, 2, 0)]);
    assert_eq!(index.equal(&md5, &[bank(2)]), [near(2, 2, 0)]);
    assert_eq!(index.equal(&md5, &[]), []);
    assert_eq!(index.equal(&sha256, &[bank(1), bank(2)]), [near(3, 1, 0)]);
    assert_eq!(index.equal(&pdq(7), &[bank(1), bank(2)]), [near(4, 1, 0)]);
    assert_eq!(index.equal(&pdq(8), &[bank(1)]), []);
}

#[test]
fn an_entry_that_is_inserted_again_is_replaced_wherever_it_was() {
    let md5 = Hash::Md5([7; 16].into());
    let forms = [
        entry(1, 1, pdq(0)),
        entry(1, 2, pdq(0)),
        entry(1, 2, pdq(255)),
        entry(1, 1, md5),
        entry(1, 2, md5),
        entry(1, 2, Hash::Md5([8; 16].into())),
        entry(1, 1, Hash::Sha1([7; 20].into())),
        entry(1, 1, Hash::Sha256([7; 32].into())),
    ];
    for before in forms {
        for after in forms {
            let index = Index::new();
            index.insert(&[before]);
            index.insert(&[after]);
            index.insert(&[after]);

            let total: usize = HashKind::ALL.iter().map(|kind| index.len(*kind)).sum();
            assert_eq!(total, 1, "{before:?} {after:?}");
            assert_eq!(index.bank_len(after.bank, after.hash.kind()), 1);
            let found = Near { entry: id(1), bank: after.bank, distance: Distance(0) };
            assert_eq!(index.equal(&after.hash, &[bank(1), bank(2)]), [found]);
            if before.hash != after.hash {
                assert_eq!(index.equal(&before.hash, &[bank(1), bank(2)]), []);
            }
            assert_eq!(index.exact_read().keys(), usize::from(after.hash.kind() != HashKind::Pdq));
        }
    }
}

#[test]
fn the_last_of_several_entries_with_one_id_counts() {
    let index = Index::new();

    index.insert(&[entry(1, 1, pdq(0)), entry(1, 2, pdq(0)), entry(1, 1, pdq(255))]);

    assert_eq!(index.equal(&pdq(255), &[bank(1), bank(2)]), [near(1, 1, 0)]);
    assert_eq!(index.equal(&pdq(0), &[bank(1), bank(2)]), []);
}

#[test]
fn removed_entries_and_banks_are_gone_and_the_rest_stays() {
    let index = Index::new();
    let md5 = Hash::Md5([7; 16].into());
    let numbers = 1..=30_i64;
    let all: Vec<IndexEntry> = numbers
        .map(|n| entry(n, if n % 2 == 0 { 1 } else { 2 }, if n % 3 == 0 { md5 } else { pdq(0) }))
        .collect();
    index.insert(&all);

    index.remove(id(5)..=id(28));

    let banks = [bank(1), bank(2)];
    assert_eq!(index.equal(&md5, &banks), [near(3, 2, 0), near(30, 1, 0)]);
    let numbers =
        index.equal(&pdq(0), &banks).iter().map(|near| near.entry.number()).collect::<Vec<_>>();
    assert_eq!(numbers, [1, 2, 4, 29]);

    index.remove_bank(bank(1));

    assert_eq!(index.equal(&md5, &banks), [near(3, 2, 0)]);
    assert_eq!(index.bank_len(bank(1), HashKind::Pdq), 0);
    assert_eq!((index.len(HashKind::Pdq), index.len(HashKind::Md5)), (2, 1));
    assert_eq!(index.exact_read().keys(), 1);

    index.remove(EntryId::MIN..=EntryId::MAX);

    assert!(index.is_empty());
    assert!(index.exact_read().keys() == 0);
}

#[test]
fn more_than_one_batch_is_inserted_and_removed() {
    let index = Index::new();
    let count = i64::try_from(3 * BATCH_ROWS + 5).unwrap();
    let all: Vec<IndexEntry> = (1..=count)
        .flat_map(|n| {
            let mut sha256 = [0; 32];
            sha256[24..].copy_from_slice(&n.to_be_bytes());
            [entry(n, 1, pdq(0)), entry(count + n, 1, Hash::Sha256(sha256.into()))]
        })
        .collect();

    index.insert(&all);

    assert_eq!(index.len(HashKind::Pdq), 3 * BATCH_ROWS + 5);
    for some in all.iter().step_by(997).chain(all.last()) {
        assert!(index.equal(&some.hash, &[bank(1)]).iter().any(|near| near.entry == some.entry));
    }
    index.remove(id(2)..=id(2 * count - 1));
    assert_eq!((index.len(HashKind::Pdq), index.len(HashKind::Sha256)), (1, 1));
    assert_eq!(index.exact_read().keys(), 1);
}

#[test]
fn many_queries_at_once_are_answered_as_one_by_one() {
    let index = Index::with_delta_rows_max(1_000);
    let spread = |n: i64| {
        let mut bytes = [0; 32];
        for (place, byte) in (1_i64..).zip(&mut bytes) {
            let mixed = n.wrapping_mul(0x5851_f42d_4c95_7f2d) >> 13;
            *byte = (mixed ^ (n * place * 7919)).to_be_bytes()[6];
        }
        Pdq::from(bytes)
    };
    let all: Vec<IndexEntry> =
        (1..9_000).map(|n| entry(n, 1 + u128::from(n % 2 == 0), Hash::Pdq(spread(n)))).collect();
    index.load(&all[..8_000]).unwrap();
    index.insert(&all[8_000..]);
    let scope = [(bank(1), Distance(31)), (bank(2), Distance(50))];

    for count in [0, 1, 2, 3, 500] {
        let queries: Vec<Pdq> = (0..count).map(|n| spread(n * 17)).collect();
        let expected: Vec<Vec<Near>> = queries.iter().map(|it| index.near(it, &scope)).collect();
        assert_eq!(index.near_each(&queries, &scope), expected);
    }
}

/// Covers every code path at once: two segments searched as a batch, crowded groups, tombstones and
/// a removed bank, a bank with its own limit, a delta, and more queries than one batch takes.
#[test]
fn many_queries_among_many_entries_are_answered_as_one_by_one() {
    let mut rng = Rng::new(5);
    let mut hash = || Pdq::from(hashes::any(&mut rng));
    let mut all: Vec<Pdq> = (0..50_000).map(|_| hash()).collect();
    let crowd = hash();
    let strangers: Vec<Pdq> = (0..500).map(|_| hash()).collect();
    let beside = |bits| Pdq::from(hashes::near(&mut Rng::new(bits), crowd.as_bytes(), 9));
    all.extend((0..8_000).map(beside));
    let numbered = |from: i64| {
        move |(n, hash): (i64, &Pdq)| {
            entry(from + n, 1 + u128::try_from(n % 3).unwrap(), Hash::Pdq(*hash))
        }
    };
    let entries: Vec<IndexEntry> = (1..).zip(&all).map(numbered(0)).collect();
    let index = Index::with_delta_rows_max(1_500);
    index.load(&entries).unwrap();
    let later: Vec<IndexEntry> = (1..).zip(&all[..2_000]).map(numbered(1_000_000)).collect();
    index.insert(&later);
    assert!(index.compact().unwrap());
    let since: Vec<IndexEntry> = (1..).zip(&all[..1_000]).map(numbered(2_000_000)).collect();
    index.insert(&since);
    index.remove(id(20_000)..=id(24_000));
    index.remove_bank(bank(3));
    let scope = [(bank(1), Distance(31)), (bank(2), Distance(12)), (bank(3), Distance(31))];
    let mut near = Rng::new(6);
    let mut queries: Vec<Pdq> = all
        .iter()
        .step_by(83)
        .map(|hash| {
            let bits = u32::try_from(near.below(34)).unwrap();
            hashes::near(&mut near, hash.as_bytes(), bits).into()
        })
        .collect();
    queries.extend(strangers);

    let expected: Vec<Vec<Near>> = queries.iter().map(|it| index.near(it, &scope)).collect();

    assert!(queries.len() > 1_100 && index.pdq.load().segments.len() == 2);
    assert!(expected.iter().any(|near| near.len() > 1_000), "there is a crowd");
    assert!(index.near_each(&queries, &scope) == expected);
    for (query, expected) in queries.iter().zip(&expected).step_by(29) {
        let slow: usize = scope.iter().map(|(bank, max)| {
            let is_there = |it: &&IndexEntry| it.bank == *bank && it.bank != self::bank(3) && !(20_000..=24_000).contains(&it.entry.number());
            let entries = entries.iter().chain(&later).chain(&since).filter(is_there);
            let is_near = |it: &IndexEntry| matches!(it.hash, Hash::Pdq(hash) if hash.distance(query) <= *max);
            entries.filter(|it| is_near(it)).count()
        }).sum();
        assert_eq!(expected.len(), slow);
    }
}
