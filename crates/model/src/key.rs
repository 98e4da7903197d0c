//! API keys, and the services that they belong to.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

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
    /// SHA-256 of the key's text. The text has 256 random bits, so a slow hash would add nothing.
    pub digest: Sha256,
    /// Creation time.
    pub created_at: Timestamp,
    /// Whether it waits for a second actor, and so is not accepted yet.
    pub waits: bool,
    /// Time of revocation; the key has not been accepted since.
    pub revoked_at: Option<Timestamp>,
}

impl Key {
    /// Returns the key as an actor of the audit record.
    pub fn actor(&self) -> AuditActor {
        AuditActor::Key { id: self.id, name: self.name.clone() }
    }
}

/// An online service that calls Mamori.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// Id of this service; text form `svc_…`.
    pub id: ServiceId,
    /// Display name of the service.
    pub name: Line,
    /// Creation time.
    pub created_at: Timestamp,
}
