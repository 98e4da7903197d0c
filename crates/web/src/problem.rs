//! The only module that turns errors into responses: RFC 9457 problem details.
//!
//! An error without an arm here is `internal`: the response gives no cause, and it is logged once.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::sync::Arc;

use axum::extract::multipart::MultipartError;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use mamori_desk::Error;
use mamori_desk::banks::import_refusal::ImportRefusal;
use mamori_model::Refusal;
use mamori_model::import::Import;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::banks::import_json::ImportJson;
use crate::body::BodyError;

/// The media type of a problem.
pub const PROBLEM_JSON: &str = "application/problem+json";

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $status:ident, $code:literal, $title:literal;)*) => {
        /// The kind of a problem. Programs may compare its code, which is stable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Kind {
            $($(#[$doc])* $name,)*
        }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Returns the stable code, the problem's `type`.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// Returns the HTTP status of this kind.
            pub fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)* }
            }

            /// Returns the title, which is the same for every problem of this kind.
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

kinds! {
    /// The request has no key.
    KeyRequired = UNAUTHORIZED, "auth.key_required", "A key is required";
    /// The key is unknown, revoked or ended, or not accepted from the client's address.
    KeyUnknown = UNAUTHORIZED, "auth.key_unknown", "The key is not known";
    /// The object does not exist, belongs to another service, or needs another role or scope: all
    /// look the same.
    NotFound = NOT_FOUND, "not_found", "There is nothing here";
    /// The path exists, but not for this method.
    MethodNotAllowed = METHOD_NOT_ALLOWED, "method.not_allowed", "The method is not allowed";
    /// Another request was faster, or the present state does not allow it.
    Conflict = CONFLICT, "conflict", "The current state does not allow it";
    /// The service has given a different answer before.
    ActionAnswered = CONFLICT, "action.answered", "The action has a different answer already";
    /// The change needs a second actor, who must approve the request that the detail names.
    ApprovalNeeded = CONFLICT, "approval.needed", "A second actor must agree";
    /// The approval request is resolved already.
    ApprovalResolved = CONFLICT, "approval.resolved", "The request is resolved";
    /// The time to approve the request is over.
    ApprovalExpired = CONFLICT, "approval.expired", "The time to approve the request is over";
    /// This key cannot resolve the request like that.
    ApprovalNotSecond = CONFLICT, "approval.not_second_actor", "This key cannot agree to the request";
    /// The delay before the requester may act alone has not passed.
    ApprovalTooSoon = CONFLICT, "approval.too_soon", "The delay has not passed";
    /// The request lapsed, because the bank was changed or the requesting key was revoked.
    ApprovalStale = CONFLICT, "approval.stale", "The request lapsed";
    /// The body is not JSON.
    JsonSyntax = BAD_REQUEST, "json.syntax", "The body is not JSON";
    /// The body is JSON, but not of the expected shape.
    JsonShape = UNPROCESSABLE_ENTITY, "json.shape", "The JSON has the wrong shape";
    /// A query parameter is invalid or unknown.
    Query = BAD_REQUEST, "query.invalid", "A query parameter is wrong";
    /// The request is well-formed, but cannot be fulfilled.
    Invalid = UNPROCESSABLE_ENTITY, "request.invalid", "The request cannot be fulfilled as it is";
    /// The first line of a list does not name the required columns.
    ImportColumns = UNPROCESSABLE_ENTITY, "import.columns", "The list lacks required columns";
    /// The PDQ hashes of a list do not look like PDQ hashes.
    ImportNotPdq = UNPROCESSABLE_ENTITY, "import.not_pdq", "The list does not hold PDQ hashes";
    /// No line of a list was accepted.
    ImportNothingAccepted = UNPROCESSABLE_ENTITY, "import.nothing_accepted",
        "No line of the list was accepted";
    /// The request changes a bank's purpose, which is fixed.
    PurposeFixed = UNPROCESSABLE_ENTITY, "bank.purpose_fixed", "A bank's purpose never changes";
    /// The body exceeds its size limit.
    BodyTooLarge = PAYLOAD_TOO_LARGE, "body.too_large", "The body is too large";
    /// The body did not arrive in time.
    BodyTimeout = REQUEST_TIMEOUT, "body.timeout", "The body did not arrive in time";
    /// The body ended early.
    BodyBroken = BAD_REQUEST, "body.broken", "The body ended early";
    /// The media type is not supported here.
    ContentType = UNSUPPORTED_MEDIA_TYPE, "content_type.unsupported",
        "The content type is not supported";
    /// The body is not multipart, whatever its content type says.
    MultipartSyntax = BAD_REQUEST, "multipart.syntax", "The body is not multipart/form-data";
    /// The body is multipart, but a part is missing, invalid or unknown.
    MultipartShape = UNPROCESSABLE_ENTITY, "multipart.shape", "The parts are not as expected";
    /// The item is not a picture in a supported format.
    MediaUnsupported = UNSUPPORTED_MEDIA_TYPE, "media.unsupported",
        "The item is not of a supported kind";
    /// The item is a picture that cannot be read.
    MediaUnreadable = UNPROCESSABLE_ENTITY, "media.unreadable", "The item cannot be read";
    /// The item is a picture with too many pixels.
    MediaTooLarge = UNPROCESSABLE_ENTITY, "media.too_large", "The item has too many pixels";
    /// Frames were left out, and no hit decides about the whole item.
    MediaPartlyLooked = UNPROCESSABLE_ENTITY, "media.partly_looked",
        "Not all of the item was compared";
    /// The key came near entries by hash alone too often.
    NearHits = TOO_MANY_REQUESTS, "limit.near_hits", "Too many near hits by hash alone";
    /// Too many refused keys came from the client's address.
    RefusedKeys = TOO_MANY_REQUESTS, "limit.refused_keys", "Too many refused keys from this address";
    /// The key makes too many requests.
    RequestLimit = TOO_MANY_REQUESTS, "limit.requests", "Too many requests of this key";
    /// The service requested too many messages, enablings of endpoints and new secrets.
    Resends = TOO_MANY_REQUESTS, "limit.resends", "Too many requests for messages or secrets";
    /// The server is overloaded at the moment.
    Busy = SERVICE_UNAVAILABLE, "busy", "The server is overloaded";
    /// The request took too long.
    Timeout = SERVICE_UNAVAILABLE, "request.timeout", "The request took too long";
    /// The database does not answer.
    Unavailable = SERVICE_UNAVAILABLE, "store.unavailable", "The database does not answer";
    /// A bug or a broken machine.
    Internal = INTERNAL_SERVER_ERROR, "internal", "An internal error occurred";
}

