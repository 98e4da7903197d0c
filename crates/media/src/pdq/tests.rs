use mamori_model::Distance;
use mamori_testkit::pictures::draw;
use proptest::prelude::*;

use super::*;
use crate::pixels::{Layout, Pixels, size};

/// A grey picture.
#[derive(Clone)]
struct Grey {
    width: u32,
    height: u32,
    samples: Vec<u8>,
}

impl Grey {
    fn pixels(&self) -> Pixels<'_> {
        let Self { width, height, ref samples } = *self;
        Pixels { width, height, layout: Layout::Grey, samples }
    }

    /// Returns this picture with the sample at (x, y) taken from `from(x, y)`.
    fn moved(&self, is_turned: bool, from: impl Fn(u32, u32) -> (u32, u32)) -> Self {
        let (width, height) =
            if is_turned { (self.height, self.width) } else { (self.width, self.height) };
        let at = |(x, y): (u32, u32)| self.samples[size(y) * size(self.width) + size(x)];
        let samples = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        Self { width, height, samples: samples.map(|(x, y)| at(from(x, y))).collect() }
    }
}

fn grey(seed: u64, width: u32, height: u32) -> Grey {
    let samples = draw(seed, width, height).pixels().map(|pixel| pixel[1]).collect();
    Grey { width, height, samples }
}

/// The box filter by its definition: for each sample the mean of its neighbours.
fn slow_small(width: usize, height: usize, luma: &[f64]) -> Vec<Vec<f64>> {
    let mut rows: Vec<Vec<f64>> = luma.chunks(width).map(<[f64]>::to_vec).collect();
    for _ in 0..2 {
        rows = rows.iter().map(|row| slow_box(row, width.div_ceil(128))).collect();
        let columns = (0..width).map(|x| {
            slow_box(&rows.iter().map(|row| row[x]).collect::<Vec<_>>(), height.div_ceil(128))
        });
        let columns: Vec<Vec<f64>> = columns.collect();
        rows = (0..height).map(|y| columns.iter().map(|column| column[y]).collect()).collect();
    }
    let pick = |index: usize, length: usize| (2 * index + 1) * length / 128;
    (0..64).map(|i| (0..64).map(|j| rows[pick(i, height)][pick(j, width)]).collect()).collect()
}

fn slow_box(line: &[f64], window: usize) -> Vec<f64> {
    let around = |at: usize| {
        let from = (at + window / 2 + 1).saturating_sub(window);
        let to = (at + window / 2 + 1).min(line.len());
        line[from..to].iter().sum::<f64>() / f64::from(u32::try_from(to - from).unwrap())
    };
    (0..line.len()).map(around).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn one_pass_blurs_as_the_definition_does_in_every_layout(
        seed: u64, width in 5_u32..400, height in 5_u32..300, layout in 0..4_usize,
    ) {
        let colours: Vec<[u8; 3]> = draw(seed, width, height).pixels().map(|it| it.0).collect();
        let (layout, samples): (_, Vec<u8>) = match layout {
            0 => (Layout::Grey, colours.iter().map(|it| it[0]).collect()),
            1 => (Layout::GreyAlpha, colours.iter().flat_map(|it| [it[0], it[1]]).collect()),
            2 => (Layout::Rgb, colours.concat()),
            _ => (Layout::Rgba, colours.iter().flat_map(|it| [it[0], it[1], it[2], 9]).collect()),
        };
        let luma = |it: &[u8; 3]| match layout {
            Layout::Grey | Layout::GreyAlpha => f64::from(it[0]),
            Layout::Rgb | Layout::Rgba => {
                0.299 * f64::from(it[0]) + 0.587 * f64::from(it[1]) + 0.114 * f64::from(it[2])
            }
        };
        let luma: Vec<f64> = colours.iter().map(luma).collect();

        let small = shrink::shrink(&Pixels { width, height, layout, samples: &samples }, Transform::None);

        for (row, slow_row) in small.iter().zip(slow_small(size(width), size(height), &luma)) {
            for (sample, slow) in row.iter().zip(slow_row) {
                prop_assert!((f64::from(*sample) - slow).abs() < 0.001, "{sample} is not {slow}");
            }
        }
    }
}

/// Expected values made with Python's `pdqhash` 0.2.8 from the same pixels.
#[test]
fn hashes_are_those_of_the_reference() {
    for (seed, width, height, expected, expected_quality) in REFERENCE {
        let picture = draw(seed, width, height);
        let samples = picture.as_raw();
        let (pdq, quality) = hash(&Pixels { width, height, layout: Layout::Rgb, samples });

        assert_eq!(pdq.to_string(), expected, "seed {seed}, {width} × {height}");
        assert_eq!(quality.value(), expected_quality);
    }
}

