use super::*;
use crate::segment::shape::Shape;
use crate::segment::slot::group;

fn hash(number: u64) -> HashWords {
    [1_u64, 2, 3, 4].map(|word| (number + 1).wrapping_mul(word).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

#[track_caller]
fn check(rows: u64, layout: Layout, high: [u32; 2]) {
    let hashes: Vec<HashWords> = (0..rows).map(hash).collect();
    let widths = vec![16, 16, 28, 28, 28, 28, 28, 28, 28, 28];
    let mut highs = vec![20; 10];
    highs[..2].copy_from_slice(&high);
    let shape = Shape::of_parts(widths, highs.clone(), layout, hashes.len()).unwrap();
    let (slots, places) = Slot::all(&shape, hashes.len());
    let tables = Tables::build(layout, &slots, places, &hashes).unwrap();

    for (index, (slot, high)) in slots.iter().zip(&highs).enumerate() {
        let mut seen = vec![false; hashes.len()];
        let directory = slot.directory(&tables);
        for number in 0..1 << high {
            let (from, to) = group(directory, number);
            let mut last = None;
            for posting in
                index * hashes.len() + as_index(from)..index * hashes.len() + as_index(to)
            {
                let row = tables.row(u32::try_from(posting).unwrap());
                let hash = &hashes[as_index(row)];
                let [key, next] = [slot.key, slot.next].map(|key| key.of::<false>(hash));
                assert_eq!(key >> slot.low, number);
                let tag = tables.tags[posting] & slot.query_tag(0, 0).all;
                assert_eq!(tag, slot.tag(key, next));
                assert!(last < Some(row), "rows of a group are in order");
                last = Some(row);
                seen[as_index(row)] = true;
            }
        }
        assert!(seen.iter().all(|seen| *seen));
        assert_eq!(group(directory, (1 << high) - 1).1, u32::try_from(hashes.len()).unwrap());
    }
}

#[test]
fn every_row_is_in_the_group_of_its_key_with_its_tag() {
    for layout in [
        Layout { tag_bits: 16, has_rows_high: false },
        Layout { tag_bits: 12, has_rows_high: false },
        Layout { tag_bits: 16, has_rows_high: true },
    ] {
        check(3_000, layout, [8, 6]);
        check(3_000, layout, [16, 14]);
        check(1, layout, [9, 8]);
    }
    // Row numbers that need every available bit, placed in several parts.
    check(70_000, Layout { tag_bits: 15, has_rows_high: false }, [12, 3]);
    check(70_000, Layout { tag_bits: 16, has_rows_high: true }, [12, 1]);
}