/// An error on its way to the client.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The kind.
    pub kind: Kind,
    /// What to do about it.
    pub detail: Cow<'static, str>,
    /// The import that it concerns.
    pub import: Option<Arc<ImportJson>>,
    /// Seconds after which the client may try again, if they are known.
    pub retry_after_s: Option<u64>,
    /// The cause, for the log and never for the client.
    pub cause: Option<Arc<dyn StdError + Send + Sync>>,
}

/// What went wrong and what to do about it (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemJson<'a> {
    /// The stable code of the kind of problem; programs may compare it.
    #[schema(example = "media.unreadable")]
    pub r#type: &'a str,
    /// The title, which is the same for every problem of this kind.
    #[schema(example = "The item cannot be read")]
    pub title: &'a str,
    /// The status of the response, repeated.
    #[schema(minimum = 400, maximum = 599, example = 422)]
    pub status: u16,
    /// What is wrong in this request, and what to do.
    #[schema(example = "the JPEG is truncated")]
    pub detail: &'a str,
    /// This request, as `x-request-id` and the log name it.
    #[schema(format = "uri", example = "urn:uuid:01931c8e-7d5a-7c3e-9f5b-2f1d0c9b8a76")]
    pub instance: &'a str,
    /// The result of the lines, if the problem concerns an import.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub import: Option<&'a ImportJson>,
}

