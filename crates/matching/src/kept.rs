//! The kinds of hash that the index keeps, and how the exact ones are looked up.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use mamori_model::{EntryId, Hash, Md5, Pdq, Sha1, Sha256};

/// A kind of hash that the index keeps.
pub trait Kept: Copy {
    /// `hash`, if it is of this kind.
    fn of(hash: &Hash) -> Option<Self>;
    /// What an exact look-up finds it by: a mixture of all its bits. `None` for PDQ.
    fn key(&self) -> Option<u64>;
}

impl Kept for Pdq {
    fn of(hash: &Hash) -> Option<Self> {
        match hash {
            Hash::Pdq(hash) => Some(*hash),
            Hash::Sha256(_) | Hash::Sha1(_) | Hash::Md5(_) => None,
        }
    }

    fn key(&self) -> Option<u64> {
        None
    }
}

impl Kept for Sha256 {
    fn of(hash: &Hash) -> Option<Self> {
        match hash {
            Hash::Sha256(hash) => Some(*hash),
            Hash::Pdq(_) | Hash::Sha1(_) | Hash::Md5(_) => None,
        }
    }

    fn key(&self) -> Option<u64> {
        Some(mix(self.as_bytes()))
    }
}

impl Kept for Sha1 {
    fn of(hash: &Hash) -> Option<Self> {
        match hash {
            Hash::Sha1(hash) => Some(*hash),
            Hash::Pdq(_) | Hash::Sha256(_) | Hash::Md5(_) => None,
        }
    }

    fn key(&self) -> Option<u64> {
        Some(mix(self.as_bytes()))
    }
}

impl Kept for Md5 {
    fn of(hash: &Hash) -> Option<Self> {
        match hash {
            Hash::Md5(hash) => Some(*hash),
            Hash::Pdq(_) | Hash::Sha256(_) | Hash::Sha1(_) => None,
        }
    }

    fn key(&self) -> Option<u64> {
        Some(mix(self.as_bytes()))
    }
}

/// A mixture with a fixed key. Not the first bytes: lists have been seen that begin alike.
fn mix(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

/// Where an exact look-up finds the entry `id` with `hash`; `None` for PDQ.
pub fn exact_key(id: EntryId, hash: &Hash) -> Option<(u64, EntryId)> {
    let key = match hash {
        Hash::Pdq(hash) => hash.key(),
        Hash::Sha256(hash) => hash.key(),
        Hash::Sha1(hash) => hash.key(),
        Hash::Md5(hash) => hash.key(),
    };
    Some((key?, id))
}
