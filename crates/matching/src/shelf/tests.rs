use super::*;

fn id(number: usize) -> EntryId {
    EntryId::new(i64::try_from(number).unwrap()).unwrap()
}

fn shelf(ids: impl IntoIterator<Item = usize>) -> Shelf<usize> {
    let mut shelf = Shelf::default();
    for number in ids {
        shelf.put(id(number), number);
    }
    shelf
}

fn check(shelf: &Shelf<usize>) {
    let ids: Vec<EntryId> = shelf.blocks().flat_map(Block::ids).copied().collect();
    assert!(ids.is_sorted_by(|a, b| a < b));
    assert_eq!(ids.len(), shelf.len());
    for block in shelf.blocks() {
        assert!((1..=BLOCK_ROWS).contains(&block.ids().len()));
        assert_eq!(block.ids().len(), block.hashes.len());
        assert!(block.ids.capacity() <= BLOCK_ROWS, "{}", block.ids.capacity());
    }
}

#[test]
fn ids_that_come_in_order_fill_their_blocks() {
    let shelf = shelf(1..=3 * BLOCK_ROWS + 1);

    check(&shelf);
    assert_eq!(shelf.blocks().count(), 4);
    assert_eq!(shelf.get(id(BLOCK_ROWS)), Some(BLOCK_ROWS));
    assert_eq!(shelf.get(id(3 * BLOCK_ROWS + 2)), None);
}

#[test]
fn ids_may_come_in_any_order() {
    let backwards = shelf((1..=2 * BLOCK_ROWS).rev());
    let interleaved = shelf((1..=BLOCK_ROWS).flat_map(|n| [n, 2 * BLOCK_ROWS + 1 - n]));

    for shelf in [backwards, interleaved] {
        check(&shelf);
        assert_eq!(shelf.len(), 2 * BLOCK_ROWS);
        assert!((1..=2 * BLOCK_ROWS).all(|number| shelf.get(id(number)) == Some(number)));
    }
}

#[test]
fn an_id_in_a_full_block_is_replaced_in_place() {
    let mut shelf = shelf(1..=2 * BLOCK_ROWS);

    assert_eq!(shelf.put(id(7), 0), Some(7));
    assert_eq!(shelf.put(id(2 * BLOCK_ROWS), 0), Some(2 * BLOCK_ROWS));

    check(&shelf);
    assert_eq!((shelf.len(), shelf.get(id(7))), (2 * BLOCK_ROWS, Some(0)));
}

#[test]
fn a_range_is_taken_whole_and_nothing_else() {
    let full = shelf((1..=4 * BLOCK_ROWS).map(|n| 2 * n));
    let last = 8 * BLOCK_ROWS;
    for (from, to) in [
        (1, 1),
        (2, 2),
        (3, 3),
        (1, last),
        (2 * BLOCK_ROWS, 6 * BLOCK_ROWS + 1),
        (last, last),
        (9, 7),
    ] {
        let mut shelf = full.clone();
        let mut gone = Vec::new();

        shelf.take(&(id(from)..=id(to)), &mut gone);

        check(&shelf);
        assert!(gone.iter().map(|(_, n)| *n).eq((from..=to).filter(|n| n % 2 == 0)));
        assert!(
            (1..=last).all(|n| {
                shelf.get(id(n)).is_some() == (n % 2 == 0 && !(from..=to).contains(&n))
            })
        );
    }
    check(&full);
    assert_eq!(full.len(), 4 * BLOCK_ROWS);
}

#[test]
fn removing_one_by_one_leaves_no_row_of_small_blocks() {
    let mut shelf = shelf(1..=8 * BLOCK_ROWS);

    for number in (1..=8 * BLOCK_ROWS).filter(|n| n % 64 != 0) {
        shelf.take(&(id(number)..=id(number)), &mut Vec::new());
    }

    check(&shelf);
    assert_eq!(shelf.len(), 8 * BLOCK_ROWS / 64);
    assert!(shelf.blocks().count() <= 2, "{}", shelf.blocks().count());
}

#[test]
fn a_copy_does_not_see_later_changes() {
    let before = shelf(1..=10);
    let mut after = before.clone();

    after.put(id(11), 11);
    after.put(id(1), 0);
    after.take(&(id(5)..=id(6)), &mut Vec::new());

    assert_eq!((before.len(), after.len()), (10, 9));
    assert_eq!((before.get(id(1)), after.get(id(1))), (Some(1), Some(0)));
    assert_eq!((before.get(id(5)), after.get(id(5))), (Some(5), None));
}

/// A search must read current data after each kind of change: entries that are inserted between
/// others, replace one, split a full block, are removed, or make blocks join.
#[test]
fn a_search_sees_every_change_of_a_block() {
    let hash = |number: usize| -> Words { [number.try_into().unwrap(), 0, 0, 0] };
    let check = |shelf: &Shelf<Words>| {
        for (id, hash) in shelf.rows() {
            let mut found = Vec::new();
            for block in shelf.blocks() {
                block.scan(&hash, 0, &mut |row, _| {
                    found.push(block.ids()[usize::try_from(row).unwrap()]);
                });
            }
            assert_eq!(found, [id]);
        }
        shelf.len()
    };
    let mut shelf = Shelf::default();
    for number in (0..BLOCK_ROWS).map(|n| 2 * n + 1) {
        shelf.put(id(number), hash(number));
    }
    assert_eq!(check(&shelf), BLOCK_ROWS);
    shelf.put(id(1), hash(1_000_000));
    assert_eq!(check(&shelf), BLOCK_ROWS, "one was replaced");
    shelf.put(id(4), hash(4));
    assert_eq!(shelf.blocks().count(), 2, "a full block was split");
    assert_eq!(check(&shelf), BLOCK_ROWS + 1);
    shelf.put(id(6), hash(6));
    assert_eq!(check(&shelf), BLOCK_ROWS + 2, "one came between others");
    let mut gone = Vec::new();
    shelf.take(&(id(100)..=id(2 * BLOCK_ROWS - 100)), &mut gone);
    assert_eq!(shelf.blocks().count(), 1, "two small ones were joined");
    assert_eq!(check(&shelf), BLOCK_ROWS + 2 - gone.len());
}
