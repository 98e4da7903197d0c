//! The only place where errors become pages: what happened, what to do, and a link to continue.
//!
//! Unknown and forbidden look alike (404). Internal errors are not shown; the log has them once.

use std::borrow::Cow;

use askama::Template;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use mamori_desk::Error;
use mamori_media::Error as MediaError;
use mamori_model::{Refusal, RefusalKind};

use crate::messages::Messages;

/// An error, on its way to a page or a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Stable code, from which the ids of its messages are derived.
    code: &'static str,
    status: StatusCode,
    /// Address of the link to continue; `None`: the start page.
    link: Option<Cow<'static, str>>,
    /// Name of the form field that is wrong.
    about: Option<String>,
}

/// Codes of faults that are created here and not from a [`Refusal`] of a verb.
const OWN: [&str; 9] = [
    "not_found",
    "conflict",
    "invalid",
    "busy",
    "unavailable",
    "internal",
    "form.forged",
    "form.too_large",
    "form.shape",
];

impl Fault {
    /// Returns every code that a fault may have.
    pub fn codes() -> impl Iterator<Item = &'static str> {
        OWN.into_iter().chain(Refusal::ALL.iter().map(|refusal| refusal.code()))
    }

    fn new(code: &'static str, status: StatusCode) -> Self {
        Self { code, status, link: None, about: None }
    }

    /// Creates the fault for what does not exist, or what the staff member may not see.
    pub fn not_found() -> Self {
        Self::new("not_found", StatusCode::NOT_FOUND)
    }

    /// Creates the fault for a form that no page of the console made.
    pub fn form_forged() -> Self {
        Self::new("form.forged", StatusCode::FORBIDDEN)
    }

    /// Creates the fault for a form that is larger than the limit.
    pub fn form_too_large() -> Self {
        Self::new("form.too_large", StatusCode::PAYLOAD_TOO_LARGE)
    }

    /// Creates the fault for a field that is missing, wrong or unknown.
    pub fn form_shape() -> Self {
        Self::new("form.shape", StatusCode::UNPROCESSABLE_ENTITY)
    }

    /// Sets the address of the link to continue. What was not found has no page to continue at.
    #[must_use]
    pub fn with_link(self, address: impl Into<Cow<'static, str>>) -> Self {
        if self.status == StatusCode::NOT_FOUND {
            return self;
        }
        Self { link: Some(address.into()), ..self }
    }

    /// Sets the form field that is wrong.
    #[must_use]
    pub fn about(self, field: impl Into<String>) -> Self {
        Self { about: Some(field.into()), ..self }
    }

    /// Logs a template that could not be rendered, which is a bug, and creates an internal fault.
    pub fn render_failed(error: &askama::Error) -> Self {
        tracing::error!(error = %error, "a page could not be rendered");
        Self::new("internal", StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Returns the stable code.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// Returns the HTTP status of the answer.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns a `Retry-After` header if the status is 429 or 503: 900 seconds for 429, because
    /// failed sign-in attempts count for 15 minutes, otherwise one second.
    pub fn retry_after(&self) -> HeaderMap {
        let seconds = match self.status {
            StatusCode::TOO_MANY_REQUESTS => Some("900"),
            StatusCode::SERVICE_UNAVAILABLE => Some("1"),
            _ => None,
        };
        let header = seconds.map(|seconds| (RETRY_AFTER, HeaderValue::from_static(seconds)));
        header.into_iter().collect()
    }

    /// Returns the address of the link to continue: the start page unless [`Self::with_link`] set
    /// another.
    pub fn link(&self) -> &str {
        self.link.as_deref().unwrap_or("/console")
    }

    /// Returns the form field that is wrong.
    pub fn field(&self) -> Option<&str> {
        self.about.as_deref()
    }

    /// Checks whether the fault is this `refusal`.
    pub fn is(&self, refusal: Refusal) -> bool {
        self.code == refusal.code()
    }

    /// Returns the id of the message that says what happened; with `-do` appended, it is the id of
    /// the message that says what to do.
    pub fn message(code: &str) -> String {
        format!("fault-{}", code.replace(['.', '_'], "-"))
    }

    /// Returns the text of [`Self::text`] for the field that the fault names, beside which it is shown.
    pub fn text_at_field(&self, messages: Messages) -> FaultText {
        if self.code != Self::form_shape().code {
            return FaultText { about: None, ..self.text(messages) };
        }
        FaultText {
            happened: messages.say("field-wrong"),
            todo: messages.say("field-wrong-do"),
            about: None,
        }
    }

    /// Returns what happened and what to do, in the language of `messages`.
    pub fn text(&self, messages: Messages) -> FaultText {
        let id = Self::message(self.code);
        FaultText {
            happened: messages.say(&id),
            todo: messages.say(&format!("{id}-do")),
            about: self.about.clone(),
        }
    }
}

/// The text of a fault, in the reader's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultText {
    /// What happened, as one line.
    pub happened: String,
    /// What the reader can do about it.
    pub todo: String,
    /// Name of the form field that is wrong.
    pub about: Option<String>,
}

