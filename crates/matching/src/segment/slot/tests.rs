use super::*;

fn hash(number: u64) -> Words {
    [1_u64, 2, 3, 4].map(|word| (number + 1).wrapping_mul(word).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

#[test]
fn every_bit_of_a_hash_is_in_one_key() {
    let widths = [24, 24, 23, 30, 20, 16, 25, 24, 24, 23, 23];
    let keys = Key::share(&widths);

    for bit in 0..256 {
        let mut hash = [0_u64; 4];
        hash[bit / 64] = 1 << (bit % 64);
        let ones: u32 = keys.iter().map(|key| key.of::<false>(&hash).count_ones()).sum();
        assert_eq!(ones, 1, "{bit}");
    }
    let all = keys.iter().map(|key| key.of::<false>(&[u64::MAX; 4]));
    let full: Vec<u32> = widths.iter().map(|width| (1 << width) - 1).collect();
    assert_eq!(all.collect::<Vec<_>>(), full);
}

#[test]
fn every_row_is_in_the_group_of_its_key_with_the_lower_bits() {
    let hashes: Vec<Words> = (0..3_000).map(hash).collect();
    for high in [[8, 6], [16, 8], [9, 14]] {
        let (widths, rows) = (vec![16, 16, 28, 28, 28, 28, 28, 28, 28, 28], hashes.len());
        let mut highs = vec![20; 10];
        highs[..2].copy_from_slice(&high);
        highs[1] = highs[1].max(8);
        highs[0] = highs[0].max(8);
        let shape = Shape::of_parts(widths, highs.clone(), rows).unwrap();
        let (slots, places) = Slot::all(&shape, rows);
        let tables = Tables::build(&slots, places, &hashes).unwrap();

        for (slot, high) in slots.iter().zip(highs) {
            let mut seen = 0;
            for number in 0..1 << high {
                let (from, to) = group(slot.directory(&tables), number);
                for posting in &slot.postings(&tables)[place(from)..place(to)] {
                    let row = place(posting >> ROW_SHIFT);
                    let expected = slot.key.of::<false>(&hashes[row]);
                    assert_eq!(number << slot.low | posting & slot.low_mask(), expected);
                    seen += 1;
                }
            }
            assert_eq!(seen, rows);
        }
        assert_eq!(group(slots[9].directory(&tables), 1 << 20), (0, 0));
    }
}

#[cfg(target_arch = "x86_64")]
#[test]
fn both_ways_to_gather_bits_agree() {
    if !std::arch::is_x86_feature_detected!("bmi2") {
        return;
    }
    let key = Key::share(&[23, 24, 30, 179])[2];
    for number in 0..1_000 {
        assert_eq!(key.of::<true>(&hash(number)), key.of::<false>(&hash(number)));
    }
}
