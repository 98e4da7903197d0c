//! The protocol of the pipes between the pool and a decoding process. It consists of frames, each a
//! length (32 bits, little-endian) and that many bytes.
//!
//! In: an [`Order`]. For [`Order::Decode`], files follow, each after the bytes of its [`Task`] and
//! [`Source`]. Out: [`Hello`], then a [`Reply`] for each file; a frame of raw pixels follows a
//! reply that has a [`Size`](crate::rendition::Size). For [`Order::Convert`], one file follows, and
//! the output is what the converter writes, without frames.

use std::io::{self, Read, Write};
use std::path::PathBuf;

use mamori_model::Backdrop;
use serde::{Deserialize, Serialize};

use crate::{Blur, Error, FrameSelection, Limits, Protections, decode, format};

/// The purpose of a process: the first frame that it reads.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// To decode files, one after the other.
    Decode(Limits),
    /// To become a converter, for one file.
    Convert {
        /// The limits of the converter.
        limits: Limits,
        /// The path of the converter's program.
        program: PathBuf,
        /// Its arguments.
        args: Vec<String>,
    },
}

/// Where the bytes of a file come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// From the sender, unchanged.
    Sent,
    /// From the converter, which was given a HEIC.
    Converted,
}

impl Source {
    /// Returns the byte that follows those of a task.
    pub fn byte(self) -> u8 {
        match self {
            Self::Sent => b's',
            Self::Converted => b'x',
        }
    }

    /// Returns the source that a byte stands for.
    pub fn of(byte: u8) -> Option<Self> {
        [Self::Sent, Self::Converted].into_iter().find(|source| source.byte() == byte)
    }
}

/// What to compute for a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Hash its frames; the reply has a [`crate::Picture`].
    Hash,
    /// Make its rendition; the reply has a [`crate::rendition::Size`].
    Render(Blur, FrameSelection),
}

/// Bytes of a task, which precede its file.
pub const TASK_BYTES: usize = 6;

impl Task {
    /// Returns the bytes that precede the file: the kind of task, the backdrop and the frame's
    /// number (32 bits, little-endian).
    pub fn bytes(self) -> [u8; TASK_BYTES] {
        let (word, FrameSelection { frame, backdrop }) = match self {
            Self::Hash => (b'h', FrameSelection { frame: 0, backdrop: Backdrop::None }),
            Self::Render(Blur::Blurred, selection) => (b'v', selection),
            Self::Render(Blur::Clear, selection) => (b'c', selection),
        };
        let backdrop_byte = match backdrop {
            Backdrop::None => b'n',
            Backdrop::White => b'w',
            Backdrop::Black => b'b',
        };
        let [a, b, c, d] = frame.to_le_bytes();
        [word, backdrop_byte, a, b, c, d]
    }

    /// Returns the task that some bytes stand for.
    pub fn of([word, backdrop_byte, a, b, c, d]: [u8; TASK_BYTES]) -> Option<Self> {
        let backdrop = match backdrop_byte {
            b'n' => Backdrop::None,
            b'w' => Backdrop::White,
            b'b' => Backdrop::Black,
            _ => return None,
        };
        let selection = FrameSelection { frame: u32::from_le_bytes([a, b, c, d]), backdrop };
        match word {
            b'h' => Some(Self::Hash),
            b'v' => Some(Self::Render(Blur::Blurred, selection)),
            b'c' => Some(Self::Render(Blur::Clear, selection)),
            _ => None,
        }
    }
}

/// The first frame of a process: it is sandboxed and ready.
#[derive(Debug, Serialize, Deserialize)]
pub struct Hello {
    /// The protections that are in force.
    pub protections: Protections,
}

/// The reply for one file.
#[derive(Debug, Serialize, Deserialize)]
pub struct Reply<T> {
    /// The result of the task.
    pub answer: TaskResult<T>,
    /// Whether the process ends now, because it has used up its processor time.
    pub is_last: bool,
}

/// The result of a [`Task`] as it is transmitted. The receiver must distrust all of it: the process
/// that wrote it has read hostile bytes.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskResult<T> {
    /// The task succeeded.
    Done(T),
    /// [`Error::Unsupported`].
    Unsupported {
        /// The name of the format.
        found: String,
    },
    /// [`Error::Unreadable`].
    Unreadable {
        /// One sentence, as in [`Error::Unreadable`].
        reason: String,
    },
    /// [`Error::TooLarge`].
    TooLarge {
        /// The number of pixels that the header declares.
        pixels: u64,
    },
}

impl<T> From<Result<T, Error>> for TaskResult<T> {
    fn from(result: Result<T, Error>) -> Self {
        match result {
            Ok(done) => Self::Done(done),
            Err(Error::Unsupported { found }) => Self::Unsupported { found: found.to_owned() },
            Err(Error::TooLarge { pixels, .. }) => Self::TooLarge { pixels },
            Err(error @ (Error::Unreadable { .. } | Error::Busy | Error::Pool(_))) => {
                Self::Unreadable { reason: error.to_string() }
            }
        }
    }
}

