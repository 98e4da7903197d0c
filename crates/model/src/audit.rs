//! The audit record: who changed what, and when. Its events are added and never changed.

mod act;
mod rule;
mod verb;

use std::fmt::Display;

use jiff::Timestamp;

use crate::{AuditId, KeyId, Line, Sha256, StaffId};

pub use act::AuditAct;
pub use rule::{ActRule, ActorRole, Alone, Condition, First};
pub use verb::AuditVerb;

/// Who made a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditActor {
    /// A program with an API key.
    Key {
        /// Id of the key.
        id: KeyId,
        /// The name of the key when it made the change.
        name: Line,
    },
    /// A staff member, in the console.
    Staff(StaffId),
    /// The operator, on the command line of the machine.
    LocalCli,
    /// Mamori itself: a term ended, or a job ran.
    Mamori,
}

impl AuditActor {
    /// Returns the word that the database and exports use for the kind of actor.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Key { .. } => "key",
            Self::Staff(_) => "staff",
            Self::LocalCli => "command_line",
            Self::Mamori => "mamori",
        }
    }

    /// Returns the id of the key, if the actor is one.
    pub fn key(&self) -> Option<KeyId> {
        match self {
            Self::Key { id, .. } => Some(*id),
            Self::Staff(_) | Self::LocalCli | Self::Mamori => None,
        }
    }

    /// Returns the id of the staff member, if the actor is one.
    pub fn staff(&self) -> Option<StaffId> {
        match self {
            Self::Staff(id) => Some(*id),
            Self::Key { .. } | Self::LocalCli | Self::Mamori => None,
        }
    }

    /// Returns the name of the key, if the actor is one.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Key { name, .. } => Some(name.as_str()),
            Self::Staff(_) | Self::LocalCli | Self::Mamori => None,
        }
    }

    /// Returns the text form of the actor's id; `None` for the command line and for Mamori.
    pub fn id(&self) -> Option<String> {
        match self {
            Self::Key { id, .. } => Some(id.to_string()),
            Self::Staff(id) => Some(id.to_string()),
            Self::LocalCli | Self::Mamori => None,
        }
    }

    /// Checks whether both are the same key, the same staff member, or both the command line. The
    /// name of a key does not count.
    pub fn is(&self, other: &Self) -> bool {
        self.kind() == other.kind() && self.id() == other.id()
    }

    /// Builds the actor from the word of [`Self::kind`], the text of [`Self::id`] and the key's
    /// name; `None` if they do not belong together.
    pub fn parse(kind: &str, id: Option<&str>, name: Option<&str>) -> Option<Self> {
        match (kind, id, name) {
            ("key", Some(id), Some(name)) => {
                Some(Self::Key { id: id.parse().ok()?, name: name.parse().ok()? })
            }
            ("staff", Some(id), None) => Some(Self::Staff(id.parse().ok()?)),
            ("command_line", None, None) => Some(Self::LocalCli),
            ("mamori", None, None) => Some(Self::Mamori),
            _ => None,
        }
    }
}

impl From<StaffId> for AuditActor {
    fn from(staff: StaffId) -> Self {
        Self::Staff(staff)
    }
}

/// What a change was made to: the text form of an id, such as `bank_…`, whose prefix names the
/// kind, or the word of a policy.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AuditTarget(String);

impl AuditTarget {
    /// The largest length of the text, in bytes.
    pub const LEN_MAX: usize = 64;

    /// Creates the target from an id of the text form `prefix_…`, or from a word of a closed list.
    pub fn of(id: impl Display) -> Self {
        Self(id.to_string())
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Parses the text of a filter; `None` if it is empty, too long or no such text.
    pub fn parse(text: &str) -> Option<Self> {
        let is_target = !text.is_empty()
            && text.len() <= Self::LEN_MAX
            && text
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        is_target.then(|| Self(text.to_owned()))
    }
}

/// One event of the audit record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEvent {
    /// Id of this event; text form `aud_…`.
    pub id: AuditId,
    /// Who made the change.
    pub actor: AuditActor,
    /// What was done.
    pub verb: AuditVerb,
    /// What it was done to.
    pub target: AuditTarget,
    /// The state before, as JSON without secrets and without personal data of users; `None` if
    /// there was none.
    pub before: Option<String>,
    /// The state after, or the details of what was done, as JSON likewise.
    pub after: Option<String>,
    /// Time of the change.
    pub at: Timestamp,
}

/// The place of an event in the hash chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditLink {
    /// The number of the event, from 1, without gaps.
    pub seq: u64,
    /// SHA-256 of the event's line, which contains the digest of the line before.
    pub digest: Sha256,
}

impl AuditLink {
    /// The link before the first event: number 0, and a digest of zeros.
    pub const START: Self = Self { seq: 0, digest: Sha256::ZERO };
}

/// An event with its place in the chain; `None` until the sequencer has numbered it, which takes
/// about a second.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedEvent {
    /// The event.
    pub event: AuditEvent,
    /// Its place.
    pub link: Option<AuditLink>,
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn actors() -> [AuditActor; 4] {
        let id = Uuid::from_u128(7);
        [
            AuditActor::Key { id: id.into(), name: "list keeper".parse().unwrap() },
            AuditActor::Staff(id.into()),
            AuditActor::LocalCli,
            AuditActor::Mamori,
        ]
    }

    #[test]
    fn an_actor_reads_back_as_itself() {
        for actor in actors() {
            let read = AuditActor::parse(actor.kind(), actor.id().as_deref(), actor.name());
            assert_eq!(read, Some(actor));
        }
        assert_eq!(AuditActor::parse("staff", None, None), None);
        assert_eq!(AuditActor::parse("mamori", Some("key_"), None), None);
    }

    #[test]
    fn a_renamed_key_is_the_same_actor_and_a_staff_member_of_the_same_number_is_not() {
        let [key, staff, cli, mamori] = actors();
        let renamed = AuditActor::Key { id: Uuid::from_u128(7).into(), name: "x".parse().unwrap() };

        assert!(key.is(&renamed));
        assert!(cli.is(&AuditActor::LocalCli));
        assert!(!key.is(&staff) && !cli.is(&mamori));
    }

    #[test]
    fn a_target_is_an_id_or_a_word() {
        assert!(AuditTarget::parse("bank_01").is_some());
        assert!(AuditTarget::parse("child_exploitation").is_some());
        for text in ["", "a b", "A", "é", &"a".repeat(65)] {
            assert_eq!(AuditTarget::parse(text), None, "{text}");
        }
    }
}
