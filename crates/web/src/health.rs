//! `GET /healthz` and `GET /readyz`: for whoever starts, stops and balances nodes. No key needed;
//! they say nothing about anybody.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use mamori_desk::Desk;
use serde::Serialize;
use utoipa::ToSchema;

use crate::App;

/// How long the database may take to say that it is there.
const PING_TIME_MAX: Duration = Duration::from_secs(2);

/// How old a node's knowledge of the banks may be. It asks several times a second; beyond this its
/// follower has stopped, and new entries do not match here.
const AGE_MAX: SignedDuration = SignedDuration::from_secs(10);

/// The process is up.
#[derive(Debug, Serialize, ToSchema)]
pub struct Healthy {
    /// `ok`.
    #[schema(example = "ok")]
    pub status: &'static str,
}

/// Whether a node can answer, and how much it knows.
#[derive(Debug, Serialize, ToSchema)]
pub struct Readiness {
    /// Whether every part below is in order.
    pub ready: bool,
    /// The node.
    pub node: String,
    /// `ok`, or `lost`.
    pub database: &'static str,
    /// `loaded`, `loading`, or `stale` when changes of other nodes no longer arrive.
    pub index: &'static str,
    /// The last change of the banks that this node has.
    pub version: i64,
    /// When the node last knew that there was nothing newer.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub current_at: Option<Timestamp>,
    /// How long ago that is, in milliseconds.
    #[schema(minimum = 0)]
    pub age_ms: Option<u64>,
    /// Banks in memory.
    pub banks: usize,
    /// Entries in memory.
    pub entries: usize,
    /// Decoding processes that are up.
    pub decoders: usize,
}

/// Is the process up?
#[utoipa::path(
    get, path = "/healthz", tag = "health",
    responses((status = 200, description = "It is.", body = Healthy)),
    extensions(("x-who" = json!("nobody")))
)]
pub async fn healthz() -> Json<Healthy> {
    Json(Healthy { status: "ok" })
}

/// Can the node answer?
///
/// Yes, if its database answers, its index is loaded and current, and a decoding process is up. The
/// database is asked once a second at most, however often this is called.
#[utoipa::path(
    get, path = "/readyz", tag = "health",
    responses(
        (status = 200, description = "It can.", body = Readiness),
        (status = 503, description = "It cannot; the parts say why.", body = Readiness),
    ),
    extensions(("x-who" = json!("nobody")))
)]
pub async fn readyz(
    State(App { desk, settings, database, .. }): State<App>,
) -> (StatusCode, Json<Readiness>) {
    let is_answering = database.get(ping(&desk)).await;
    let position = desk.position();
    let age = position.current_at.map(|at| desk.clock().now().duration_since(at));
    let index = index_state(age);
    let holdings = desk.holdings();
    let decoders = desk.pool().alive();

    let ready = is_answering && index == "loaded" && decoders > 0;
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let readiness = Readiness {
        ready,
        node: settings.node.clone(),
        database: if is_answering { "ok" } else { "lost" },
        index,
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
    fn a_node_that_hears_of_no_changes_is_stale() {
        assert_eq!(index_state(None), "loading");
        assert_eq!(index_state(Some(SignedDuration::from_millis(300))), "loaded");
        assert_eq!(index_state(Some(SignedDuration::from_secs(11))), "stale");
    }
}
