//! Proofs of who is asking. A verb that takes one cannot be called without.

use mamori_model::key::Role;
use mamori_model::{KeyId, ServiceId, Sha256};
use sha2::Digest;

use crate::Desk;

/// Somebody who showed an administrator's key. Made by [`Desk::authenticate`] only.
#[derive(Clone, Copy, Debug)]
pub struct Admin {
    key: KeyId,
}

/// A service that showed its key. Made by [`Desk::authenticate`] only.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    service: ServiceId,
    key: KeyId,
}

/// Whoever showed a key.
#[derive(Clone, Copy, Debug)]
pub enum Proof {
    /// An administrator.
    Admin(Admin),
    /// A service.
    Caller(Caller),
}

impl Admin {
    /// The key that was shown.
    pub fn key(&self) -> KeyId {
        self.key
    }

    /// The one who sits at the machine: who can read the database needs no key.
    pub fn at_the_machine() -> Self {
        Self { key: uuid::Uuid::nil().into() }
    }
}

impl Caller {
    /// The service.
    pub fn service(&self) -> ServiceId {
        self.service
    }

    /// The key that was shown.
    pub fn key(&self) -> KeyId {
        self.key
    }
}

/// The digest by which a key's text is known.
pub fn digest(token: &str) -> Sha256 {
    Sha256::from(<[u8; 32]>::from(sha2::Sha256::digest(token.as_bytes())))
}

impl Desk {
    /// Whose key `token` is; `None` if it is nobody's or revoked.
    ///
    /// Memory only: a check that finds nothing touches no database. A revocation is known here
    /// within a second.
    pub fn authenticate(&self, token: &str) -> Option<Proof> {
        let directory = self.directory();
        let (key, role) = directory.key(&digest(token))?;
        Some(match role {
            Role::Admin => Proof::Admin(Admin { key }),
            Role::Service(service) => Proof::Caller(Caller { service, key }),
        })
    }
}
