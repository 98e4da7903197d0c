//! Where log lines go. One thread writes them, so that a reader that stalls blocks no thread that logs.
//! Lines that cannot be written, or for which too many others wait, are lost and counted.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use strum::{IntoStaticStr, VariantArray};
use tracing::Metadata;
use tracing_subscriber::fmt::MakeWriter;

/// The log lines of this process that could not be written, by their use. Counted here and not in
/// the recorder of the metrics, because logging starts before the recorder.
static LINES_LOST: LinesLost =
    LinesLost { security: AtomicU64::new(0), audit: AtomicU64::new(0), other: AtomicU64::new(0) };

/// How many bytes of lines may wait to be written: those of about 20,000 requests.
const WAITING_BYTES_MAX: usize = 4 << 20;

/// What a log line is for, by its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum LineUse {
    /// It reports what may be an attack.
    Security,
    /// It has the number and the digest of an event of the audit record.
    Audit,
    /// Any other line.
    Other,
}

impl LineUse {
    /// Every use, in the order of declaration.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the word that the metric uses.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    fn of(target: &str) -> Self {
        match target {
            "security" => Self::Security,
            "audit" => Self::Audit,
            _ => Self::Other,
        }
    }
}

struct LinesLost {
    security: AtomicU64,
    audit: AtomicU64,
    other: AtomicU64,
}

impl LinesLost {
    fn of(&self, line_use: LineUse) -> &AtomicU64 {
        match line_use {
            LineUse::Security => &self.security,
            LineUse::Audit => &self.audit,
            LineUse::Other => &self.other,
        }
    }
}

/// Returns how many log lines of this process for this use could not be written.
pub fn lines_lost(line_use: LineUse) -> u64 {
    LINES_LOST.of(line_use).load(Ordering::Relaxed)
}

fn count_lost(line_use: LineUse) {
    LINES_LOST.of(line_use).fetch_add(1, Ordering::Relaxed);
}

/// The destination of log lines, and the lines that wait to be written there, in the order in which
/// they were logged. A clone has the same destination. The thread that writes ends after the last
/// clone.
#[derive(Clone, Debug)]
pub struct Output {
    lines: Sender<Line>,
    /// Bounds what is in `lines`.
    backlog: Arc<Backlog>,
    is_stderr: bool,
}

/// A line that waits to be written.
#[derive(Debug)]
struct Line {
    line_use: LineUse,
    text: Vec<u8>,
}

impl Output {
    /// Creates the output to the standard error of the process, and starts the thread that writes.
    pub fn stderr() -> io::Result<Self> {
        // A descriptor of its own: a write that waits would hold the lock of `io::stderr`.
        let stderr = File::from(io::stderr().as_fd().try_clone_to_owned()?);
        Ok(Self { is_stderr: true, ..Self::file(stderr)? })
    }

    /// Creates the output to `file`, and starts the thread that writes.
    pub fn file(file: File) -> io::Result<Self> {
        let (lines, waiting) = mpsc::channel();
        let backlog = Arc::new(Backlog::default());
        let writer = thread::Builder::new().name("log".to_owned());
        let of_writer = Arc::clone(&backlog);
        writer.spawn(move || write_lines(waiting, &of_writer, file))?;
        Ok(Self { lines, backlog, is_stderr: false })
    }

    /// Checks whether the destination is the standard error of the process.
    pub fn is_stderr(&self) -> bool {
        self.is_stderr
    }

    /// Enqueues `line`, which ends with a line break; counts it if it is lost.
    pub fn write_line(&self, line: &[u8]) {
        self.write_line_for(LineUse::Other, line);
    }

    /// Waits until no line waits any more, at most `time_max`; returns whether that is so.
    pub fn flush(&self, time_max: Duration) -> bool {
        self.backlog.wait_until_empty(time_max)
    }

    fn write_line_for(&self, line_use: LineUse, line: &[u8]) {
        if !self.backlog.reserve(line.len()) {
            count_lost(line_use);
            return;
        }
        // It fails only if the thread that writes has ended.
        if self.lines.send(Line { line_use, text: line.to_vec() }).is_err() {
            count_lost(line_use);
            self.backlog.release(line.len());
        }
    }
}

/// The bytes of the lines that wait to be written, with the line that is being written.
#[derive(Debug, Default)]
struct Backlog {
    bytes: Mutex<usize>,
    emptied: Condvar,
}

impl Backlog {
    /// Adds the bytes of a line, unless they would exceed [`WAITING_BYTES_MAX`]; returns whether it
    /// did.
    fn reserve(&self, bytes: usize) -> bool {
        let mut waiting = self.bytes();
        let sum = waiting.saturating_add(bytes);
        if sum > WAITING_BYTES_MAX {
            return false;
        }
        *waiting = sum;
        true
    }

    /// Subtracts the bytes of a line that was written or lost.
    fn release(&self, bytes: usize) {
        let mut waiting = self.bytes();
        *waiting = waiting.saturating_sub(bytes);
        if *waiting == 0 {
            self.emptied.notify_all();
        }
    }

    fn wait_until_empty(&self, time_max: Duration) -> bool {
        let emptied = self.emptied.wait_timeout_while(self.bytes(), time_max, |bytes| *bytes > 0);
        let (bytes, _) = emptied.unwrap_or_else(PoisonError::into_inner);
        *bytes == 0
    }

