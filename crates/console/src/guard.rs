//! Who may see a page: taking one of these extractors is the guard, and nothing else is.
//!
//! Whoever is not signed in goes to the page for that. Whoever lacks the role gets the page of what
//! is not there.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::SET_COOKIE;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method};
use axum::response::{IntoResponse, Redirect, Response};
use mamori_desk::list_staff::StaffReader;
use mamori_desk::{Error, Found, member};
use mamori_model::Refusal;
use url::form_urlencoded::byte_serialize;

use crate::app::Console;
use crate::fault::Fault;
use crate::frame::{Frame, Seen};
use crate::session::{self, Carrier};

/// The page to sign in.
pub const SIGN_IN: &str = "/console/sign-in";

/// The page to prove once more who one is.
pub const PROVE: &str = "/console/prove";

const FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// Why somebody does not get the page.
#[derive(Debug)]
pub enum Refused {
    /// For a reason that has a page.
    Fault(Fault),
    /// They must sign in: where to go, and how to forget the cookie that is worth nothing.
    SignIn(String, HeaderValue),
    /// They must prove once more who they are: where to go.
    Prove(String),
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self {
            Self::Fault(fault) => fault.into_response(),
            Self::SignIn(address, forget) => {
                let mut response = Redirect::to(&address).into_response();
                response.headers_mut().append(SET_COOKIE, forget);
                response
            }
            Self::Prove(address) => Redirect::to(&address).into_response(),
        }
    }
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self::Fault(refusal.into())
    }
}

/// Whoever is signed in, and what their pages need.
#[derive(Clone, Debug)]
pub struct Member(pub Arc<Found>);

/// A role, as a proof of the desk.
pub trait Proof: Sized {
    /// The proof, if they have the role.
    fn of(member: &mamori_desk::Member) -> Option<Self>;
}

macro_rules! proofs {
    ($($(#[$doc:meta])* $alias:ident = $proof:ident by $how:ident;)*) => {$(
        impl Proof for member::$proof {
            fn of(member: &mamori_desk::Member) -> Option<Self> {
                member.$how()
            }
        }

        $(#[$doc])*
        pub type $alias = As<member::$proof>;
    )*};
}

proofs! {
    /// Somebody who may claim and decide cases.
    Reviewer = Reviewer by reviewer;
    /// Somebody who may be the second person.
    Lead = Lead by lead;
    /// Somebody who words policies and settles disputes.
    Editor = PolicyEditor by editor;
    /// Somebody who reads records.
    Auditor = Auditor by auditor;
    /// Somebody who lets people in.
    Administrator = Administrator by administrator;
    /// Somebody who may read cases without claiming them.
    Records = Records by records;
    /// Somebody who may see how messages to services go.
    Messages = Messages by messages;
    /// Somebody who may have one sent again.
    Resender = Resender by resender;
}

/// Somebody who decides by policies, words them, or reads what was decided.
#[derive(Clone, Copy, Debug)]
pub struct PolicyProof(());

/// Somebody who may read policies.
pub type PolicyReader = As<PolicyProof>;

impl Proof for PolicyProof {
    fn of(member: &mamori_desk::Member) -> Option<Self> {
        let may =
            member.reviewer().is_some() || member.editor().is_some() || member.auditor().is_some();
        may.then_some(Self(()))
    }
}

/// Somebody who may read who works here.
#[derive(Clone, Debug)]
pub enum PeopleProof {
    /// Whoever lets them in.
    Administrator(member::Administrator),
    /// Whoever reads the records.
    Auditor(member::Auditor),
}

/// Somebody who may read who works here.
pub type People = As<PeopleProof>;

impl PeopleProof {
    /// The same, for the verbs.
    pub fn reader(&self) -> StaffReader<'_> {
        match self {
            Self::Administrator(administrator) => StaffReader::Administrator(administrator),
            Self::Auditor(auditor) => StaffReader::Auditor(auditor),
        }
    }

    /// Whether they may change what they read.
    pub fn may_change(&self) -> bool {
        matches!(self, Self::Administrator(_))
    }
}

impl Proof for PeopleProof {
    fn of(member: &mamori_desk::Member) -> Option<Self> {
        let administrator = member.administrator().map(Self::Administrator);
        administrator.or_else(|| member.auditor().map(Self::Auditor))
    }
}

/// Somebody in a role.
#[derive(Clone, Debug)]
pub struct As<P> {
    /// The proof, for the verbs.
    pub proof: P,
    /// Who it is, and what their pages need.
    pub found: Arc<Found>,
}

/// Somebody in a role, who proved a short while ago who they are; whoever did not is asked to.
#[derive(Clone, Debug)]
pub struct Recent<P> {
    /// The proof of the role.
    pub proof: P,
    /// The proof that it was a short while ago.
    pub recently: member::Recently,
    /// Who it is, and what their pages need.
    pub found: Arc<Found>,
}

/// Anybody who is signed in is a proof of being that.
impl Proof for mamori_desk::Member {
    fn of(member: &mamori_desk::Member) -> Option<Self> {
        Some(member.clone())
    }
}

impl FromRequestParts<Console> for Member {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, console: &Console) -> Result<Self, Refused> {
        Ok(Self(find(parts, console).await?))
    }
}

