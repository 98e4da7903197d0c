//! What one picture may cost. Each limit is a key of the configuration.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Limits on the cost of one picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// The most pixels of a picture or of each of its frames, as the header declares them; more is
    /// [`crate::Error::TooLarge`]. Default 250 million.
    pub pixels_max: u64,
    /// Processor time for the frames of one animation or the pages of one file, in seconds. Frames
    /// beyond it are left out, evenly over the whole length, and the answer says so. The first
    /// frame is always hashed. Default 3.
    pub frames_cpu_s_max: f64,
    /// The most frames of one item that are hashed, even if time allows more, because each of them
    /// is looked up. Frames beyond it are left out in the same way. Default 1,000.
    pub frames_max: u32,
    /// The address space of a decoding process, in bytes, including its program. Default 3 GiB: a
    /// progressive JPEG of 250 million pixels with full colour needs 1.8 GB to be hashed.
    pub memory_bytes_max: u64,
    /// Processor time for one picture, in seconds. Default 20.
    pub cpu_s_max: u32,
    /// Wall-clock time for one picture, in seconds, from the moment a process takes it. Default 30.
    pub wall_s_max: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            pixels_max: 250_000_000,
            frames_cpu_s_max: 3.0,
            frames_max: 1_000,
            memory_bytes_max: 3 << 30,
            cpu_s_max: 20,
            wall_s_max: 30.0,
        }
    }
}

impl Limits {
    /// Returns [`Self::wall_s_max`] as a duration; NaN and negative numbers count as 0, more than a
    /// day counts as a day.
    pub fn wall(&self) -> Duration {
        duration(self.wall_s_max)
    }

    /// Returns [`Self::frames_cpu_s_max`] in microseconds, with the same bounds.
    pub fn frames_cpu_us(&self) -> u64 {
        u64::try_from(duration(self.frames_cpu_s_max).as_micros()).unwrap_or(u64::MAX)
    }
}

fn duration(seconds: f64) -> Duration {
    let seconds = if seconds.is_nan() { 0.0 } else { seconds };
    Duration::try_from_secs_f64(seconds.clamp(0.0, 86_400.0)).unwrap_or_default()
}
