//! The forms of sign-in: sign in, use a link, confirm one's identity, sign out. The answers of
//! passkeys come from a script, as JSON.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_TYPE, SET_COOKIE};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Redirect, Response};
use mamori_desk::Error;
use mamori_desk::staff::session::Entered;
use mamori_desk::staff::sign_in::Typed;
use mamori_desk::staff::sign_in_passkey::Asked;
use mamori_desk::staff::welcome::Chosen;
use mamori_model::{CeremonyId, Line, Refusal, Sensitive};
use serde::Deserialize;

use crate::app::Console;
use crate::fault::{Fault, page};
use crate::field::wrong;
use crate::form::{Form, OpenForm, OpenSent, Sent};
use crate::frame::Seen;
use crate::guard::{Member, SIGN_IN, way_on};
use crate::session;
use crate::staff::sign_in_page::SignInPage;
use crate::staff::sign_in_page::drawn;
use crate::staff::sign_in_page::prove_page;
use crate::staff::sign_in_page::welcome_address;

/// The form to sign in with a password and a code.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    name: String,
    password: String,
    code: String,
    #[serde(default)]
    on: String,
}

/// `POST /console/sign-in`: begins a session, or shows the form again with the reason.
pub async fn sign_in(
    State(console): State<Console>,
    seen: Seen,
    OpenForm(form): OpenForm<SignIn>,
) -> Result<Response, Fault> {
    let typed = Typed {
        name: form.name.clone(),
        password: Sensitive::new(form.password),
        code: Sensitive::new(form.code),
    };
    let on = way_on(&form.on).unwrap_or("");
    match console.desk.sign_in(typed).await {
        Ok(entered) => Ok(let_in(&console, &entered, if on.is_empty() { "/console" } else { on })),
        Err(Error::Refused(refusal)) => {
            let fault = Fault::from(refusal);
            let frame = seen.frame();
            let again = page(&SignInPage {
                frame: &frame,
                name: &form.name,
                problem: Some(fault.said(frame.words)),
                why: None,
                has_passkeys: console.desk.settings().sign_in.origin.is_some(),
                on,
            })?;
            Ok((fault.status(), fault.waits(), again).into_response())
        }
        Err(other) => Err(other.into()),
    }
}

/// The sign-in name with which a passkey is asked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Name {
    name: String,
}

/// `POST /console/sign-in/passkey/begin`: asks the browser for a passkey of this name.
pub async fn begin(
    State(console): State<Console>,
    _: OpenSent,
    Json(name): Json<Name>,
) -> Result<Response, Fault> {
    Ok(asked(&console.desk.begin_sign_in_passkey(&name.name).await?))
}

/// A browser's answer for a passkey.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answered {
    ceremony: String,
    /// The credential as the browser returned it.
    pub answer: serde_json::Value,
    /// The name for a new passkey, or the sign-in name.
    #[serde(default)]
    name: String,
}

impl Answered {
    /// Parses the id of the ceremony that is answered.
    pub fn ceremony(&self) -> Result<CeremonyId, Fault> {
        self.ceremony.parse().map_err(|_| Refusal::CeremonyOver.into())
    }

    /// Parses the name for a new passkey.
    pub fn name(&self) -> Result<Line, Fault> {
        self.name.parse().map_err(|_| wrong("name"))
    }
}

/// `POST /console/sign-in/passkey/finish`: begins a session if the passkey is right.
pub async fn finish(
    State(console): State<Console>,
    _: OpenSent,
    Json(answered): Json<Answered>,
) -> Result<Response, Fault> {
    let answer = answered.answer.to_string();
    let ceremony = answered.ceremony()?;
    let entered = console.desk.finish_sign_in_passkey(&answered.name, ceremony, &answer).await?;
    Ok(let_in_by_script(&console, &entered))
}

/// The form under a link. Empty under a link that signs in at once; under an enrolment link it sets
/// a password and codes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settle {
    #[serde(default)]
    password: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    sealed: String,
    /// For password managers only.
    #[serde(default, rename = "username")]
    _username: String,
}

/// `POST /console/welcome/{ticket}`: uses a link, and begins a session.
pub async fn welcome(
    State(console): State<Console>,
    seen: Seen,
    Path(ticket): Path<String>,
    OpenForm(form): OpenForm<Settle>,
) -> Result<Response, Fault> {
    let action = welcome_address(&ticket)?;
    if form.sealed.is_empty() {
        let entered = console.desk.enter_by_ticket(&ticket).await?;
        return Ok(let_in(&console, &entered, "/console"));
    }
    let chosen = Chosen {
        password: Sensitive::new(form.password),
        sealed: form.sealed,
        code: Sensitive::new(form.code),
    };
    match console.desk.welcome_with_password(&ticket, chosen).await {
        Ok(entered) => Ok(let_in(&console, &entered, "/console")),
        Err(Error::Refused(refusal)) if refusal != Refusal::TicketUsed => {
            let welcome = console.desk.welcome(&ticket).await?;
            let (fault, frame) = (Fault::from(refusal), seen.frame());
            let again = page(&drawn(&frame, &welcome, &action, Some(fault.said(frame.words))))?;
            Ok((fault.status(), again).into_response())
        }
        Err(other) => Err(other.into()),
    }
}

