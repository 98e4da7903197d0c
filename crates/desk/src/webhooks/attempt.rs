//! The outcome of one attempt to send a message, and when the next one follows. Pure.

use std::time::Duration;

use jiff::fmt::rfc2822::DateTimeParser;
use jiff::{SignedDuration, Timestamp};
use mamori_model::job::{JobKind, RETRY_WAIT_MAX, jittered};
use mamori_store::ENDPOINT_DISABLED;
use strum::{IntoStaticStr, VariantArray};

use crate::webhooks::destination::Refused;

/// The status by which a receiver says that it wants no more messages.
const GONE: u16 = 410;

/// The outcome of one attempt.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The receiver answered.
    Answered {
        /// The HTTP status.
        status: u16,
        /// How long the receiver asks to wait, by `Retry-After`.
        retry_after: Option<Duration>,
    },
    /// Mamori sends nothing to the address.
    Refused(Refused),
    /// The receiver did not answer in time.
    Timeout,
    /// The connection was not made.
    NoConnection,
    /// The connection broke before the answer.
    NoAnswer,
    /// Nothing was sent: the message was created while its endpoint was being removed.
    EndpointRemoved,
    /// Nothing was sent: the message was created while its endpoint was being disabled.
    EndpointDisabled,
}

/// The result of an attempt, as the metric labels it: the class of the HTTP status, or the reason why
/// there is no status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum AttemptResult {
    /// The receiver accepted the message.
    #[strum(serialize = "2xx")]
    Accepted,
    /// The receiver redirected to another address, which Mamori does not follow.
    #[strum(serialize = "3xx")]
    Redirected,
    /// The receiver wants no more messages.
    #[strum(serialize = "410")]
    Gone,
    /// The receiver wants fewer messages per time.
    #[strum(serialize = "429")]
    TooMany,
    /// The receiver refused the message with another 4xx status.
    #[strum(serialize = "4xx")]
    NotAccepted,
    /// The receiver failed.
    #[strum(serialize = "5xx")]
    Failed,
    /// The receiver answered with a status that is not in 200 to 599.
    Other,
    /// Nothing was sent: the address is not permitted.
    Refused,
    /// The receiver did not answer in time.
    Timeout,
    /// The connection was not made.
    NoConnection,
    /// The connection broke before the answer.
    NoAnswer,
    /// Nothing was sent: the endpoint was being removed.
    Removed,
    /// Nothing was sent: the endpoint was being disabled.
    Disabled,
}

impl AttemptResult {
    /// Every result, in the order of declaration.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the word that the metric uses.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl Outcome {
    /// Checks whether the receiver accepted the message.
    pub(crate) fn is_delivered(&self) -> bool {
        matches!(self, Self::Answered { status: 200..=299, .. })
    }

    /// Checks whether the receiver wants no more messages.
    pub(super) fn is_gone(&self) -> bool {
        matches!(self, Self::Answered { status: GONE, .. })
    }

    /// Checks whether something was sent, or would have been if the address were permitted.
    pub(super) fn is_attempt(&self) -> bool {
        !matches!(self, Self::EndpointRemoved | Self::EndpointDisabled)
    }

    /// Checks whether the message is tried again if attempts are left.
    pub(super) fn may_be_repeated(&self) -> bool {
        self.is_attempt() && !self.is_delivered() && !self.is_gone()
    }

