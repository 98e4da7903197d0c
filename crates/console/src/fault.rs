//! The one place where what went wrong becomes a page: what happened, what to do, and a way on.
//!
//! Unknown and forbidden look alike. What broke inside stays inside; the log has it once.

use std::borrow::Cow;

use askama::Template;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};
use mamori_desk::Error;
use mamori_model::Refusal;

use crate::app::Console;
use crate::frame::{Frame, Seen};
use crate::guard;

/// What went wrong, on its way to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Its stable name, from which the messages have their ids.
    code: &'static str,
    /// The answer's status.
    status: StatusCode,
    /// Where to go on, if not to the start page.
    on: Option<Cow<'static, str>>,
    /// The field of the form that is wrong.
    about: Option<String>,
}

/// What is made here, and not by a verb's refusal.
const OWN: [&str; 5] = ["not_found", "conflict", "invalid", "unavailable", "internal"];

impl Fault {
    /// Every code that a fault may have.
    pub fn codes() -> impl Iterator<Item = &'static str> {
        OWN.into_iter().chain(Refusal::ALL.iter().map(|refusal| refusal.code()))
    }

    fn new(code: &'static str, status: StatusCode) -> Self {
        Self { code, status, on: None, about: None }
    }

    /// Not there, or not for them.
    pub fn not_found() -> Self {
        Self::new("not_found", StatusCode::NOT_FOUND)
    }

    /// The same, with a way on to `address`.
    #[must_use]
    pub fn on_to(self, address: impl Into<Cow<'static, str>>) -> Self {
        Self { on: Some(address.into()), ..self }
    }

    /// The same, about this field of a form.
    #[must_use]
    pub fn about(self, field: impl Into<String>) -> Self {
        Self { about: Some(field.into()), ..self }
    }

    /// A template that could not be written: a bug.
    pub fn unwritable(error: &askama::Error) -> Self {
        tracing::error!(error = %error, "a page could not be written");
        Self::new("internal", StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The answer's status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// When to try again, where that is known: attempts age out after 15 minutes.
    pub fn waits(&self) -> HeaderMap {
        let is_limited = self.status == StatusCode::TOO_MANY_REQUESTS;
        let seconds = is_limited.then_some((RETRY_AFTER, HeaderValue::from_static("900")));
        seconds.into_iter().collect()
    }

    /// Whether it is `refusal`.
    pub fn is(&self, refusal: Refusal) -> bool {
        self.code == refusal.code()
    }

    /// The id of the message that says what happened; with `-do` after it, what to do.
    pub fn message(code: &str) -> String {
        format!("fault-{}", code.replace(['.', '_'], "-"))
    }

    /// What happened and what to do, in the words of `frame`.
    pub fn said(&self, frame: &Frame) -> Said {
        let id = Self::message(self.code);
        Said {
            happened: frame.say(&id),
            todo: frame.say(&format!("{id}-do")),
            about: self.about.clone(),
        }
    }
}

/// What happened, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// What happened.
    pub happened: String,
    /// What to do.
    pub todo: String,
    /// The field of the form that is wrong.
    pub about: Option<String>,
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        use Refusal as R;
        let status = match refusal {
            R::ClaimLapsed
            | R::ClaimedByOther
            | R::CaseStale
            | R::CaseClosed
            | R::InBulk
            | R::NoLead
            | R::AlreadyDecided
            | R::NotUndoable
            | R::BulkStale
            | R::BulkLapsed
            | R::LastAdministrator
            | R::CookieReplaced
            | R::ActionAnswered
            | R::DisputeSettled => StatusCode::CONFLICT,
            R::NoMeasure
            | R::MeasureWithoutViolation
            | R::NoAccount
            | R::UntilPast
            | R::BulkEmpty
            | R::BulkTooLarge
            | R::BulkMixed
            | R::BulkUrgent
            | R::PasswordWeak
            | R::FormShape
            | R::RolesClash => StatusCode::UNPROCESSABLE_ENTITY,
            R::SecondIsFirst
            | R::NotALead
            | R::SecondTooSoon
            | R::SecondTooNew
            | R::OwnRoles
            | R::LookNeeded
            | R::RestDue
            | R::DoseSpent
            | R::SignInWrong
            | R::CsrfWrong
            | R::ProofStale
            | R::SessionEnded
            | R::SessionReplayed => StatusCode::FORBIDDEN,
            R::LookClosed | R::EvidenceGone | R::TicketUsed | R::CeremonyOver => StatusCode::GONE,
            R::EvidenceNone => StatusCode::NOT_FOUND,
            R::EvidenceBroken => StatusCode::INTERNAL_SERVER_ERROR,
            R::VaultClosed => StatusCode::SERVICE_UNAVAILABLE,
            R::SignInWait => StatusCode::TOO_MANY_REQUESTS,
            R::FormTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        };
        let fault = Self::new(refusal.code(), status);
        // Until when they rest stands on their own page.
        let is_rest = matches!(refusal, R::RestDue | R::DoseSpent);
        if is_rest { fault.on_to("/console/me") } else { fault }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound(_) => Self::not_found(),
            Error::Conflict(_) => Self::new("conflict", StatusCode::CONFLICT),
            Error::Invalid(_) | Error::ImportRefused { .. } => {
                Self::new("invalid", StatusCode::UNPROCESSABLE_ENTITY)
            }
            Error::Refused(refusal) => refusal.into(),
            Error::Unavailable(_) => {
                tracing::error!(error = error.logged(), "the console could not answer");
                Self::new("unavailable", StatusCode::SERVICE_UNAVAILABLE)
            }
            Error::Media(_) | Error::PartlyLooked | Error::Internal { .. } => {
                tracing::error!(error = error.logged(), "the console could not answer");
                Self::new("internal", StatusCode::INTERNAL_SERVER_ERROR)
            }
        }
    }
}

