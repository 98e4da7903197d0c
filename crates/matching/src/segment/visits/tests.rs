use std::collections::BTreeSet;

use super::*;
use crate::segment::tests::{Dice, segment};

#[test]
fn each_query_visits_its_groups_once_where_a_slot_is_one_part() {
    check(20_000, 1);
}

#[test]
fn each_query_visits_its_groups_once_in_the_part_that_has_them() {
    check(WHOLE_ROWS + 1, 8);
}

fn check(rows: usize, parts: usize) {
    let mut dice = Dice::new(11);
    let hashes: Vec<_> = (0..rows).map(|_| dice.hash()).collect();
    let segment = segment(&hashes);
    let plan = segment.plan(31).unwrap();
    let queries: Vec<_> = (0..40).map(|_| dice.hash()).collect();
    let mut keys = vec![[0; SLOTS_MAX]; queries.len()];
    queries.iter().zip(&mut keys).for_each(|(query, keys)| segment.keys(query, keys));

    let mut visits = Visits::default();
    for (index, slot) in segment.slots().iter().enumerate() {
        visits.fill(&segment, index, plan, &keys);
        assert_eq!(visits.parts().count(), parts);
        let mut visited = BTreeSet::new();
        let mut next = 0;
        for (groups, part) in visits.parts() {
            assert_eq!(groups.start, next);
            next = groups.end;
            for visit in part {
                assert!(groups.contains(&visit.group()), "{visit:?} is not in {groups:?}");
                assert!(visited.insert((visit.query(), visit.group())), "{visit:?} is there twice");
            }
        }
        assert_eq!(next, 1 << slot.high);
        let radius = u32::try_from(plan.radii[index]).unwrap();
        let expected: BTreeSet<_> = (0..)
            .zip(&keys)
            .flat_map(|(query, keys)| {
                let own = keys[index] >> slot.low;
                let near = move |group: &u32| (own ^ group).count_ones() <= radius;
                (0..1 << slot.high).filter(near).map(move |group| (query, group))
            })
            .collect();
        assert_eq!(visited, expected, "slot {index}");
    }
}