impl<P: Proof> FromRequestParts<Console> for As<P> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, console: &Console) -> Result<Self, Refused> {
        let found = find(parts, console).await?;
        let proof = P::of(&found.member).ok_or_else(Fault::not_found)?;
        Ok(Self { proof, found })
    }
}

impl<P: Proof> FromRequestParts<Console> for Recent<P> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, console: &Console) -> Result<Self, Refused> {
        let As { proof, found } = As::<P>::from_request_parts(parts, console).await?;
        match found.member.recently(console.desk.clock().now()) {
            Ok(recently) => Ok(Self { proof, recently, found }),
            Err(_) => Err(Refused::Prove(with_way_on(PROVE, parts, '?'))),
        }
    }
}

/// Somebody who may be a second person, and proved a short while ago who they are: a lead; where
/// nobody else is there, a reviewer too.
#[derive(Clone, Debug)]
pub struct Second {
    /// The proof of the role.
    pub proof: member::Reviewer,
    /// The proof that it was a short while ago.
    pub recently: member::Recently,
}

impl FromRequestParts<Console> for Second {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, console: &Console) -> Result<Self, Refused> {
        let found = find(parts, console).await?;
        let may = found.member.roles().is_lead() || console.desk.settings().is_alone;
        if !may {
            return Err(Fault::not_found().into());
        }
        let Recent { proof, recently, .. } = Recent::from_request_parts(parts, console).await?;
        Ok(Self { proof, recently })
    }
}

/// Whose session the request belongs to. It is looked up once, however many ask.
///
/// Only a page that somebody opens changes the cookie: of what a page loads by itself several are on
/// their way at once, and their answers may pass each other.
pub async fn find(parts: &mut Parts, console: &Console) -> Result<Arc<Found>, Refused> {
    if let Some(found) = parts.extensions.get::<Arc<Found>>() {
        return Ok(Arc::clone(found));
    }
    let cookie = session::shown(&parts.headers, &console.settings);
    let Some(cookie) = cookie else { return Err(sign_in(parts, console, None)) };
    let answer = if is_page(parts) {
        console.desk.member(cookie).await
    } else {
        console.desk.member_as_is(cookie).await
    };
    let found = match answer {
        Ok(Some(found)) => Arc::new(found),
        Ok(None) => return Err(sign_in(parts, console, None)),
        // Their browser has the newer cookie, or is about to: it must not be taken from it.
        Err(Error::Refused(why @ Refusal::CookieReplaced)) => return Err(why.into()),
        Err(Error::Refused(why)) => return Err(sign_in(parts, console, Some(why))),
        Err(other) => return Err(Fault::from(other).into()),
    };
    if let (Some(cookie), Some(carrier)) = (&found.renewed, parts.extensions.get::<Carrier>()) {
        carrier.put(session::set(cookie, &console.settings));
    }
    if let Some(seen) = parts.extensions.get::<Seen>() {
        seen.put(Frame::of(&found));
    }
    parts.extensions.insert(Arc::clone(&found));
    Ok(found)
}

fn is_page(parts: &Parts) -> bool {
    let dest = parts.headers.get(FETCH_DEST);
    parts.method == Method::GET && dest.is_none_or(|dest| dest == "document")
}

fn sign_in(parts: &Parts, console: &Console, why: Option<Refusal>) -> Refused {
    let mut address = SIGN_IN.to_owned();
    if why == Some(Refusal::SessionReplayed) {
        address.push_str("?why=replayed");
    } else if why.is_some() {
        address.push_str("?why=ended");
    }
    let joint = if why.is_some() { '&' } else { '?' };
    Refused::SignIn(with_way_on(&address, parts, joint), session::forget(&console.settings))
}

/// `address`, and where to go on afterwards, if that is a page: what a form wanted is lost.
fn with_way_on(address: &str, parts: &Parts, joint: char) -> String {
    if !is_page(parts) {
        return address.to_owned();
    }
    let wanted = parts.uri.path_and_query().map_or("", |wanted| wanted.as_str());
    match way_on(wanted) {
        Some(wanted) if wanted != "/console" => {
            let wanted: String = byte_serialize(wanted.as_bytes()).collect();
            format!("{address}{joint}on={wanted}")
        }
        Some(_) | None => address.to_owned(),
    }
}

/// `wanted`, if it is a page of the console: nobody is sent anywhere else.
pub fn way_on(wanted: &str) -> Option<&str> {
    let rest = wanted.strip_prefix("/console")?;
    let is_ours = rest.is_empty() || rest.starts_with(['/', '?']);
    let is_plain = wanted.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    (is_ours && is_plain).then_some(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_anywhere_but_to_a_page_of_ours() {
        for ours in ["/console", "/console/queue", "/console?x=1", "/console/find?q=a%20b"] {
            assert_eq!(way_on(ours), Some(ours));
        }
        for elsewhere in [
            "",
            "/",
            "//evil.example",
            "https://evil.example",
            "/consolevil",
            "/console@evil.example",
            "/console\\evil",
            "/console/\r\nX: y",
        ] {
            assert_eq!(way_on(elsewhere), None, "{elsewhere:?}");
        }
    }
}
