#![cfg(test)]
//! Compares the index and the scans with a plain definition that searches everything.

use std::collections::BTreeMap;

use mamori_matching::{Index, IndexEntry, Near, near_all, near_each};
use mamori_model::{BankId, Distance, EntryId, Hash, HashKind, Pdq};
use proptest::prelude::*;
use uuid::Uuid;

fn bank(number: u8) -> BankId {
    Uuid::from_u128(u128::from(number)).into()
}

fn id(number: u16) -> EntryId {
    EntryId::new(i64::from(number) + 1).unwrap()
}

fn flipped(hash: &Pdq, bits: impl IntoIterator<Item = usize>) -> Pdq {
    let mut bytes = *hash.as_bytes();
    for bit in bits {
        bytes[bit / 8] ^= 0x80 >> (bit % 8);
    }
    bytes.into()
}

fn any_pdq() -> impl Strategy<Value = Pdq> {
    any::<[u8; 32]>().prop_map(Pdq::from)
}

/// A hash at a distance of `bits` from `centre`; the differing bits are random.
fn around(centre: Pdq, bits: impl Strategy<Value = usize>) -> impl Strategy<Value = Pdq> {
    let all: Vec<usize> = (0..256).collect();
    (Just(all).prop_shuffle(), bits)
        .prop_map(move |(all, bits)| flipped(&centre, all[..bits].to_vec()))
}

/// A query and a bank that is hard for it: at random, in a cluster, all equal, or planted right
/// around the limits, all bits in one word or spread over all.
fn query_and_bank() -> impl Strategy<Value = (Pdq, Vec<Pdq>)> {
    any_pdq().prop_flat_map(|query| {
        let random = prop::collection::vec(any_pdq(), 0..50);
        let clustered = prop::collection::vec(around(query, 0..80_usize), 0..80);
        let equal = (around(query, 0..66_usize), 0..200_usize).prop_map(|(one, n)| vec![one; n]);
        let planted = prop::collection::vec(
            around(query, prop::sample::select(vec![0, 1, 30, 31, 32, 33, 63, 64, 65])),
            0..80,
        );
        let one_word =
            prop::collection::vec((0..4_usize, 0..=64_usize), 0..40).prop_map(move |rows| {
                rows.into_iter()
                    .map(|(word, bits)| flipped(&query, 64 * word..64 * word + bits))
                    .collect()
            });
        let all_words =
            prop::collection::vec((0..=16_usize, 1..=16_usize), 0..40).prop_map(move |rows| {
                let spread =
                    |(bits, step)| flipped(&query, (0..bits).map(|bit: usize| bit * step % 256));
                rows.into_iter().map(spread).collect()
            });
        let bank = prop_oneof![random, clustered, equal, planted, one_word, all_words];
        (Just(query), bank)
    })
}

fn max() -> impl Strategy<Value = Distance> {
    prop_oneof![Just(0), Just(31), Just(64), 0..=64_u32].prop_map(Distance)
}

fn by_brute_force(bank: &[Pdq], query: &Pdq, max: Distance) -> Vec<(usize, Distance)> {
    let all = bank.iter().map(|row| row.distance(query)).enumerate();
    let mut near: Vec<_> = all.filter(|(_, distance)| *distance <= max).collect();
    near.sort_by_key(|(row, distance)| (*distance, *row));
    near
}

proptest! {
    #[test]
    fn a_scan_answers_as_brute_force_does((query, bank) in query_and_bank(), max in max()) {
        let expected = by_brute_force(&bank, &query, max);

        prop_assert_eq!(&near_all(&bank, &query, max), &expected);
        prop_assert_eq!(near_each(&bank, &[query, query], max), [expected.clone(), expected]);
    }

    #[test]
    fn the_index_answers_as_brute_force_does((query, hashes) in query_and_bank(), max in max()) {
        let index = Index::new();
        let entries: Vec<IndexEntry> = hashes
            .iter()
            .zip(0..)
            .map(|(hash, n)| IndexEntry { entry: id(n), bank: bank(1), hash: Hash::Pdq(*hash) })
            .collect();

        index.insert(&entries);

        let expected: Vec<Near> = by_brute_force(&hashes, &query, max)
            .into_iter()
            .map(|(row, distance)| Near { entry: entries[row].entry, bank: bank(1), distance })
            .collect();
        prop_assert_eq!(index.near(&query, &[(bank(1), max)]), expected);
    }
}

#[derive(Clone, Debug)]
enum Act {
    Insert(Vec<IndexEntry>),
    Remove(EntryId, EntryId),
    RemoveBank(BankId),
    Near(Pdq, Vec<(BankId, Distance)>),
    Equal(Hash, Vec<BankId>),
    Compact,
}

