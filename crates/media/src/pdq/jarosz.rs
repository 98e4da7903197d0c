//! The blur before the shrink: two passes of a box filter along rows and columns, then 64 × 64 points.
//!
//! Rows stream through, so that a picture of any height costs a few rows of memory. Sums run in the
//! reference's order (`pdq/cpp/downscaling/downscaling.cpp`, ThreatExchange), since floats do not
//! forgive another one.

use std::collections::VecDeque;

/// Edge of the small picture that is hashed.
pub const SIDE: usize = 64;

/// The small picture: `SIDE` rows of `SIDE` samples, 0..=255.
pub type Small = [[f32; SIDE]; SIDE];

/// Width of the box along an edge of `length` samples: half a point's share, rounded up.
pub fn window(length: usize) -> usize {
    length.div_ceil(2 * SIDE)
}

/// Which sample of `length` becomes point `index` of `SIDE`: the one at the point's centre.
fn centre(index: usize, length: usize) -> usize {
    (2 * index + 1) * length / (2 * SIDE)
}

/// Takes a picture row by row and gives the small picture.
pub struct Shrink {
    width: usize,
    height: usize,
    along_rows: usize,
    first: Columns,
    second: Columns,
    blurred: [Vec<f32>; 4],
    rows_out: usize,
    points: Vec<[f32; SIDE]>,
}

impl Shrink {
    /// Ready for a picture of `width` × `height` samples; neither is 0.
    pub fn new(width: usize, height: usize) -> Self {
        let columns = || Columns::new(width, window(height));
        Self {
            width,
            height,
            along_rows: window(width),
            first: columns(),
            second: columns(),
            blurred: std::array::from_fn(|_| vec![0.0; width]),
            rows_out: 0,
            points: Vec::with_capacity(SIDE),
        }
    }

    /// Takes the next row, `width` samples; a row of another length is cut or read as it is.
    pub fn push(&mut self, row: &[f32]) {
        let [after_row, after_both, ..] = &mut self.blurred;
        box_row(row, after_row, self.along_rows);
        if self.first.push(after_row, after_both) {
            self.push_second();
        }
    }

    /// The small picture, after `height` rows.
    pub fn finish(mut self) -> Small {
        while self.first.drain(&mut self.blurred[1]) {
            self.push_second();
        }
        while self.second.drain(&mut self.blurred[3]) {
            self.pick();
        }
        let mut small = [[0.0; SIDE]; SIDE];
        for (to, from) in small.iter_mut().zip(&self.points) {
            *to = *from;
        }
        small
    }

    fn push_second(&mut self) {
        let [_, once, after_row, after_both] = &mut self.blurred;
        box_row(once, after_row, self.along_rows);
        if self.second.push(after_row, after_both) {
            self.pick();
        }
    }

    /// Takes the points of the row that just came out; low pictures give a row more than once.
    fn pick(&mut self) {
        let [.., row] = &self.blurred;
        while self.points.len() < SIDE && centre(self.points.len(), self.height) == self.rows_out {
            let at = |index| row.get(centre(index, self.width)).copied().unwrap_or_default();
            self.points.push(std::array::from_fn(at));
        }
        self.rows_out += 1;
    }
}

/// The mean of up to `window` samples around each sample of `input`; fewer at the ends.
fn box_row(input: &[f32], output: &mut [f32], window: usize) {
    let ahead = window / 2;
    let (mut right, mut left, mut out) = (input.iter(), input.iter(), output.iter_mut());
    let (mut sum, mut count) = (0.0_f32, 0.0_f32);
    for sample in right.by_ref().take(ahead) {
        sum += sample;
        count += 1.0;
    }
    for (sample, mean) in right.by_ref().zip(out.by_ref()).take(window - ahead) {
        sum += sample;
        count += 1.0;
        *mean = sum / count;
    }
    for ((new, old), mean) in right.zip(left.by_ref()).zip(out.by_ref()) {
        sum += new;
        sum -= old;
        *mean = sum / count;
    }
    for (mean, old) in out.zip(left) {
        sum -= old;
        count -= 1.0;
        *mean = sum / count;
    }
}

/// [`box_row`] along every column at once, while rows stream in.
struct Columns {
    window: usize,
    ahead: usize,
    count: f32,
    sums: Vec<f32>,
    inside: VecDeque<Vec<f32>>,
    owed: usize,
}

impl Columns {
    fn new(width: usize, window: usize) -> Self {
        let ahead = window / 2;
        let inside = VecDeque::with_capacity(window + 1);
        Self { window, ahead, count: 0.0, sums: vec![0.0; width], inside, owed: 0 }
    }

    /// Takes a row; whether `means` now holds one.
    fn push(&mut self, row: &[f32], means: &mut [f32]) -> bool {
        self.owed += 1;
        for (sum, new) in self.sums.iter_mut().zip(row) {
            *sum += new;
        }
        let mut kept = Vec::new();
        if self.inside.len() == self.window {
            kept = self.drop_oldest();
        } else {
            self.count += 1.0;
        }
        kept.clear();
        kept.extend_from_slice(row);
        self.inside.push_back(kept);
        self.owed > self.ahead && self.write(means)
    }

    /// Lets the window run out at the end; whether `means` holds a further row.
    fn drain(&mut self, means: &mut [f32]) -> bool {
        if self.owed == 0 {
            return false;
        }
        self.drop_oldest();
        self.count -= 1.0;
        self.write(means)
    }

    fn drop_oldest(&mut self) -> Vec<f32> {
        let oldest = self.inside.pop_front().unwrap_or_default();
        for (sum, old) in self.sums.iter_mut().zip(&oldest) {
            *sum -= old;
        }
        oldest
    }

    fn write(&mut self, means: &mut [f32]) -> bool {
        for (mean, sum) in means.iter_mut().zip(&self.sums) {
            *mean = sum / self.count;
        }
        self.owed -= 1;
        true
    }
}
