use super::*;

fn hash(number: u64) -> HashWords {
    [1_u64, 2, 3, 4].map(|word| (number + 1).wrapping_mul(word).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

#[test]
fn every_bit_of_a_hash_is_in_one_key() {
    let widths = [24, 24, 23, 30, 20, 16, 25, 24, 24, 23, 23];
    let keys = Key::interleaved(&widths);

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

#[cfg(target_arch = "x86_64")]
#[test]
fn both_ways_to_gather_bits_agree() {
    if !std::arch::is_x86_feature_detected!("bmi2") {
        return;
    }
    let key = Key::interleaved(&[23, 24, 30, 179])[2];
    for number in 0..1_000 {
        assert_eq!(key.of::<true>(&hash(number)), key.of::<false>(&hash(number)));
    }
}

#[test]
fn the_lower_bits_of_a_key_are_where_its_lower_bits_come_from() {
    for key in Key::interleaved(&[23, 17, 16, 30, 20, 24, 22, 26, 28, 30, 20]) {
        for count in 0..=16 {
            let bits = key.lower_bits(count);
            assert_eq!(bits.iter().map(|word| word.count_ones()).sum::<u32>(), count);
            assert_eq!(key.of::<false>(&bits), (1 << count) - 1);
        }
    }
}
