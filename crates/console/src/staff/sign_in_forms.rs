//! The forms of sign-in: sign in, use a link, confirm one's identity, sign out. The answers of
//! passkeys come from a script, as JSON.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_TYPE, SET_COOKIE};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Redirect, Response};
use mamori_desk::Error;
use mamori_desk::staff::enroll::PasswordSetup;
use mamori_desk::staff::session::NewSession;
use mamori_desk::staff::sign_in::PasswordSignIn;
use mamori_desk::staff::sign_in_passkey::PasskeyChallenge;
use mamori_model::{CeremonyId, Line, Refusal, Sensitive};
use serde::Deserialize;

use crate::app::Console;
use crate::fault::{Fault, page};
use crate::field::wrong;
use crate::form::{EmptyForm, Form, ScriptRequest, SignedOutForm, SignedOutScriptRequest};
use crate::frame::RequestFrame;
use crate::guard::{Member, SIGN_IN, next_path};
use crate::session;
use crate::staff::sign_in_page::enroll_page;
use crate::staff::sign_in_page::enroll_path;
use crate::staff::sign_in_page::prove_page;
use crate::staff::sign_in_page::sign_in_again;

/// The form to sign in with a password and a code.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    name: String,
    password: String,
    code: String,
    #[serde(default)]
    next: String,
}

/// `POST /console/sign-in`: begins a session, or shows the form again with the reason.
pub async fn sign_in(
    State(console): State<Console>,
    request_frame: RequestFrame,
    SignedOutForm(form): SignedOutForm<SignIn>,
) -> Result<Response, Fault> {
    let typed = PasswordSignIn {
        name: form.name.clone(),
        password: Sensitive::new(form.password),
        code: Sensitive::new(form.code),
    };
    let next = next_path(&form.next).unwrap_or("");
    match console.desk.sign_in(typed).await {
        Ok(entered) => Ok(redirect_with_session(
            &console,
            &entered,
            if next.is_empty() { "/console" } else { next },
        )),
        Err(Error::Refused(refusal)) => {
            let frame = request_frame.frame();
            sign_in_again(&console, &frame, &refusal.into(), &form.name, next)
        }
        Err(other) => Err(other.into()),
    }
}

/// The request for a passkey challenge: the sign-in name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Name {
    name: String,
}

/// `POST /console/sign-in/passkey/begin`: asks the browser for a passkey of this name.
pub async fn begin(
    State(console): State<Console>,
    _: SignedOutScriptRequest,
    Json(name): Json<Name>,
) -> Result<Response, Fault> {
    Ok(challenge_json(&console.desk.begin_sign_in_passkey(&name.name).await?))
}

/// A browser's answer for a passkey.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasskeyAnswer {
    ceremony: String,
    /// The credential as the browser returned it.
    pub answer: serde_json::Value,
    /// The name for a new passkey, or the sign-in name.
    #[serde(default)]
    name: String,
}

impl PasskeyAnswer {
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
    _: SignedOutScriptRequest,
    Json(answered): Json<PasskeyAnswer>,
) -> Result<Response, Fault> {
    let answer = answered.answer.to_string();
    let ceremony = answered.ceremony()?;
    let entered = console.desk.finish_sign_in_passkey(&answered.name, ceremony, &answer).await?;
    Ok(json_with_session(&console, &entered))
}

/// The form under a link. Empty under a link that signs in at once; under an enrolment link it sets
/// a password and codes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnrollForm {
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

/// `POST /console/enroll/{token}`: uses a link, and begins a session.
pub async fn enroll(
    State(console): State<Console>,
    request_frame: RequestFrame,
    Path(token): Path<String>,
    SignedOutForm(form): SignedOutForm<EnrollForm>,
) -> Result<Response, Fault> {
    let action = enroll_path(&token)?;
    if form.sealed.is_empty() {
        let entered = console.desk.sign_in_by_link(&token).await?;
        return Ok(redirect_with_session(&console, &entered, "/console"));
    }
    let chosen = PasswordSetup {
        password: Sensitive::new(form.password),
        sealed: form.sealed,
        code: Sensitive::new(form.code),
    };
    match console.desk.enroll_with_password(&token, chosen).await {
        Ok(entered) => Ok(redirect_with_session(&console, &entered, "/console")),
        Err(Error::Refused(refusal)) if refusal != Refusal::LinkUsed => {
            let enrollment = console.desk.enrollment(&token).await?;
            let (fault, frame) = (Fault::from(refusal), request_frame.frame());
            let problem = Some(fault.text(frame.messages));
            let again = page(&enroll_page(&console, &frame, &enrollment, &action, problem))?;
            Ok((fault.status(), again).into_response())
        }
        Err(other) => Err(other.into()),
    }
}

