#![cfg(test)]
//! Queries during inserts and removals: an entry that is certainly in the index is always found,
//! one that was certainly removed never.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use mamori_matching::{Index, IndexEntry};
use mamori_model::{BankId, Distance, EntryId, Hash, HashKind, Pdq};
use uuid::Uuid;

fn id(number: i64) -> EntryId {
    EntryId::new(number).unwrap()
}

fn bank(number: u128) -> BankId {
    Uuid::from_u128(number).into()
}

/// Hashes that are far from each other and the same at every run.
fn pdq(number: i64) -> Pdq {
    let mut state = number.unsigned_abs();
    let mut bytes = [0; 32];
    for byte in &mut bytes {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        *byte = state.to_be_bytes()[0];
    }
    bytes.into()
}

fn md5(number: i64) -> Hash {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&pdq(number).as_bytes()[..16]);
    Hash::Md5(bytes.into())
}

/// `number` as a PDQ entry, and as an MD5 entry with the id `number + 1,000,000`.
fn both(number: i64, bank_number: u128) -> [IndexEntry; 2] {
    let bank = bank(bank_number);
    [
        IndexEntry { entry: id(number), bank, hash: Hash::Pdq(pdq(number)) },
        IndexEntry { entry: id(number + 1_000_000), bank, hash: md5(number) },
    ]
}

/// Whether both entries of `number` are found in one of the two banks.
fn finds(index: &Index, number: i64) -> bool {
    let near = index.near(&pdq(number), &[(bank(1), Distance(31)), (bank(2), Distance(31))]);
    let equal = index.equal(&md5(number), &[bank(1), bank(2)]);
    near.iter().any(|near| near.entry == id(number))
        && equal.iter().any(|near| near.entry == id(number + 1_000_000))
}

#[test]
fn present_entries_are_found_during_concurrent_inserts_and_removals() {
    let index = Index::new();
    let steady: Vec<IndexEntry> = (1..=500).flat_map(|n| both(20 * n, 1)).collect();
    index.insert(&steady);
    let is_over = AtomicBool::new(false);

    thread::scope(|scope| {
        let index = &index;
        let is_over = &is_over;
        for first in [0, 7] {
            scope.spawn(move || {
                let mut number = first;
                while !is_over.load(Ordering::Relaxed) {
                    number = number % 500 + 1;
                    assert!(finds(index, 20 * number), "{number}");
                }
            });
        }
        // Inserts and removes entries around the steady ones, in their chunks.
        let passer = scope.spawn(move || {
            for round in 0..60 {
                let passing: Vec<IndexEntry> =
                    (1..10_000).filter(|n| n % 20 != 0).flat_map(|n| both(n, 1)).collect();
                index.insert(&passing);
                assert!(finds(index, 9_999), "{round}");
                for gap in 0..500 {
                    for base in [0, 1_000_000] {
                        index.remove(id(base + 20 * gap + 1)..=id(base + 20 * gap + 19));
                    }
                }
                assert!(!finds(index, 9_999), "{round}");
            }
        });
        // Repeats the steady entries, now in one bank and now in the other.
        let mover = scope.spawn(move || {
            for round in 0..200 {
                let moved: Vec<IndexEntry> =
                    (1..=500).flat_map(|n| both(20 * n, 1 + round % 2)).collect();
                index.insert(&moved);
                index.insert(&moved);
            }
        });
        // Ends the queries even if one of these two panicked; the failure is reported after that.
        let ends = [passer.join(), mover.join()];
        is_over.store(true, Ordering::Relaxed);
        assert!(ends.iter().all(Result::is_ok));
    });

    assert_eq!((index.len(HashKind::Pdq), index.len(HashKind::Md5)), (500, 500));
}

#[test]
fn a_removed_bank_is_gone_at_once_and_the_other_stays() {
    let index = Index::new();
    let all: Vec<IndexEntry> =
        (1..=9_000).flat_map(|n| both(n, 1 + u128::from(n % 2 == 0))).collect();
    let is_over = AtomicBool::new(false);

    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..20 {
                index.insert(&all);
                index.remove_bank(bank(1));
                assert!(!finds(&index, 8_999));
                assert!(finds(&index, 9_000));
            }
            is_over.store(true, Ordering::Relaxed);
        });
        // A query sees a batch whole: if it finds the last of a batch, it finds the first.
        while !is_over.load(Ordering::Relaxed) {
            if finds(&index, 9_000) {
                assert!(finds(&index, 2));
            }
        }
    });
}
