//! Where log lines go. Lines that cannot be written are lost and counted.

use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tracing_subscriber::fmt::MakeWriter;

/// The log lines of this process that could not be written. Counted here and not by the metrics,
/// because logging starts before them.
static LINES_LOST: AtomicU64 = AtomicU64::new(0);

/// Whether the last line may have been written in part: the next one then begins on a line of its own,
/// so that it can be read.
static IS_TORN: AtomicBool = AtomicBool::new(false);

/// Returns how many log lines of this process could not be written.
pub fn lines_lost() -> u64 {
    LINES_LOST.load(Ordering::Relaxed)
}

/// The destination of log lines. A clone has the same destination.
#[derive(Clone, Debug)]
pub enum Output {
    /// The standard error of the process.
    Stderr,
    /// A file.
    File(Arc<File>),
}

impl Output {
    /// Writes `line`, which ends with a line break; counts it if it cannot be written.
    pub fn write_line(&self, line: &[u8]) {
        let torn: &[u8] = if IS_TORN.swap(false, Ordering::Relaxed) { b"\n" } else { b"" };
        let written = match self {
            Self::Stderr => write(io::stderr().lock(), torn, line),
            Self::File(file) => write(file.as_ref(), torn, line),
        };
        if written.is_err() {
            IS_TORN.store(true, Ordering::Relaxed);
            LINES_LOST.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn write(mut to: impl Write, torn: &[u8], line: &[u8]) -> io::Result<()> {
    to.write_all(torn)?;
    to.write_all(line)
}

/// Takes whole lines, as the subscriber writes them, and reports none as failed.
impl Write for &Output {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.write_line(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Output {
    type Writer = &'a Self;

    fn make_writer(&'a self) -> Self::Writer {
        self
    }
}

#[cfg(test)]
mod tests {
    use std::fs::OpenOptions;

    use super::*;

    #[test]
    fn a_line_that_cannot_be_written_is_counted_and_is_no_error() {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = Output::File(Arc::new(full));
        let before = lines_lost();

        let written = (&output).write(b"a line\n");

        assert_eq!(written.unwrap(), 7);
        assert!(lines_lost() > before);
    }
}
