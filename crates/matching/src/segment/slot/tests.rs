use super::*;
use crate::segment::shape::Layout;

fn hash(number: u64) -> HashWords {
    [1_u64, 2, 3, 4].map(|word| (number + 1).wrapping_mul(word).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

#[test]
fn a_tag_has_the_lower_bits_of_its_key_and_bits_of_the_next() {
    let layout = Layout { tag_bits: 12, has_rows_high: false };
    let highs = vec![16, 12, 20, 20, 20, 20, 20, 20, 20, 20];
    let widths = vec![16, 16, 28, 28, 28, 28, 28, 28, 28, 28];
    let shape = Shape::of_parts(widths, highs, layout, 1_000).unwrap();
    let (slots, places) = Slot::all(&shape, 1_000);

    assert_eq!(places, (1 << 16) + (1 << 12) + 8 * (1 << 20) + 10);
    let parts: Vec<_> = slots.iter().map(|slot| (slot.low, slot.check)).collect();
    assert_eq!(parts[..3], [(0, 12), (4, 8), (8, 4)]);
    assert_eq!(slots[1].tag(0xabc5, 0x1234_5678), 0x785);
    for (slot, next) in slots.iter().zip(slots.iter().cycle().skip(1)) {
        assert_eq!(slot.next, next.key);
    }
    let (a, b) = (hash(1), hash(2));
    let flipped: HashWords = std::array::from_fn(|word| a[word] ^ b[word]);
    let of = |key: &Key| key.of::<false>(&a) ^ key.of::<false>(&b);
    let check = (of(&slots[1].key) & 0xfff).count_ones();
    assert_eq!(slots[0].differing(&flipped), (of(&slots[0].key).count_ones(), check));
}
