//! What is known of an item by its hashes.

use mamori_media::{Frame, Picture, Rest};
use mamori_model::verdict::View;
use mamori_model::{Hash, Md5, Pdq, Quality, Sha1, Sha256, Transform, Variant};

/// The hashes of an item.
#[derive(Clone, Debug, Default)]
pub struct Fingerprints {
    /// The frames that were hashed, in the order of the file. One that looks as the frame before
    /// it may be missing.
    pub frames: Vec<FramePrint>,
    /// Whether the item has more to look at than [`Self::frames`] says: frames were left out, or
    /// data are missing.
    pub is_partial: bool,
    /// SHA-256 of its bytes.
    pub sha256: Option<Sha256>,
    /// SHA-1 of its bytes.
    pub sha1: Option<Sha1>,
    /// MD5 of its bytes.
    pub md5: Option<Md5>,
}

/// The hashes of one frame.
#[derive(Clone, Debug)]
pub struct FramePrint {
    /// Its place in the file, from 0.
    pub number: u32,
    /// Its hashes. The first is of the pixels as stored.
    pub hashes: Vec<Print>,
}

/// The hash of one variant of a frame.
#[derive(Clone, Copy, Debug)]
pub struct Print {
    /// How the pixels were prepared.
    pub variant: Variant,
    /// Whether a viewer may show the frame so; others are compared only where a bank's
    /// [`mamori_model::Transforms`] says so.
    pub is_shown: bool,
    /// The hash.
    pub pdq: Pdq,
    /// Its quality. Without one a bank's minimum cannot be checked and is taken as met.
    pub quality: Option<Quality>,
}

impl FramePrint {
    /// The only frame of an item of which only a hash is known.
    pub fn only(pdq: Pdq, quality: Option<Quality>) -> Self {
        let print = Print { variant: Variant::default(), is_shown: true, pdq, quality };
        Self { number: 0, hashes: vec![print] }
    }

    /// The hash of the pixels as stored.
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
    /// The hashes that are equal or not, of every kind that is known.
    pub fn exact(&self) -> impl Iterator<Item = Hash> + use<> {
        let kinds =
            [self.sha256.map(Hash::Sha256), self.sha1.map(Hash::Sha1), self.md5.map(Hash::Md5)];
        kinds.into_iter().flatten()
    }

    /// Adds what was seen of the item.
    pub fn see(&mut self, picture: &Picture) {
        self.frames = picture.frames.iter().map(FramePrint::from).collect();
        self.is_partial = picture.rest != Rest::Nothing;
    }

    /// The frames on each backdrop, if nothing else is to be looked at.
    pub fn views(&self) -> Option<Vec<View>> {
        let of_frame = |frame: &FramePrint| {
            let number = frame.number;
            let stored = |print: &&Print| print.variant.transform == Transform::None;
            let views = frame.hashes.iter().filter(stored);
            views.map(|print| (number, print.variant.backdrop)).collect::<Vec<_>>()
        };
        (!self.is_partial).then(|| self.frames.iter().flat_map(of_frame).collect())
    }
}
