//! The hashes of an item for which the banks are searched.

use mamori_media::{Frame, Picture, Remaining};
use mamori_model::verdict::FrameBackdrop;
use mamori_model::{Hash, Md5, Pdq, Quality, Sha1, Sha256, Transform, Variant};

/// All known hashes of one item.
#[derive(Clone, Debug, Default)]
pub struct Fingerprints {
    /// The frames that were hashed, in the order of the file. A frame with the same hashes as the
    /// one before it may be missing.
    pub frames: Vec<FramePrint>,
    /// [`Picture::frame_count`] of the decoded item; 0 if it was not decoded. The hits have
    /// [`Self::frame_count`].
    pub declared_frames: u32,
    /// Whether the item has more than [`Self::frames`] covers: frames were left out, or data are
    /// missing or damaged.
    pub is_partial: bool,
    /// The sha-256 digest of the item's bytes.
    pub sha256: Option<Sha256>,
    /// The SHA-1 digest of the item's bytes.
    pub sha1: Option<Sha1>,
    /// The MD5 digest of the item's bytes.
    pub md5: Option<Md5>,
}

/// The hashes of one frame.
#[derive(Clone, Debug)]
pub struct FramePrint {
    /// The frame's place in the file, from 0.
    pub number: u32,
    /// The hashes of its variants; the first is of the pixels as stored.
    pub hashes: Vec<Print>,
}

/// The hash of one variant of a frame.
#[derive(Clone, Copy, Debug)]
pub struct Print {
    /// How the pixels were prepared before hashing.
    pub variant: Variant,
    /// Whether a viewer may show the frame in this variant; other variants are compared only where
    /// a bank's [`mamori_model::Transforms`] says so.
    pub is_shown: bool,
    /// The PDQ hash of the variant.
    pub pdq: Pdq,
    /// The PDQ quality, 0 to 100. If it is unknown, a bank's minimum cannot be checked and counts
    /// as met.
    pub quality: Option<Quality>,
}

impl FramePrint {
    /// Builds the single frame of an item of which only a PDQ hash is known.
    pub fn only(pdq: Pdq, quality: Option<Quality>) -> Self {
        let print = Print { variant: Variant::default(), is_shown: true, pdq, quality };
        Self { number: 0, hashes: vec![print] }
    }

    /// Returns the hash of the pixels as stored.
    pub fn stored(&self) -> Option<Pdq> {
        self.hashes.first().map(|print| print.pdq)
    }
}

impl From<&Frame> for FramePrint {
    fn from(frame: &Frame) -> Self {
        let hashes = frame.hashes.iter().map(|hash| Print {
            variant: hash.variant,
            is_shown: hash.is_shown,
            pdq: hash.pdq,
            quality: Some(hash.quality),
        });
        Self { number: frame.number, hashes: hashes.collect() }
    }
}

impl Fingerprints {
    /// Returns the digests, which are equal or not, of every kind that is known.
    pub fn exact(&self) -> impl Iterator<Item = Hash> + use<> {
        let kinds =
            [self.sha256.map(Hash::Sha256), self.sha1.map(Hash::Sha1), self.md5.map(Hash::Md5)];
        kinds.into_iter().flatten()
    }

    /// Takes over the frames of the decoded picture.
    pub fn add_frames(&mut self, picture: &Picture) {
        self.frames = picture.frames.iter().map(FramePrint::from).collect();
        self.declared_frames = picture.frame_count;
        self.is_partial = picture.remaining != Remaining::Nothing;
    }

    /// Returns the number of frames of the item, more than the greatest number in
    /// [`Self::frames`]: at least 1.
    pub fn frame_count(&self) -> u32 {
        let seen = self.frames.last().map_or(1, |frame| frame.number.saturating_add(1));
        self.declared_frames.max(seen)
    }

    /// Returns each frame on each backdrop; `None` if not all of the item was read.
    pub fn views(&self) -> Option<Vec<FrameBackdrop>> {
        let of_frame = |frame: &FramePrint| {
            let number = frame.number;
            let stored = |print: &&Print| print.variant.transform == Transform::None;
            let views = frame.hashes.iter().filter(stored);
            views.map(|print| (number, print.variant.backdrop)).collect::<Vec<_>>()
        };
        (!self.is_partial).then(|| self.frames.iter().flat_map(of_frame).collect())
    }
}
