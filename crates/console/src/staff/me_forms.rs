//! The forms of the staff member's own page: display settings, breaks, sessions and sign-in
//! methods. A change of sign-in methods needs a recent proof of identity.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{Redirect, Response};
use mamori_desk::Member as Proof;
use mamori_desk::staff::change_preferences::Preferences;
use mamori_model::staff::{Scheme, ViewMode};
use mamori_model::{CredentialId, Language, Sensitive};
use serde::Deserialize;

use crate::app::Console;
use crate::fault::Fault;
use crate::field::wrong;
use crate::form::{EmptyForm, Form, ScriptRequest};
use crate::guard::{Member, Recent};
use crate::staff::sign_in_forms::PasskeyAnswer;
use crate::staff::sign_in_forms::challenge_json;
use crate::staff::sign_in_forms::json;

/// The form with the display settings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DisplayForm {
    language: String,
    scheme: String,
    view: String,
    #[serde(default)]
    has_keys: Option<String>,
}

/// `POST /console/me`: changes the display settings.
pub async fn change(
    State(console): State<Console>,
    Member(session): Member,
    Form(form): Form<DisplayForm>,
) -> Result<Redirect, Fault> {
    let pages = Preferences {
        language: Language::parse(&form.language).ok_or_else(|| wrong("language"))?,
        scheme: Scheme::parse(&form.scheme).ok_or_else(|| wrong("scheme"))?,
        view: ViewMode::parse(&form.view).ok_or_else(|| wrong("view"))?,
        has_keys: form.has_keys.is_some(),
    };
    console.desk.change_preferences(&session.member, pages).await?;
    Ok(to_me())
}

/// `POST /console/me/break`: begins a break at the staff member's own request.
pub async fn begin_break(
    State(console): State<Console>,
    Member(session): Member,
    Form(EmptyForm {}): Form<EmptyForm>,
) -> Result<Redirect, Fault> {
    console.desk.take_break(&session.member).await?;
    Ok(to_me())
}

/// `POST /console/me/sign-out-elsewhere`: ends the other sessions of the staff member. It needs no
/// recent proof of identity, because it gives no access.
pub async fn sign_out_elsewhere(
    State(console): State<Console>,
    Member(session): Member,
    Form(EmptyForm {}): Form<EmptyForm>,
) -> Result<Redirect, Fault> {
    console.desk.end_other_sessions(&session.member).await?;
    Ok(to_me())
}

/// `POST /console/me/passkey/begin`: asks the browser for a new passkey.
pub async fn begin_passkey(
    State(console): State<Console>,
    me: Recent<Proof>,
    _: ScriptRequest,
) -> Result<Response, Fault> {
    Ok(challenge_json(&console.desk.begin_add_passkey(&me.recently).await?))
}

/// `POST /console/me/passkey/finish`: adds the passkey that the browser created.
pub async fn finish_passkey(
    State(console): State<Console>,
    me: Recent<Proof>,
    _: ScriptRequest,
    Json(answered): Json<PasskeyAnswer>,
) -> Result<Response, Fault> {
    let (ceremony, name) = (answered.ceremony()?, answered.name()?);
    let answer = answered.answer.to_string();
    console.desk.finish_add_passkey(&me.recently, ceremony, &answer, name).await?;
    Ok(json("{\"next\":\"/console/me\"}".to_owned()))
}

/// The form with a new password.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Password {
    password: String,
}

/// `POST /console/me/password`: sets a new password.
pub async fn password(
    State(console): State<Console>,
    me: Recent<Proof>,
    Form(form): Form<Password>,
) -> Result<Redirect, Fault> {
    let password = Sensitive::new(form.password);
    console.desk.set_password(&me.recently, password).await.map_err(back)?;
    Ok(to_me())
}

/// The form that sets up codes: the sealed secret that the page offered, and one code of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Codes {
    sealed: String,
    code: String,
}

/// `POST /console/me/code`: sets up codes.
pub async fn code(
    State(console): State<Console>,
    me: Recent<Proof>,
    Form(form): Form<Codes>,
) -> Result<Redirect, Fault> {
    console.desk.set_codes(&me.recently, &form.sealed, &form.code).await.map_err(back)?;
    Ok(to_me())
}

/// `POST /console/me/credentials/{credential}/remove`: removes a sign-in method.
pub async fn remove(
    State(console): State<Console>,
    me: Recent<Proof>,
    Path(credential): Path<String>,
    Form(EmptyForm {}): Form<EmptyForm>,
) -> Result<Redirect, Fault> {
    let credential: CredentialId = credential.parse().map_err(|_| Fault::not_found())?;
    console.desk.remove_credential(&me.recently, credential).await.map_err(back)?;
    Ok(to_me())
}

fn to_me() -> Redirect {
    Redirect::to("/console/me")
}

fn back(error: mamori_desk::Error) -> Fault {
    Fault::from(error).with_link("/console/me")
}
