//! The closed list of what can be done.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// What an event of the audit record says was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(EnumString, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum AuditVerb {
    /// A bank was created.
    BankCreated,
    /// Settings of a bank were changed.
    BankChanged,
    /// A bank was deleted.
    BankDeleted,
    /// Entries were added to a bank, or entries that it had were changed by adding them again.
    EntriesAdded,
    /// Withdrawn hashes were added to a bank again.
    EntriesRestored,
    /// The labels, the end or the source id of an entry were changed.
    EntryChanged,
    /// Entries of a bank were withdrawn.
    EntriesWithdrawn,
    /// An export of all entries of a bank, with their hashes, began.
    EntriesExported,
    /// An import into a bank began.
    ImportBegun,
    /// An import ended: finished, refused or interrupted.
    ImportEnded,
    /// A service was registered.
    ServiceCreated,
    /// A service was renamed.
    ServiceChanged,
    /// A service began to leave: it is deleted when its cases are decided and its actions answered.
    ServiceLeaving,
    /// A service was deleted.
    ServiceDeleted,
    /// An API key was issued.
    KeyIssued,
    /// An API key was revoked.
    KeyRevoked,
    /// A webhook endpoint was added.
    EndpointAdded,
    /// A webhook endpoint was removed.
    EndpointRemoved,
    /// A test message to an endpoint was requested.
    EndpointTested,
    /// A webhook endpoint was disabled, because its receiver answered 410 Gone.
    EndpointDisabled,
    /// A disabled webhook endpoint was enabled again.
    EndpointEnabled,
    /// A webhook endpoint got a new signing secret.
    EndpointSecretRotated,
    /// A finished delivery was enqueued again.
    DeliveryResent,
    /// A service reported that an action is done or cannot be done.
    ActionAnswered,
    /// A staff account was created.
    StaffAdded,
    /// The roles of a staff member were changed.
    StaffRolesChanged,
    /// The exposure limits of a staff member were changed.
    StaffLimitsChanged,
    /// The services and policies of a staff member were changed.
    StaffAssignmentChanged,
    /// A one-time link was made.
    StaffLinkMade,
    /// A sign-in method was added.
    CredentialAdded,
    /// A sign-in method was removed.
    CredentialRemoved,
    /// A staff account was deactivated.
    StaffEnded,
    /// A staff member signed in with a sign-in link.
    SignedInWithLink,
    /// A session was ended because its cookie was used in two places.
    SessionReplayed,
    /// A version of a policy was put into force.
    PolicyChanged,
    /// The saved reasons of a policy were changed in one language.
    ReasonsChanged,
    /// A policy editor resolved a dispute.
    DisputeResolved,
    /// The sealed items were wrapped with the newest key of the vault.
    VaultRewrapped,
    /// A staff member did something to a case, or a claim or an unconfirmed bulk decision ended by
    /// itself; the event's details name it with the word of the case's history.
    CaseChanged,
    /// A bulk decision was prepared.
    BulkPrepared,
    /// A bulk decision was confirmed by the reviewer who prepared it.
    BulkConfirmed,
    /// A bulk decision was discarded before it was confirmed.
    BulkDiscarded,
    /// A bulk decision was approved.
    BulkApproved,
    /// A bulk decision was refused.
    BulkRefused,
    /// A bulk decision was undone.
    BulkUndone,
    /// A change was requested that needs a second actor.
    ApprovalRequested,
    /// A second actor approved a requested change, which took effect.
    ApprovalApproved,
    /// The requester had a requested change take effect alone, after the delay.
    ApprovalMadeAlone,
    /// A second actor refused a requested change.
    ApprovalRefused,
    /// A requested change was cancelled.
    ApprovalCancelled,
    /// A requested change lapsed.
    ApprovalLapsed,
    /// A notice of a change that narrowed was acknowledged.
    NoticeAcknowledged,
}

impl AuditVerb {
    /// Every verb, in the order of declaration.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the word that the database and exports use.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Parses the word that [`Self::as_str`] returns.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verb_reads_back_as_itself() {
        for &verb in AuditVerb::ALL {
            assert_eq!(AuditVerb::parse(verb.as_str()), Some(verb));
        }
        assert_eq!(AuditVerb::parse("bank"), None);
    }
}
