//! Access control of the pages: a handler that takes one of these extractors is guarded by it, and
//! by nothing else.
//!
//! A client without a session is redirected to the sign-in page. A staff member without the role
//! gets the same 404 page as for an address that does not exist.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::SET_COOKIE;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method};
use axum::response::{IntoResponse, Redirect, Response};
use mamori_desk::banks::read_disputes::DisputeReader;
use mamori_desk::staff::list_staff::StaffReader;
use mamori_desk::staff::member;
use mamori_desk::{Error, SessionLookup};
use mamori_model::Refusal;
use url::form_urlencoded::byte_serialize;

use crate::app::Console;
use crate::fault::Fault;
use crate::frame::{Frame, RequestFrame};
use crate::session::{self, SetCookieSlot};

/// Path of the sign-in page.
pub const SIGN_IN: &str = "/console/sign-in";

/// Path of the page on which a signed-in staff member confirms their identity.
pub const PROVE: &str = "/console/prove";

const FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// Why a client does not get the page.
#[derive(Debug)]
pub enum Refused {
    /// An error that has a page.
    Fault(Fault),
    /// The client must sign in: the address to redirect to, and the `Set-Cookie` value that deletes
    /// the invalid cookie.
    SignIn(String, HeaderValue),
    /// The staff member must confirm their identity: the address to redirect to.
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

/// A signed-in staff member, and what their pages need.
#[derive(Clone, Debug)]
pub struct Member(pub Arc<SessionLookup>);

/// A role, as a proof of the desk.
pub trait Proof: Sized {
    /// Returns the proof, if the staff member has the role.
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
    /// A staff member who may claim and decide cases: a reviewer or a lead.
    Reviewer = Reviewer by reviewer;
    /// A staff member who may be the second approver: a lead.
    Lead = Lead by lead;
    /// A policy editor, who changes policies and resolves disputes.
    Editor = PolicyEditor by editor;
    /// An auditor, who reads records.
    Auditor = Auditor by auditor;
    /// An administrator, who manages staff accounts.
    Administrator = Administrator by administrator;
    /// A staff member who may read cases without claiming them: a lead or an auditor.
    Records = Records by records;
    /// A staff member who may be the second actor of changes that reach every service: a lead or an
    /// auditor who is not limited to some services or policies.
    ChangeOverseer = ChangeOverseer by change_overseer;
    /// A staff member who may see how webhook deliveries go: a lead, an auditor or an
    /// administrator.
    DeliveryReader = DeliveryReader by delivery_reader;
    /// A staff member who may have a webhook delivery sent again: a lead or an administrator.
    Resender = Resender by resender;
}

/// Proof that a staff member may read policies: a reviewer, a lead, a policy editor or an auditor.
#[derive(Clone, Copy, Debug)]
pub struct PolicyProof(());

/// A staff member who may read policies.
pub type PolicyReader = As<PolicyProof>;

impl Proof for PolicyProof {
    fn of(member: &mamori_desk::Member) -> Option<Self> {
        let may =
            member.reviewer().is_some() || member.editor().is_some() || member.auditor().is_some();
        may.then_some(Self(()))
    }
}

/// Proof that a staff member may read the list of staff.
#[derive(Clone, Debug)]
pub enum PeopleProof {
    /// An administrator, who may also change it.
    Administrator(member::Administrator),
    /// An auditor, who may only read it.
    Auditor(member::Auditor),
}

/// A staff member who may read the list of staff.
pub type People = As<PeopleProof>;

impl PeopleProof {
    /// Returns the same proof in the form that the verbs take.
    pub fn reader(&self) -> StaffReader<'_> {
        match self {
            Self::Administrator(administrator) => StaffReader::Administrator(administrator),
            Self::Auditor(auditor) => StaffReader::Auditor(auditor),
        }
    }

    /// Checks whether the staff member may change staff accounts.
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

/// Proof that a staff member may read disputes.
#[derive(Clone, Debug)]
pub enum DisputeProof {
    /// A policy editor, who resolves them.
    Editor(member::PolicyEditor),
    /// A lead or an auditor.
    Records(member::Records),
}

/// A staff member who may read disputes.
pub type Disputes = As<DisputeProof>;

impl DisputeProof {
    /// Returns the same proof in the form that the verbs take.
    pub fn reader(&self) -> DisputeReader<'_> {
        match self {
            Self::Editor(editor) => DisputeReader::Editor(editor),
            Self::Records(records) => DisputeReader::Records(records),
        }
    }
}

impl Proof for DisputeProof {
    fn of(member: &mamori_desk::Member) -> Option<Self> {
        let editor = member.editor().map(Self::Editor);
        editor.or_else(|| member.records().map(Self::Records))
    }
}

/// A signed-in staff member in a role.
#[derive(Clone, Debug)]
pub struct As<P> {
    /// The proof of the role, for the verbs.
    pub proof: P,
    /// The staff member and their session, for their pages.
    pub session: Arc<SessionLookup>,
}

/// A staff member in a role, who confirmed their identity a short while ago; others are redirected
/// to the page that asks for it.
#[derive(Clone, Debug)]
pub struct Recent<P> {
    /// The proof of the role.
    pub proof: P,
    /// The proof of the recent confirmation.
    pub recently: member::RecentlyAuthenticated,
    /// The staff member and their session, for their pages.
    pub session: Arc<SessionLookup>,
}