impl Problem {
    /// Creates a problem of `kind`; `detail` says what to do.
    pub fn new(kind: Kind, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, detail: detail.into(), import: None, retry_after_s: None, cause: None }
    }

    /// Creates the problem for anything that this key may not see. The text is the same for every
    /// reason.
    pub fn not_found() -> Self {
        Self::new(
            Kind::NotFound,
            "There is nothing here that this key may use. Check the address, the id, whether the key \
             is an administrator's or a service's, and whether it has the scope that the endpoint \
             needs (`x-scopes` in /openapi.json).",
        )
    }

    /// Adds the import that the problem concerns.
    #[must_use]
    pub fn with_import(mut self, import: Import) -> Self {
        self.import = Some(Arc::new(import.into()));
        self
    }

    fn with_cause(mut self, cause: impl StdError + Send + Sync + 'static) -> Self {
        self.cause = Some(Arc::new(cause));
        self
    }

    /// Returns the body for the request with the id `instance`.
    pub fn json(&self, instance: &str) -> String {
        let body = ProblemJson {
            r#type: self.kind.code(),
            title: self.kind.title(),
            status: self.kind.status().as_u16(),
            detail: &self.detail,
            instance,
            import: self.import.as_deref(),
        };
        serde_json::to_string(&body).unwrap_or_default()
    }
}

impl IntoResponse for Problem {
    /// Returns a response without a body: [`crate::observe`] writes it, because it knows the
    /// request's id.
    fn into_response(self) -> Response {
        let mut response = self.kind.status().into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        match self.kind.status() {
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
                headers.insert(RETRY_AFTER, self.retry_after_s.unwrap_or(1).into());
            }
            StatusCode::UNAUTHORIZED => {
                let scheme = HeaderValue::from_static("Bearer realm=\"mamori\"");
                headers.insert(WWW_AUTHENTICATE, scheme);
            }
            _ => {}
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound(_) => Self::not_found(),
            Error::Conflict(why) => Self::new(Kind::Conflict, why),
            Error::Invalid(why) => Self::new(Kind::Invalid, why),
            Error::ImportRefused { import, why } => {
                let kind = match why {
                    ImportRefusal::Columns => Kind::ImportColumns,
                    ImportRefusal::NotPdq => Kind::ImportNotPdq,
                };
                let reason = import.refusal.clone().unwrap_or_default();
                let advice = match why {
                    ImportRefusal::Columns => "",
                    ImportRefusal::NotPdq => {
                        " (`kind`); `accept_any_pdq=true` takes the list as it is"
                    }
                };
                Self::new(kind, format!("{reason}{advice}.")).with_import(*import)
            }
            Error::Waits(request) => Self::new(
                Kind::ApprovalNeeded,
                format!(
                    "A second actor must approve `/v1/approvals/{}` first; then send this again.",
                    request.id
                ),
            ),
            Error::Refused(refusal) => refusal.into(),
            Error::Media(media) => media.into(),
            partly @ Error::PartlyLooked => Self::new(
                Kind::MediaPartlyLooked,
                format!(
                    "{partly}; do not treat it as clean. Send its frames by themselves. Where the \
                     limits left them out, the operator may raise `media.limits`; \
                     `checks.partly_looked` sets another answer."
                ),
            ),
            Error::NearHits { retry_after_s } => Self {
                retry_after_s: Some(retry_after_s),
                ..Self::new(
                    Kind::NearHits,
                    "This key came near entries by hash alone too often. Do not treat the item as \
                     clean. Send its bytes instead, which is not limited, or try again after the \
                     seconds of `retry-after`. The operator may raise `limits.near_hits_hour_max` \
                     and `limits.near_hits_day_max`.",
                )
            },
            Error::Resends { retry_after_s } => Self {
                retry_after_s: Some(retry_after_s),
                ..Self::new(
                    Kind::Resends,
                    "This service requested too many test messages, redeliveries, enablings of \
                     endpoints and new secrets within a minute. Try again after the seconds of \
                     `retry-after`. The operator may raise `webhooks.resends_minute_max`.",
                )
            },
            unavailable @ Error::Unavailable(_) => Self::new(
                Kind::Unavailable,
                "The database does not answer. Nothing was stored in part; try again.",
            )
            .with_cause(unavailable),
            internal @ Error::Internal { .. } => Self::internal(internal),
        }
    }
}

impl Problem {
    fn internal(cause: impl StdError + Send + Sync + 'static) -> Self {
        let detail = "The request is not at fault. The operator finds the cause in the log by the \
                      request's id.";
        Self::new(Kind::Internal, detail).with_cause(cause)
    }
}

