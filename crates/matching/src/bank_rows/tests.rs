use super::*;

fn id(number: usize) -> EntryId {
    EntryId::new(i64::try_from(number).unwrap()).unwrap()
}

fn bank_rows(ids: impl IntoIterator<Item = usize>) -> BankRows<usize> {
    let mut bank_rows = BankRows::default();
    for number in ids {
        bank_rows.put(id(number), number);
    }
    bank_rows
}

fn check(bank_rows: &BankRows<usize>) {
    let ids: Vec<EntryId> = bank_rows.chunks().flat_map(Chunk::ids).copied().collect();
    assert!(ids.is_sorted_by(|a, b| a < b));
    assert_eq!(ids.len(), bank_rows.len());
    for chunk in bank_rows.chunks() {
        assert!((1..=CHUNK_ROWS).contains(&chunk.ids().len()));
        assert_eq!(chunk.ids().len(), chunk.hashes.len());
        assert!(chunk.ids.capacity() <= CHUNK_ROWS, "{}", chunk.ids.capacity());
    }
}

#[test]
fn ids_in_ascending_order_fill_their_chunks() {
    let bank_rows = bank_rows(1..=3 * CHUNK_ROWS + 1);

    check(&bank_rows);
    assert_eq!(bank_rows.chunks().count(), 4);
    assert_eq!(bank_rows.get(id(CHUNK_ROWS)), Some(CHUNK_ROWS));
    assert_eq!(bank_rows.get(id(3 * CHUNK_ROWS + 2)), None);
}

#[test]
fn ids_may_be_inserted_in_any_order() {
    let backwards = bank_rows((1..=2 * CHUNK_ROWS).rev());
    let interleaved = bank_rows((1..=CHUNK_ROWS).flat_map(|n| [n, 2 * CHUNK_ROWS + 1 - n]));

    for bank_rows in [backwards, interleaved] {
        check(&bank_rows);
        assert_eq!(bank_rows.len(), 2 * CHUNK_ROWS);
        assert!((1..=2 * CHUNK_ROWS).all(|number| bank_rows.get(id(number)) == Some(number)));
    }
}

#[test]
fn an_id_in_a_full_chunk_is_replaced_in_place() {
    let mut bank_rows = bank_rows(1..=2 * CHUNK_ROWS);

    assert_eq!(bank_rows.put(id(7), 0), Some(7));
    assert_eq!(bank_rows.put(id(2 * CHUNK_ROWS), 0), Some(2 * CHUNK_ROWS));

    check(&bank_rows);
    assert_eq!((bank_rows.len(), bank_rows.get(id(7))), (2 * CHUNK_ROWS, Some(0)));
}

#[test]
fn a_range_is_taken_whole_and_nothing_else() {
    let full = bank_rows((1..=4 * CHUNK_ROWS).map(|n| 2 * n));
    let last = 8 * CHUNK_ROWS;
    for (from, to) in [
        (1, 1),
        (2, 2),
        (3, 3),
        (1, last),
        (2 * CHUNK_ROWS, 6 * CHUNK_ROWS + 1),
        (last, last),
        (9, 7),
    ] {
        let mut bank_rows = full.clone();
        let mut removed = Vec::new();

        bank_rows.take(&(id(from)..=id(to)), &mut removed);

        check(&bank_rows);
        assert!(removed.iter().map(|(_, n)| *n).eq((from..=to).filter(|n| n % 2 == 0)));
        assert!((1..=last).all(|n| {
            bank_rows.get(id(n)).is_some() == (n % 2 == 0 && !(from..=to).contains(&n))
        }));
    }
    check(&full);
    assert_eq!(full.len(), 4 * CHUNK_ROWS);
}

#[test]
fn removing_one_by_one_leaves_few_chunks() {
    let mut bank_rows = bank_rows(1..=8 * CHUNK_ROWS);

    for number in (1..=8 * CHUNK_ROWS).filter(|n| n % 64 != 0) {
        bank_rows.take(&(id(number)..=id(number)), &mut Vec::new());
    }

    check(&bank_rows);
    assert_eq!(bank_rows.len(), 8 * CHUNK_ROWS / 64);
    assert!(bank_rows.chunks().count() <= 2, "{}", bank_rows.chunks().count());
}

#[test]
fn a_copy_does_not_see_later_changes() {
    let before = bank_rows(1..=10);
    let mut after = before.clone();

    after.put(id(11), 11);
    after.put(id(1), 0);
    after.take(&(id(5)..=id(6)), &mut Vec::new());

    assert_eq!((before.len(), after.len()), (10, 9));
    assert_eq!((before.get(id(1)), after.get(id(1))), (Some(1), Some(0)));
    assert_eq!((before.get(id(5)), after.get(id(5))), (Some(5), None));
}

/// A search must read current data after each kind of change: entries that are inserted between
/// others, replace one, split a full chunk, are removed, or make chunks join.
#[test]
fn a_search_sees_every_change_of_a_chunk() {
    let hash = |number: usize| -> HashWords { [number.try_into().unwrap(), 0, 0, 0] };
    let check = |bank_rows: &BankRows<HashWords>| {
        for (id, hash) in bank_rows.rows() {
            let mut found = Vec::new();
            for chunk in bank_rows.chunks() {
                chunk.scan(&hash, 0, &mut |row, _| {
                    found.push(chunk.ids()[usize::try_from(row).unwrap()]);
                });
            }
            assert_eq!(found, [id]);
        }
        bank_rows.len()
    };
    let mut bank_rows = BankRows::default();
    for number in (0..CHUNK_ROWS).map(|n| 2 * n + 1) {
        bank_rows.put(id(number), hash(number));
    }
    assert_eq!(check(&bank_rows), CHUNK_ROWS);
    bank_rows.put(id(1), hash(1_000_000));
    assert_eq!(check(&bank_rows), CHUNK_ROWS, "one was replaced");
    bank_rows.put(id(4), hash(4));
    assert_eq!(bank_rows.chunks().count(), 2, "a full chunk was split");
    assert_eq!(check(&bank_rows), CHUNK_ROWS + 1);
    bank_rows.put(id(6), hash(6));
    assert_eq!(check(&bank_rows), CHUNK_ROWS + 2, "one was inserted between others");
    let mut removed = Vec::new();
    bank_rows.take(&(id(100)..=id(2 * CHUNK_ROWS - 100)), &mut removed);
    assert_eq!(bank_rows.chunks().count(), 1, "two small ones were joined");
    assert_eq!(check(&bank_rows), CHUNK_ROWS + 2 - removed.len());
}
