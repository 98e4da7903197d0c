use super::*;

/// Both ways of the one loop that is written twice, on every length of group.
#[cfg(target_arch = "x86_64")]
#[test]
#[expect(unsafe_code, reason = "called only where the processor has the features")]
fn both_ways_to_find_what_agrees_agree() {
    if !is_wide() {
        return;
    }
    let postings: Vec<u32> = (0..200_u32).map(|n| n.wrapping_mul(0x9e37_79b9)).collect();
    for to in 0..=70 {
        for low_max in 0..=3 {
            let groups =
                [Group { from: 3.min(to), to, low_max }, Group { from: 100, to: 133, low_max }];
            let mut plain = Vec::new();
            let mut wide = Vec::new();
            agreeing::<false>(&postings, &groups, 0x5a, &mut plain);
            // SAFETY: `is_wide` said so.
            unsafe { wide_of(&postings, &groups, 0x5a, &mut wide) };
            assert_eq!(plain, wide, "{to} {low_max}");
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vpopcntdq,bmi2,popcnt")]
fn wide_of(postings: &[u32], groups: &[Group], low: u32, found: &mut Vec<u32>) {
    agreeing::<true>(postings, groups, low, found);
}

#[test]
fn every_clone_of_the_scan_finds_the_same() {
    let rows: Vec<Words> = (0..500_u64).map(|n| [n, n >> 1, n ^ 7, 0]).collect();
    let query = [3, 1, 4, 0];
    let mut plain = Vec::new();
    scan_plain(&rows, &query, 6, &mut |row, distance| plain.push((row, distance)));
    let mut told = Vec::new();
    scan(&rows, &query, 6, &mut |row, distance| told.push((row, distance)));

    assert!(plain.len() > 10 && plain.len() < 400);
    assert_eq!(told, plain);
}
