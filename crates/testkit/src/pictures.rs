//! Benign pictures drawn by code from a seed, with encoders, edits and hostile files.
//!
//! A seed determines a scene: the same seed in another size gives the same picture in another size,
//! and two different seeds never look alike to PDQ.

pub mod disguise;
pub mod edit;
pub mod encode;
pub mod hostile;
pub mod rng;
pub mod tools;

use image::{Rgb, RgbImage};
use rng::Rng;

/// Draws the scene of `seed` with `width` × `height` pixels.
///
/// The scene is a patchwork of soft light and dark areas, with shapes and stripes and a fine
/// texture on top.
pub fn draw(seed: u64, width: u32, height: u32) -> RgbImage {
    let scene = Scene::of(seed);
    RgbImage::from_fn(width, height, |x, y| {
        let across = (f64::from(x) + 0.5) / f64::from(width.max(1));
        let down = (f64::from(y) + 0.5) / f64::from(height.max(1));
        scene.colour(across, down)
    })
}

/// A colour: red, green and blue, each 0.0..=255.0.
type Colour = [f64; 3];

/// Number of cells of the patchwork along each edge.
const CELLS: usize = 9;

struct Scene {
    seed: u64,
    cells: [[Colour; CELLS + 1]; CELLS + 1],
    shapes: Vec<Shape>,
}

enum Outline {
    Ellipse,
    Rectangle,
    Stripes { count: f64 },
}

/// A shape around a centre. Positions and sizes are fractions of the picture's edges.
struct Shape {
    outline: Outline,
    centre: [f64; 2],
    reach: [f64; 2],
    slant: f64,
    colour: Colour,
}

impl Scene {
    fn of(seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let cells = std::array::from_fn(|_| std::array::from_fn(|_| colour(&mut rng)));
        let shapes = (0..14).map(|index| Shape::of(index, &mut rng)).collect();
        Self { seed, cells, shapes }
    }

    /// Returns the colour at a point, each coordinate in 0.0..1.0.
    fn colour(&self, across: f64, down: f64) -> Rgb<u8> {
        let mut colour = self.patchwork(across, down);
        for shape in self.shapes.iter().filter(|shape| shape.covers(across, down)) {
            colour = mix(colour, shape.colour, 0.75);
        }
        let grain = rng::grain(self.seed, across, down) * 10.0 - 5.0;
        Rgb(colour.map(|part| byte(part + grain)))
    }

    fn patchwork(&self, across: f64, down: f64) -> Colour {
        let (column, right) = split(across);
        let (row, below) = split(down);
        let cell = |row: usize, column: usize| {
            self.cells.get(row).and_then(|cells| cells.get(column)).copied().unwrap_or_default()
        };
        let upper = mix(cell(row, column), cell(row, column + 1), right);
        let lower = mix(cell(row + 1, column), cell(row + 1, column + 1), right);
        mix(upper, lower, below)
    }
}

impl Shape {
    fn of(index: usize, rng: &mut Rng) -> Self {
        let outline = match index % 4 {
            0 | 1 => Outline::Ellipse,
            2 => Outline::Rectangle,
            _ => Outline::Stripes { count: 2.0 + 5.0 * rng.next_f64() },
        };
        Self {
            outline,
            centre: [rng.next_f64(), rng.next_f64()],
            reach: [0.05 + 0.2 * rng.next_f64(), 0.05 + 0.2 * rng.next_f64()],
            slant: rng.next_f64() * 2.0 - 1.0,
            colour: colour(rng),
        }
    }

    fn covers(&self, across: f64, down: f64) -> bool {
        let [x, y] = self.centre;
        let [reach_x, reach_y] = self.reach;
        let (right, below) = ((across - x) / reach_x, (down - y) / reach_y);
        let right = right + self.slant * below;
        let is_inside = right.abs() < 1.0 && below.abs() < 1.0;
        match self.outline {
            Outline::Ellipse => right * right + below * below < 1.0,
            Outline::Rectangle => is_inside,
            Outline::Stripes { count } => is_inside && ((right + 1.0) * count).fract() < 0.5,
        }
    }
}

/// Returns a random colour, light or dark, rarely between: PDQ's quality counts steep steps.
fn colour(rng: &mut Rng) -> Colour {
    let light = if rng.next_f64() < 0.5 { 0.0 } else { 150.0 };
    [0; 3].map(|_| light + 105.0 * rng.next_f64())
}

fn mix(from: Colour, to: Colour, share: f64) -> Colour {
    let mut mixed = from;
    for (part, to) in mixed.iter_mut().zip(to) {
        *part += (to - *part) * share;
    }
    mixed
}

/// Returns the cell that contains a point, and the position of the point within the cell, 0.0..1.0.
fn split(at: f64) -> (usize, f64) {
    let cells = u32::try_from(CELLS).unwrap_or_default();
    let scaled = at * f64::from(cells);
    (usize::from(byte(scaled.floor())), scaled.fract())
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "held to 0..=255 first"
)]
fn byte(value: f64) -> u8 {
    value.clamp(0.0, 255.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_is_the_same_picture() {
        assert_eq!(draw(7, 40, 30), draw(7, 40, 30));
        assert_ne!(draw(7, 40, 30), draw(8, 40, 30));
    }

    #[test]
    fn the_smallest_pictures_can_be_drawn() {
        assert_eq!(draw(1, 1, 1).dimensions(), (1, 1));
        assert_eq!(draw(1, 0, 3).dimensions(), (0, 3));
    }
}
