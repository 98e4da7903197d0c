//! The supported kinds of hash and content, and the state of the index.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use mamori_desk::{Desk, Proof};
use serde_json::{Map, Value, json};

use super::Hma;
use super::fault::Fault;
use super::guard::{Anyone, Curator};
use super::request::{Body, Params, Segments, is_on, json_ratio};
use super::signal::{ContentType, SignalType};
use crate::guard::scope;

/// The age from which on HMA calls the index stale.
const STALE_AGE: SignedDuration = SignedDuration::from_secs(65);

/// Checks whether an index that was current `at` is stale.
pub fn is_stale(desk: &Desk, at: Timestamp) -> bool {
    desk.clock().now().duration_since(at) > STALE_AGE
}

/// `GET /m/index/status`: the number of hashes of each kind in the index, and the time up to which
/// it is complete. A service's key gets no sizes, as it gets none of a bank. While no keys are required,
/// only the banks that these routes show are counted.
pub async fn status(
    Anyone(proof, ..): Anyone<scope::HmaInfo>,
    params: Params,
    State(hma): State<Hma>,
) -> Result<Json<Value>, Fault> {
    let sees_sizes = matches!(proof, Proof::Admin(_));
    let shown = |kind| {
        let (size, built_to) = indexed(&hma, kind);
        if sees_sizes {
            json!({ "present": size > 0, "built_to": built_to, "size": size })
        } else {
            json!({ "present": size > 0, "built_to": built_to })
        }
    };
    by_signal_type(&params, shown)
}

/// `GET /c/signal_type/index`: the same in another form. The index follows the change log of the
/// database, so the number in the index is that in the database too.
pub async fn built(
    Anyone(proof, ..): Anyone<scope::HmaInfo>,
    params: Params,
    State(hma): State<Hma>,
) -> Result<Json<Value>, Fault> {
    let current_at = hma.desk.position().current_at;
    let is_behind = current_at.is_none_or(|at| is_stale(&hma.desk, at));
    let sees_sizes = matches!(proof, Proof::Admin(_));
    let shown = |kind| {
        let (size, built_to) = indexed(&hma, kind);
        let mut shown = json!({
            "index_out_of_date": is_behind,
            "newest_db_item": built_to,
            "index_built_to": built_to,
        });
        if let (true, Value::Object(fields)) = (sees_sizes, &mut shown) {
            fields.extend(["db_size", "index_size"].map(|name| (name.to_owned(), json!(size))));
        }
        shown
    };
    by_signal_type(&params, shown)
}

/// `GET /c/signal_type`: the kinds of hash, which are always enabled.
pub async fn signal_types(_: Anyone<scope::HmaInfo>) -> Json<Vec<Value>> {
    let shown = |kind: SignalType| json!({ "name": kind.as_str(), "enabled_ratio": 1.0 });
    Json(SignalType::ALL.iter().copied().map(shown).collect())
}

/// `PUT /c/signal_type/{name}`: a kind of hash cannot be disabled.
pub async fn change_signal_type(
    _: Curator<scope::BanksWrite>,
    Segments(name): Segments<String>,
    body: Body,
) -> Result<StatusCode, Fault> {
    SignalType::of_lookup(&name)?;
    let ratio = body.get("enabled_ratio").ok_or_else(|| Fault::bad("enabled_ratio is required"))?;
    if is_on(json_ratio(ratio)?)? {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Fault::new(StatusCode::NOT_IMPLEMENTED, "a signal type cannot be disabled here"))
}

/// `GET /c/content_type`: the kinds of content, which are always enabled.
pub async fn content_types(_: Anyone<scope::HmaInfo>) -> Json<Vec<Value>> {
    let shown = |kind: ContentType| json!({ "name": kind.as_str(), "enabled": true });
    Json(ContentType::ALL.iter().copied().map(shown).collect())
}

/// Returns the number of hashes in the banks that these routes show, and the second up to which every
/// change is included; −1 without any hash, as HMA answers before its first build.
fn indexed(hma: &Hma, kind: SignalType) -> (usize, i64) {
    let desk = &hma.desk;
    let size = if hma.settings.key_required {
        desk.held(kind.kind())
    } else {
        let directory = desk.directory();
        let is_shown = |bank| directory.bank(bank).is_some_and(|bank| hma.settings.shows(bank));
        desk.held_in(kind.kind(), is_shown)
    };
    let current_at = desk.position().current_at.filter(|_| size > 0);
    (size, current_at.map_or(-1, Timestamp::as_second))
}

/// Returns an object with every kind of hash, or only the one that `signal_type` names.
fn by_signal_type(
    params: &Params,
    show: impl Fn(SignalType) -> Value,
) -> Result<Json<Value>, Fault> {
    let no_such = |name: &str| Fault::bad(format!("No such signal type '{name}'"));
    let only = params.get("signal_type");
    let only = only.map(|name| SignalType::find(name).ok_or_else(|| no_such(name))).transpose()?;
    let kinds =
        SignalType::ALL.iter().copied().filter(|kind| only.is_none_or(|only| only == *kind));
    let shown: Map<String, Value> =
        kinds.map(|kind| (kind.as_str().to_owned(), show(kind))).collect();
    Ok(Json(Value::Object(shown)))
}
