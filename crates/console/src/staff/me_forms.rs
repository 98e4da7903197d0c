//! The forms of the staff member's own page: display settings, breaks, sessions and sign-in
//! methods. A change of sign-in methods needs a recent proof of identity.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use mamori_desk::Member as Proof;
use mamori_model::staff::{
    BlurStrength, PictureSettings, PictureSize, Preferences, Scheme, Staff, Tint, ViewMode,
    ZoneName,
};
use mamori_model::{CredentialId, Sensitive};
use serde::Deserialize;

use crate::app::Console;
use crate::fault::Fault;
use crate::field::wrong;
use crate::form::{EmptyForm, Form, ScriptRequest};
use crate::guard::{Member, Recent};
use crate::staff::me_page::{self, LastForm};
use crate::staff::sign_in_forms::PasskeyAnswer;
use crate::staff::sign_in_forms::challenge_json;
use crate::staff::sign_in_forms::json;
use crate::{local_time, messages};

/// The form with the display settings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DisplayForm {
    language: String,
    scheme: String,
    view: String,
    #[serde(default)]
    has_keys: Option<String>,
    /// Colours of clear pictures; empty: as before, like the next two.
    #[serde(default)]
    tint: String,
    /// Size of clear pictures.
    #[serde(default)]
    size: String,
    /// How strongly pictures are blurred.
    #[serde(default)]
    blur: String,
    /// Name of the time zone; empty: that of the browser.
    #[serde(default)]
    zone: String,
}

impl DisplayForm {
    fn read(&self, staff: &Staff) -> Result<Preferences, Fault> {
        let before = staff.pictures;
        let zone = match self.zone.trim() {
            "" => None,
            name => {
                let zone: ZoneName = name.parse().map_err(|_| wrong("zone"))?;
                local_time::find(&zone).ok_or_else(|| wrong("zone"))?;
                Some(zone)
            }
        };
        Ok(Preferences {
            language: messages::language(&self.language).ok_or_else(|| wrong("language"))?,
            scheme: Scheme::parse(&self.scheme).ok_or_else(|| wrong("scheme"))?,
            view: ViewMode::parse(&self.view).ok_or_else(|| wrong("view"))?,
            has_keys: self.has_keys.is_some(),
            pictures: PictureSettings {
                tint: word("tint", &self.tint, before.tint, Tint::parse)?,
                size: word("size", &self.size, before.size, PictureSize::parse)?,
                blur: word("blur", &self.blur, before.blur, BlurStrength::parse)?,
            },
            zone,
        })
    }
}

/// Parses the word of a setting; an empty one leaves the setting as it was.
fn word<T>(
    field: &'static str,
    word: &str,
    before: T,
    parse: fn(&str) -> Option<T>,
) -> Result<T, Fault> {
    if word.is_empty() { Ok(before) } else { parse(word).ok_or_else(|| wrong(field)) }
}

/// `POST /console/me`: changes the display settings. If a field is wrong, the page shows it.
pub async fn change(
    State(console): State<Console>,
    Member(session): Member,
    Form(form): Form<DisplayForm>,
) -> Result<Response, Fault> {
    let pages = match form.read(&session.staff) {
        Ok(pages) => pages,
        Err(fault) => {
            let last_form = LastForm { fault: Some(fault), zone: Some(form.zone) };
            return me_page::answer(&console, &session, false, last_form).await;
        }
    };
    console.desk.change_preferences(&session.member, &pages).await?;
    Ok(Redirect::to("/console/me?saved=yes").into_response())
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