/// The field that made a form fail, and the text that its page shows there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldProblem {
    /// The form and the field, as the page names them.
    pub place: &'static str,
    /// Why it failed.
    pub text: FaultText,
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        let status = match refusal.kind() {
            RefusalKind::Conflict => StatusCode::CONFLICT,
            RefusalKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            RefusalKind::Forbidden => StatusCode::FORBIDDEN,
            RefusalKind::Over => StatusCode::GONE,
            RefusalKind::Missing => StatusCode::NOT_FOUND,
            RefusalKind::Broken => StatusCode::INTERNAL_SERVER_ERROR,
            RefusalKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            RefusalKind::Wait => StatusCode::TOO_MANY_REQUESTS,
        };
        let fault = Self::new(refusal.code(), status);
        // The page at the link shows when the break ends, and until when the limit is reached.
        if matches!(refusal, Refusal::BreakDue | Refusal::OwnBreak | Refusal::ExposureSpent) {
            fault.with_link("/console/me")
        } else if matches!(refusal, Refusal::ClaimLimit | Refusal::LeaveLimit) {
            fault.with_link("/console/queue")
        } else {
            fault
        }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound(_) => Self::not_found(),
            // No page makes a change that waits: those take an administrator's key.
            Error::Conflict(_) | Error::Waits(_) => Self::new("conflict", StatusCode::CONFLICT),
            Error::Invalid(_) | Error::ImportRefused { .. } => {
                Self::new("invalid", StatusCode::UNPROCESSABLE_ENTITY)
            }
            Error::Refused(refusal) => refusal.into(),
            Error::Unavailable(_) => {
                tracing::error!(error = error.logged(), "the console could not answer");
                Self::new("unavailable", StatusCode::SERVICE_UNAVAILABLE)
            }
            Error::Media(MediaError::Busy) => Self::new("busy", StatusCode::SERVICE_UNAVAILABLE),
            Error::Media(_)
            | Error::PartlyLooked
            | Error::NearHits { .. }
            | Error::Resends { .. }
            | Error::Internal { .. } => {
                tracing::error!(error = error.logged(), "the console could not answer");
                Self::new("internal", StatusCode::INTERNAL_SERVER_ERROR)
            }
        }
    }
}

impl IntoResponse for Fault {
    /// Returns an answer without a body; the layer `fault_page::render` adds the page, because it
    /// knows who the reader is. Without a live session, the answer is a redirect to the sign-in page.
    fn into_response(self) -> Response {
        if self.is(Refusal::SessionEnded) || self.is(Refusal::SessionReplayed) {
            return Redirect::to("/console/sign-in").into_response();
        }
        let mut response = (self.status, self.retry_after()).into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Renders a template as an HTML answer.
pub fn page(template: &impl Template) -> Result<Response, Fault> {
    let html = template.render().map_err(|error| Fault::render_failed(&error))?;
    Ok(Html(html).into_response())
}
