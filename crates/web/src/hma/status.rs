//! `/status` and `/site-map`, which need no key.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::index::is_stale;
use super::{Hma, PATHS};

/// `GET /status`: whether look-ups can be answered, in HMA's three words.
pub async fn status(State(hma): State<Hma>) -> (StatusCode, &'static str) {
    match hma.desk.position().current_at {
        None => (StatusCode::SERVICE_UNAVAILABLE, "INDEX-NOT-LOADED"),
        Some(at) if is_stale(&hma.desk, at) => (StatusCode::SERVICE_UNAVAILABLE, "INDEX-STALE"),
        Some(_) => (StatusCode::OK, "I-AM-ALIVE"),
    }
}

/// `GET /site-map`: the existing paths, in HMA's spelling.
pub async fn site_map() -> Json<Vec<String>> {
    let spelled = |path: &&str| path.replace('{', "<").replace('}', ">");
    Json(PATHS.iter().map(spelled).collect())
}
