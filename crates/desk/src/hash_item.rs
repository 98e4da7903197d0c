//! An item's bytes become hashes; nothing is kept.

use bytes::Bytes;
use mamori_media::{Error as Media, Picture, Rest};
use mamori_model::{Gap, HashKind, Md5, NotCompared, Sha256};

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
        let Read { prints, picture } = self.read(bytes, true).await?;
        let missing = || Error::internal("hashing stopped", "an item without a digest");
        let sha256 = prints.sha256.ok_or_else(missing)?;
        Ok(Hashed { picture: picture?, sha256, md5: prints.md5 })
    }

    /// Hashes an item in the ways in which this node's banks know any. Its digests are there also
    /// where it cannot be decoded.
    pub async fn read_to_look_up(&self, bytes: Bytes) -> Result<Read, Error> {
        self.read(bytes, self.held(HashKind::Md5) > 0).await
    }

    async fn read(&self, bytes: Bytes, with_md5: bool) -> Result<Read, Error> {
        let for_digests = bytes.clone();
        let digests = tokio::task::spawn_blocking(move || {
            if with_md5 {
                let digests = mamori_media::digests(&for_digests);
                (digests.sha256, Some(digests.md5))
            } else {
                (mamori_media::sha256(&for_digests), None)
            }
        });
        let picture = self.pool().hash(bytes).await;
        let (sha256, md5) =
            digests.await.map_err(|cause| Error::internal("hashing stopped", cause))?;
        let mut prints = Fingerprints { sha256: Some(sha256), md5, ..Fingerprints::default() };
        if let Ok(picture) = &picture {
            prints.see(picture);
        }
        Ok(Read { prints, picture })
    }
}
