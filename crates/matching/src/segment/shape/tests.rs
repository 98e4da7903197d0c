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
            assert!(high <= width && width - high <= LOW_BITS_MAX, "{rows}: {shape:?}");
            assert!(*width <= WIDTH_MAX);
        }
    }
}

/// The proof of exactness, see the module: whoever gives out too few units misses rows.
#[test]
fn a_plan_gives_out_more_units_than_bits_may_differ() {
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
fn a_ball_counts_its_words() {
    let balls = [ball(24, 0), ball(24, 1), ball(24, 2), ball(3, 3)];
    assert_eq!(balls.map(|all| all.to_string()), ["1", "25", "301", "8"]);
}
