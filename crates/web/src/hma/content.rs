//! `/c/bank/{bank_name}/content…` and `…/signal`: the entries of a bank, which HMA calls content.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use mamori_desk::checks::fingerprints::Fingerprints;
use mamori_desk::{Admin, Error, NewEntry};
use mamori_model::{Bank, Distance, Entry, EntryId, EntryState, HashKind};
use serde_json::{Map, Value, json};

use super::fault::Fault;
use super::guard::Curator;
use super::request::{Body, Params, Segments};
use super::signal::{Signal, SignalType};
use super::upload::{Upload, check_types};
use super::{Hma, banks};
use crate::guard::scope;

/// HMA's value for content that matches.
const ENABLED: i64 = 1;

/// HMA's value for content that is disabled until it is enabled again.
const DISABLED: i64 = 0;

/// The latest time that HMA accepts, in seconds from now: five years.
const UNTIL_S_MAX: i64 = 5 * 365 * 24 * 3_600;

/// `POST /c/bank/{bank_name}/content` with a file: hashes it and adds the hash.
pub async fn add_upload(
    curator: Curator<scope::EntriesWrite>,
    State(hma): State<Hma>,
    Segments(bank): Segments<String>,
    params: Params,
    request: Request,
) -> Result<Json<Value>, Fault> {
    let bank = banks::find(&hma, &curator.proof(), &bank).await?;
    params.refuse_url()?;
    let upload = Upload::read(&hma, curator.proof(), request).await?;
    check_types(&params, upload.content_type())?;
    let hashed = upload.hash(&hma.desk).await?.readable()?;
    let signal = hashed.signal.ok_or_else(|| Fault::bad("Invalid pdq signal: invalid PDQ hash"))?;
    add(&hma, &curator.0, &bank, signal).await
}

/// `POST /c/bank/{bank_name}/signal` with `{"pdq": "…"}`: adds the hash.
pub async fn add_signal(
    curator: Curator<scope::EntriesWrite>,
    State(hma): State<Hma>,
    Segments(bank): Segments<String>,
    body: Body,
) -> Result<Json<Value>, Fault> {
    let bank = banks::find(&hma, &curator.proof(), &bank).await?;
    let signal = read_signal(&body.0)?;
    add(&hma, &curator.0, &bank, signal).await
}

/// `GET /c/bank/{bank_name}/content/{content_id}`: reads an entry; with its hash if
/// `include_signals` or `signal_type` is set, which needs a key.
pub async fn show(
    curator: Curator<scope::EntriesExport>,
    State(hma): State<Hma>,
    Segments((bank, id)): Segments<(String, String)>,
    params: Params,
) -> Result<Json<Value>, Fault> {
    let bank = banks::find(&hma, &curator.proof(), &bank).await?;
    let entry = find(&hma, &curator.0, &bank, &id).await?;
    let mut shown = entry_json(&bank, &entry);
    let only = params.get("signal_type");
    if let Some(name) = only.filter(|name| SignalType::find(name).is_none()) {
        return Err(Fault::bad(format!("No such signal type '{name}'")));
    }
    if only.is_some() || params.flag("include_signals")? {
        if !hma.settings.key_required {
            let message = "without keys the hashes of content are not shown: set hma.key_required \
                           and send a key";
            return Err(Fault::new(StatusCode::FORBIDDEN, message));
        }
        shown.insert("signals".to_owned(), signals(&entry, only));
    }
    Ok(Json(Value::Object(shown)))
}

/// `PUT /c/bank/{bank_name}/content/{content_id}`: disables an entry, which withdraws it. Disabling
/// it for a limited time is not supported.
pub async fn change(
    curator: Curator<scope::EntriesWrite>,
    State(hma): State<Hma>,
    Segments((bank, id)): Segments<(String, String)>,
    body: Body,
) -> Result<Json<Value>, Fault> {
    let bank = banks::find(&hma, &curator.proof(), &bank).await?;
    let now = hma.desk.clock().now().as_second();
    let until = body.get("disable_until_ts").map(|value| read_until(value, now)).transpose()?;
    if until == Some(DISABLED) {
        return disable(&hma, &curator.0, &bank, &id).await;
    }
    let entry = find(&hma, &curator.0, &bank, &id).await?;
    if until.is_some_and(|until| until > now) {
        let message = "content cannot be disabled here for a while: disable it with 0, which is for \
                       good, and add it again later";
        return Err(Fault::new(StatusCode::NOT_IMPLEMENTED, message));
    }
    Ok(Json(Value::Object(entry_json(&bank, &entry))))
}

/// Withdraws the entry with this number. Succeeds also if it is withdrawn already, because a client
/// that lost the response repeats the request.
async fn disable(hma: &Hma, admin: &Admin, bank: &Bank, id: &str) -> Result<Json<Value>, Fault> {
    let entry = find_any(hma, admin, bank, id).await?;
    match hma.desk.withdraw_entry(admin, bank.id, entry.id).await {
        Ok(()) | Err(Error::NotFound("entry")) => {}
        Err(error) => return Err(error.into()),
    }
    let mut shown = entry_json(bank, &entry);
    shown.insert("disable_until_ts".to_owned(), json!(DISABLED));
    Ok(Json(Value::Object(shown)))
}