    fn bytes(&self) -> MutexGuard<'_, usize> {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes each line to `file`, until no output is left that could send more.
fn write_lines(lines: Receiver<Line>, backlog: &Backlog, file: File) {
    let mut destination = Destination { to: file, is_torn: false };
    for Line { line_use, text } in lines {
        if destination.write_line(&text).is_err() {
            count_lost(line_use);
        }
        backlog.release(text.len());
    }
}

/// Takes one line after another.
struct Destination<W> {
    to: W,
    /// Whether the last line may have been written in part: the next one then begins on a line of its
    /// own, so that it can be read.
    is_torn: bool,
}

impl<W: Write> Destination<W> {
    fn write_line(&mut self, line: &[u8]) -> io::Result<()> {
        let torn: &[u8] = if self.is_torn { b"\n" } else { b"" };
        let written = self.to.write_all(torn).and_then(|()| self.to.write_all(line));
        self.is_torn = written.is_err();
        written
    }
}

/// The writer of lines for one use. The subscriber writes whole lines to it; it counts those that
/// cannot be written, and returns no error.
#[derive(Debug)]
pub struct LineWriter<'a> {
    output: &'a Output,
    line_use: LineUse,
}

impl Write for LineWriter<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.output.write_line_for(self.line_use, line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Output {
    type Writer = LineWriter<'a>;

    fn make_writer(&'a self) -> Self::Writer {
        LineWriter { output: self, line_use: LineUse::Other }
    }

    fn make_writer_for(&'a self, line: &Metadata<'_>) -> Self::Writer {
        LineWriter { output: self, line_use: LineUse::of(line.target()) }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::OpenOptions;
    use std::io::Read as _;
    use std::os::fd::OwnedFd;

    use super::*;

    /// How long a thread may take on a busy machine.
    const SOON: Duration = Duration::from_secs(20);

    #[test]
    fn a_line_that_cannot_be_written_is_counted_by_its_target_and_is_no_error() {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = Output::file(full).unwrap();
        let subscriber = tracing_subscriber::fmt().with_writer(output.clone()).finish();
        let before = LineUse::ALL.iter().map(|each| lines_lost(*each)).collect::<Vec<_>>();

        let written = output.make_writer().write(b"a line\n");
        tracing::subscriber::with_default(subscriber, || {
            tracing::warn!(target: "security", "an attack");
            tracing::warn!(target: "audit", "an event");
            tracing::warn!(target: "audit", "an event");
        });

        assert_eq!(written.unwrap(), 7);
        assert!(output.flush(SOON));
        // Other tests of this process may lose lines too, but never of these two targets.
        assert_eq!(lines_lost(LineUse::Security), before[0] + 1);
        assert_eq!(lines_lost(LineUse::Audit), before[1] + 2);
        assert!(lines_lost(LineUse::Other) > before[2]);
    }

    #[test]
    fn a_reader_that_stalls_blocks_no_line_and_gets_those_that_waited_in_their_order() {
        // Twice as much as may wait, and more than a pipe holds.
        const COUNT: usize = 128;
        const SIZE: usize = 64 << 10;
        let (mut reader, writer) = io::pipe().unwrap();
        let output = Output::file(File::from(OwnedFd::from(writer))).unwrap();
        let before = lines_lost(LineUse::Other);

        for nth in 0..COUNT {
            output.write_line(format!("{nth} {}\n", ".".repeat(SIZE)).as_bytes());
        }
        let lost = lines_lost(LineUse::Other) - before;
        let is_stalled = !output.flush(Duration::from_millis(10));
        let late = thread::spawn(move || {
            let mut text = String::new();
            reader.read_to_string(&mut text).unwrap();
            text
        });
        let is_written = output.flush(SOON);
        output.write_line(b"1000 afterwards\n");
        drop(output);
        let text = late.join().unwrap();

        assert!(is_stalled && is_written);
        let number = |line: &str| line.split(' ').next().unwrap().parse::<usize>().unwrap();
        let numbers: Vec<usize> = text.lines().map(number).collect();
        assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{numbers:?}");
        assert_eq!((numbers[0], numbers.last()), (0, Some(&1_000)));
        let waited = numbers.len() - 1;
        let expected = WAITING_BYTES_MAX / (SIZE + 10)..COUNT;
        assert!(expected.contains(&waited), "{numbers:?}");
        // Another test of this process may lose lines too.
        assert!(lost >= u64::try_from(COUNT - waited).unwrap(), "{lost} of {COUNT}, {numbers:?}");
    }

    /// Takes three bytes of the first line, and then fails once, as a disk that is full for a moment.
    #[derive(Default)]
    struct FullOnce {
        taken: Vec<u8>,
        writes: u32,
    }

    impl Write for FullOnce {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.writes += 1;
            let count = match self.writes {
                1 => bytes.len().min(3),
                2 => return Err(io::ErrorKind::StorageFull.into()),
                _ => bytes.len(),
            };
            self.taken.extend(&bytes[..count]);
            Ok(count)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn the_line_after_a_torn_one_begins_on_a_line_of_its_own() {
        let mut destination = Destination { to: FullOnce::default(), is_torn: false };

        let torn = destination.write_line(b"torn line\n");
        destination.write_line(b"second\n").unwrap();
        destination.write_line(b"third\n").unwrap();

        assert_eq!(torn.unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!(destination.to.taken, b"tor\nsecond\nthird\n");
    }
}
