//! The addresses that lead to the organisation's sign-in provider, and the page to which it leads
//! back.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect, Response};
use mamori_desk::Member as Proof;
use mamori_desk::staff::sign_in_oidc::OidcStart;
use mamori_model::Refusal;
use serde::Deserialize;
use url::form_urlencoded::byte_serialize;

use crate::app::Console;
use crate::fault::{Fault, page};
use crate::frame::{Frame, RequestFrame};
use crate::guard::{Member, PROVE, Recent, SIGN_IN};
use crate::query::PageQuery;
use crate::staff::oidc_cookie::OidcCookie;

/// The longest error code of a provider that is logged, in bytes.
const ERROR_CODE_BYTES_MAX: usize = 64;

/// A link to the provider.
#[derive(Clone, Debug)]
pub struct ProviderLink {
    /// The provider's name.
    pub name: String,
    /// Path of the link.
    pub path: String,
}

/// The page to which the provider sends the browser back. It has no effect: its form has, because
/// browsers send the cookies of the console only with a request that one of its own pages makes.
#[derive(Debug, Template)]
#[template(path = "oidc-return.html")]
pub struct ReturnPage<'a> {
    /// The frame around the page.
    pub frame: &'a Frame,
    /// The code that stands for the sign-in.
    pub code: &'a str,
    /// The state of the request.
    pub state: &'a str,
    /// The issuer, if the provider names it.
    pub iss: &'a str,
}

/// Returns the link at `path` to the provider; `None` where none is configured. `next`: path of the
/// page to open afterwards.
pub fn provider_link(console: &Console, path: &str, next: &str) -> Option<ProviderLink> {
    let name = console.desk.oidc_name()?.as_str().to_owned();
    let path = if next.is_empty() {
        path.to_owned()
    } else {
        let next: String = byte_serialize(next.as_bytes()).collect();
        format!("{path}?next={next}")
    };
    Some(ProviderLink { name, path })
}

/// The parameter in the query of the addresses that lead to the provider.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Next {
    /// Path of the page to open afterwards.
    #[serde(default)]
    next: String,
}

/// `GET /console/sign-in/oidc`: leads to the provider, to sign in. A link and not a form, because the
/// policy of the pages lets no form lead to another site.
pub async fn begin_sign_in(
    State(console): State<Console>,
    PageQuery(Next { next }): PageQuery<Next>,
) -> Result<Response, Fault> {
    let start = console.desk.begin_sign_in_oidc().await.map_err(|e| back(e, SIGN_IN))?;
    Ok(lead(&console, start, next))
}

/// `GET /console/enroll/{token}/oidc`: leads to the provider, to connect the account there.
pub async fn begin_enroll(
    State(console): State<Console>,
    Path(token): Path<String>,
) -> Result<Response, Fault> {
    let start = console.desk.begin_enroll_oidc(&token).await.map_err(|e| back(e, SIGN_IN))?;
    Ok(lead(&console, start, String::new()))
}

/// `GET /console/prove/oidc`: leads to the provider, to confirm one's identity.
pub async fn begin_prove(
    State(console): State<Console>,
    Member(session): Member,
    PageQuery(Next { next }): PageQuery<Next>,
) -> Result<Response, Fault> {
    let start = console.desk.begin_prove_oidc(&session.member).await;
    Ok(lead(&console, start.map_err(|e| back(e, PROVE))?, next))
}

/// `GET /console/me/oidc`: leads to the provider, to connect the account there.
pub async fn begin_connect(
    State(console): State<Console>,
    me: Recent<Proof>,
) -> Result<Response, Fault> {
    let start = console.desk.begin_connect_oidc(&me.recently).await;
    Ok(lead(&console, start.map_err(|e| back(e, "/console/me"))?, String::new()))
}

/// What the provider adds to the address to which it sends the browser back: either a code, or an
/// error. A provider may add more.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Returned {
    #[serde(default)]
    code: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    iss: String,
    #[serde(default)]
    error: String,
}

/// `GET /console/sign-in/oidc/return`.
pub async fn returned(
    request_frame: RequestFrame,
    PageQuery(returned): PageQuery<Returned>,
) -> Result<Response, Fault> {
    let Returned { code, state, iss, error } = &returned;
    if code.is_empty() {
        if is_error_code(error) {
            tracing::info!(error, "the sign-in provider sent a browser back without a code");
        }
        return Err(Fault::from(Refusal::ProviderRefused).with_link(SIGN_IN));
    }
    page(&ReturnPage { frame: &request_frame.frame(), code, state, iss })
}

/// Sends the browser to the provider. It keeps the cookie as long as an answer is taken.
fn lead(console: &Console, start: OidcStart, next: String) -> Response {
    let seconds = console.desk.settings().sign_in.provider_max.as_secs();
    let cookie = OidcCookie { desk: start.cookie, next }.set(seconds, &console.settings);
    ([(SET_COOKIE, cookie)], Redirect::to(start.address.as_str())).into_response()
}

fn back(error: mamori_desk::Error, link: &'static str) -> Fault {
    Fault::from(error).with_link(link)
}

/// Checks whether a text from outside can be an error code of the specification, such as
/// `access_denied`.
fn is_error_code(text: &str) -> bool {
    let is_plain = text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    is_plain && (1..=ERROR_CODE_BYTES_MAX).contains(&text.len())
}
