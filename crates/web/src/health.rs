//! `GET /healthz` for load balancers, and `GET /readyz` for operators, which only their listener serves.
//! Neither needs a key, and neither says anything about a person.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use mamori_desk::{Desk, WriteFault};
use serde::Serialize;
use utoipa::ToSchema;

use crate::cached::{Cached, PROBE_AGE_MAX};

/// How long the database may take to answer.
const PING_TIME_MAX: Duration = Duration::from_secs(2);

/// The greatest age of a node's state of the banks. It polls several times a second; beyond this
/// age its follower has stopped, and new entries do not match on this node.
const AGE_MAX: SignedDuration = SignedDuration::from_secs(10);

/// Liveness of the process.
#[derive(Debug, Serialize, ToSchema)]
pub struct Healthy {
    /// Always `ok`.
    #[schema(example = "ok")]
    pub status: &'static str,
}

/// Readiness of a node, and the state of its parts.
#[derive(Debug, Serialize)]
pub struct Readiness {
    /// Whether every part below is in order.
    pub ready: bool,
    /// Name of the node.
    pub node: String,
    /// `ok` or `lost`.
    pub database: &'static str,
    /// Whether the database takes writes.
    pub writes: Writes,
    /// `loaded`, `loading`, or `stale` if changes from other nodes no longer arrive.
    pub index: &'static str,
    /// Whether the clock is believed: `believed`, `ahead` (of the last sweep), `jumped` (while the node
    /// ran), `differs_from_database`, or `unknown`. While it is not `believed`, nothing is deleted;
    /// checks do not depend on it.
    pub clock: &'static str,
    /// Number of the last change of the banks that this node has applied.
    pub version: i64,
    /// The last time at which the node knew that it had applied every change.
    pub current_at: Option<Timestamp>,
    /// The age of `current_at`, in milliseconds.
    pub age_ms: Option<u64>,
    /// Number of banks in memory.
    pub banks: usize,
    /// Number of entries in memory.
    pub entries: usize,
    /// Number of decoding processes that are running.
    pub decoders: usize,
}

/// Whether the database takes writes, which matches, cases and decisions need. Checks without a hit
/// need none.
#[derive(Debug, Serialize)]
pub struct Writes {
    /// Whether a row could be written, within the last second.
    pub ok: bool,
    /// Why not: `disk_full`, `read_only`, `locked` (another program holds the lock),
    /// `no_connection`, `io_error`, or `other`; null if writes work.
    pub reason: Option<&'static str>,
}

impl From<Result<(), WriteFault>> for Writes {
    fn from(written: Result<(), WriteFault>) -> Self {
        Self { ok: written.is_ok(), reason: written.err().map(WriteFault::as_str) }
    }
}

/// Check liveness
#[utoipa::path(
    get, path = "/healthz", tag = "health",
    responses((status = 200, description = "The process runs.", body = Healthy)),
    extensions(("x-who" = json!("nobody")))
)]
pub async fn healthz() -> Json<Healthy> {
    Json(Healthy { status: "ok" })
}

impl Readiness {
    /// Returns each part that a ready node needs, and whether it is in order.
    pub fn parts(&self) -> [(&'static str, bool); 4] {
        [
            ("database", self.database == "ok"),
            ("writes", self.writes.ok),
            ("index", self.index == "loaded"),
            ("decoders", self.decoders > 0),
        ]
    }
}

/// Finds out whether a node is ready. Clones share the last result: the database is queried, and one row
/// written, at most once a second, however many clients ask.
#[derive(Clone)]
pub struct Probe {
    desk: Desk,
    /// Name of the node.
    node: String,
    /// Whether the database answered recently.
    database: Arc<Cached<bool>>,
}

impl Probe {
    /// Creates the probe of the node with this name.
    pub fn new(desk: Desk, node: String) -> Self {
        Self { desk, node, database: Arc::new(Cached::new(PROBE_AGE_MAX)) }
    }

    /// Returns the state of the node's parts. A node that is not ready because of `writes` alone still
    /// answers checks of items that match nothing.
    pub async fn readiness(&self) -> Readiness {
        let desk = &self.desk;
        let is_answering = self.database.get(ping(desk)).await;
        let writes = Writes::from(desk.check_writes().await);
        let position = desk.position();
        let age = position.current_at.map(|at| desk.clock().now().duration_since(at));
        let holdings = desk.holdings();
        let mut readiness = Readiness {
            ready: false,
            node: self.node.clone(),
            database: if is_answering { "ok" } else { "lost" },
            writes,
            index: index_state(age),
            clock: desk.clock_state().as_str(),
            version: position.version,
            current_at: position.current_at,
            age_ms: age.map(|age| u64::try_from(age.as_millis()).unwrap_or(0)),
            banks: holdings.banks,
            entries: holdings.entries,
            decoders: desk.pool().alive(),
        };
        readiness.ready = readiness.parts().iter().all(|(_, is_in_order)| *is_in_order);
        readiness
    }
}

/// Answers 200 if the node is ready and 503 if not; the parts say why.
pub async fn readyz(State(probe): State<Probe>) -> (StatusCode, Json<Readiness>) {
    let readiness = probe.readiness().await;
    let status = if readiness.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(readiness))
}

async fn ping(desk: &Desk) -> bool {
    let ping = tokio::time::timeout(PING_TIME_MAX, desk.ping()).await;
    matches!(ping, Ok(Ok(())))
}

fn index_state(age: Option<SignedDuration>) -> &'static str {
    match age {
        None => "loading",
        Some(age) if age > AGE_MAX => "stale",
        Some(_) => "loaded",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_that_learns_of_no_changes_is_stale() {
        assert_eq!(index_state(None), "loading");
        assert_eq!(index_state(Some(SignedDuration::from_millis(300))), "loaded");
        assert_eq!(index_state(Some(SignedDuration::from_secs(11))), "stale");
    }
}
