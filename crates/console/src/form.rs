//! Extractors for forms and for requests of scripts. A form must come from a page of the console,
//! carry the token of its session, be of bounded size, and have exactly the fields that its handler
//! knows.

use std::sync::Arc;

use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::CONTENT_LENGTH;
use axum::http::request::Parts;
use mamori_desk::SessionLookup;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::form_urlencoded;

use crate::app::Console;
use crate::csrf;
use crate::fault::Fault;
use crate::guard::{Refused, find};

/// The longest name of a field that a refusal repeats, in bytes. The names in the console's forms
/// are shorter.
pub const FIELD_NAME_BYTES_MAX: usize = 64;

/// A form from a signed-in staff member. `T` refuses unknown fields; the token is removed before.
#[derive(Clone, Debug)]
pub struct Form<T>(pub T);

/// The fields of a form that has none.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmptyForm {}

/// A form from a client without a session: only its origin can be checked.
#[derive(Clone, Debug)]
pub struct SignedOutForm<T>(pub T);

/// A request from a script of the console, within a session; its token comes in a header.
#[derive(Clone, Debug)]
pub struct ScriptRequest(pub Arc<SessionLookup>);

/// A request from a script of the console before sign-in: only its origin can be checked.
#[derive(Clone, Copy, Debug)]
pub struct SignedOutScriptRequest;

impl<T: DeserializeOwned> FromRequest<Console> for Form<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, console: &Console) -> Result<Self, Refused> {
        let (mut parts, body) = request.into_parts();
        csrf::require_origin(&parts.headers, &console.settings)?;
        let session = find(&mut parts, console).await?;
        let body = read(Request::from_parts(parts, body), console).await?;
        let (token, rest) = take_token(&body)?;
        csrf::require_token(token.as_deref(), &session.csrf)?;
        Ok(Self(fields(&rest)?))
    }
}

impl<T: DeserializeOwned> FromRequest<Console> for SignedOutForm<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, console: &Console) -> Result<Self, Refused> {
        csrf::require_origin(request.headers(), &console.settings)?;
        let body = read(request, console).await?;
        let (_, rest) = take_token(&body)?;
        Ok(Self(fields(&rest)?))
    }
}

impl FromRequestParts<Console> for ScriptRequest {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, console: &Console) -> Result<Self, Refused> {
        csrf::require_origin(&parts.headers, &console.settings)?;
        let session = find(parts, console).await?;
        let token = parts.headers.get(csrf::HEADER).and_then(|token| token.to_str().ok());
        csrf::require_token(token, &session.csrf)?;
        Ok(Self(session))
    }
}

impl FromRequestParts<Console> for SignedOutScriptRequest {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, console: &Console) -> Result<Self, Refused> {
        csrf::require_origin(&parts.headers, &console.settings)?;
        Ok(Self)
    }
}

/// Reads the body, up to the limit. If `Content-Length` is above the limit, nothing is read.
async fn read(request: Request, console: &Console) -> Result<Bytes, Refused> {
    let bytes_max = console.settings.form_bytes_max;
    let declared = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    if declared
        .and_then(|declared| declared.parse::<usize>().ok())
        .is_some_and(|declared| declared > bytes_max)
    {
        return Err(Fault::form_too_large().into());
    }
    let read = to_bytes(request.into_body(), bytes_max).await;
    read.map_err(|_| Fault::form_too_large().into())
}

/// Splits a form into its token and the rest. A form that is not UTF-8 is refused.
pub fn take_token(body: &[u8]) -> Result<(Option<String>, String), Fault> {
    let mut token = None;
    let mut rest = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(body) {
        // The parser replaces invalid UTF-8 with this character, which users do not type.
        if name.contains('\u{fffd}') || value.contains('\u{fffd}') {
            return Err(shape_fault(&name));
        }
        if name == csrf::FIELD {
            token = Some(value.into_owned());
        } else {
            rest.append_pair(&name, &value);
        }
    }
    Ok((token, rest.finish()))
}

/// Parses the fields of a form without its token: exactly those that `T` knows.
pub fn fields<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
    // Serde puts the name of the field between backticks, and never a value.
    serde_html_form::from_str(text)
        .map_err(|error| shape_fault(error.to_string().split('`').nth(1).unwrap_or("")))
}

/// Creates the refusal of a form. It names the field only if the console could have a field of that
/// name.
fn shape_fault(field: &str) -> Fault {
    let fault = Fault::form_shape();
    let is_name = field.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    let is_ours = is_name && (1..=FIELD_NAME_BYTES_MAX).contains(&field.len());
    if is_ours { fault.about(field) } else { fault }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct ReasonForm {
        reason: String,
        #[serde(default)]
        country: Vec<String>,
    }

    fn read(body: &[u8]) -> Result<ReasonForm, String> {
        let parsed = take_token(body).and_then(|(_, rest)| fields(&rest));
        parsed.map_err(|fault| format!("{fault:?}"))
    }

    #[test]
    fn a_form_is_read_without_its_token_and_with_repeated_fields() {
        let body = b"reason=a+b%0D%0A%E5%AE%88&csrf=x%26y&country=JP&country=FR";

        let (token, rest) = take_token(body).unwrap();

        assert_eq!(token.as_deref(), Some("x&y"));
        let expected = ReasonForm {
            reason: "a b\r\n守".to_owned(),
            country: vec!["JP".to_owned(), "FR".to_owned()],
        };
        assert_eq!(fields::<ReasonForm>(&rest).unwrap(), expected);
    }

    #[test]
    fn a_refusal_names_the_field_that_is_missing_unknown_or_wrong() {
        for (body, field) in [
            (b"country=JP".as_slice(), "reason"),
            (b"reason=x&extra=1", "extra"),
            (b"reason=%ff%fe", "reason"),
        ] {
            let refused = read(body).unwrap_err();
            assert!(refused.contains("form.shape"), "{refused}");
            assert!(refused.contains(&format!("Some(\"{field}\")")), "{refused}");
        }
        assert!(read(b"reason=x&reason=y").unwrap_err().contains("form.shape"));
    }

    #[test]
    fn a_refusal_does_not_repeat_a_name_that_no_field_can_have() {
        let long = format!("reason=x&{}=1", "f".repeat(FIELD_NAME_BYTES_MAX + 1));
        let reversed = "reason=x&%E2%80%AEtxt=1";
        let broken = "reason=x&%E2%80%AEtxt%ff=1";

        for body in [&*long, reversed, broken, "reason=x&%3Cb%3E%60=1", "reason=x&=1"] {
            let refused = read(body.as_bytes()).unwrap_err();

            assert!(refused.contains("form.shape") && refused.contains("about: None"), "{refused}");
        }
    }
}
