//! One id type per noun, so that a match's id is never taken for a bank's.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// A text that is not an id of the expected noun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an id: expected `{prefix}_` and {shape}")]
pub struct NotAnId {
    /// What the text should have begun with.
    pub prefix: &'static str,
    /// What should have come after the underscore.
    pub shape: &'static str,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        ///
        #[doc = concat!("Text: `", $prefix, "_` and 32 lower-case hex digits of a UUIDv7, so ids sort by age.")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// What every text of this id begins with.
            pub const PREFIX: &'static str = $prefix;
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}_{}", $prefix, self.0.simple())
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                let not_an_id = NotAnId { prefix: $prefix, shape: "32 lower-case hex digits" };
                let digits = text
                    .strip_prefix(concat!($prefix, "_"))
                    .filter(|digits| is_lower_hex(digits, 32))
                    .ok_or(not_an_id)?;
                Uuid::try_parse(digits).map(Self).map_err(|_| not_an_id)
            }
        }

        serde_as_text!($name);
    )*};
}

macro_rules! serde_as_text {
    ($name:ident) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use serde_as_text;

ids! {
    /// A named set of hashes with one purpose.
    BankId = "bank";
    /// One item that came near to entries of banks.
    MatchId = "match";
    /// The online service that calls Mamori.
    ServiceId = "svc";
    /// A key that a service or an administrator shows.
    KeyId = "key";
    /// Work that was promised in a transaction and is done after it.
    JobId = "job";
    /// A place at a service that takes webhooks.
    EndpointId = "hook";
    /// One message to one endpoint; the `webhook-id` that the receiver de-duplicates by.
    DeliveryId = "msg";
    /// One bulk import into a bank.
    ImportId = "imp";
    /// One question put to a person: what should happen to these items, and to this account?
    CaseId = "case";
    /// Something that happened to a case, or to somebody of the staff.
    EventId = "ev";
    /// What a person answered to a case.
    DecisionId = "dec";
    /// Decisions on several cases that are made, confirmed and undone as one.
    BulkId = "bulk";
    /// One thing that a service is asked to do.
    ActionId = "act";
    /// Somebody's word that an entry is wrong at a service.
    DisputeId = "disp";
    /// Somebody's look at an item.
    LookId = "look";
    /// An item's bytes, sealed.
    EvidenceId = "evd";
    /// Somebody who works with Mamori.
    StaffId = "staff";
    /// A passkey, a password or a code of somebody of the staff.
    CredentialId = "cred";
    /// A way in that is used once.
    TicketId = "tick";
    /// Somebody of the staff at one browser, from signing in to signing out.
    SessionId = "sess";
    /// A passkey's question that waits for its answer.
    CeremonyId = "cer";
    /// One attempt to sign in.
    AttemptId = "try";
    /// A break that somebody must take.
    RestId = "rest";
}

/// One hash in one bank.
///
/// Text: `ent_` and a decimal number. A running number and not a UUID, because the index holds one
/// for each of up to hundreds of millions of hashes, and because HMA's `content_id` is a number.
/// Never used twice. Range: 1 to 2⁶³ − 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId(i64);

impl EntryId {
    /// What every text of this id begins with.
    pub const PREFIX: &'static str = "ent";
    /// The least id.
    pub const MIN: Self = Self(1);
    /// The greatest id.
    pub const MAX: Self = Self(i64::MAX);

    /// The id with this number; `None` below 1.
    pub fn new(number: i64) -> Option<Self> {
        (number >= 1).then_some(Self(number))
    }

    /// The running number.
    pub fn number(self) -> i64 {
        self.0
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ent_{}", self.0)
    }
}

impl FromStr for EntryId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let not_an_id = NotAnId { prefix: "ent", shape: "a number from 1" };
        text.strip_prefix("ent_")
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_digit()))
            .filter(|digits| !digits.starts_with('0'))
            .and_then(|digits| digits.parse().ok())
            .and_then(Self::new)
            .ok_or(not_an_id)
    }
}

serde_as_text!(EntryId);

pub(crate) fn is_lower_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_as_itself_and_as_nothing_else() {
        let bank = BankId::from(Uuid::from_u128(7));

        assert_eq!(bank.to_string().parse(), Ok(bank));
        assert!(bank.to_string().parse::<MatchId>().is_err());
        assert!(bank.to_string().to_uppercase().parse::<BankId>().is_err());
        assert!(format!("bank_{}", Uuid::from_u128(7)).parse::<BankId>().is_err());
    }

    #[test]
    fn an_entry_id_is_between_the_least_and_the_greatest() {
        assert_eq!(EntryId::new(1), Some(EntryId::MIN));
        assert_eq!(EntryId::new(0), None);
        assert_eq!(EntryId::new(i64::MAX), Some(EntryId::MAX));
    }

    #[test]
    fn an_entry_id_has_exactly_one_text() {
        assert_eq!("ent_12".parse(), Ok(EntryId(12)));
        for text in
            ["ent_0", "ent_012", "ent_-1", "ent_+1", "12", "ent_", "ent_9223372036854775808"]
        {
            assert!(text.parse::<EntryId>().is_err(), "{text}");
        }
    }
}
