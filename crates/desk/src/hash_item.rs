//! An item's bytes become hashes; nothing is kept.

use bytes::Bytes;
use mamori_media::Picture;
use mamori_model::{HashKind, Md5, Sha256};

use crate::{Desk, Error};

/// The hashes of an item's bytes.
#[derive(Clone, Debug)]
pub struct Hashed {
    /// How it looks: one PDQ hash a frame.
    pub picture: Picture,
    /// What it is, byte by byte.
    pub sha256: Sha256,
    /// The same for lists that have nothing better; `None` where nothing is to be compared with it.
    pub md5: Option<Md5>,
}

impl Desk {
    /// Hashes a picture in a caged child process, in every way.
    pub async fn hash_item(&self, bytes: Bytes) -> Result<Hashed, Error> {
        self.hash_for(bytes, true).await
    }

    /// Hashes a picture in the ways in which this node's banks know any.
    pub(crate) async fn hash_to_look_up(&self, bytes: Bytes) -> Result<Hashed, Error> {
        self.hash_for(bytes, self.held(HashKind::Md5) > 0).await
    }

    async fn hash_for(&self, bytes: Bytes, with_md5: bool) -> Result<Hashed, Error> {
        let for_digests = bytes.clone();
        let digests = tokio::task::spawn_blocking(move || {
            if with_md5 {
                let digests = mamori_media::digests(&for_digests);
                (digests.sha256, Some(digests.md5))
            } else {
                (mamori_media::sha256(&for_digests), None)
            }
        });
        let picture = self.pool().hash(bytes).await?;
        let (sha256, md5) =
            digests.await.map_err(|cause| Error::internal("hashing stopped", cause))?;
        Ok(Hashed { picture, sha256, md5 })
    }
}
