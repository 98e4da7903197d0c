//! How much one picture may cost. Each limit is a key of the configuration.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How much one picture may cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// The most pixels of a picture, as its header declares them, or of each of its frames; more is
    /// [`crate::Error::TooLarge`]. Default 100 million.
    pub pixels_max: u64,
    /// The most frames of an animation or pages of a TIFF that are hashed; further ones are left
    /// out, and the answer says so. Default 100.
    pub frames_max: u32,
    /// The most pixels of all frames together; frames beyond it are left out, and the answer says
    /// so. The first frame is always hashed. Default 300 million.
    pub frames_pixels_max: u64,
    /// The address space of a decoding process, in bytes, its program included. Default 2 GiB: a
    /// progressive CMYK JPEG of 100 million pixels needs 1.1 GB.
    pub memory_bytes_max: u64,
    /// Processor time of one picture, in seconds. Default 10.
    pub cpu_s_max: u32,
    /// Time on the wall of one picture, in seconds, from the moment a process takes it. Default 10.
    pub wall_s_max: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            pixels_max: 100_000_000,
            frames_max: 100,
            frames_pixels_max: 300_000_000,
            memory_bytes_max: 2 << 30,
            cpu_s_max: 10,
            wall_s_max: 10.0,
        }
    }
}

impl Limits {
    /// [`Self::wall_s_max`] as a duration; a number that is none counts as 0, a huge one as a day.
    pub fn wall(&self) -> Duration {
        let seconds = if self.wall_s_max.is_nan() { 0.0 } else { self.wall_s_max };
        Duration::try_from_secs_f64(seconds.clamp(0.0, 86_400.0)).unwrap_or_default()
    }
}
