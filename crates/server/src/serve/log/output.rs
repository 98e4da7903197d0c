//! Where log lines go. Lines that cannot be written are lost and counted.

use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use strum::{IntoStaticStr, VariantArray};
use tracing::Metadata;
use tracing_subscriber::fmt::MakeWriter;

/// The log lines of this process that could not be written, by their use. Counted here and not in
/// the recorder of the metrics, because logging starts before the recorder.
static LINES_LOST: LinesLost =
    LinesLost { security: AtomicU64::new(0), audit: AtomicU64::new(0), other: AtomicU64::new(0) };

/// Whether the last line may have been written in part: the next one then begins on a line of its own,
/// so that it can be read.
static IS_TORN: AtomicBool = AtomicBool::new(false);

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
        self.write_line_for(LineUse::Other, line);
    }

    fn write_line_for(&self, line_use: LineUse, line: &[u8]) {
        let torn: &[u8] = if IS_TORN.swap(false, Ordering::Relaxed) { b"\n" } else { b"" };
        let written = match self {
            Self::Stderr => write(io::stderr().lock(), torn, line),
            Self::File(file) => write(file.as_ref(), torn, line),
        };
        if written.is_err() {
            IS_TORN.store(true, Ordering::Relaxed);
            LINES_LOST.of(line_use).fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn write(mut to: impl Write, torn: &[u8], line: &[u8]) -> io::Result<()> {
    to.write_all(torn)?;
    to.write_all(line)
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

    use super::*;

    #[test]
    fn a_line_that_cannot_be_written_is_counted_by_its_target_and_is_no_error() {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = Output::File(Arc::new(full));
        let subscriber = tracing_subscriber::fmt().with_writer(output.clone()).finish();
        let before = LineUse::ALL.iter().map(|each| lines_lost(*each)).collect::<Vec<_>>();

        let written = output.make_writer().write(b"a line\n");
        tracing::subscriber::with_default(subscriber, || {
            tracing::warn!(target: "security", "an attack");
            tracing::warn!(target: "audit", "an event");
            tracing::warn!(target: "audit", "an event");
        });

        assert_eq!(written.unwrap(), 7);
        // Other tests of this process may lose lines too, but never of these two targets.
        assert_eq!(lines_lost(LineUse::Security), before[0] + 1);
        assert_eq!(lines_lost(LineUse::Audit), before[1] + 2);
        assert!(lines_lost(LineUse::Other) > before[2]);
    }
}
