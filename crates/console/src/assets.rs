//! The style sheet and the scripts. Their URLs contain a digest of the content of all of them, so
//! that a browser can cache them for a year and never uses an outdated version.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use crate::fault::Fault;

/// A style sheet or script that browsers load with a page.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// File name in the URL.
    pub name: &'static str,
    /// Value of the `Content-Type` header.
    media_type: &'static str,
    text: &'static str,
}

const fn style(text: &'static str) -> Asset {
    Asset { name: "console.css", media_type: "text/css; charset=utf-8", text }
}

const fn script(name: &'static str, text: &'static str) -> Asset {
    Asset { name, media_type: "text/javascript; charset=utf-8", text }
}

/// Every asset: one style sheet and the scripts.
pub const ASSETS: &[Asset] = &[
    style(concat!(
        include_str!("../assets/base.css"),
        include_str!("../assets/case.css"),
        include_str!("../assets/chart.css"),
    )),
    script("zone.js", include_str!("../assets/zone.js")),
    script("find.js", include_str!("../assets/find.js")),
    script("items.js", include_str!("../assets/items.js")),
    script("view.js", include_str!("../assets/view.js")),
    script("decide.js", include_str!("../assets/decide.js")),
    script("saved-reasons.js", include_str!("../assets/saved-reasons.js")),
    script("bulk.js", include_str!("../assets/bulk.js")),
    script("extend-claim.js", include_str!("../assets/extend-claim.js")),
    script("keys.js", include_str!("../assets/keys.js")),
    script("passkey.js", include_str!("../assets/passkey.js")),
    script("oidc.js", include_str!("../assets/oidc.js")),
    script("break.js", include_str!("../assets/break.js")),
];

/// First 8 bytes of the SHA-256 digest of all names and contents, as 16 hex digits. If one file
/// changes, all of them get a new URL.
static DIGEST: LazyLock<String> = LazyLock::new(|| {
    let mut digest = Sha256::new();
    for asset in ASSETS {
        digest.update(asset.name);
        digest.update([0]);
        digest.update(asset.text);
        digest.update([0]);
    }
    let first =
        digest.finalize().iter().take(8).fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
    format!("{first:016x}")
});

/// Returns the URL path of the asset called `name`.
pub fn address(name: &str) -> String {
    format!("/console/assets/{}/{name}", *DIGEST)
}

/// `GET /favicon.ico`: browsers request it even if no page links to it.
pub async fn icon() -> impl IntoResponse {
    let headers = [(CONTENT_TYPE, "image/svg+xml"), (CACHE_CONTROL, "public, max-age=86400")];
    (headers, include_str!("../assets/icon.svg"))
}

/// `GET /console/assets/{digest}/{name}`: returns an asset; 404 if the digest is that of another
/// version.
pub async fn show(Path((digest, name)): Path<(String, String)>) -> Result<Response, Fault> {
    let found = ASSETS.iter().find(|asset| asset.name == name);
    let asset = found.filter(|_| digest == *DIGEST).ok_or_else(Fault::not_found)?;
    let headers: [(HeaderName, HeaderValue); 2] = [
        (CONTENT_TYPE, HeaderValue::from_static(asset.media_type)),
        (CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
    ];
    Ok((headers, asset.text).into_response())
}
