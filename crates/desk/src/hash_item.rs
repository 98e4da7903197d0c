//! An item's bytes become hashes; nothing is kept.

use bytes::Bytes;
use mamori_media::{Error as Media, Picture, Rest};
use mamori_model::{Gap, HashKind, Md5, NotCompared, Sha1, Sha256};

use crate::fingerprints::Fingerprints;
use crate::{Desk, Error};

/// The hashes of an item's bytes.
#[derive(Clone, Debug)]
pub struct Hashed {
    /// How it looks: the hashes of each frame.
    pub picture: Picture,
    /// What it is, byte by byte.
    pub sha256: Sha256,
    /// The same for lists that have nothing better; `None` where nothing is to be compared with it.
    pub sha1: Option<Sha1>,
    /// Likewise.
    pub md5: Option<Md5>,
}

/// An item's bytes, read as far as they can be.
#[derive(Debug)]
pub struct Read {
    /// Its digests, and the hashes of the frames that were decoded.
    pub prints: Fingerprints,
    /// The frames, or why there are none.
    pub picture: Result<Picture, Media>,
}

/// Why not all of an item that was read so can be compared.
pub fn gap(picture: &Result<Picture, Media>) -> Option<Gap> {
    match picture {
        Ok(picture) => gap_of(&picture.rest),
        Err(error) => Some(gap_of_error(error)),
    }
}

/// What of a picture was not read.
pub fn gap_of(rest: &Rest) -> Option<Gap> {
    match rest {
        Rest::Nothing => None,
        Rest::LeftOut => Some(Gap::of(NotCompared::FramesLeftOut)),
        Rest::Damaged { reason } => {
            Some(Gap { detail: Some(reason.clone()), ..Gap::of(NotCompared::Damaged) })
        }
    }
}

fn gap_of_error(error: &Media) -> Gap {
    let why = match error {
        Media::Unsupported { .. } => NotCompared::Unsupported,
        Media::Unreadable { .. } => NotCompared::Unreadable,
        Media::TooLarge { .. } => NotCompared::TooLarge,
        Media::Busy | Media::Pool(_) => NotCompared::Busy,
    };
    Gap { detail: Some(error.to_string()), ..Gap::of(why) }
}

impl Desk {
    /// Hashes a picture in a caged child process, in every way.
    pub async fn hash_item(&self, bytes: Bytes) -> Result<Hashed, Error> {
        let Read { prints, picture } = self.read(bytes, Weak { sha1: true, md5: true }).await?;
        let missing = || Error::internal("hashing stopped", "an item without a digest");
        let sha256 = prints.sha256.ok_or_else(missing)?;
        Ok(Hashed { picture: picture?, sha256, sha1: prints.sha1, md5: prints.md5 })
    }

    /// Hashes an item in the ways in which this node's banks know any. Its digests are there also
    /// where it cannot be decoded.
    pub async fn read_to_look_up(&self, bytes: Bytes) -> Result<Read, Error> {
        let holds = |kind| self.held(kind) > 0;
        let weak = Weak { sha1: holds(HashKind::Sha1), md5: holds(HashKind::Md5) };
        self.read(bytes, weak).await
    }

    async fn read(&self, bytes: Bytes, weak: Weak) -> Result<Read, Error> {
        let for_digests = bytes.clone();
        let digests = tokio::task::spawn_blocking(move || {
            let sha256 = mamori_media::sha256(&for_digests);
            let sha1 = weak.sha1.then(|| mamori_media::sha1(&for_digests));
            let md5 = weak.md5.then(|| mamori_media::md5(&for_digests));
            (sha256, sha1, md5)
        });
        let picture = self.pool().hash(bytes).await;
        let (sha256, sha1, md5) =
            digests.await.map_err(|cause| Error::internal("hashing stopped", cause))?;
        let mut prints =
            Fingerprints { sha256: Some(sha256), sha1, md5, ..Fingerprints::default() };
        if let Ok(picture) = &picture {
            prints.see(picture);
        }
        Ok(Read { prints, picture })
    }
}

/// Which digests to make besides SHA-256.
#[derive(Clone, Copy, Debug)]
struct Weak {
    sha1: bool,
    md5: bool,
}
