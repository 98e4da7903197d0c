//! How much one picture may cost. Each limit is a key of the configuration.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How much one picture may cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// The most pixels of a picture, as its header declares them, or of each of its frames; more is
    /// [`crate::Error::TooLarge`]. Default 250 million.
    pub pixels_max: u64,
    /// Processor time for the frames of one animation or the pages of one file, in seconds. Frames
    /// beyond it are left out, evenly over the whole length, and the answer says so. The first
    /// frame is always hashed. Default 3.
    pub frames_cpu_s_max: f64,
    /// The most frames of one item that are hashed, also where more would fit into the time: each
    /// is looked up. Frames beyond it are left out in the same way. Default 1,000.
    pub frames_max: u32,
    /// The address space of a decoding process, in bytes, its program included. Default 3 GiB: a
    /// progressive JPEG of 250 million pixels with full colour needs 1.8 GB to be hashed.
    pub memory_bytes_max: u64,
    /// Processor time of one picture, in seconds. Default 20.
    pub cpu_s_max: u32,
    /// Time on the wall of one picture, in seconds, from the moment a process takes it. Default 30.
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
    /// [`Self::wall_s_max`] as a duration; a number that is none counts as 0, a huge one as a day.
    pub fn wall(&self) -> Duration {
        duration(self.wall_s_max)
    }

    /// [`Self::frames_cpu_s_max`] in microseconds, read in the same way.
    pub fn frames_cpu_us(&self) -> u64 {
        u64::try_from(duration(self.frames_cpu_s_max).as_micros()).unwrap_or(u64::MAX)
    }
}

fn duration(seconds: f64) -> Duration {
    let seconds = if seconds.is_nan() { 0.0 } else { seconds };
    Duration::try_from_secs_f64(seconds.clamp(0.0, 86_400.0)).unwrap_or_default()
}
