//! An item's bytes become hashes; nothing is kept.

use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use mamori_media::{Error as Media, Picture, Rest};
use mamori_model::{Bank, Gap, HashKind, Md5, NotCompared, ServiceId, Sha1, Sha256};

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
        self.read(bytes, self.weak()).await
    }

    /// As [`Self::read_to_look_up`]. An item of `service` whose bytes `banks` know is not kept waiting
    /// for its decoding: what is not decoded by then is left out.
    pub(crate) async fn read_for(
        &self,
        bytes: Bytes,
        service: ServiceId,
        banks: &[&Bank],
    ) -> Result<Read, Error> {
        let mut decoding = pin!(self.pool().hash(bytes.clone()));
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
        } else if self.search_for(Some(service), &prints, banks).await?.is_unknown() {
            decoding.await
        } else {
            tokio::time::timeout(WAIT_MAX_OF_KNOWN, decoding).await.unwrap_or(Err(Media::Busy))
        };
        if let Ok(picture) = &picture {
            prints.see(picture);
        }
        Ok(Read { prints, picture })
    }

    async fn read(&self, bytes: Bytes, weak: Weak) -> Result<Read, Error> {
        let (picture, prints) =
            tokio::join!(self.pool().hash(bytes.clone()), self.digest(bytes, weak));
        let mut prints = prints?;
        if let Ok(picture) = &picture {
            prints.see(picture);
        }
        Ok(Read { prints, picture })
    }

    /// The digests of an item's bytes.
    async fn digest(&self, bytes: Bytes, weak: Weak) -> Result<Fingerprints, Error> {
        let digests = tokio::task::spawn_blocking(move || Fingerprints {
            sha256: Some(mamori_media::sha256(&bytes)),
            sha1: weak.sha1.then(|| mamori_media::sha1(&bytes)),
            md5: weak.md5.then(|| mamori_media::md5(&bytes)),
            ..Fingerprints::default()
        });
        digests.await.map_err(|cause| Error::internal("hashing stopped", cause))
    }

    /// The digests that this node's banks know any of.
    fn weak(&self) -> Weak {
        let holds = |kind| self.held(kind) > 0;
        Weak { sha1: holds(HashKind::Sha1), md5: holds(HashKind::Md5) }
    }
}

/// How long the answer about an item whose bytes are known waits for its decoding. Our choice: most
/// pictures take a fiftieth of it, and a service that asks can wait so long.
const WAIT_MAX_OF_KNOWN: Duration = Duration::from_secs(5);

/// Which digests to make besides SHA-256.
#[derive(Clone, Copy, Debug)]
struct Weak {
    sha1: bool,
    md5: bool,
}
