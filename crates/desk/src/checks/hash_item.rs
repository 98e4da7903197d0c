//! Hashes the bytes of an item; nothing is stored.

use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use mamori_media::{Error as Media, Picture, Remaining, Sender};
use mamori_model::{Bank, Gap, HashKind, Md5, NotCompared, Sha1, Sha256};

use crate::checks::fingerprints::Fingerprints;
use crate::checks::search_banks::ItemOrigin;
use crate::{Desk, Error};

/// All hashes of an item's bytes.
#[derive(Clone, Debug)]
pub struct Hashed {
    /// The decoded picture, with the PDQ hashes of each frame.
    pub picture: Picture,
    /// The sha-256 digest of the bytes.
    pub sha256: Sha256,
    /// The SHA-1 digest, for lists without a better one; [`Desk::hash_item`] always sets it.
    pub sha1: Option<Sha1>,
    /// The MD5 digest, likewise always set.
    pub md5: Option<Md5>,
}

/// The hashes of an item's bytes, as far as the item could be read.
#[derive(Debug)]
pub struct ItemHashes {
    /// The digests, and the hashes of the frames that were decoded.
    pub prints: Fingerprints,
    /// The decoded picture, or why it could not be decoded.
    pub picture: Result<Picture, Media>,
}

/// Returns why not all of an item can be compared; `None` if all of it can.
pub fn gap(picture: &Result<Picture, Media>) -> Option<Gap> {
    match picture {
        Ok(picture) => gap_of(&picture.remaining),
        Err(error) => Some(gap_of_error(error)),
    }
}

/// Returns which part of a picture was not read; `None` if all of it was.
pub fn gap_of(remaining: &Remaining) -> Option<Gap> {
    match remaining {
        Remaining::Nothing => None,
        Remaining::LeftOut => Some(Gap::of(NotCompared::FramesLeftOut)),
        Remaining::Damaged { reason } => {
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
    /// Hashes a picture with every kind of hash. Decodes it in a sandboxed child process.
    /// [`Error::Media`] if it cannot be decoded.
    pub async fn hash_item(&self, bytes: Bytes, sender: Sender) -> Result<Hashed, Error> {
        let ItemHashes { prints, picture } =
            self.read(bytes, sender, Weak { sha1: true, md5: true }).await?;
        let missing = || Error::internal("hashing stopped", "an item without a digest");
        let sha256 = prints.sha256.ok_or_else(missing)?;
        Ok(Hashed { picture: picture?, sha256, sha1: prints.sha1, md5: prints.md5 })
    }

    /// Hashes an item; computes SHA-1 and MD5 only if this node holds entries of that kind. The
    /// digests are present even if the item cannot be decoded.
    pub async fn hash_for_search(&self, bytes: Bytes, sender: Sender) -> Result<ItemHashes, Error> {
        self.read(bytes, sender, self.weak()).await
    }

    /// Hashes an item of this origin as [`Self::hash_for_search`] does. If `banks` know its bytes
    /// already, decoding is awaited for at most [`WAIT_MAX_OF_KNOWN`]; then the picture is left out
    /// ([`Media::Busy`]).
    pub(super) async fn hash_for_check(
        &self,
        bytes: Bytes,
        origin: ItemOrigin<'_>,
        banks: &[&Bank],
    ) -> Result<ItemHashes, Error> {
        let sender = Sender::Service(origin.service);
        let mut decoding = pin!(self.pool().hash(bytes.clone(), sender));
        let mut digesting = pin!(self.digest(bytes, self.weak()));
        let mut decoded = None;
        let mut prints = loop {
            tokio::select! {
                prints = &mut digesting => break prints?,
                picture = &mut decoding, if decoded.is_none() => decoded = Some(picture),
            }
        };
        let picture = if let Some(picture) = decoded {
            picture
        } else if self.search_for(Some(origin), &prints, banks).await?.is_unknown() {
            decoding.await
        } else {
            tokio::time::timeout(WAIT_MAX_OF_KNOWN, decoding).await.unwrap_or(Err(Media::Busy))
        };
        if let Ok(picture) = &picture {
            prints.add_frames(picture);
        }
        Ok(ItemHashes { prints, picture })
    }

    async fn read(&self, bytes: Bytes, sender: Sender, weak: Weak) -> Result<ItemHashes, Error> {
        let (picture, prints) =
            tokio::join!(self.pool().hash(bytes.clone(), sender), self.digest(bytes, weak));
        let mut prints = prints?;
        if let Ok(picture) = &picture {
            prints.add_frames(picture);
        }
        Ok(ItemHashes { prints, picture })
    }

    /// Computes the digests of an item's bytes.
    async fn digest(&self, bytes: Bytes, weak: Weak) -> Result<Fingerprints, Error> {
        let digests = tokio::task::spawn_blocking(move || Fingerprints {
            sha256: Some(mamori_media::sha256(&bytes)),
            sha1: weak.sha1.then(|| mamori_media::sha1(&bytes)),
            md5: weak.md5.then(|| mamori_media::md5(&bytes)),
            ..Fingerprints::default()
        });
        digests.await.map_err(|cause| Error::internal("hashing stopped", cause))
    }

    /// Returns the weak digests of which this node holds entries.
    fn weak(&self) -> Weak {
        let holds = |kind| self.held(kind) > 0;
        Weak { sha1: holds(HashKind::Sha1), md5: holds(HashKind::Md5) }
    }
}

/// How long a check of an item whose bytes are known waits for its decoding. Our choice: most
/// pictures take a fiftieth of it, and the calling service can wait that long.
const WAIT_MAX_OF_KNOWN: Duration = Duration::from_secs(5);

/// Which weak digests to compute besides SHA-256.
#[derive(Clone, Copy, Debug)]
struct Weak {
    sha1: bool,
    md5: bool,
}