/// `POST /console/enroll/{token}/passkey/begin`: asks the browser for a new passkey.
pub async fn begin_enroll(
    State(console): State<Console>,
    _: SignedOutScriptRequest,
    Path(token): Path<String>,
) -> Result<Response, Fault> {
    Ok(challenge_json(&console.desk.begin_enroll_passkey(&token).await?))
}

/// `POST /console/enroll/{token}/passkey/finish`: uses an enrolment link with the passkey that
/// the browser created, and begins a session.
pub async fn finish_enroll(
    State(console): State<Console>,
    _: SignedOutScriptRequest,
    Path(token): Path<String>,
    Json(answered): Json<PasskeyAnswer>,
) -> Result<Response, Fault> {
    let (ceremony, name) = (answered.ceremony()?, answered.name()?);
    let answer = answered.answer.to_string();
    let entered = console.desk.finish_enroll_passkey(&token, ceremony, &answer, name).await?;
    Ok(json_with_session(&console, &entered))
}

/// `POST /console/sign-out`: ends the session.
pub async fn sign_out(
    State(console): State<Console>,
    Member(session): Member,
    Form(EmptyForm {}): Form<EmptyForm>,
) -> Result<Response, Fault> {
    console.desk.sign_out(&session.member).await?;
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
    next: String,
}

/// `POST /console/prove`: records the confirmation in the session, or shows the form again with the
/// reason.
pub async fn prove(
    State(console): State<Console>,
    Member(session): Member,
    Form(form): Form<Prove>,
) -> Result<Response, Fault> {
    let (password, code) = (Sensitive::new(form.password), Sensitive::new(form.code));
    match console.desk.prove(&session.member, password, code).await {
        Ok(cookie) => {
            let cookie = session::set(&cookie, &console.settings);
            let next = Redirect::to(next_path(&form.next).unwrap_or("/console"));
            Ok(([(SET_COOKIE, cookie)], next).into_response())
        }
        Err(Error::Refused(refusal)) => {
            let fault = Fault::from(refusal);
            let problem = fault.text(crate::frame::Frame::of(&session).messages);
            let again = prove_page(&console, &session, &form.next, Some(problem)).await?;
            Ok((fault.status(), fault.retry_after(), again).into_response())
        }
        Err(other) => Err(other.into()),
    }
}

/// `POST /console/prove/passkey/begin`: asks the browser for a passkey of the staff member.
pub async fn begin_prove(
    State(console): State<Console>,
    ScriptRequest(session): ScriptRequest,
) -> Result<Response, Fault> {
    Ok(challenge_json(&console.desk.begin_prove_passkey(&session.member).await?))
}

/// `POST /console/prove/passkey/finish`: records the confirmation in the session if the passkey is
/// right.
pub async fn finish_prove(
    State(console): State<Console>,
    ScriptRequest(session): ScriptRequest,
    Json(answered): Json<PasskeyAnswer>,
) -> Result<Response, Fault> {
    let answer = answered.answer.to_string();
    let ceremony = answered.ceremony()?;
    let cookie = console.desk.finish_prove_passkey(&session.member, ceremony, &answer).await?;
    let cookie = session::set(&cookie, &console.settings);
    Ok(([(SET_COOKIE, cookie)], json("{\"next\":\"/console\"}".to_owned())).into_response())
}

/// Returns a redirect to `next` that sets the cookie of the session.
pub fn redirect_with_session(console: &Console, entered: &NewSession, next: &str) -> Response {
    let cookie = session::set(&entered.cookie, &console.settings);
    ([(SET_COOKIE, cookie)], Redirect::to(next)).into_response()
}

fn json_with_session(console: &Console, entered: &NewSession) -> Response {
    let cookie = session::set(&entered.cookie, &console.settings);
    ([(SET_COOKIE, cookie)], json("{\"next\":\"/console\"}".to_owned())).into_response()
}

/// Returns the id of a ceremony and its question for the passkey, as JSON for a script.
pub fn challenge_json(challenge: &PasskeyChallenge) -> Response {
    json(format!("{{\"ceremony\":\"{}\",\"question\":{}}}", challenge.ceremony, challenge.json))
}

/// Returns JSON text as an answer.
pub fn json(text: String) -> Response {
    let headers: [(HeaderName, HeaderValue); 1] =
        [(CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    (headers, text).into_response()
}
