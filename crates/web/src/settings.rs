//! The limits on a request. Each has a default and a reason.

use std::time::Duration;

/// The limits on a request.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The largest item, in bytes. A camera's largest JPEG is about 30 MB.
    pub item_bytes_max: u64,
    /// The largest JSON body, in bytes. A thousand entries with all their labels take about 1 MB.
    pub json_bytes_max: u64,
    /// The largest import, in bytes. Ten million lines of about 400 bytes.
    pub import_bytes_max: u64,
    /// How long a client may send nothing in the middle of a body.
    pub body_idle_timeout: Duration,
    /// How long a request may take from its head to its response; imports and exports may take
    /// longer.
    pub request_timeout: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            item_bytes_max: 50 << 20,
            json_bytes_max: 1 << 20,
            import_bytes_max: 4 << 30,
            body_idle_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(30),
        }
    }
}
