//! Ways in: the form to sign in, the page under a welcome link, and proving once more who one is.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use mamori_desk::credentials::CodeOffer;
use mamori_desk::welcome::Welcome;
use mamori_desk::{Error, Found};
use mamori_model::Refusal;
use mamori_model::sign_in::CredentialKind;
use serde::Deserialize;

use super::Asked;
use crate::app::Console;
use crate::fault::{Fault, Said, page};
use crate::frame::{Frame, Seen};
use crate::guard::{Member, way_on};
use crate::show::{self, Shown};
use crate::words::Id;

/// The form to sign in.
#[derive(Debug, Template)]
#[template(path = "sign-in.html")]
pub struct SignInPage<'a> {
    /// What stands around it.
    pub frame: &'a Frame,
    /// What was typed as a name.
    pub name: &'a str,
    /// Why the last attempt did not work.
    pub problem: Option<Said>,
    /// Why somebody is here who was signed in.
    pub why: Option<Id>,
    /// Whether passkeys are asked for here.
    pub has_passkeys: bool,
    /// Where to go afterwards; empty for the start.
    pub on: &'a str,
}

/// The button under a link that lets in once. Opening the page spends nothing, as messengers open
/// links too.
#[derive(Debug, Template)]
#[template(path = "enter.html")]
pub struct EnterPage<'a> {
    /// What stands around it.
    pub frame: &'a Frame,
    /// Where the button leads.
    pub action: &'a str,
}

/// The page under a welcome link: a first way in is set up.
#[derive(Debug, Template)]
#[template(path = "welcome.html")]
pub struct WelcomePage<'a> {
    /// What stands around it.
    pub frame: &'a Frame,
    /// Why the last attempt did not work.
    pub problem: Option<Said>,
    /// How colleagues will see them.
    pub shown: Shown,
    /// What they sign in with.
    pub name: String,
    /// Where the forms lead.
    pub action: &'a str,
    /// Whether passkeys can be made.
    pub has_passkeys: bool,
    /// Codes to go with a password.
    pub codes: Option<Codes>,
}

/// A secret of codes, for the person and for the form.
#[derive(Clone, Debug)]
pub struct Codes {
    /// For typing by hand.
    pub text: String,
    /// For an authenticator on the same device.
    pub link: String,
    /// For the form.
    pub sealed: String,
}

/// Proving once more who one is.
#[derive(Debug, Template)]
#[template(path = "prove.html")]
pub struct ProvePage<'a> {
    /// What stands around it.
    pub frame: &'a Frame,
    /// Why the last attempt did not work.
    pub problem: Option<Said>,
    /// Whether they have a passkey.
    pub has_passkeys: bool,
    /// Whether they have a password and codes.
    pub has_password: bool,
    /// Where to go afterwards.
    pub on: &'a str,
}

/// What stands behind the question mark of these addresses.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Behind {
    /// Why somebody is here who was signed in.
    #[serde(default)]
    why: String,
    /// Where to go afterwards.
    #[serde(default)]
    on: String,
}

/// `GET /console/sign-in`.
pub async fn show(
    State(console): State<Console>,
    seen: Seen,
    Asked(behind): Asked<Behind>,
) -> Result<Response, Fault> {
    let why = match behind.why.as_str() {
        "replayed" => Some(Id("sign-in-replayed")),
        "ended" => Some(Id("sign-in-ended")),
        _ => None,
    };
    page(&SignInPage {
        frame: &seen.frame(),
        name: "",
        problem: None,
        why,
        has_passkeys: console.desk.settings().sign_in.origin.is_some(),
        on: way_on(&behind.on).unwrap_or(""),
    })
}

/// `GET /console/welcome/{ticket}`: a form for whoever is welcome; a button for every other ticket,
/// a used one too, so that this page tells nobody which tickets are good.
pub async fn welcome(
    State(console): State<Console>,
    seen: Seen,
    Path(ticket): Path<String>,
) -> Result<Response, Fault> {
    let action = welcome_address(&ticket)?;
    match console.desk.welcome(&ticket).await {
        Ok(welcome) => page(&drawn(&seen.frame(), &welcome, &action, None)),
        Err(Error::Refused(Refusal::TicketUsed)) => {
            page(&EnterPage { frame: &seen.frame(), action: &action })
        }
        Err(other) => Err(other.into()),
    }
}

/// The page for whoever is welcome, in the language that was chosen for them.
pub fn drawn<'a>(
    frame: &'a Frame,
    welcome: &Welcome,
    action: &'a str,
    problem: Option<Said>,
) -> WelcomePage<'a> {
    let codes = |offer: &CodeOffer| Codes {
        text: offer.text.reveal().clone(),
        link: offer.link.reveal().clone(),
        sealed: offer.sealed.reveal().clone(),
    };
    WelcomePage {
        frame,
        problem,
        shown: show::text(welcome.staff.shown.as_str()),
        name: welcome.staff.name.to_string(),
        action,
        has_passkeys: welcome.has_passkeys,
        codes: welcome.codes.as_ref().map(codes),
    }
}

/// Where the forms of a welcome link lead. A ticket is short and plain; whatever else stands in the
/// address is nothing of ours.
pub fn welcome_address(ticket: &str) -> Result<String, Fault> {
    let is_plain = ticket.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if !is_plain || ticket.len() > 100 {
        return Err(Fault::not_found());
    }
    Ok(format!("/console/welcome/{ticket}"))
}

/// `GET /console/prove`.
pub async fn prove(
    State(console): State<Console>,
    Member(found): Member,
    Asked(behind): Asked<Behind>,
) -> Result<Response, Fault> {
    prove_page(&console, &found, &behind.on, None).await
}

/// The page on which somebody proves once more who they are.
pub async fn prove_page(
    console: &Console,
    found: &Found,
    on: &str,
    problem: Option<Said>,
) -> Result<Response, Fault> {
    let ways = console.desk.ways(&found.member).await?;
    let has = |kind| ways.iter().any(|way| way.kind == kind);
    page(&ProvePage {
        frame: &Frame::of(found),
        problem,
        has_passkeys: has(CredentialKind::Passkey),
        has_password: has(CredentialKind::Password) && has(CredentialKind::Totp),
        on: way_on(on).unwrap_or("/console"),
    })
}
