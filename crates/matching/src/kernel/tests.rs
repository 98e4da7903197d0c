use super::*;

/// Compares the two versions of the loop that is written twice, for every length of group.
#[cfg(target_arch = "x86_64")]
#[test]
#[expect(unsafe_code, reason = "called only where the processor has the features")]
fn both_versions_of_the_loop_find_the_same_postings() {
    if !has_avx512() {
        return;
    }
    let tags: Vec<u16> = (0..200_u16).map(|n| n.wrapping_mul(0x9e37)).collect();
    let query_tag = QueryTag { tag: 0x35a, low: 0x1f, all: 0xfff };
    let mut most = 0;
    for to in 0..=170_u32 {
        for (low_max, tag_max) in [(0, 0), (0, 3), (1, 4), (2, 5), (3, 7), (5, 12)] {
            let group = Group { from: 3.min(to), to, low_max, tag_max };
            let (mut plain, mut wide) = (BranchlessVec::default(), BranchlessVec::default());
            agreeing::<false, _>(&tags, &group, query_tag, &mut plain, |posting| posting);
            // SAFETY: `has_avx512` is true here.
            unsafe { avx512_of(&tags, &group, query_tag, &mut wide) };
            let found: Vec<u32> = plain.iter().collect();
            assert_eq!(found, wide.iter().collect::<Vec<_>>(), "{to} {low_max} {tag_max}");
            most = most.max(found.len());
        }
    }
    assert_eq!(most, 167, "the widest limits take all");
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vpopcntdq,avx512bitalg,bmi2,popcnt")]
fn avx512_of(tags: &[u16], group: &Group, query_tag: QueryTag, found: &mut BranchlessVec<u32>) {
    agreeing::<true, _>(tags, group, query_tag, found, |posting| posting);
}

#[test]
fn every_clone_of_the_scan_finds_the_same() {
    let rows: Vec<HashWords> = (0..500_u64).map(|n| [n, n >> 1, n ^ 7, 0]).collect();
    let query = [3, 1, 4, 0];
    let mut plain = Vec::new();
    scan_plain(&rows, &query, 6, &mut |row, distance| plain.push((row, distance)));
    let mut found = Vec::new();
    scan(&rows, &query, 6, &mut |row, distance| found.push((row, distance)));

    assert!(plain.len() > 10 && plain.len() < 400);
    assert_eq!(found, plain);
}