const REFERENCE: [(u64, u32, u32, &str, u8); 6] = [
    (0, 257, 48, "1e92e10fc9a33d89b2144c4d7bb44ff0fb96dc511ab185467295b67d846598dc", 100),
    (1, 128, 257, "61dc3176187a042f94a59eb768f9a71b8f7a909f86cd49252d3398e8728b8e3a", 100),
    (2, 1000, 64, "363c7c3d5a3668fc383d70782f7092f04fe1c474bab5086b10141d6753c70fde", 100),
    (3, 640, 640, "1a228f21e8bdebd2a01bb67c0905539be90ef6dca381fd66f9740d500ce2f5ca", 100),
    (11, 640, 63, "b9c1a1b444244e1fbe5876f84ae6a3d095967aafa97c557c28b1e9134569b9d0", 100),
    (42, 63, 257, "99ed8c7a2efc5c82466af661836538022d7c1cf83c687af4caf406d71717c798", 100),
];

#[test]
fn turned_and_mirrored_pictures_have_the_predicted_hashes() {
    // At 64 × 64 the picture is not shrunk; at other sizes the reference takes its points
    // off-centre.
    for seed in 0..4 {
        let picture = grey(seed, 64, 64);
        let last = 63;

        let (foretold, _) = dihedral(&picture.pixels());

        let really = [
            picture.moved(false, |x, y| (x, y)),
            picture.moved(true, |x, y| (last - y, x)),
            picture.moved(false, |x, y| (last - x, last - y)),
            picture.moved(true, |x, y| (y, last - x)),
            picture.moved(false, |x, y| (x, last - y)),
            picture.moved(false, |x, y| (last - x, y)),
            picture.moved(true, |x, y| (y, x)),
            picture.moved(true, |x, y| (last - y, last - x)),
        ];
        for (index, (foretold, really)) in foretold.iter().zip(&really).enumerate() {
            let distance = foretold.distance(&hash(&really.pixels()).0);
            assert!(distance <= Distance(2), "variant {index} of seed {seed}: {distance:?}");
        }
    }
}

/// Returns the pixels of `picture` after `transform`, one by one.
fn really_turned(picture: &Grey, transform: Transform) -> Grey {
    let (right, bottom) = (picture.width - 1, picture.height - 1);
    match transform {
        Transform::None => picture.clone(),
        Transform::Rotate90 => picture.moved(true, |x, y| (right - y, x)),
        Transform::Rotate180 => picture.moved(false, |x, y| (right - x, bottom - y)),
        Transform::Rotate270 => picture.moved(true, |x, y| (y, bottom - x)),
        Transform::FlipTopBottom => picture.moved(false, |x, y| (x, bottom - y)),
        Transform::FlipLeftRight => picture.moved(false, |x, y| (right - x, y)),
        Transform::Transpose => picture.moved(true, |x, y| (y, x)),
        Transform::Transverse => picture.moved(true, |x, y| (right - y, bottom - x)),
    }
}

#[test]
fn the_hash_as_shown_is_that_of_the_turned_pixels() {
    for (seed, width, height) in [(1, 200, 90), (2, 65, 131), (3, 301, 300)] {
        let picture = grey(seed, width, height);
        for transform in Transform::ALL.iter().copied().skip(1) {
            let really = hash(&really_turned(&picture, transform).pixels());

            let hashes = hashes(&picture.pixels(), transform);

            // The order of sums differs, so a frequency at the median may fall to either side.
            let distance = hashes.shown.unwrap().distance(&really.0);
            assert!(distance <= Distance(2), "{transform} of {width} × {height}: {distance:?}");
            assert_eq!(hashes.quality, really.1);
            let (_, other) = hashes.turned.into_iter().find(|(is, _)| *is == transform).unwrap();
            assert_eq!(Some(other), hashes.shown);
        }
    }
}

#[test]
fn large_pictures_are_turned_by_their_transform() {
    let picture = grey(5, 640, 517);
    for transform in Transform::ALL.iter().copied().skip(1) {
        let really = hash(&really_turned(&picture, transform).pixels()).0;

        let turned = hashes(&picture.pixels(), Transform::None).turned;

        let (_, foretold) = turned.into_iter().find(|(is, _)| *is == transform).unwrap();
        assert!(foretold.distance(&really) <= Distance(14), "{transform}");
    }
}

#[test]
fn pictures_too_small_or_flat_have_no_quality() {
    let tiny = Grey { width: 4, height: 400, samples: vec![7; 1600] };
    let flat = Grey { width: 100, height: 100, samples: vec![200; 10_000] };

    assert_eq!(hash(&tiny.pixels()), (Pdq::from([0; 32]), Quality::ANY));
    assert_eq!(dihedral(&tiny.pixels()).0, [Pdq::from([0; 32]); 8]);
    assert_eq!(hash(&flat.pixels()).1, Quality::ANY);
}

#[test]
fn unrelated_drawings_are_far_apart_and_have_structure() {
    let hashes: Vec<(Pdq, Quality)> =
        (0..120).map(|seed| hash(&grey(seed, 160, 120).pixels())).collect();

    for (index, (one, quality)) in hashes.iter().enumerate() {
        assert!(quality.value() >= 80, "seed {index} has quality {}", quality.value());
        for (other, _) in hashes.iter().skip(index + 1) {
            assert!(one.distance(other) > Distance::LIMIT_MAX, "seed {index}");
        }
    }
}