impl<T> TaskResult<T> {
    /// Converts back to a result, with every text limited to what this crate could have written
    /// itself.
    pub fn into_result(self, limits: &Limits) -> Result<T, Error> {
        match self {
            Self::Done(done) => Ok(done),
            Self::Unsupported { found } => {
                Err(Error::Unsupported { found: format::known_name(&found) })
            }
            Self::Unreadable { reason } => Err(Error::unreadable(&reason)),
            Self::TooLarge { pixels } => {
                Err(Error::TooLarge { pixels, pixels_max: limits.pixels_max })
            }
        }
    }
}

/// The most hashes of a frame: nine on each of three backdrops.
pub const FRAME_HASHES_MAX: usize = 27;

/// Returns the longest reply to expect under `limits`, in bytes.
pub fn reply_bytes_max(limits: &Limits) -> u64 {
    const FRAME_BYTES_MAX: u64 = 27 * 256;
    4_096 + FRAME_BYTES_MAX * u64::from(limits.frames_max)
}

/// Writes one frame and flushes.
///
/// # Errors
/// Those of `to`; and `InvalidInput` for more than 4 GiB.
pub fn write_frame(to: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    to.write_all(&length_prefix(bytes)?)?;
    to.write_all(bytes)?;
    to.flush()
}

/// Returns the four bytes before a frame.
pub fn length_prefix(bytes: &[u8]) -> io::Result<[u8; 4]> {
    let length = u32::try_from(bytes.len());
    length.map(u32::to_le_bytes).map_err(|_| io::ErrorKind::InvalidInput.into())
}

/// Reads one frame; `None` at the end of the stream.
///
/// # Errors
/// Those of `from`; `UnexpectedEof` inside a frame; `OutOfMemory` for one that does not fit.
pub fn read_frame(from: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    Ok(read_frame_into(from, &mut bytes)?.then_some(bytes))
}

/// Reads as [`read_frame`] does, into existing memory; returns `false` at the end of the stream.
pub fn read_frame_into(from: &mut impl Read, bytes: &mut Vec<u8>) -> io::Result<bool> {
    let mut prefix = [0; 4];
    match from.read_exact(&mut prefix) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
        other => other?,
    }
    let length = crate::pixels::size(u32::from_le_bytes(prefix));
    bytes.clear();
    bytes.try_reserve_exact(length)?;
    // Without filling with zeros first, which would write all bytes twice.
    let read = from.take(u64::from(u32::from_le_bytes(prefix))).read_to_end(bytes)?;
    if read < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(true)
}

/// Returns the reply to a file that did not fit into the process's memory.
pub fn reply_out_of_memory() -> Reply<()> {
    Reply { answer: Err(decode::out_of_memory()).into(), is_last: true }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_reads_back_as_itself() {
        let mut pipe = Vec::new();
        write_frame(&mut pipe, b"abc").unwrap();
        write_frame(&mut pipe, b"").unwrap();

        let mut from = pipe.as_slice();

        assert_eq!(read_frame(&mut from).unwrap(), Some(b"abc".to_vec()));
        assert_eq!(read_frame(&mut from).unwrap(), Some(Vec::new()));
        assert_eq!(read_frame(&mut from).unwrap(), None);
    }

    #[test]
    fn a_task_reads_back_as_itself_and_other_bytes_are_none() {
        let selection = |&backdrop: &Backdrop| FrameSelection { frame: 70_000, backdrop };
        let renditions = Backdrop::ALL.iter().map(selection).flat_map(|selection| {
            [Task::Render(Blur::Blurred, selection), Task::Render(Blur::Clear, selection)]
        });

        for task in renditions.chain([Task::Hash]) {
            assert_eq!(Task::of(task.bytes()), Some(task));
        }
        let words = (0..=u8::MAX).filter(|word| Task::of([*word, b'n', 0, 0, 0, 0]).is_some());
        assert_eq!(words.count(), 3);
        assert_eq!(Task::of([b'c', b'x', 0, 0, 0, 0]), None);
    }

    #[test]
    fn a_frame_that_ends_early_is_an_error() {
        assert!(read_frame(&mut b"\x09\0\0\0abc".as_slice()).is_err());
    }

    #[test]
    fn texts_from_a_compromised_process_are_limited() {
        let limits = Limits::default();
        let found = TaskResult::<()>::Unsupported { found: "<script>".into() };
        let reason = TaskResult::<()>::Unreadable { reason: "x\n\u{202e}".repeat(900) };

        let (found, reason) = (found.into_result(&limits), reason.into_result(&limits));

        assert!(matches!(found, Err(Error::Unsupported { found: "unknown" })));
        let Err(Error::Unreadable { reason }) = reason else { panic!("not unreadable") };
        assert_eq!(reason.len(), 200);
        assert!(reason.starts_with("x??x"));
    }
}
