//! The form with the answer of the organisation's sign-in provider.

use std::sync::Arc;

use axum::extract::{FromRequestParts, State};
use axum::http::header::SET_COOKIE;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use mamori_desk::staff::sign_in_oidc::{OidcAnswer, OidcEnd};
use mamori_desk::{Error, SessionLookup};
use mamori_model::{Refusal, Sensitive};
use serde::Deserialize;

use crate::app::Console;
use crate::fault::Fault;
use crate::form::SignedOutForm;
use crate::frame::RequestFrame;
use crate::guard::{Refused, find};
use crate::session;
use crate::staff::oidc_cookie::{OidcCookie, forget};
use crate::staff::sign_in_forms::redirect_with_session;
use crate::staff::sign_in_page::sign_in_again;

/// What the browser has: the cookie that it got when it was sent to the provider, and perhaps a
/// session.
#[derive(Clone, Debug)]
pub struct Browser {
    cookie: Option<OidcCookie>,
    session: Option<Arc<SessionLookup>>,
}

impl FromRequestParts<Console> for Browser {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, console: &Console) -> Result<Self, Refused> {
        let cookie = OidcCookie::sent(&parts.headers, &console.settings);
        let session = match find(parts, console).await {
            Ok(session) => Some(session),
            Err(Refused::SignIn(..)) => None,
            Err(other @ (Refused::Fault(_) | Refused::Prove(_))) => return Err(other),
        };
        Ok(Self { cookie, session })
    }
}

/// The provider's answer, as the page to which it led passes it on.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReturnForm {
    code: String,
    state: String,
    #[serde(default)]
    iss: String,
}

/// `POST /console/sign-in/oidc/finish`: begins a session, records that the staff member confirmed
/// their identity, or connects the account, as the browser's cookie says. The form has no token of a
/// session; its state, which belongs to this browser, and what it is for, replaces it.
pub async fn finish(
    State(console): State<Console>,
    request_frame: RequestFrame,
    browser: Browser,
    SignedOutForm(form): SignedOutForm<ReturnForm>,
) -> Result<Response, Fault> {
    let next = browser.cookie.as_ref().map_or("/console", |cookie| &cookie.next);
    let mut response = match end(&console, &browser, form).await {
        Ok(OidcEnd::SignedIn(entered)) => redirect_with_session(&console, &entered, next),
        Ok(OidcEnd::Proved(cookie)) => {
            let cookie = session::set(&cookie, &console.settings);
            ([(SET_COOKIE, cookie)], Redirect::to(next)).into_response()
        }
        Ok(OidcEnd::Connected) => Redirect::to("/console/me").into_response(),
        Err(Error::Refused(refusal))
            if browser.session.is_none() && refusal != Refusal::LinkUsed =>
        {
            sign_in_again(&console, &request_frame.frame(), &refusal.into(), "", next)?
        }
        Err(other) => return Err(other.into()),
    };
    response.headers_mut().append(SET_COOKIE, forget(&console.settings));
    Ok(response)
}

async fn end(console: &Console, browser: &Browser, form: ReturnForm) -> Result<OidcEnd, Error> {
    let cookie = browser.cookie.as_ref().map_or("", |cookie| cookie.desk.reveal());
    let answer = OidcAnswer {
        code: Sensitive::new(form.code),
        state: form.state,
        issuer: (!form.iss.is_empty()).then_some(form.iss),
    };
    let me = browser.session.as_ref().map(|session| &session.member);
    console.desk.finish_oidc(cookie, answer, me).await
}
