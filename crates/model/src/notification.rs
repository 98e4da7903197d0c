//! Notifications: messages to the people on duty, whose addresses the operator sets. They consist of
//! counts and a link, so [`Counts`] can hold nothing else.
//!
//! Waiting ─sent→ Sent
//!    └── failed too often → Failed, or no longer needed → Dropped

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::{NotificationId, Urgency};

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $word:ident,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[derive(EnumString, IntoStaticStr, VariantArray)]
        #[strum(serialize_all = "snake_case")]
        pub enum $name { $($(#[$of])* $word,)* }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [Self] = Self::VARIANTS;

            /// Returns the word that messages and the database use.
            pub fn as_str(self) -> &'static str {
                self.into()
            }

            /// Parses the word that [`Self::as_str`] returns.
            pub fn parse(text: &str) -> Option<Self> {
                text.parse().ok()
            }
        }
    )*};
}

words! {
    /// What a notification is about.
    Topic {
        /// Cases in which a child may be in danger now, and that no reviewer has claimed.
        ChildInDanger,
        /// Other cases that have waited for a reviewer for a long time.
        CasesWaiting,
        /// Work of leads, policy editors and second actors that has waited for a long time.
        LeadsWaiting,
        /// The vault is nearly full.
        VaultFull,
    }

    /// Which of the operator's contacts.
    Contact {
        /// The people who are notified of everything.
        First,
        /// The people who are notified, too, when no reviewer claims a case in which a child may be
        /// in danger.
        Second,
    }

    /// How a message is sent.
    Channel {
        /// By a signed webhook.
        Webhook,
        /// By mail.
        Mail,
    }

    /// The state of a notification.
    NotificationState {
        /// To be sent, or to be sent again after a failed attempt.
        Waiting,
        /// The receiver or the mail server accepted it.
        Sent,
        /// Failed too often.
        Failed,
        /// Not sent, because nothing waited any more, or a newer message took its place.
        Dropped,
    }

    /// What is counted.
    Counted {
        /// Unclaimed cases in which a child may be in danger now.
        CasesChildInDanger,
        /// Unclaimed cases with material that no list knew.
        CasesNewMaterial,
        /// Unclaimed cases with material that a list contains.
        CasesKnownMaterial,
        /// Unclaimed cases that were escalated to a lead, without those in which a child may be in
        /// danger.
        EscalatedCases,
        /// Decisions that wait for their second approval.
        Decisions,
        /// Bulk decisions that wait for their second approval.
        BulkDecisions,
        /// Proposals to lower the urgency of a case.
        UrgencyLowerings,
        /// Open disputes about entries.
        Disputes,
        /// Changes that wait for a second actor.
        Changes,
        /// Percent of the vault's space that is in use.
        VaultPercent,
    }
}

impl Counted {
    /// Returns the cases of this urgency.
    pub fn cases(urgency: Urgency) -> Self {
        match urgency {
            Urgency::ChildInDanger => Self::CasesChildInDanger,
            Urgency::NewMaterial => Self::CasesNewMaterial,
            Urgency::KnownMaterial => Self::CasesKnownMaterial,
        }
    }
}

/// The contents of a notification: numbers. Those that are 0 are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts(BTreeMap<Counted, u64>);

impl Counts {
    /// Checks whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the numbers, in the order of [`Counted`].
    pub fn iter(&self) -> impl Iterator<Item = (Counted, u64)> {
        self.0.iter().map(|(counted, number)| (*counted, *number))
    }
}

impl FromIterator<(Counted, u64)> for Counts {
    fn from_iter<I: IntoIterator<Item = (Counted, u64)>>(counts: I) -> Self {
        Self(counts.into_iter().filter(|(_, number)| *number > 0).collect())
    }
}

/// Where a notification goes: the addresses themselves are in the configuration only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target {
    /// The contact.
    pub contact: Contact,
    /// How it is sent.
    pub channel: Channel,
    /// Of mail: which of the contact's addresses, from 0. Each address gets a message of its own, so
    /// that one that is refused does not keep the others from theirs.
    pub place: u32,
}

/// One message to one target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// Id of this notification, the same at every attempt; text form `ntf_…`.
    pub id: NotificationId,
    /// What it is about.
    pub topic: Topic,
    /// Where it goes.
    pub to: Target,
    /// What it says.
    pub counts: Counts,
    /// Current state.
    pub state: NotificationState,
    /// Number of attempts so far.
    pub attempts: u32,
    /// Result of the last attempt; names no address.
    pub last_result: Option<String>,
    /// Time at which it was created.
    pub created_at: Timestamp,
    /// Time of the last attempt.
    pub last_attempt_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_written_as_words_with_numbers_and_without_those_that_are_0() {
        let counts: Counts = [
            (Counted::Decisions, 2),
            (Counted::cases(Urgency::NewMaterial), 7),
            (Counted::Changes, 0),
        ]
        .into_iter()
        .collect();

        let text = serde_json::to_string(&counts).unwrap();

        assert_eq!(text, "{\"cases_new_material\":7,\"decisions\":2}");
        assert_eq!(serde_json::from_str::<Counts>(&text).unwrap(), counts);
        assert!([(Counted::Changes, 0)].into_iter().collect::<Counts>().is_empty());
    }

    #[test]
    fn counts_cannot_be_read_from_other_words_or_texts() {
        for other in ["{\"item\":1}", "{\"decisions\":\"x\"}", "{\"decisions\":-1}", "[]"] {
            assert!(serde_json::from_str::<Counts>(other).is_err(), "{other}");
        }
    }

    #[test]
    fn every_word_reads_back_as_itself() {
        for &topic in Topic::ALL {
            assert_eq!(Topic::parse(topic.as_str()), Some(topic));
        }
        for &counted in Counted::ALL {
            assert_eq!(Counted::parse(counted.as_str()), Some(counted));
        }
        assert_eq!(Contact::parse("second"), Some(Contact::Second));
        assert_eq!(Channel::parse("fax"), None);
        assert_eq!(NotificationState::parse("dropped"), Some(NotificationState::Dropped));
    }
}
