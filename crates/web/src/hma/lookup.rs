//! `/m/lookup`, `/m/raw_lookup` and `/m/compare`: look up hashes in the banks; nothing is stored.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use mamori_desk::checks::fingerprints::Fingerprints;
use mamori_desk::{Directory, Proof};
use mamori_model::{Bank, Distance, EntryId, NotLooked, ShownHit};
use serde_json::{Map, Value, json};

use super::fault::Fault;
use super::guard::Anyone;
use super::request::{Body, Params};
use super::signal::{Signal, SignalType};
use super::upload::{Hashed, Unread, Upload, check_types};
use super::{Hma, Settings};
use crate::guard::scope;

/// Says why a response is empty if no bank applies. HMA's clients ignore this header.
const NOT_LOOKED: HeaderName = HeaderName::from_static("mamori-not-looked");

/// Says that a picture has frames beyond the limits, which were not compared.
const FRAMES_LEFT_OUT: HeaderName = HeaderName::from_static("mamori-frames-left-out");

/// Says why a file could not be decoded completely; matches are of its bytes, or of the part that
/// was read.
const NOT_DECODED: HeaderName = HeaderName::from_static("mamori-not-decoded");

type Answer = Result<(HeaderMap, Json<Value>), Fault>;

/// `GET /m/lookup?signal_type=…&signal=…`: the matches of each bank, by the bank's name.
pub async fn by_signal(
    Anyone(proof, ..): Anyone<scope::Hashing>,
    params: Params,
    State(hma): State<Hma>,
) -> Answer {
    params.refuse_url()?;
    let missing = "Either url or both signal and signal_type are required";
    let (Some(text), Some(name)) = (params.get("signal"), params.get("signal_type")) else {
        return Err(Fault::bad(missing));
    };
    let signal = read(name, text)?;
    let found = find(&hma, &params, Sent::Hash(proof), &signal.prints()).await?;
    let kind = signal.signal_type();
    Ok(found.answer(|matches| by_bank(kind, matches)))
}

/// `POST /m/lookup` with a file: the same, by the kind of hash that was computed. If no bank
/// applies, the file is not decoded. The digests of the file are looked up too, even if it cannot
/// be decoded. If nothing matches and the picture was not compared completely, the request is
/// refused: clients would take an empty response for a clean picture.
pub async fn by_upload(
    Anyone(proof, ..): Anyone<scope::Hashing>,
    params: Params,
    State(hma): State<Hma>,
    request: Request,
) -> Answer {
    let upload = Upload::read(&hma, proof, request).await?;
    let content_type = upload.content_type();
    check_types(&params, content_type)?;
    let kind = content_type.signal_type();
    let show = |matches: &[Match]| json!({ kind.as_str(): by_bank(kind, matches) });
    if let Err(reason) = applicable(&hma, &hma.desk.directory()) {
        return Ok(LookupResult::not_looked(reason).answer(show));
    }
    let hashed = upload.hash(&hma.desk).await?;
    let sent = Sent::File { is_read_whole: matches!(hashed.unread, Unread::Nothing) };
    let found = find(&hma, &params, sent, &hashed.prints).await?;
    let hashed = if found.is_unknown { refuse_unread(hashed)? } else { hashed };
    let (mut headers, body) = found.answer(show);
    match hashed.unread {
        Unread::Nothing => {}
        Unread::Frames => {
            headers.insert(FRAMES_LEFT_OUT, HeaderValue::from_static("true"));
        }
        Unread::Broken(error) => {
            let why = HeaderValue::from_str(&error.to_string());
            let why = why.unwrap_or_else(|_| HeaderValue::from_static("broken"));
            headers.insert(NOT_DECODED, why);
        }
    }
    Ok((headers, body))
}

/// Refuses a file without a match of which some part was not compared.
fn refuse_unread(hashed: Hashed) -> Result<Hashed, Fault> {
    let hashed = hashed.readable()?;
    if hashed.signal.is_none() {
        return Err(Fault::bad("invalid signal: invalid PDQ hash"));
    }
    if matches!(hashed.unread, Unread::Frames) {
        let message = "no match in the frames that were compared, and others were left out: do not \
                       treat it as clean, or send the other frames by themselves";
        return Err(Fault::new(StatusCode::PAYLOAD_TOO_LARGE, message));
    }
    Ok(hashed)
}

/// `GET /m/raw_lookup?signal_type=…&signal=…`: the numbers of the entries that matched, with their
/// distances if `include_distance` is set.
pub async fn raw(
    Anyone(proof, ..): Anyone<scope::Hashing>,
    params: Params,
    State(hma): State<Hma>,
) -> Answer {
    let signal = read(params.required("signal_type")?, params.required("signal")?)?;
    let with_distance = params.flag("include_distance")?;
    let found = find(&hma, &params, Sent::Hash(proof), &signal.prints()).await?;
    let kind = signal.signal_type();
    Ok(found.answer(|matches| {
        let shown = |found: &Match| {
            if with_distance { content(kind, found) } else { json!(found.entry.number()) }
        };
        json!({ "matches": matches.iter().map(shown).collect::<Vec<Value>>() })
    }))
}

