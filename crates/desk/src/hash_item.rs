//! An item's bytes become hashes; nothing is kept.

use bytes::Bytes;
use mamori_media::Picture;
use mamori_model::{HashKind, Md5, Sha1, Sha256};

use crate::{Desk, Error};

/// The hashes of an item's bytes.
#[derive(Clone, Debug)]
pub struct Hashed {
    /// How it looks: one PDQ hash a frame.
    pub picture: Picture,
    /// What it is, byte by byte.
    pub sha256: Sha256,
    /// The same for lists that have nothing better; `None` where nothing is to be compared with it.
    pub sha1: Option<Sha1>,
    /// Likewise.
    pub md5: Option<Md5>,
}

impl Desk {
    /// Hashes a picture in a caged child process, in every way.
    pub async fn hash_item(&self, bytes: Bytes) -> Result<Hashed, Error> {
        self.hash_for(bytes, Weak { sha1: true, md5: true }).await
    }

    /// Hashes a picture in the ways in which this node's banks know any.
    pub(crate) async fn hash_to_look_up(&self, bytes: Bytes) -> Result<Hashed, Error> {
        let holds = |kind| self.held(kind) > 0;
        let weak = Weak { sha1: holds(HashKind::Sha1), md5: holds(HashKind::Md5) };
        self.hash_for(bytes, weak).await
    }

    async fn hash_for(&self, bytes: Bytes, weak: Weak) -> Result<Hashed, Error> {
        let for_digests = bytes.clone();
        let digests = tokio::task::spawn_blocking(move || {
            let sha256 = mamori_media::sha256(&for_digests);
            let sha1 = weak.sha1.then(|| mamori_media::sha1(&for_digests));
            let md5 = weak.md5.then(|| mamori_media::md5(&for_digests));
            (sha256, sha1, md5)
        });
        let picture = self.pool().hash(bytes).await?;
        let (sha256, sha1, md5) =
            digests.await.map_err(|cause| Error::internal("hashing stopped", cause))?;
        Ok(Hashed { picture, sha256, sha1, md5 })
    }
}

/// Which digests to make besides SHA-256.
#[derive(Clone, Copy, Debug)]
struct Weak {
    sha1: bool,
    md5: bool,
}
