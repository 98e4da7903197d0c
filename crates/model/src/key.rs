//! Keys: what a service or an administrator shows to be let in.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{KeyId, Line, ServiceId, Sha256};

/// What the holder of a key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Banks, services, keys and webhooks of every service; and never an item.
    Admin,
    /// Items, matches and webhooks of one service.
    Service(ServiceId),
}

/// A key without its secret, which is shown once and kept only as a digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its id.
    pub id: KeyId,
    /// What it opens.
    pub role: Role,
    /// What it is for, in the words of whoever made it.
    pub name: Line,
    /// SHA-256 of the key's text. The text has 256 random bits, so a slow hash would add nothing.
    pub digest: Sha256,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was revoked; it opens nothing since.
    pub revoked_at: Option<Timestamp>,
}

/// An online service that calls Mamori.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// Its id.
    pub id: ServiceId,
    /// Its name.
    pub name: Line,
    /// When it was made.
    pub created_at: Timestamp,
}
