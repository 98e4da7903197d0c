//! The kinds of hash that the index holds, and the search keys of the exact ones.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use mamori_model::{EntryId, Hash, Md5, Pdq, Sha1, Sha256};

/// A kind of hash that the index holds.
pub trait IndexedHash: Copy {
    /// Returns `hash` if it is of this kind.
    fn of(hash: &Hash) -> Option<Self>;
    /// Returns the search key for an exact look-up: 64 bits mixed from all bits. `None` for PDQ.
    fn key(&self) -> Option<u64>;
}

impl IndexedHash for Pdq {
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

impl IndexedHash for Sha256 {
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

impl IndexedHash for Sha1 {
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

impl IndexedHash for Md5 {
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

/// Mixes `bytes` with a fixed key. Not their first eight bytes, because there are lists whose
/// hashes begin alike.
fn mix(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

/// Returns the search key of entry `id` with `hash` for an exact look-up; `None` for PDQ.
pub fn exact_key(id: EntryId, hash: &Hash) -> Option<(u64, EntryId)> {
    let key = match hash {
        Hash::Pdq(hash) => hash.key(),
        Hash::Sha256(hash) => hash.key(),
        Hash::Sha1(hash) => hash.key(),
        Hash::Md5(hash) => hash.key(),
    };
    Some((key?, id))
}
