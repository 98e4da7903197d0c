//! The form to sign in, the pages under a link, and the page to confirm one's identity.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use mamori_desk::staff::credentials::CodeOffer;
use mamori_desk::staff::enroll::Enrollment;
use mamori_desk::{Error, SessionLookup};
use mamori_model::Refusal;
use mamori_model::sign_in::CredentialKind;
use serde::Deserialize;

use crate::app::Console;
use crate::fault::{Fault, FaultText, page};
use crate::frame::{Frame, RequestFrame};
use crate::guard::{Member, next_path};
use crate::messages::MessageId;
use crate::query::PageQuery;
use crate::show::{self, SafeHtml};
use crate::staff::oidc_page::{ProviderLink, provider_link};

/// The form to sign in.
#[derive(Debug, Template)]
#[template(path = "sign-in.html")]
pub struct SignInPage<'a> {
    /// The frame around the page.
    pub frame: &'a Frame,
    /// The sign-in name that was typed.
    pub name: &'a str,
    /// Why the last attempt failed.
    pub problem: Option<FaultText>,
    /// The message that says why a session ended, if one did.
    pub why: Option<MessageId>,
    /// Whether sign-in with a passkey is possible.
    pub has_passkeys: bool,
    /// Link to the organisation's sign-in provider; `None` where none is configured.
    pub provider: Option<ProviderLink>,
    /// Path of the page to open afterwards; empty: the start page.
    pub next: &'a str,
}

/// The button under a link that signs in once. Opening the page does not use up the link, because
/// messengers open links too.
#[derive(Debug, Template)]
#[template(path = "sign-in-link.html")]
pub struct SignInLinkPage<'a> {
    /// The frame around the page.
    pub frame: &'a Frame,
    /// Path to which the form is sent.
    pub action: &'a str,
}

/// The page under an enrolment link, on which a first sign-in method is set up.
#[derive(Debug, Template)]
#[template(path = "enroll.html")]
pub struct EnrollPage<'a> {
    /// The frame around the page.
    pub frame: &'a Frame,
    /// Why the last attempt failed.
    pub problem: Option<FaultText>,
    /// Display name, which colleagues will see.
    pub display_name: SafeHtml,
    /// Sign-in name.
    pub name: String,
    /// Path to which the forms are sent.
    pub action: &'a str,
    /// Whether passkeys can be created.
    pub has_passkeys: bool,
    /// Link to the organisation's sign-in provider; `None` where none is configured.
    pub provider: Option<ProviderLink>,
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
    pub problem: Option<FaultText>,
    /// Whether they have a passkey.
    pub has_passkeys: bool,
    /// Whether they have both a password and codes.
    pub has_password: bool,
    /// Link to the sign-in provider, if their account there is connected.
    pub provider: Option<ProviderLink>,
    /// Path of the page to open afterwards.
    pub next: &'a str,
}

/// Parameters in the query of these addresses.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Why a session ended: `replayed` or `ended`; empty if none did.
    #[serde(default)]
    why: String,
    /// Path of the page to open afterwards.
    #[serde(default)]
    next: String,
}

/// `GET /console/sign-in`.
pub async fn show(
    State(console): State<Console>,
    request_frame: RequestFrame,
    PageQuery(params): PageQuery<Params>,
) -> Result<Response, Fault> {
    let why = match params.why.as_str() {
        "replayed" => Some(MessageId("sign-in-replayed")),
        "ended" => Some(MessageId("sign-in-ended")),
        _ => None,
    };
    let next = next_path(&params.next).unwrap_or("");
    page(&sign_in_page(&console, &request_frame.frame(), why, next))
}

/// Returns the form to sign in again, with the reason.
pub fn sign_in_again(
    console: &Console,
    frame: &Frame,
    fault: &Fault,
    name: &str,
    next: &str,
) -> Result<Response, Fault> {
    let problem = Some(fault.text(frame.messages));
    let again = page(&SignInPage { name, problem, ..sign_in_page(console, frame, None, next) })?;
    Ok((fault.status(), fault.retry_after(), again).into_response())
}

fn sign_in_page<'a>(
    console: &Console,
    frame: &'a Frame,
    why: Option<MessageId>,
    next: &'a str,
) -> SignInPage<'a> {
    SignInPage {
        frame,
        name: "",
        problem: None,
        why,
        has_passkeys: console.desk.settings().sign_in.origin.is_some(),
        provider: provider_link(console, "/console/sign-in/oidc", next),
        next,
    }
}

/// `GET /console/enroll/{token}`: shows the forms under an enrolment link that is valid. Under
/// every other token, valid or not, it shows the same button, so that the page reveals nothing
/// about which tokens are valid.
pub async fn enroll(
    State(console): State<Console>,
    request_frame: RequestFrame,
    Path(token): Path<String>,
) -> Result<Response, Fault> {
    let action = enroll_path(&token)?;
    match console.desk.enrollment(&token).await {
        Ok(enrollment) => {
            let frame = request_frame.frame();
            page(&enroll_page(&console, &frame, &enrollment, &action, None))
        }
        Err(Error::Refused(Refusal::LinkUsed)) => {
            page(&SignInLinkPage { frame: &request_frame.frame(), action: &action })
        }
        Err(other) => Err(other.into()),
    }
}

/// Creates the page under an enrolment link, in the language of `frame`.
pub fn enroll_page<'a>(
    console: &Console,
    frame: &'a Frame,
    enrollment: &Enrollment,
    action: &'a str,
    problem: Option<FaultText>,
) -> EnrollPage<'a> {
    let codes = |offer: &CodeOffer| Codes {
        text: offer.text.reveal().clone(),
        link: offer.link.reveal().clone(),
        sealed: offer.sealed.reveal().clone(),
    };
    EnrollPage {
        frame,
        problem,
        display_name: show::text(enrollment.staff.display_name.as_str()),
        name: enrollment.staff.name.to_string(),
        action,
        has_passkeys: enrollment.has_passkeys,
        provider: provider_link(console, &format!("{action}/oidc"), ""),
        codes: enrollment.codes.as_ref().map(codes),
    }
}

/// Returns the path to which the forms of a link are sent; 404 if `token` has characters that no
/// token has, or more than 100 of them.
pub fn enroll_path(token: &str) -> Result<String, Fault> {
    let is_plain = token.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if !is_plain || token.len() > 100 {
        return Err(Fault::not_found());
    }
    Ok(format!("/console/enroll/{token}"))
}

/// `GET /console/prove`.
pub async fn prove(
    State(console): State<Console>,
    Member(session): Member,
    PageQuery(params): PageQuery<Params>,
) -> Result<Response, Fault> {
    prove_page(&console, &session, &params.next, None).await
}

/// Returns the page on which a signed-in staff member confirms their identity.
pub async fn prove_page(
    console: &Console,
    session: &SessionLookup,
    next: &str,
    problem: Option<FaultText>,
) -> Result<Response, Fault> {
    let methods = console.desk.sign_in_methods(&session.member).await?;
    let has = |kind| methods.iter().any(|method| method.kind == kind);
    let next = next_path(next).unwrap_or("/console");
    let provider = provider_link(console, "/console/prove/oidc", next);
    page(&ProvePage {
        frame: &Frame::of(session),
        problem,
        has_passkeys: has(CredentialKind::Passkey),
        has_password: has(CredentialKind::Password) && has(CredentialKind::Totp),
        provider: provider.filter(|_| has(CredentialKind::Oidc)),
        next,
    })
}
