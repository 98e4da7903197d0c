//! Captures log lines, so that a test can read what a log would have.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use tracing::Level;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::fmt::MakeWriter;

/// The lines that this thread logs while it lives, as JSON objects in the form of Mamori's own log.
/// A test whose runtime has one thread sees the lines of its tasks too.
pub struct CapturedLog {
    written: Written,
    _guard: DefaultGuard,
}

impl CapturedLog {
    /// Captures every line from now on.
    pub fn start() -> Self {
        let written = Written::default();
        let subscriber = tracing_subscriber::fmt()
            .json()
            .flatten_event(true)
            .with_max_level(Level::DEBUG)
            .with_writer(written.clone())
            .finish();
        Self { written, _guard: tracing::subscriber::set_default(subscriber) }
    }

    /// Returns the lines so far.
    pub fn lines(&self) -> Vec<String> {
        let bytes = self.written.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).lines().map(str::to_owned).collect()
    }

    /// Returns the lines so far of this target.
    pub fn lines_of(&self, target: &str) -> Vec<String> {
        let of_target = format!("\"target\":\"{target}\"");
        self.lines().into_iter().filter(|line| line.contains(&of_target)).collect()
    }
}

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Written {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_captured_log_has_the_lines_of_a_target_with_their_fields() {
        let log = CapturedLog::start();

        tracing::warn!(target: "security", requests = 3, "keys were refused");
        tracing::info!("something else");

        let [line] = log.lines_of("security").try_into().unwrap();
        assert!(line.contains("\"requests\":3") && line.contains("keys were refused"), "{line}");
        assert_eq!(log.lines().len(), 2);
    }
}