/// `DELETE /c/bank/{bank_name}/content/{content_id}`: withdraws an entry. Answers how many entries
/// were removed: 1, or 0 if it does not exist.
pub async fn remove(
    curator: Curator<scope::EntriesWrite>,
    State(hma): State<Hma>,
    Segments((bank, id)): Segments<(String, String)>,
) -> Result<Json<Value>, Fault> {
    let bank = banks::find(&hma, &curator.proof(), &bank).await?;
    let deleted = match hma.desk.withdraw_entry(&curator.0, bank.id, number(&id)?).await {
        Ok(()) => 1,
        Err(Error::NotFound(_)) => 0,
        Err(error) => return Err(error.into()),
    };
    Ok(Json(json!({ "deleted": deleted })))
}

async fn add(hma: &Hma, admin: &Admin, bank: &Bank, signal: Signal) -> Result<Json<Value>, Fault> {
    let entry = NewEntry::bare(signal.hash());
    // HMA adds deleted content again like any other, and its clients rely on that.
    let added = hma.desk.restore_entries(admin, bank.id, &[entry]).await?;
    let id = match added.entries.first().copied().flatten() {
        Some(id) => id,
        None => find_duplicate(hma, bank, &signal.prints()).await?,
    };
    let name = signal.signal_type().as_str();
    Ok(Json(json!({ "id": id.number(), "signals": { name: signal.hash().to_string() } })))
}

/// Returns the entry that the bank already has for this hash.
async fn find_duplicate(hma: &Hma, bank: &Bank, prints: &Fingerprints) -> Result<EntryId, Fault> {
    let hits = hma.desk.search(prints, &[bank]).await?.hits;
    let same = hits.iter().find(|hit| hit.distance == Distance::default());
    let gone = || Fault::new(StatusCode::CONFLICT, "the bank has this content, but is removing it");
    same.map(|hit| hit.entry).ok_or_else(gone)
}

/// Returns the live entry with this number in `bank`, or 404.
async fn find(hma: &Hma, admin: &Admin, bank: &Bank, id: &str) -> Result<Entry, Fault> {
    let entry = find_any(hma, admin, bank, id).await?;
    match entry.state(hma.desk.clock().now()) {
        EntryState::Live => Ok(entry),
        EntryState::Expired | EntryState::Withdrawn => Err(missing(id)),
    }
}

/// Returns the entry with this number in `bank`, live or ended, or 404.
async fn find_any(hma: &Hma, admin: &Admin, bank: &Bank, id: &str) -> Result<Entry, Fault> {
    match hma.desk.entry(admin, bank.id, number(id)?).await {
        Err(Error::NotFound(_)) => Err(missing(id)),
        entry => Ok(entry?),
    }
}

fn number(text: &str) -> Result<EntryId, Fault> {
    text.parse().ok().and_then(EntryId::new).ok_or_else(|| missing(text))
}

fn missing(id: &str) -> Fault {
    Fault::new(StatusCode::NOT_FOUND, format!("content '{id}' not found"))
}

fn read_signal(body: &Value) -> Result<Signal, Fault> {
    let signals = body.as_object().filter(|signals| !signals.is_empty());
    let signals = signals.ok_or_else(|| Fault::bad("No signals given"))?;
    let mut read = Vec::new();
    for (name, value) in signals {
        let kind = SignalType::find(name);
        let kind = kind.ok_or_else(|| Fault::bad(format!("No such signal type {name}")))?;
        let signal = kind.read(value.as_str().unwrap_or_default());
        read.push(signal.map_err(|why| Fault::bad(format!("Invalid {name} signal: {why}")))?);
    }
    match read.as_slice() {
        [signal] => Ok(*signal),
        _ => Err(Fault::bad("content has one signal here: send each in a request of its own")),
    }
}

/// Reads a time in HMA's form: seconds since 1970, [`ENABLED`] or [`DISABLED`].
fn read_until(value: &Value, now: i64) -> Result<i64, Fault> {
    let number = value.as_i64().or_else(|| value.as_str()?.trim().parse().ok());
    let number = number.filter(|seconds| *seconds >= 0);
    let wrong = || Fault::bad("disable_until_ts must be a non-negative integer");
    let until: i64 = number.ok_or_else(wrong)?;
    if until > now.saturating_add(UNTIL_S_MAX) {
        return Err(Fault::bad("disable_until_ts must be less than 5 years in the future"));
    }
    Ok(until)
}

fn entry_json(bank: &Bank, entry: &Entry) -> Map<String, Value> {
    let fields = [
        ("id", json!(entry.id.number())),
        ("disable_until_ts", json!(ENABLED)),
        ("collab_metadata", json!({})),
        ("original_media_uri", Value::Null),
        ("bank", banks::bank_json(bank)),
        ("metadata", Value::Null),
        ("note", Value::Null),
    ];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn signals(entry: &Entry, only: Option<&str>) -> Value {
    let name = match entry.hash.kind() {
        HashKind::Pdq => SignalType::Pdq.as_str(),
        HashKind::Md5 => SignalType::VideoMd5.as_str(),
        kind @ (HashKind::Sha256 | HashKind::Sha1) => kind.as_str(),
    };
    if only.is_some_and(|only| only != name) {
        return json!({});
    }
    json!({ name: entry.hash.to_string() })
}