/// `POST /m/compare` with pairs of hashes by kind: whether the two are near, and their distance.
pub async fn compare(_: Anyone<scope::Hashing>, body: Body) -> Result<Json<Value>, Fault> {
    let Value::Object(pairs) = body.0 else {
        return Err(Fault::bad("Request input was not a dict"));
    };
    let mut compared = Map::new();
    for (name, pair) in pairs {
        let Value::Array(pair) = pair else {
            return Err(Fault::bad(format!("Comparison hashes for {name} was not a list")));
        };
        let [left, right] = pair.as_slice() else {
            return Err(Fault::bad("Comparison hash list length must be exactly 2"));
        };
        let kind = SignalType::of_lookup(&name)?;
        let hash = |value: &Value| {
            let text = value.as_str().ok_or_else(|| "expected a string".to_owned());
            text.and_then(|text| kind.read(text))
                .map_err(|why| Fault::bad(format!("Invalid {name} hash: {why}")))
        };
        let result = compare_pair(hash(left)?, hash(right)?);
        compared.insert(name, result);
    }
    Ok(Json(Value::Object(compared)))
}

fn compare_pair(left: Signal, right: Signal) -> Value {
    match (left, right) {
        (Signal::Pdq(left), Signal::Pdq(right)) => {
            let distance = left.distance(&right);
            json!([distance <= mamori_model::Distance::PDQ_SAME_MAX, { "distance": distance }])
        }
        (left, right) => json!([left == right, {}]),
    }
}

fn read(name: &str, text: &str) -> Result<Signal, Fault> {
    let kind = SignalType::of_lookup(name)?;
    kind.read(text).map_err(|why| Fault::bad(format!("invalid signal: {why}")))
}

/// What a client sent to look up.
enum Sent {
    /// The file, from which the hashes were computed here; whether all of it was read.
    File { is_read_whole: bool },
    /// A hash, with the key of the client.
    Hash(Proof),
}

/// An entry that a look-up came near to.
struct Match {
    /// The name of its bank.
    bank: String,
    entry: EntryId,
    /// The distance, as exactly as clients are shown it.
    distance: Distance,
}

/// The result of a look-up: matches, the nearest first.
struct LookupResult {
    matches: Vec<Match>,
    not_looked: Option<NotLooked>,
    /// Whether banks were searched, and no hit clears the item or restricts it as a whole.
    is_unknown: bool,
}

impl LookupResult {
    fn not_looked(reason: NotLooked) -> Self {
        Self { matches: Vec::new(), not_looked: Some(reason), is_unknown: false }
    }

    fn answer(self, show: impl FnOnce(&[Match]) -> Value) -> (HeaderMap, Json<Value>) {
        let reason = self.not_looked.map(|reason| HeaderValue::from_static(reason.explain()));
        let headers = reason.map(|reason| (NOT_LOOKED, reason)).into_iter().collect();
        (headers, Json(show(&self.matches)))
    }
}

/// Returns the banks that these routes show and that apply to the surface and country of look-ups.
fn applicable<'a>(hma: &Hma, directory: &'a Directory) -> Result<Vec<&'a Bank>, NotLooked> {
    let Settings { surface, country, .. } = *hma.settings;
    let banks = directory.banks().filter(|bank| hma.settings.shows(bank));
    hma.desk.applicable_among(banks, surface, country)
}

/// Searches the banks that apply, or those of them that the parameter `banks` names.
/// [`mamori_desk::Error::NearHits`] if a client that sends hashes came near entries too often.
///
/// If a negative bank knows the item, it is harmless and matches nothing, even if `banks` names
/// only other banks: HMA's clients take every match for harm.
async fn find(
    hma: &Hma,
    params: &Params,
    sent: Sent,
    prints: &Fingerprints,
) -> Result<LookupResult, Fault> {
    let directory = hma.desk.directory();
    let banks = match applicable(hma, &directory) {
        Ok(banks) => banks,
        Err(reason) => return Ok(LookupResult::not_looked(reason)),
    };
    let named = params.list("banks");
    let is_selected = |bank: &&Bank| {
        let is_named = named.as_ref().is_none_or(|names| names.contains(&bank.name.as_str()));
        is_named || bank.purpose.is_negative()
    };
    let banks: Vec<&Bank> = banks.into_iter().filter(is_selected).collect();
    let found = match &sent {
        Sent::File { .. } => hma.desk.search(prints, &banks).await?,
        Sent::Hash(proof) => hma.desk.search_by_hashes(proof.key(), None, prints, &banks).await?,
    };
    hma.desk.count_cleared(&found, !matches!(sent, Sent::File { is_read_whole: false }));
    let is_unknown = found.is_unknown();
    let hits = found.judgement.effective_hits;
    let matches = directory
        .shown_hits(hma.desk.settings().hit_view(), &hits)
        .hits
        .into_iter()
        .filter_map(|ShownHit { hit, distance_max }| {
            let bank = directory.bank(hit.bank)?.name.to_string();
            Some(Match { bank, entry: hit.entry, distance: distance_max })
        })
        .collect();
    Ok(LookupResult { matches, not_looked: None, is_unknown })
}

fn by_bank(kind: SignalType, matches: &[Match]) -> Value {
    let mut banks: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for found in matches {
        banks.entry(&found.bank).or_default().push(content(kind, found));
    }
    json!(banks)
}

fn content(kind: SignalType, found: &Match) -> Value {
    let distance = kind.format_distance(found.distance);
    json!({ "bank_content_id": found.entry.number(), "distance": distance })
}
