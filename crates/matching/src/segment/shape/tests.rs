use super::*;

const COUNTS: [usize; 9] =
    [0, 1, 100, 10_000, 100_000, 1_000_000, 5_000_000, 10_000_000, (1 << 24) - 1];

#[test]
fn every_shape_covers_all_bits_and_its_keys_fit_their_number() {
    for rows in COUNTS {
        let shape = Shape::for_rows(rows, 31);

        assert_eq!(shape.widths.iter().sum::<u32>(), BITS, "{rows}");
        assert!(shape.widths.len() <= SLOTS_MAX);
        for (width, high) in shape.widths.iter().zip(&shape.high) {
            assert!(high <= width && width - high <= shape.layout.tag_bits, "{rows}: {shape:?}");
            assert!(*width <= WIDTH_MAX);
        }
    }
}

/// Checks the condition of the proof in [`super`]: a plan with too few units would miss rows.
#[test]
fn a_plan_distributes_more_units_than_bits_may_differ() {
    for rows in COUNTS {
        let shape = Shape::for_rows(rows, 31);
        for distance in 0..=64 {
            let Some(plan) = shape.plan(distance) else { continue };
            let given: i32 = plan.radii.iter().map(|radius| i32::from(*radius) + 1).sum();
            assert!(given > i32::try_from(distance).unwrap(), "{rows} {distance}: {plan:?}");
        }
    }
}

#[test]
fn the_cheapest_plan_is_as_cheap_as_trying_all() {
    let costs = [[1.0, 5.0, 30.0, 200.0], [2.0, 3.0, 9.0, 70.0], [1.0, 8.0, 20.0, 50.0]];
    for distance in 0..12_u32 {
        let mut least = f64::INFINITY;
        for all in 0..125_u32 {
            let radii = [all % 5, all / 5 % 5, all / 25];
            if radii.iter().sum::<u32>() > distance {
                let cost_of = |(slot, units): (usize, &u32)| match units {
                    0 => 0.0,
                    units => costs[slot][usize::try_from(*units).unwrap() - 1],
                };
                least = least.min(radii.iter().enumerate().map(cost_of).sum());
            }
        }
        let plan = cheapest(&costs, distance);
        assert_eq!(plan.map(|plan| plan.cost_ns), Some(least).filter(|cost| cost.is_finite()));
    }
    assert!(cheapest(&costs, 12).is_none());
}

#[test]
fn few_rows_and_far_distances_are_left_to_the_scan() {
    assert!(Shape::for_rows(100, 31).plan(31).is_none());
    assert!(Shape::for_rows(10_000_000, 31).plan(31).is_some());
    assert!(Shape::for_rows(10_000_000, 31).plan(64).is_none());
}

#[test]
fn a_shape_keeps_to_its_memory_and_its_layout_has_room_for_every_row() {
    for rows in COUNTS.into_iter().filter(|rows| *rows >= 100_000) {
        let shape = Shape::for_rows(rows, 31);
        let bytes =
            float(shape.widths.len() * rows) * shape.layout.bytes() + float(shape.places()) * 4.0;
        assert!(bytes <= ROW_BYTES_MAX * float(rows), "{rows}: {shape:?}");
        let same = Shape::of_parts(shape.widths.clone(), shape.high.clone(), shape.layout, rows);
        assert_eq!(same, Some(shape), "{rows}");
    }
}

/// Checks the stronger statement in [`super`]: on every ring of numbers whose sum is below 0 there
/// is a place from which every partial sum is below 0.
#[test]
fn on_every_ring_some_slot_and_its_next_keep_to_their_radii() {
    let mut rng = mamori_testkit::pictures::rng::Rng::new(1);
    for _ in 0..20_000 {
        let slots = usize::try_from(1 + rng.below(7)).unwrap();
        let mut draw = |below: u64| i64::try_from(rng.below(below)).unwrap();
        let radii: Vec<i64> = (0..slots).map(|_| draw(5) - 1).collect();
        let differing: Vec<i64> = (0..slots).map(|_| draw(6)).collect();
        let units: i64 = radii.iter().map(|radius| radius + 1).sum();
        if differing.iter().sum::<i64>() >= units {
            continue;
        }
        let found = (0..slots).any(|slot| {
            let next = (slot + 1) % slots;
            let both = differing[slot] + differing[next];
            differing[slot] <= radii[slot] && (slots == 1 || both <= radii[slot] + radii[next] + 1)
        });
        assert!(found, "{radii:?} {differing:?}");
    }
}
