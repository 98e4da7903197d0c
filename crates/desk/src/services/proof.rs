//! Proofs of an API key. An operation that takes one cannot be called without it. Proofs of a staff
//! member's session are in [`crate::staff::member`].

use std::net::IpAddr;
use std::sync::Arc;

use mamori_media::Sender;
use mamori_model::key::{Key, Role, Scope, ScopeSet};
use mamori_model::{AuditActor, Bank, KeyId, ServiceId, Sha256};
use sha2::Digest;

use crate::{Desk, Error};

/// An administrator's API key that a request showed. Created by [`Desk::authenticate`], and by
/// [`Self::local_cli`] for the command line.
#[derive(Clone, Debug)]
pub struct Admin {
    /// `None` on the command line, and for the routes of HMA without keys.
    key: Option<Arc<Key>>,
    /// Whether only banks may be changed for which [`Bank::is_open_without_key`] holds.
    is_keyless_hma: bool,
}

/// A service that showed its API key. Created by [`Desk::authenticate`] only.
#[derive(Clone, Debug)]
pub struct Caller {
    service: ServiceId,
    key: Arc<Key>,
}

/// The proof of an API key, by its role.
#[derive(Clone, Debug)]
pub enum Proof {
    /// An administrator's API key.
    Admin(Admin),
    /// A service's API key.
    Caller(Caller),
}

impl Proof {
    /// Returns the id of the API key that was shown.
    pub fn key(&self) -> Option<KeyId> {
        match self {
            Self::Admin(admin) => admin.key(),
            Self::Caller(caller) => Some(caller.key()),
        }
    }
}

impl Admin {
    /// Returns the id of the API key that was shown; `None` on the command line.
    pub fn key(&self) -> Option<KeyId> {
        self.key.as_ref().map(|key| key.id)
    }

    /// Returns the actor for the audit record.
    pub fn actor(&self) -> AuditActor {
        self.key.as_ref().map_or(AuditActor::LocalCli, |key| key.actor())
    }

    /// Checks that the key has one of `scopes`; [`Error::NotFound`] otherwise, because unknown and
    /// forbidden look alike. The command line may do everything.
    pub fn require(&self, scopes: &[Scope]) -> Result<(), Error> {
        self.key.as_ref().map_or(Ok(()), |key| require(&key.scopes, scopes))
    }

    /// Returns the scopes of the key, which limit those of the keys that it creates; `None` on the
    /// command line, which has no limit.
    pub(super) fn scopes(&self) -> Option<&ScopeSet> {
        self.key.as_ref().map(|key| &key.scopes)
    }

    /// Creates the proof of the operator on the command line: needs no API key, because the
    /// operator can read the database.
    pub fn local_cli() -> Self {
        Self { key: None, is_keyless_hma: false }
    }

    /// Creates the proof of a program on this machine that uses the routes of HMA while they require no
    /// keys. Its actor is the command line. It may change only the banks that are open without a key.
    pub fn keyless_hma() -> Self {
        Self { key: None, is_keyless_hma: true }
    }

    /// Checks that `bank` may be changed with this proof; [`Error::NotFound`] otherwise. Call it with the
    /// bank that the transaction has locked: its action may have changed since the client named it.
    pub(crate) fn require_bank(&self, bank: &Bank) -> Result<(), Error> {
        let is_open = !self.is_keyless_hma || bank.is_open_without_key();
        if is_open { Ok(()) } else { Err(Error::NotFound("bank")) }
    }
}

impl Caller {
    /// Returns the id of the service that the API key belongs to.
    pub fn service(&self) -> ServiceId {
        self.service
    }

    /// Returns the id of the API key that was shown.
    pub fn key(&self) -> KeyId {
        self.key.id
    }

    /// Returns the actor for the audit record.
    pub fn actor(&self) -> AuditActor {
        self.key.actor()
    }

    /// Checks that the key has one of `scopes`; [`Error::NotFound`] otherwise, because unknown and
    /// forbidden look alike.
    pub fn require(&self, scopes: &[Scope]) -> Result<(), Error> {
        require(&self.key.scopes, scopes)
    }
}

impl Proof {
    /// Checks that the key has one of `scopes`; [`Error::NotFound`] otherwise, because unknown and
    /// forbidden look alike.
    pub fn require(&self, scopes: &[Scope]) -> Result<(), Error> {
        match self {
            Self::Admin(admin) => admin.require(scopes),
            Self::Caller(caller) => caller.require(scopes),
        }
    }
}

impl From<Proof> for Sender {
    fn from(proof: Proof) -> Self {
        match proof {
            Proof::Admin(_) => Self::Administrators,
            Proof::Caller(caller) => Self::Service(caller.service()),
        }
    }
}

fn require(own: &ScopeSet, scopes: &[Scope]) -> Result<(), Error> {
    if own.has_any(scopes) { Ok(()) } else { Err(Error::NotFound("scope")) }
}

/// Returns the sha-256 digest of a secret text: API keys, cookies and one-time links are stored as
/// this digest only.
pub fn digest(token: &str) -> Sha256 {
    Sha256::from(<[u8; 32]>::from(sha2::Sha256::digest(token.as_bytes())))
}

impl Desk {
    /// Returns the proof of the API key `token`, which a client at the address `from` showed; `None`
    /// if the key is unknown, revoked or ended, or is not accepted from that address. `from` is
    /// `None` if the client's address is not known.
    ///
    /// Reads memory only: a check that finds nothing does not touch the database. A revocation
    /// takes effect here within a second. The address is compared and forgotten.
    pub fn authenticate(&self, token: &str, from: Option<IpAddr>) -> Option<Proof> {
        let directory = self.directory();
        let key = directory.key(&digest(token))?.clone();
        let now = self.clock().now();
        let refusal = if key.has_ended(now) {
            Some("an API key was used after its end")
        } else if !key.is_accepted_from(from) {
            Some("an API key was used from outside its networks")
        } else {
            None
        };
        if let Some(refusal) = refusal {
            if self.inner.key_use.is_refusal_due(key.id, now) {
                tracing::warn!(target: "security", key = %key.id, "{refusal}");
            }
            return None;
        }
        self.inner.key_use.note(&key, Self::day(now));
        Some(match key.role {
            Role::Admin => Proof::Admin(Admin { key: Some(key), is_keyless_hma: false }),
            Role::Service(service) => Proof::Caller(Caller { service, key }),
        })
    }
}
