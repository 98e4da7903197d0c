use super::*;

fn id(number: i64) -> EntryId {
    EntryId::new(number).unwrap()
}

fn ids(numbers: &[i64]) -> Option<Ids> {
    Ids::zeroed(id(numbers[0]), numbers.len()).unwrap().fill(numbers.iter().map(|n| id(*n)))
}

#[test]
fn every_row_has_its_id_and_every_id_its_row() {
    let numbers = [5, 6, 9, 5 + 65_535, 5 + 65_536, 5 + 3 * 65_536, 5 + 4 * 65_536 - 1, 1 << 32];
    let held = ids(&numbers).unwrap();

    for (row, number) in numbers.iter().enumerate() {
        assert_eq!(held.id(row), Some(id(*number)));
        assert_eq!(held.row(id(*number)), Some(row));
    }
    for absent in [1, 4, 7, 5 + 65_537, 5 + 2 * 65_536, 5 + 4 * 65_536, (1 << 32) + 1, 1 << 40] {
        assert_eq!(held.row(id(absent)), None, "{absent}");
    }
    assert_eq!(held.id(numbers.len()), None);
}

#[test]
fn ranges_are_those_of_a_plain_list() {
    let numbers = [5, 6, 9, 5 + 65_535, 5 + 65_536, 5 + 3 * 65_536, 5 + 4 * 65_536 - 1];
    let held = ids(&numbers).unwrap();
    let mut ends: Vec<i64> = numbers.iter().flat_map(|n| [n - 1, *n, n + 1]).collect();
    ends.extend([1, 5 + 2 * 65_536, 1 << 40, EntryId::MAX.number()]);

    for from in &ends {
        for to in &ends {
            let expected = numbers.partition_point(|n| n < from);
            let end = numbers.partition_point(|n| n <= to).max(expected);
            assert_eq!(held.rows_in(&(id(*from)..=id(*to))), expected..end, "{from} to {to}");
        }
    }
}

#[test]
fn ids_that_do_not_ascend_or_are_too_far_are_refused() {
    assert!(ids(&[5, 5]).is_none());
    assert!(ids(&[5, 7, 6]).is_none());
    assert!(ids(&[5, 5 + (1 << 32)]).is_none());
    assert!(ids(&[5]).is_some());
}

#[test]
fn valid_parts_restore_the_same_ids_and_others_are_refused() {
    let numbers = [5, 6, 9, 5 + 65_535, 5 + 65_536, 5 + 3 * 65_536];
    let held = ids(&numbers).unwrap();
    let (first, lower, runs) = held.parts();
    let copy = |runs: Vec<u32>| {
        let mut copied = MmapArray::<u16>::zeroed(lower.len()).unwrap();
        copied.copy_from_slice(lower);
        Ids::of_parts(first, copied, runs)
    };

    let same = copy(runs.to_vec()).unwrap();
    assert!((0..numbers.len()).all(|row| same.id(row) == held.id(row)));
    assert!(copy(vec![]).is_none());
    assert!(copy(vec![0]).is_none());
    assert!(copy(vec![0, 5]).is_none(), "a row too few");
    assert!(copy(vec![0, 5, 6]).is_none(), "out of order in the first run");
    assert!(copy(vec![0, 5, 4, 6]).is_none());
    assert!(copy(vec![1, 4, 6]).is_none());
}

#[test]
fn bank_numbers_take_one_byte_or_for_many_banks_two() {
    for banks in [1, 256, 257, 65_535] {
        let mut numbers = BankNumbers::zeroed(banks, 3).unwrap();
        let last = u16::try_from(banks - 1).unwrap();
        numbers.set(1, last);
        assert_eq!([0, 1, 2].map(|row| numbers.get(row)), [Some(0), Some(banks - 1), Some(0)]);
        assert_eq!(numbers.get(3), None);
        assert_eq!(numbers.bytes().len(), if banks <= 256 { 3 } else { 6 });
    }
}