/// `POST /console/welcome/{ticket}/passkey/begin`: asks the browser for a new passkey.
pub async fn begin_welcome(
    State(console): State<Console>,
    _: OpenSent,
    Path(ticket): Path<String>,
) -> Result<Response, Fault> {
    Ok(asked(&console.desk.begin_welcome_passkey(&ticket).await?))
}

/// `POST /console/welcome/{ticket}/passkey/finish`: uses an enrolment link with the passkey that
/// the browser created, and begins a session.
pub async fn finish_welcome(
    State(console): State<Console>,
    _: OpenSent,
    Path(ticket): Path<String>,
    Json(answered): Json<Answered>,
) -> Result<Response, Fault> {
    let (ceremony, name) = (answered.ceremony()?, answered.name()?);
    let answer = answered.answer.to_string();
    let entered = console.desk.finish_welcome_passkey(&ticket, ceremony, &answer, name).await?;
    Ok(let_in_by_script(&console, &entered))
}

/// A form without fields of its own.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// `POST /console/sign-out`: ends the session.
pub async fn sign_out(
    State(console): State<Console>,
    Member(found): Member,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, Fault> {
    console.desk.sign_out(&found.member).await?;
    let forget = session::forget(&console.settings);
    Ok(([(SET_COOKIE, forget)], Redirect::to(SIGN_IN)).into_response())
}

/// The form in which a signed-in staff member confirms their identity.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prove {
    password: String,
    code: String,
    #[serde(default)]
    on: String,
}

/// `POST /console/prove`: records the confirmation in the session, or shows the form again with the
/// reason.
pub async fn prove(
    State(console): State<Console>,
    Member(found): Member,
    Form(form): Form<Prove>,
) -> Result<Response, Fault> {
    let (password, code) = (Sensitive::new(form.password), Sensitive::new(form.code));
    match console.desk.prove(&found.member, password, code).await {
        Ok(cookie) => {
            let cookie = session::set(&cookie, &console.settings);
            let on = Redirect::to(way_on(&form.on).unwrap_or("/console"));
            Ok(([(SET_COOKIE, cookie)], on).into_response())
        }
        Err(Error::Refused(refusal)) => {
            let fault = Fault::from(refusal);
            let said = fault.said(crate::frame::Frame::of(&found).words);
            let again = prove_page(&console, &found, &form.on, Some(said)).await?;
            Ok((fault.status(), fault.waits(), again).into_response())
        }
        Err(other) => Err(other.into()),
    }
}

/// `POST /console/prove/passkey/begin`: asks the browser for a passkey of the staff member.
pub async fn begin_prove(
    State(console): State<Console>,
    Sent(found): Sent,
) -> Result<Response, Fault> {
    Ok(asked(&console.desk.begin_prove_passkey(&found.member).await?))
}

/// `POST /console/prove/passkey/finish`: records the confirmation in the session if the passkey is
/// right.
pub async fn finish_prove(
    State(console): State<Console>,
    Sent(found): Sent,
    Json(answered): Json<Answered>,
) -> Result<Response, Fault> {
    let answer = answered.answer.to_string();
    let ceremony = answered.ceremony()?;
    let cookie = console.desk.finish_prove_passkey(&found.member, ceremony, &answer).await?;
    let cookie = session::set(&cookie, &console.settings);
    Ok(([(SET_COOKIE, cookie)], json("{\"next\":\"/console\"}".to_owned())).into_response())
}

fn let_in(console: &Console, entered: &Entered, on: &str) -> Response {
    let cookie = session::set(&entered.cookie, &console.settings);
    ([(SET_COOKIE, cookie)], Redirect::to(on)).into_response()
}

fn let_in_by_script(console: &Console, entered: &Entered) -> Response {
    let cookie = session::set(&entered.cookie, &console.settings);
    ([(SET_COOKIE, cookie)], json("{\"next\":\"/console\"}".to_owned())).into_response()
}

/// Returns the id of a ceremony and its question for the passkey, as JSON for a script.
pub fn asked(asked: &Asked) -> Response {
    json(format!("{{\"ceremony\":\"{}\",\"question\":{}}}", asked.ceremony, asked.json))
}

/// Returns JSON text as an answer.
pub fn json(text: String) -> Response {
    let headers: [(HeaderName, HeaderValue); 1] =
        [(CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    (headers, text).into_response()
}