/// Few values, so that operations concern the same entries.
fn few_hashes() -> impl Strategy<Value = Hash> {
    prop_oneof![
        (0..256_usize).prop_map(|ones| Hash::Pdq(flipped(&[0; 32].into(), 0..ones))),
        (0..8_u8).prop_map(|n| Hash::Sha256([n; 32].into())),
        (0..8_u8).prop_map(|n| Hash::Md5([n; 16].into())),
        (0..8_u8).prop_map(|n| Hash::Sha1([n; 20].into())),
    ]
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let banks = || (0..5_u8).prop_map(bank);
    let ids = || (0..200_u16).prop_map(id);
    let entry = (ids(), banks(), few_hashes()).prop_map(|(entry, bank, hash)| IndexEntry {
        entry,
        bank,
        hash,
    });
    let scope = prop::collection::vec((banks(), max()), 0..6);
    let query = (0..256_usize).prop_map(|ones| flipped(&[0; 32].into(), 0..ones));
    prop::collection::vec(
        prop_oneof![
            4 => prop::collection::vec(entry, 0..60).prop_map(Act::Insert),
            3 => (ids(), ids()).prop_map(|(first, last)| Act::Remove(first, last)),
            1 => banks().prop_map(Act::RemoveBank),
            4 => (query, scope).prop_map(|(query, scope)| Act::Near(query, scope)),
            4 => (few_hashes(), prop::collection::vec(banks(), 0..6))
                .prop_map(|(hash, banks)| Act::Equal(hash, banks)),
            2 => Just(Act::Compact),
        ],
        1..60,
    )
}

/// The definition: a map that is searched from end to end.
#[derive(Default)]
struct Slow(BTreeMap<EntryId, (BankId, Hash)>);

impl Slow {
    fn near(&self, query: &Pdq, scope: &[(BankId, Distance)]) -> Vec<Near> {
        let mut near: Vec<Near> = Vec::new();
        for (entry, (bank, hash)) in &self.0 {
            let Hash::Pdq(hash) = hash else { continue };
            let distance = hash.distance(query);
            if scope.iter().any(|(scope_bank, max)| scope_bank == bank && distance <= *max) {
                near.push(Near { entry: *entry, bank: *bank, distance });
            }
        }
        near.sort_by_key(|near| (near.distance, near.entry));
        near
    }

    fn equal(&self, hash: &Hash, banks: &[BankId]) -> Vec<Near> {
        let all = self.0.iter().filter(|(_, (bank, other))| other == hash && banks.contains(bank));
        all.map(|(entry, (bank, _))| Near { entry: *entry, bank: *bank, distance: Distance(0) })
            .collect()
    }
}

proptest! {
    #[test]
    fn the_index_answers_as_a_plain_map_does(acts in acts()) {
        let index = Index::with_delta_rows_max(20);
        let mut slow = Slow::default();
        for act in acts {
            match act {
                Act::Insert(entries) => {
                    index.insert(&entries);
                    slow.0.extend(entries.iter().map(|new| (new.entry, (new.bank, new.hash))));
                }
                Act::Remove(first, last) => {
                    index.remove(first..=last);
                    slow.0.retain(|id, _| *id < first || *id > last);
                }
                Act::RemoveBank(bank) => {
                    index.remove_bank(bank);
                    slow.0.retain(|_, (other, _)| *other != bank);
                }
                Act::Near(query, scope) => {
                    prop_assert_eq!(index.near(&query, &scope), slow.near(&query, &scope));
                }
                Act::Equal(hash, banks) => {
                    prop_assert_eq!(index.equal(&hash, &banks), slow.equal(&hash, &banks));
                }
                Act::Compact => while index.compact().unwrap() {},
            }
            prop_assert_eq!(index.is_empty(), slow.0.is_empty());
            for &kind in HashKind::ALL {
                let kept = |bank_number| {
                    let of_kind = slow.0.values().filter(|(_, hash)| hash.kind() == kind);
                    of_kind.filter(|(other, _)| *other == bank(bank_number)).count()
                };
                prop_assert_eq!(index.len(kind), (0..5).map(kept).sum::<usize>());
                prop_assert!((0..5).all(|n| index.bank_len(bank(n), kind) == kept(n)));
            }
        }
    }
}

/// Corner cases that random input does not reach: the first distances at which a search by words,
/// bytes or slots of bits would go wrong.
#[test]
fn a_near_hash_is_found_however_its_differing_bits_are_spread() {
    let query = Pdq::from([0x5a; 32]);
    for step in [1, 2, 4, 8, 16, 32, 64, 128, 255] {
        for bits in [0, 1, 30, 31, 32, 33, 63, 64, 65] {
            let near = flipped(&query, (0..bits).map(|bit| bit * step % 256));
            let index = Index::new();
            index.insert(&[IndexEntry { entry: id(0), bank: bank(1), hash: Hash::Pdq(near) }]);
            let distance = query.distance(&near);

            for max in 0..=64 {
                let found = index.near(&query, &[(bank(1), Distance(max))]).len();
                assert_eq!(found, usize::from(distance <= Distance(max)), "{step} {bits} {max}");
            }
        }
    }
}