    /// Returns a short text for the service and the operator: `204`, `503`, `timeout` …
    ///
    /// It does not contain the address to which the endpoint's name resolves.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Answered { status, .. } => status.to_string(),
            Self::Refused(refused) => refused.to_string(),
            Self::Timeout => "timeout".to_owned(),
            Self::NoConnection => "no connection".to_owned(),
            Self::NoAnswer => "no answer".to_owned(),
            Self::EndpointRemoved => "the endpoint was removed".to_owned(),
            Self::EndpointDisabled => ENDPOINT_DISABLED.to_owned(),
        }
    }

    /// Returns the result that is counted.
    pub(super) fn result(&self) -> AttemptResult {
        match self {
            Self::Answered { status: GONE, .. } => AttemptResult::Gone,
            Self::Answered { status: 429, .. } => AttemptResult::TooMany,
            Self::Answered { status: 200..=299, .. } => AttemptResult::Accepted,
            Self::Answered { status: 300..=399, .. } => AttemptResult::Redirected,
            Self::Answered { status: 400..=499, .. } => AttemptResult::NotAccepted,
            Self::Answered { status: 500..=599, .. } => AttemptResult::Failed,
            Self::Answered { .. } => AttemptResult::Other,
            Self::Refused(_) => AttemptResult::Refused,
            Self::Timeout => AttemptResult::Timeout,
            Self::NoConnection => AttemptResult::NoConnection,
            Self::NoAnswer => AttemptResult::NoAnswer,
            Self::EndpointRemoved => AttemptResult::Removed,
            Self::EndpointDisabled => AttemptResult::Disabled,
        }
    }

    /// Returns the wait before the next attempt after the `failures`-th failure (from 1); `None`
    /// after the last.
    ///
    /// `Retry-After` of a 429 or 503 can only lengthen the wait, up to [`RETRY_WAIT_MAX`].
    /// `chance` is a random number.
    pub(super) fn wait(&self, failures: u32, chance: u32) -> Option<Duration> {
        let usual = jittered(JobKind::Deliver.retry_after(failures)?, chance);
        let asked = match self {
            Self::Answered { status: 429 | 503, retry_after: Some(asked) } => *asked,
            Self::Answered { .. }
            | Self::Refused(_)
            | Self::Timeout
            | Self::NoConnection
            | Self::NoAnswer
            | Self::EndpointRemoved
            | Self::EndpointDisabled => Duration::ZERO,
        };
        let asked = asked.min(RETRY_WAIT_MAX);
        // Never earlier than the receiver asks, so chance lengthens here what it shortens there.
        let asked = asked + asked.saturating_sub(jittered(asked, chance));
        Some(usual.max(asked).min(RETRY_WAIT_MAX))
    }
}

/// Reads the header `Retry-After`: seconds, or an HTTP date, of which one that is past means no wait.
/// Source: RFC 9110, 10.2.3.
pub(super) fn retry_after(text: &str, now: Timestamp) -> Option<Duration> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number too long to be read is longer than any wait.
        return Some(text.parse().map_or(Duration::MAX, Duration::from_secs));
    }
    let at = DateTimeParser::new().parse_timestamp(text).ok()?;
    let wait = at.duration_since(now).max(SignedDuration::ZERO);
    Duration::try_from(wait).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, seconds: u64) -> Outcome {
        Outcome::Answered { status, retry_after: Some(Duration::from_secs(seconds)) }
    }

    #[test]
    fn retry_after_is_read_as_seconds_or_as_a_date() {
        let now: Timestamp = "1994-11-06T08:49:37Z".parse().unwrap();
        let read = |text: &str| retry_after(text, now).map(|wait| wait.as_secs());

        assert_eq!(read("120"), Some(120));
        assert_eq!(read("Sun, 06 Nov 1994 08:51:37 GMT"), Some(120));
        assert_eq!(read("Sun, 06 Nov 1994 08:00:00 GMT"), Some(0));
        assert_eq!(read("99999999999999999999999"), Some(u64::MAX));
        for odd in ["", "-1", "1.5", "soon", "Sun, 99 Nov 1994 08:00:00 GMT"] {
            assert_eq!(read(odd), None, "{odd:?}");
        }
    }

    #[test]
    fn a_receiver_can_lengthen_a_wait_and_not_shorten_it() {
        let wait = |outcome: &Outcome, chance| outcome.wait(2, chance).unwrap().as_secs();

        assert_eq!(wait(&answered(503, 3_600), 0), 3_600);
        assert_eq!(wait(&answered(429, 3_600), u32::MAX), 4_320);
        assert_eq!(wait(&answered(503, 1), 0), 300);
        assert_eq!(wait(&answered(500, 3_600), 0), 300, "only 429 and 503 may ask");
        assert_eq!(wait(&answered(503, u64::MAX), u32::MAX), 86_400, "no longer than a day");
        assert_eq!(answered(503, 1).wait(10, 0), None);
    }

    #[test]
    fn only_a_failure_that_may_pass_is_repeated() {
        for (outcome, result, is_repeated) in [
            (answered(204, 0), "2xx", false),
            (answered(307, 0), "3xx", true),
            (answered(404, 0), "4xx", true),
            (answered(410, 0), "410", false),
            (answered(429, 0), "429", true),
            (answered(599, 0), "5xx", true),
            (answered(999, 0), "other", true),
            (Outcome::Refused(Refused::Loopback), "refused", true),
            (Outcome::Timeout, "timeout", true),
            (Outcome::NoConnection, "no_connection", true),
            (Outcome::NoAnswer, "no_answer", true),
            (Outcome::EndpointRemoved, "removed", false),
            (Outcome::EndpointDisabled, "disabled", false),
        ] {
            assert_eq!(outcome.result().as_str(), result);
            assert_eq!(outcome.may_be_repeated(), is_repeated, "{result}");
        }
    }
}