impl From<Refusal> for Problem {
    /// The API meets those of actions and approval requests; the pages have their own texts for each
    /// refusal.
    fn from(refusal: Refusal) -> Self {
        if refusal == Refusal::ActionAnswered {
            let detail = "The action has a different answer already, which does not change. \
                          Read the action to see it.";
            return Self::new(Kind::ActionAnswered, detail);
        }
        let of_approvals = [
            (Refusal::RequestResolved, Kind::ApprovalResolved),
            (Refusal::RequestExpired, Kind::ApprovalExpired),
            (Refusal::RequestOwn, Kind::ApprovalNotSecond),
            (Refusal::RequestRelated, Kind::ApprovalNotSecond),
            (Refusal::RequestTooNew, Kind::ApprovalNotSecond),
            (Refusal::RequestNotOwn, Kind::ApprovalNotSecond),
            (Refusal::RequestTooSoon, Kind::ApprovalTooSoon),
            (Refusal::RequestStale, Kind::ApprovalStale),
        ];
        let found = of_approvals.into_iter().find(|(of, _)| *of == refusal);
        let kind = found.map_or(Kind::Conflict, |(_, kind)| kind);
        Self::new(kind, refusal.to_string())
    }
}

/// The warning that an item that was not compared must not be treated as clean.
const NOT_CLEAN: &str = "It was not compared; do not treat it as clean.";
/// The formats that are always decoded; HEIC needs a converter that the operator installs.
const FORMATS: &str = "JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF or JPEG XL";

impl From<mamori_media::Error> for Problem {
    fn from(error: mamori_media::Error) -> Self {
        use mamori_media::Error as Media;
        let detail = error.to_string();
        match error {
            Media::Unsupported { found } => Self::new(
                Kind::MediaUnsupported,
                format!("Found: {found}. {detail}. {NOT_CLEAN} Send {FORMATS}."),
            ),
            Media::Unreadable { .. } => {
                Self::new(Kind::MediaUnreadable, format!("{detail}. {NOT_CLEAN}"))
            }
            Media::TooLarge { .. } => {
                Self::new(Kind::MediaTooLarge, format!("{detail}. {NOT_CLEAN} Send it smaller."))
            }
            Media::Busy => {
                Self::new(Kind::Busy, format!("{detail}. {NOT_CLEAN} Try again in a moment."))
            }
            pool @ Media::Pool(_) => Self::internal(pool),
        }
    }
}

impl From<BodyError> for Problem {
    fn from(body_error: BodyError) -> Self {
        let kind = match body_error {
            BodyError::TooLarge { .. } => Kind::BodyTooLarge,
            BodyError::Stalled { .. } => Kind::BodyTimeout,
            BodyError::BudgetExhausted => Kind::Busy,
            BodyError::Broken => Kind::BodyBroken,
        };
        Self::new(kind, body_error.to_string())
    }
}

impl From<MultipartError> for Problem {
    fn from(error: MultipartError) -> Self {
        if let Some(body_error) = BodyError::find_in(&error) {
            return body_error.into();
        }
        Self::new(Kind::MultipartSyntax, format!("{error}: {}", error.body_text()))
    }
}

/// Answers every unknown path.
pub async fn no_such_route() -> Problem {
    Problem::not_found()
}

/// Answers a method that a path does not have; `Allow` names the ones that it has.
pub async fn no_such_method() -> Problem {
    Problem::new(Kind::MethodNotAllowed, "The header `allow` names the methods of this address.")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_has_a_name_of_its_own_and_an_error_status() {
        let codes: BTreeSet<&str> = Kind::ALL.iter().map(|kind| kind.code()).collect();

        assert_eq!(codes.len(), Kind::ALL.len());
        assert!(Kind::ALL.iter().all(|kind| kind.status().as_u16() >= 400));
    }

    #[test]
    fn the_cause_of_an_internal_error_is_not_sent_to_the_client() {
        let cause = std::io::Error::other("password=hunter2");

        let problem = Problem::from(Error::internal("the safe is open", cause));

        assert_eq!(problem.kind, Kind::Internal);
        assert!(!problem.json("urn:uuid:0").contains("safe"));
        assert!(!problem.json("urn:uuid:0").contains("hunter2"));
        assert!(problem.cause.is_some());
    }

    #[test]
    fn unknown_and_forbidden_look_alike() {
        let unknown = Problem::from(Error::NotFound("bank")).json("urn:uuid:0");

        assert_eq!(unknown, Problem::not_found().json("urn:uuid:0"));
        assert!(!unknown.contains("bank"));
    }
}
