//! The log line about API keys that were refused.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::Desk;

/// How long refused keys are counted before they are one line: a flood of requests must not fill the
/// log.
const LINE_EVERY: Duration = Duration::from_secs(1);

/// The requests with a refused key since the last line.
#[derive(Debug, Default)]
pub(crate) struct RefusedKeys(Arc<AtomicU64>);

impl Desk {
    /// Records in the log that a request showed an API key that is unknown or revoked. All such
    /// requests within a second are one line, with their number. Needs a tokio runtime.
    pub fn log_refused_key(&self) {
        let requests = &self.inner.refused_keys.0;
        if requests.fetch_add(1, Ordering::Relaxed) > 0 {
            return;
        }
        let requests = Arc::clone(requests);
        tokio::spawn(async move {
            tokio::time::sleep(LINE_EVERY).await;
            let requests = requests.swap(0, Ordering::Relaxed);
            tracing::warn!(target: "security", requests, "API keys were refused");
        });
    }
}