/// Every signed-in staff member has this proof.
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
        let session = find(parts, console).await?;
        let proof = P::of(&session.member).ok_or_else(Fault::not_found)?;
        Ok(Self { proof, session })
    }
}

impl<P: Proof> FromRequestParts<Console> for Recent<P> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, console: &Console) -> Result<Self, Refused> {
        let As { proof, session } = As::<P>::from_request_parts(parts, console).await?;
        match session.member.recently(console.desk.clock().now()) {
            Ok(recently) => Ok(Self { proof, recently, session }),
            Err(_) => Err(Refused::Prove(with_next_path(PROVE, parts, '?'))),
        }
    }
}

/// A staff member who may be the second approver, and confirmed their identity a short while ago:
/// a lead, or any reviewer where the operator configured single-person operation.
#[derive(Clone, Debug)]
pub struct Approver {
    /// The proof of the role.
    pub proof: member::Reviewer,
    /// The proof of the recent confirmation.
    pub recently: member::RecentlyAuthenticated,
}

impl FromRequestParts<Console> for Approver {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, console: &Console) -> Result<Self, Refused> {
        let session = find(parts, console).await?;
        let may = session.member.roles().is_lead() || console.desk.settings().is_single_person;
        if !may {
            return Err(Fault::not_found().into());
        }
        let Recent { proof, recently, .. } = Recent::from_request_parts(parts, console).await?;
        Ok(Self { proof, recently })
    }
}

/// Finds the session that the request belongs to. It is looked up once for each request, however
/// many extractors need it.
///
/// The cookie is renewed only when a page is opened: the requests that a page makes by itself run
/// concurrently, and their answers may arrive in another order.
pub async fn find(parts: &mut Parts, console: &Console) -> Result<Arc<SessionLookup>, Refused> {
    if let Some(session) = parts.extensions.get::<Arc<SessionLookup>>() {
        return Ok(Arc::clone(session));
    }
    let cookie = session::sent_cookie(&parts.headers, &console.settings);
    let Some(cookie) = cookie else { return Err(sign_in(parts, console, None)) };
    let answer = if is_page(parts) {
        console.desk.member(cookie).await
    } else {
        console.desk.member_as_is(cookie).await
    };
    let session = match answer {
        Ok(Some(session)) => Arc::new(session),
        Ok(None) => return Err(sign_in(parts, console, None)),
        // The browser has the newer cookie already, or is about to get it: this answer must not
        // delete it.
        Err(Error::Refused(why @ Refusal::CookieReplaced)) => return Err(why.into()),
        Err(Error::Refused(why)) => return Err(sign_in(parts, console, Some(why))),
        Err(other) => return Err(Fault::from(other).into()),
    };
    if let (Some(cookie), Some(slot)) = (&session.renewed, parts.extensions.get::<SetCookieSlot>())
    {
        slot.set(session::set(cookie, &console.settings));
    }
    if let Some(request_frame) = parts.extensions.get::<RequestFrame>() {
        request_frame.set(Frame::of(&session));
    }
    parts.extensions.insert(Arc::clone(&session));
    Ok(session)
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
    Refused::SignIn(with_next_path(&address, parts, joint), session::forget(&console.settings))
}

/// Appends to `address` the page to return to afterwards, if a page was requested. The content of a
/// form is lost.
fn with_next_path(address: &str, parts: &Parts, joint: char) -> String {
    if !is_page(parts) {
        return address.to_owned();
    }
    let wanted = parts.uri.path_and_query().map_or("", |wanted| wanted.as_str());
    match next_path(wanted) {
        Some(wanted) if wanted != "/console" => {
            let wanted: String = byte_serialize(wanted.as_bytes()).collect();
            format!("{address}{joint}next={wanted}")
        }
        Some(_) | None => address.to_owned(),
    }
}

/// Returns `wanted` if it is a page of the console, so that no redirect leads to another site or
/// another path of this one.
pub fn next_path(wanted: &str) -> Option<&str> {
    let rest = wanted.strip_prefix("/console")?;
    let is_ours = rest.is_empty() || rest.starts_with(['/', '?']);
    let is_plain = wanted.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    (is_ours && is_plain && !path.split('/').any(is_dot_segment)).then_some(wanted)
}

/// Checks whether a browser removes `segment` from a path, or the segment before it: `.` and `..`,
/// also percent-encoded (WHATWG URL, section 4.1).
fn is_dot_segment(segment: &str) -> bool {
    matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_of_the_console_is_accepted_as_the_next_page() {
        for ours in [
            "/console",
            "/console/queue",
            "/console?x=1",
            "/console/find?q=a%20b",
            "/console/find?q=/../x",
            "/console/v1..2/...",
        ] {
            assert_eq!(next_path(ours), Some(ours));
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
            "/console/../v1/banks",
            "/console/queue/..",
            "/console/./queue",
            "/console/%2e%2E/v1",
            "/console/.%2e/v1?x=1",
            "/console/..#x",
        ] {
            assert_eq!(next_path(elsewhere), None, "{elsewhere:?}");
        }
    }
}
