//! What the desk writes to the log, as a test reads it.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use tracing::subscriber::DefaultGuard;

/// The lines that were logged on this thread since [`captured`].
pub struct Captured {
    lines: Lines,
    _guard: DefaultGuard,
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Captures what is logged on this thread from now on.
pub fn captured() -> Captured {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber =
        tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    Captured { lines, _guard: tracing::subscriber::set_default(subscriber) }
}

impl Captured {
    /// Returns the lines of a target so far, each from the target on.
    pub fn of(&self, target: &str) -> Vec<String> {
        let text = String::from_utf8(self.lines.0.lock().unwrap().clone()).unwrap();
        let begin = format!(" {target}: ");
        let lines = text.lines().filter_map(|line| line.split_once(&begin));
        lines.map(|(_, rest)| rest.to_owned()).collect()
    }
}
