//! `GET /healthz` and `GET /readyz`, for supervisors and load balancers. They need no key and say
//! nothing about any person.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use mamori_desk::{Desk, WriteFault};
use serde::Serialize;
use utoipa::ToSchema;

use crate::App;

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
#[derive(Debug, Serialize, ToSchema)]
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
    /// Whether the clock is believed: `believed`, `jumped`, `differs_from_database`, or `unknown`.
    /// While it is not `believed`, nothing is deleted; checks do not depend on it.
    pub clock: &'static str,
    /// Number of the last change of the banks that this node has applied.
    pub version: i64,
    /// The last time at which the node knew that it had applied every change.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub current_at: Option<Timestamp>,
    /// The age of `current_at`, in milliseconds.
    #[schema(minimum = 0)]
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
#[derive(Debug, Serialize, ToSchema)]
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

/// Check readiness
///
/// A node is ready if its database answers and takes writes, its index is loaded and current, and a
/// decoding process is running. The database is queried, and one row written, at most once a second,
/// however often this is called. A node that is not ready because of `writes` alone still answers
/// checks of items that match nothing.
#[utoipa::path(
    get, path = "/readyz", tag = "health",
    responses(
        (status = 200, description = "The node is ready.", body = Readiness),
        (status = 503, description = "The node is not ready; the parts say why.", body = Readiness),
    ),
    extensions(("x-who" = json!("nobody")))
)]
pub async fn readyz(
    State(App { desk, settings, database, .. }): State<App>,
) -> (StatusCode, Json<Readiness>) {
    let is_answering = database.get(ping(&desk)).await;
    let writes = Writes::from(desk.check_writes().await);
    let position = desk.position();
    let age = position.current_at.map(|at| desk.clock().now().duration_since(at));
    let index = index_state(age);
    let holdings = desk.holdings();
    let decoders = desk.pool().alive();

    let ready = is_answering && writes.ok && index == "loaded" && decoders > 0;
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let readiness = Readiness {
        ready,
        node: settings.node.clone(),
        database: if is_answering { "ok" } else { "lost" },
        writes,
        index,
        clock: desk.clock_state().as_str(),
        version: position.version,
        current_at: position.current_at,
        age_ms: age.map(|age| u64::try_from(age.as_millis()).unwrap_or(0)),
        banks: holdings.banks,
        entries: holdings.entries,
        decoders,
    };
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
