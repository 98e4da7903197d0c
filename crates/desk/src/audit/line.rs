//! The line of an event: the text that is exported, and whose digest links the chain.
//!
//! Each line contains the sha-256 digest of the line before it, so the chain can be verified with
//! nothing but `sha256sum`: the digest of line *n* is the value of `previous` in line *n + 1*.

use mamori_model::audit::{AuditEvent, AuditLink};
use serde::Serialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::Error;

/// The fields of a line, in their order.
#[derive(Serialize)]
struct Line<'a> {
    seq: u64,
    previous: String,
    id: String,
    at: String,
    actor: Actor<'a>,
    verb: &'static str,
    target: &'a str,
    before: Option<&'a RawValue>,
    after: Option<&'a RawValue>,
}

#[derive(Serialize)]
struct Actor<'a> {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
}

/// A line and its place in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainedLine {
    /// One JSON object, without a newline.
    pub text: String,
    /// The number of the event, and the digest of `text`.
    pub link: AuditLink,
}

/// Returns the line that `event` has after `previous`, with its digest.
pub fn chained(event: &AuditEvent, previous: AuditLink) -> Result<ChainedLine, Error> {
    let seq = previous.seq.saturating_add(1);
    let line = Line {
        seq,
        previous: previous.digest.to_string(),
        id: event.id.to_string(),
        at: event.at.to_string(),
        actor: Actor { kind: event.actor.kind(), id: event.actor.id(), name: event.actor.name() },
        verb: event.verb.as_str(),
        target: event.target.as_str(),
        before: state(event.before.as_deref())?,
        after: state(event.after.as_deref())?,
    };
    let text = serde_json::to_string(&line)
        .map_err(|cause| Error::internal("an audit event has no JSON form", cause))?;
    let digest = <[u8; 32]>::from(Sha256::digest(text.as_bytes())).into();
    Ok(ChainedLine { text, link: AuditLink { seq, digest } })
}

/// Takes a stored state as it is, so that the line does not depend on how JSON is written.
fn state(text: Option<&str>) -> Result<Option<&RawValue>, Error> {
    let parsed = text.map(serde_json::from_str).transpose();
    parsed.map_err(|cause| Error::internal("a state in the audit record is not JSON", cause))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use mamori_model::audit::{AuditActor, AuditTarget, AuditVerb};
    use uuid::Uuid;

    use super::*;

    fn event(number: u128) -> AuditEvent {
        AuditEvent {
            id: Uuid::from_u128(number).into(),
            actor: AuditActor::Key {
                id: Uuid::from_u128(7).into(),
                name: "list keeper".parse().unwrap(),
            },
            verb: AuditVerb::BankChanged,
            target: AuditTarget::of("bank_1"),
            before: Some(r#"{"action":"none"}"#.to_owned()),
            after: None,
            at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_line_has_the_digest_of_the_line_before_it() {
        let first = chained(&event(1), AuditLink::START).unwrap();
        let second = chained(&event(2), first.link).unwrap();

        assert_eq!(
            first.text,
            concat!(
                r#"{"seq":1,"previous":"0000000000000000000000000000000000000000000000000000000000000000","#,
                r#""id":"aud_00000000000000000000000000000001","at":"1970-01-01T00:00:00Z","#,
                r#""actor":{"kind":"key","id":"key_00000000000000000000000000000007","name":"list keeper"},"#,
                r#""verb":"bank_changed","target":"bank_1","before":{"action":"none"},"after":null}"#,
            )
        );
        let digest = Sha256::digest(first.text.as_bytes());
        let digest = mamori_model::Sha256::from(<[u8; 32]>::from(digest));
        assert_eq!(first.link, AuditLink { seq: 1, digest });
        assert!(second.text.contains(&format!(r#""previous":"{digest}""#)));
    }

    #[test]
    fn a_line_with_another_actor_state_or_place_has_another_digest() {
        let whole = chained(&event(1), AuditLink::START).unwrap().link;
        let by_cli = AuditEvent { actor: AuditActor::LocalCli, ..event(1) };
        let without_state = AuditEvent { before: None, ..event(1) };

        assert_ne!(chained(&by_cli, AuditLink::START).unwrap().link, whole);
        assert_ne!(chained(&without_state, AuditLink::START).unwrap().link, whole);
        assert_ne!(chained(&event(1), whole).unwrap().link, whole);
    }
}
