//! Id types: one for each kind of record, so that a match's id cannot be used as a bank's.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// The error for a text that is not an id of the expected type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an id: expected `{prefix}_` and {shape}")]
pub struct NotAnId {
    /// The prefix that was expected, without the underscore.
    pub prefix: &'static str,
    /// What was expected after the underscore, in words.
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
            /// The prefix of the text form, without the underscore.
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
    /// Id of a [`Bank`](crate::Bank).
    BankId = "bank";
    /// Id of a [`Match`](crate::matched::Match).
    MatchId = "match";
    /// Id of a [`Service`](crate::key::Service), an online service that calls Mamori.
    ServiceId = "svc";
    /// Id of a [`Key`](crate::key::Key), with which a service or an administrator calls the API.
    KeyId = "key";
    /// Id of a job: work that is enqueued in a transaction and done after it; see [`crate::job`].
    JobId = "job";
    /// Id of a webhook [`Endpoint`](crate::webhook::Endpoint) of a service.
    EndpointId = "hook";
    /// Id of a webhook [`Delivery`](crate::webhook::Delivery): the `webhook-id` header, by which
    /// the receiver recognises repeated deliveries.
    DeliveryId = "msg";
    /// Id of an [`Import`](crate::import::Import) of a list into a bank.
    ImportId = "imp";
    /// Id of a [`Case`](crate::Case).
    CaseId = "case";
    /// Id of a [`CaseEvent`](crate::CaseEvent).
    EventId = "ev";
    /// Id of an [`AuditEvent`](crate::audit::AuditEvent).
    AuditId = "aud";
    /// Id of an [`ApprovalRequest`](crate::ApprovalRequest).
    ApprovalId = "apr";
    /// Id of a [`ChangeNotice`](crate::ChangeNotice).
    NoticeId = "note";
    /// Id of a [`Decision`](crate::Decision).
    DecisionId = "dec";
    /// Id of a [`Bulk`](crate::Bulk): decisions on several cases, made, confirmed and undone as
    /// one.
    BulkId = "bulk";
    /// Id of an action that a service is asked to take: an [`ActionRequest`](crate::ActionRequest).
    ActionId = "act";
    /// Id of a [`Dispute`](crate::Dispute).
    DisputeId = "disp";
    /// Id of a [`View`](crate::View): one view of an item by a staff member.
    ViewId = "view";
    /// Id of the sealed bytes of an item: an [`Evidence`](crate::Evidence).
    EvidenceId = "evd";
    /// Id of a staff member ([`Staff`](crate::Staff)).
    StaffId = "staff";
    /// Id of a [`Credential`](crate::sign_in::Credential): a passkey, a password or a TOTP secret.
    CredentialId = "cred";
    /// Id of a [`SignInLink`](crate::sign_in::SignInLink): a link that works once.
    SignInLinkId = "link";
    /// Id of a [`Session`](crate::sign_in::Session): a staff member in one browser, from sign-in to
    /// sign-out.
    SessionId = "sess";
    /// Id of a passkey challenge that waits for the browser's response.
    CeremonyId = "cer";
    /// Id of one sign-in attempt.
    AttemptId = "try";
    /// Id of a break ([`Break`](crate::exposure::Break)).
    BreakId = "break";
    /// Id of a [`Notification`](crate::notification::Notification): a message to the people on duty.
    NotificationId = "ntf";
}

/// Id of an [`Entry`](crate::Entry).
///
/// Text: `ent_` and a decimal number. A running number and not a UUID, because the index holds one
/// for each of up to hundreds of millions of hashes, and because HMA's `content_id` is a number.
/// Never used twice. Range: 1 to 2⁶³ − 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId(i64);

impl EntryId {
    /// The prefix of the text form, without the underscore.
    pub const PREFIX: &'static str = "ent";
    /// The smallest id.
    pub const MIN: Self = Self(1);
    /// The greatest id.
    pub const MAX: Self = Self(i64::MAX);

    /// Returns the id with this number; `None` below 1.
    pub fn new(number: i64) -> Option<Self> {
        (number >= 1).then_some(Self(number))
    }

    /// Returns the running number.
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
