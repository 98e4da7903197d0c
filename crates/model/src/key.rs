//! API keys with their scopes, and the services that they belong to.

mod network;
mod scope;

use std::net::IpAddr;

use jiff::Timestamp;
use jiff::civil::Date;

pub use self::network::{Network, NotANetwork, network_of};
pub use self::scope::{NotScopes, Scope, ScopeSet};
use crate::{AuditActor, KeyId, Line, ServiceId, Sha256};

/// What the holder of an API key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Manage banks, services, keys and the webhooks of every service; never send or read items.
    Admin,
    /// Use the items, matches and webhooks of one service.
    Service(ServiceId),
}

/// An API key without its secret text, which is shown once and stored only as a digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Id of this key; text form `key_…`.
    pub id: KeyId,
    /// What its holder may do.
    pub role: Role,
    /// The purpose of the key, in the words of the administrator who created it.
    pub name: Line,
    /// What it may be used for.
    pub scopes: ScopeSet,
    /// From this time on the key is not accepted; `None`: it has no end.
    pub ends_at: Option<Timestamp>,
    /// The networks from which it is accepted, at most [`Self::NETWORKS_MAX`]; empty: from
    /// everywhere.
    pub networks: Vec<Network>,
    /// SHA-256 of the key's text. The text has 256 random bits, so a slow hash would add nothing.
    pub digest: Sha256,
    /// The key, or the command line, that created it.
    pub created_by: AuditActor,
    /// Creation time.
    pub created_at: Timestamp,
    /// Whether it waits for a second actor, and so is not accepted yet.
    pub waits: bool,
    /// The day (UTC) on which it was last used, as far as it is stored yet; no time, no address.
    pub last_used_on: Option<Date>,
    /// Time of revocation; the key has not been accepted since.
    pub revoked_at: Option<Timestamp>,
}

/// The error for a key that could be used for longer, or from elsewhere, than its issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotWithinIssuer {
    /// It ends later, or never.
    #[error("the key that issues it has an end: `ends_at` must not be later")]
    End,
    /// It is accepted from other networks, or from everywhere.
    #[error(
        "the key that issues it is accepted from some networks only: `networks` must be within them"
    )]
    Networks,
}

impl Key {
    /// The most networks of a key.
    pub const NETWORKS_MAX: usize = 16;

    /// Checks whether the key's end has passed at `now`.
    pub fn has_ended(&self, now: Timestamp) -> bool {
        self.ends_at.is_some_and(|ends_at| ends_at <= now)
    }

    /// Checks whether a client at this address may use the key. A key that is accepted from some
    /// networks only is refused to a client whose address is not known.
    pub fn is_accepted_from(&self, address: Option<IpAddr>) -> bool {
        let is_inside = |address| self.networks.iter().any(|network| network.contains(address));
        self.networks.is_empty() || address.is_some_and(is_inside)
    }

    /// Checks that the key may issue `new`: it ends no later than its issuer, and an administrator's
    /// key is accepted from no other networks. A key for a service is used elsewhere.
    pub fn may_issue(&self, new: &Self) -> Result<(), NotWithinIssuer> {
        let ends_later = self.ends_at.is_some_and(|end| new.ends_at.is_none_or(|new| new > end));
        if ends_later {
            return Err(NotWithinIssuer::End);
        }
        if new.role != Role::Admin {
            return Ok(());
        }
        let is_inside = |new: &Network| self.networks.iter().any(|own| new.is_within(own));
        let is_narrower = !new.networks.is_empty() && new.networks.iter().all(is_inside);
        if self.networks.is_empty() || is_narrower {
            Ok(())
        } else {
            Err(NotWithinIssuer::Networks)
        }
    }

    /// Returns the key as an actor of the audit record.
    pub fn actor(&self) -> AuditActor {
        AuditActor::Key { id: self.id, name: self.name.clone() }
    }
}

/// An online service that calls Mamori.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Id of this service; text form `svc_…`.
    pub id: ServiceId,
    /// Display name of the service.
    pub name: Line,
    /// Creation time.
    pub created_at: Timestamp,
    /// When the service began to leave: an administrator deleted it while cases were undecided or
    /// actions had no answer. Nothing of it is checked any more; it is deleted when nothing waits.
    pub leaving_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn key() -> Key {
        Key {
            id: Uuid::from_u128(1).into(),
            role: Role::Admin,
            name: "a key".parse().unwrap(),
            scopes: ScopeSet::all_of(Role::Admin),
            ends_at: None,
            networks: Vec::new(),
            digest: Sha256::ZERO,
            created_by: AuditActor::LocalCli,
            created_at: Timestamp::UNIX_EPOCH,
            waits: false,
            last_used_on: None,
            revoked_at: None,
        }
    }

    #[test]
    fn a_key_ends_at_its_end() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let ending = Key { ends_at: Some(at(10)), ..key() };

        assert!(!ending.has_ended(at(9)));
        assert!(ending.has_ended(at(10)));
        assert!(!key().has_ended(at(i64::from(u32::MAX))));
    }

    #[test]
    fn a_key_with_networks_needs_an_address_in_one_of_them() {
        let networks = vec!["192.0.2.0/24".parse().unwrap(), "2001:db8::/32".parse().unwrap()];
        let bound = Key { networks, ..key() };
        let from = |text: &str| Some(text.parse().unwrap());

        assert!(bound.is_accepted_from(from("192.0.2.9")));
        assert!(bound.is_accepted_from(from("2001:db8::9")));
        assert!(!bound.is_accepted_from(from("198.51.100.9")));
        assert!(!bound.is_accepted_from(None));
        assert!(key().is_accepted_from(None) && key().is_accepted_from(from("198.51.100.9")));
    }

    #[test]
    fn a_key_issues_no_key_that_ends_later_and_no_administrators_key_for_elsewhere() {
        let at = |second| Some(Timestamp::from_second(second).unwrap());
        let within =
            |networks: &[&str]| networks.iter().map(|text| text.parse().unwrap()).collect();
        let own = Key { ends_at: at(10), networks: within(&["10.0.0.0/8"]), ..key() };
        let new = |ends_at, networks: &[&str]| {
            own.may_issue(&Key { ends_at, networks: within(networks), ..key() })
        };

        assert_eq!(new(at(10), &["10.1.0.0/16", "10.2.0.1"]), Ok(()));
        assert_eq!(new(at(11), &["10.0.0.0/8"]), Err(NotWithinIssuer::End));
        assert_eq!(new(None, &["10.0.0.0/8"]), Err(NotWithinIssuer::End));
        assert_eq!(new(at(9), &[]), Err(NotWithinIssuer::Networks));
        assert_eq!(new(at(9), &["0.0.0.0/0"]), Err(NotWithinIssuer::Networks));
        assert_eq!(new(at(9), &["10.1.0.0/16", "192.0.2.1"]), Err(NotWithinIssuer::Networks));
        let role = Role::Service(Uuid::from_u128(2).into());
        let of_service = |ends_at| own.may_issue(&Key { role, ends_at, ..key() });
        assert_eq!(of_service(at(10)), Ok(()));
        assert_eq!(of_service(None), Err(NotWithinIssuer::End));
        assert_eq!(key().may_issue(&own), Ok(()));
    }
}
