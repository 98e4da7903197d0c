//! An item's bytes become hashes; nothing is kept.

use bytes::Bytes;
use mamori_media::{Digests, Picture};

use crate::{Desk, Error};

/// The hashes of an item's bytes.
#[derive(Clone, Debug)]
pub struct Hashed {
    /// How it looks: one PDQ hash a frame.
    pub picture: Picture,
    /// What it is, byte by byte.
    pub digests: Digests,
}

impl Desk {
    /// Hashes a picture in a caged child process.
    pub async fn hash_item(&self, bytes: Bytes) -> Result<Hashed, Error> {
        let for_digests = bytes.clone();
        let digests = tokio::task::spawn_blocking(move || mamori_media::digests(&for_digests));
        let picture = self.pool().hash(bytes).await?;
        let digests = digests.await.map_err(|cause| Error::internal("hashing stopped", cause))?;
        Ok(Hashed { picture, digests })
    }
}