impl IntoResponse for Fault {
    /// Without a body: [`write()`] makes the page, as it knows who looks. Whoever has no session is
    /// led to where one begins.
    fn into_response(self) -> Response {
        if self.is(Refusal::SessionEnded) || self.is(Refusal::SessionReplayed) {
            return Redirect::to("/console/sign-in").into_response();
        }
        let mut response = (self.status, self.waits()).into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// The page of a fault.
#[derive(Template)]
#[template(path = "fault.html")]
struct FaultPage<'a> {
    frame: &'a Frame,
    said: Said,
    about: Option<&'a str>,
    on: &'a str,
}

/// Gives each fault its page, in the language of whoever looks; a script gets its words as JSON.
pub async fn write(mut request: Request, next: Next) -> Response {
    let seen = Seen::new(request.headers());
    let wants_json =
        request.headers().get(ACCEPT).is_some_and(|wanted| wanted == "application/json");
    request.extensions_mut().insert(seen.clone());
    let mut response = next.run(request).await;
    let Some(fault) = response.extensions_mut().remove::<Fault>() else { return response };
    let frame = seen.frame();
    let on = fault.on.as_deref().unwrap_or("/console");
    if wants_json {
        let said = fault.said(&frame);
        let said = serde_json::json!({ "happened": said.happened, "todo": said.todo });
        response.headers_mut().remove(CONTENT_LENGTH);
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        *response.body_mut() = Body::from(said.to_string());
        return response;
    }
    let page =
        FaultPage { said: fault.said(&frame), about: fault.about.as_deref(), on, frame: &frame };
    let Ok(html) = page.render() else { return response };
    response.headers_mut().remove(CONTENT_LENGTH);
    let html_type = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, html_type);
    *response.body_mut() = Body::from(html);
    response
}

/// A page, written.
pub fn page(template: &impl Template) -> Result<Response, Fault> {
    let html = template.render().map_err(|error| Fault::unwritable(&error))?;
    Ok(Html(html).into_response())
}

/// For every address that is none of ours, and every method that an address does not have. Whoever
/// is signed in sees the same as where they may not look.
pub async fn no_such_page(State(console): State<Console>, request: Request) -> Fault {
    let (mut parts, _) = request.into_parts();
    // Found or not, there is nothing here; the frame becomes theirs by the way.
    drop(guard::find(&mut parts, &console).await);
    Fault::not_found()
}
