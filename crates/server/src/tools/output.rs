//! The output of the tools: its shapes, which are a stable interface, and where it is written.

use std::io::{self, BufWriter, StdoutLock, Write as _};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use mamori_matching::near_all;
use mamori_model::{Distance, Pdq};
use serde::Serialize;

/// One entry that is near: `{"entry":7,"distance":12}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct NearEntry {
    /// The line of the bank, counted from 0.
    pub entry: usize,
    /// Bits in which the entry differs.
    pub distance: Distance,
}

impl From<(usize, Distance)> for NearEntry {
    fn from((entry, distance): (usize, Distance)) -> Self {
        Self { entry, distance }
    }
}

/// Returns the entries of `bank` that are near to `query`, by distance and then by line.
pub fn near_entries(bank: &[Pdq], query: &Pdq, max: Distance) -> Vec<NearEntry> {
    near_all(bank, query, max).into_iter().map(NearEntry::from).collect()
}

/// Formats `matches` as text.
pub fn in_words(matches: &[NearEntry]) -> String {
    let one = |near: &NearEntry| format!("entry {} at {} bits", near.entry, near.distance.0);
    match matches {
        [] => "nothing near".to_owned(),
        some => some.iter().map(one).collect::<Vec<_>>().join(", "),
    }
}

/// Appends `value` to `text` as one line of JSON.
pub fn json_line(value: &impl Serialize, text: &mut Vec<u8>) -> anyhow::Result<()> {
    serde_json::to_writer(&mut *text, value)?;
    text.push(b'\n');
    Ok(())
}

/// Standard output, with a progress bar on standard error if that is a terminal.
pub struct Output {
    stdout: BufWriter<StdoutLock<'static>>,
    bar: ProgressBar,
}

impl Output {
    /// Creates an output with a progress bar of `steps` steps, counted in `unit` (plural).
    pub fn new(steps: usize, unit: &str) -> Self {
        let template = format!("{{bar:40}} {{human_pos}} of {{human_len}} {unit}, {{eta}} left");
        let style = ProgressStyle::with_template(&template);
        let bar = ProgressBar::new(u64::try_from(steps).unwrap_or(u64::MAX))
            .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        if !bar.is_hidden() {
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        Self { stdout: BufWriter::with_capacity(1 << 16, io::stdout().lock()), bar }
    }

    /// Prints `text`, which ends in a line break or is empty, and advances the bar by `steps`.
    ///
    /// # Errors
    /// Any error of the system, including a broken pipe.
    pub fn write(&mut self, text: &[u8], steps: usize) -> io::Result<()> {
        self.bar.inc(u64::try_from(steps).unwrap_or(u64::MAX));
        if text.is_empty() {
            return Ok(());
        }
        let Self { stdout, bar } = self;
        if bar.is_hidden() {
            // Flushed at once, so that a reader sees each answer as soon as it exists.
            return stdout.write_all(text).and_then(|()| stdout.flush());
        }
        bar.suspend(|| stdout.write_all(text).and_then(|()| stdout.flush()))
    }

    /// Prints one line of text on standard error.
    pub fn eprint_line(&self, line: &str) {
        // An error is ignored: the line is only information.
        self.bar.suspend(|| drop(writeln!(io::stderr(), "{line}")));
    }

    /// Ends the progress bar.
    ///
    /// # Errors
    /// As for [`Self::write`].
    pub fn finish(mut self) -> io::Result<()> {
        self.bar.finish_and_clear();
        self.stdout.flush()
    }
}
