//! The form to sign in, the pages under a link, and the page to confirm one's identity.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use mamori_desk::staff::credentials::CodeOffer;
use mamori_desk::staff::welcome::Welcome;
use mamori_desk::{Error, Found};
use mamori_model::Refusal;
use mamori_model::sign_in::CredentialKind;
use serde::Deserialize;

use crate::app::Console;
use crate::fault::{Fault, Said, page};
use crate::frame::{Frame, Seen};
use crate::guard::{Member, way_on};
use crate::query::Asked;
use crate::show::{self, Shown};
use crate::words::Id;

/// The form to sign in.
#[derive(Debug, Template)]
#[template(path = "sign-in.html")]
pub struct SignInPage<'a> {
    /// The frame around the page.
    pub frame: &'a Frame,
    /// The sign-in name that was typed.
    pub name: &'a str,
    /// Why the last attempt failed.
    pub problem: Option<Said>,
    /// The message that says why a session ended, if one did.
    pub why: Option<Id>,
    /// Whether sign-in with a passkey is possible.
    pub has_passkeys: bool,
    /// Path of the page to open afterwards; empty: the start page.
    pub on: &'a str,
}

/// The button under a link that signs in once. Opening the page does not use up the link, because
/// messengers open links too.
#[derive(Debug, Template)]
#[template(path = "enter.html")]
pub struct EnterPage<'a> {
    /// The frame around the page.
    pub frame: &'a Frame,
    /// Path to which the form is sent.
    pub action: &'a str,
}

/// The page under an enrolment link, on which a first sign-in method is set up.
#[derive(Debug, Template)]
#[template(path = "welcome.html")]
pub struct WelcomePage<'a> {
    /// The frame around the page.
    pub frame: &'a Frame,
    /// Why the last attempt failed.
    pub problem: Option<Said>,
    /// Display name, which colleagues will see.
    pub shown: Shown,
    /// Sign-in name.
    pub name: String,
    /// Path to which the forms are sent.
    pub action: &'a str,
    /// Whether passkeys can be created.
    pub has_passkeys: bool,
    /// A new secret for the codes that go with a password; `None` if the vault has no key to store
    /// it.
    pub codes: Option<Codes>,
}

/// A secret for codes, to show and to send back with the form.
#[derive(Clone, Debug)]
pub struct Codes {
    /// The secret as text, to be typed by hand.
    pub text: String,
    /// Link for an authenticator on the same device: `otpauth://…`.
    pub link: String,
    /// The secret, sealed, for a hidden field of the form.
    pub sealed: String,
}

/// The page on which a signed-in staff member confirms their identity.
#[derive(Debug, Template)]
#[template(path = "prove.html")]
pub struct ProvePage<'a> {
    /// The frame around the page.
    pub frame: &'a Frame,
    /// Why the last attempt failed.
    pub problem: Option<Said>,
    /// Whether they have a passkey.
    pub has_passkeys: bool,
    /// Whether they have both a password and codes.
    pub has_password: bool,
    /// Path of the page to open afterwards.
    pub on: &'a str,
}

/// Parameters in the query of these addresses.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Behind {
    /// Why a session ended: `replayed` or `ended`; empty if none did.
    #[serde(default)]
    why: String,
    /// Path of the page to open afterwards.
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

/// `GET /console/welcome/{ticket}`: shows the forms under an enrolment link that is valid. Under
/// every other ticket, valid or not, it shows the same button, so that the page reveals nothing
/// about which tickets are valid.
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

/// Creates the page under an enrolment link, in the language of `frame`.
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

/// Returns the path to which the forms of a link are sent; 404 if `ticket` has characters that no
/// ticket has, or more than 100 of them.
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

/// Returns the page on which a signed-in staff member confirms their identity.
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
