//! The limit on the requests of each API key, and the headers that report it: `RateLimit` and
//! `RateLimit-Policy` (the IETF draft on them, *Rate limit header fields for HTTP*).

use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue};
use mamori_desk::{Desk, Quota};
use mamori_model::KeyId;

use crate::observe::KeySlot;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Counts the request that showed `key`, and passes key and quota on to its log line and its
/// response. `Err` if the key has no request left.
pub fn count(desk: &Desk, extensions: &Extensions, key: KeyId) -> Result<(), Quota> {
    // The routes of HMA are not observed: their answers have no such headers.
    let Some(slot) = extensions.get::<KeySlot>() else {
        return desk.count_request(key).map(drop);
    };
    // A second extractor of the same request reads the same key.
    if slot.is_filled() {
        return Ok(());
    }
    let quota = desk.count_request(key);
    slot.fill(key, quota.unwrap_or_else(Some));
    quota.map(drop)
}

/// Adds the headers that report `quota`.
pub fn set_headers(headers: &mut HeaderMap, quota: Quota) {
    let seconds = quota.period.as_secs();
    let policy = format!("\"key\";q={};w={seconds}", quota.limit);
    let state = format!("\"key\";r={};t={}", quota.remaining, whole_seconds(quota));
    for (name, value) in [(RATE_LIMIT_POLICY, policy), (RATE_LIMIT, state)] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
}

/// Returns the seconds until one more request is allowed, rounded up.
pub fn whole_seconds(quota: Quota) -> u64 {
    let seconds = quota.next_in.as_secs();
    let is_more = quota.next_in.subsec_nanos() > 0;
    u64::try_from(seconds).unwrap_or(0).saturating_add(u64::from(is_more))
}
