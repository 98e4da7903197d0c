//! Hashes of items and frames, and the distance between two PDQ hashes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, de};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::id::serde_as_text;

/// The error for a text or a byte string that is not a hash of the expected kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a {kind} hash: expected {digits} hex digits")]
pub struct NotAHash {
    /// The kind that was expected.
    pub kind: HashKind,
    /// The number of hex digits that a hash of this kind has.
    pub digits: usize,
}

/// The algorithm of a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
#[derive(EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "lowercase")]
#[strum(parse_err_ty = NotAHashKind, parse_err_fn = not_a_hash_kind)]
pub enum HashKind {
    /// PDQ, a perceptual hash of a still image: similar pictures have near hashes.
    Pdq,
    /// SHA-256 of an item's bytes: equal or not.
    Sha256,
    /// SHA-1 of an item's bytes: equal or not. Supported only because many lists have nothing
    /// better.
    Sha1,
    /// MD5 of an item's bytes: equal or not. Supported only because old lists have nothing better.
    Md5,
}

impl HashKind {
    /// Every kind, in the order in which pages show them.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the word that the API, the database and files use.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Parses the word as lists write it: in either case, `sha-256` for `sha256`, with spaces
    /// around it.
    pub fn of_list(text: &str) -> Result<Self, NotAHashKind> {
        text.trim().to_ascii_lowercase().replacen("sha-", "sha", 1).parse()
    }

    /// Returns the length of the hash in bytes.
    pub fn bytes(self) -> usize {
        match self {
            Self::Pdq | Self::Sha256 => 32,
            Self::Sha1 => 20,
            Self::Md5 => 16,
        }
    }
}

impl fmt::Display for HashKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn not_a_hash_kind(_: &str) -> NotAHashKind {
    NotAHashKind
}

/// The error for a text that names no kind of hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a kind of hash: expected `pdq`, `sha256`, `sha1` or `md5`")]
pub struct NotAHashKind;

macro_rules! hashes {
    ($($(#[$doc:meta])* $name:ident($bytes:literal) = $kind:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $bytes]);

        impl $name {
            /// Returns the bytes, in the order in which the text form shows them.
            pub fn as_bytes(&self) -> &[u8; $bytes] {
                &self.0
            }
        }

        impl From<[u8; $bytes]> for $name {
            fn from(bytes: [u8; $bytes]) -> Self {
                Self(bytes)
            }
        }

        impl TryFrom<&[u8]> for $name {
            type Error = NotAHash;

            fn try_from(bytes: &[u8]) -> Result<Self, NotAHash> {
                let not_a_hash = NotAHash { kind: $kind, digits: 2 * $bytes };
                bytes.try_into().map(Self).map_err(|_| not_a_hash)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl FromStr for $name {
            type Err = NotAHash;

            /// Parses hex digits of either case, because lists of other systems use both.
            fn from_str(text: &str) -> Result<Self, NotAHash> {
                read_hex(text).map(Self).ok_or(NotAHash { kind: $kind, digits: 2 * $bytes })
            }
        }

        serde_as_text!($name);
    )*};
}

hashes! {
    /// A PDQ hash of one still image.
    ///
    /// Shape: 256 bits as 32 bytes, most significant first. Text: 64 lower-case hex digits, as the
    /// C++ reference prints it. Source: ThreatExchange, `pdq/cpp/common/pdqhashtypes.cpp`.
    Pdq(32) = HashKind::Pdq;
    /// SHA-256 of an item's bytes. Text: 64 lower-case hex digits. Source: FIPS 180-4.
    Sha256(32) = HashKind::Sha256;
    /// SHA-1 of an item's bytes. Text: 40 lower-case hex digits. Source: FIPS 180-4.
    Sha1(20) = HashKind::Sha1;
    /// MD5 of an item's bytes. Text: 32 lower-case hex digits. Source: RFC 1321.
    Md5(16) = HashKind::Md5;
}

impl Sha256 {
    /// Thirty-two bytes of zero: stands for "no digest" at the beginning of a chain.
    pub const ZERO: Self = Self([0; 32]);
}

impl Pdq {
    /// Returns the number of bits in which the two hashes differ (their Hamming distance).
    pub fn distance(&self, other: &Self) -> Distance {
        let bits = self.0.iter().zip(other.0.iter()).map(|(a, b)| (a ^ b).count_ones()).sum();
        Distance(bits)
    }

    /// Returns how many of the 256 bits are set.
    ///
    /// About half of them in the hash of a picture with any structure; see [`Quality`] for flat
    /// pictures.
    pub fn ones(&self) -> u32 {
        self.0.iter().map(|byte| byte.count_ones()).sum()
    }
}

/// A hash of any kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hash {
    /// PDQ hash of a picture: perceptual.
    Pdq(Pdq),
    /// SHA-256 digest of an item's bytes.
    Sha256(Sha256),
    /// SHA-1 digest of an item's bytes. Weak: two different files with the same digest can be made.
    Sha1(Sha1),
    /// MD5 digest of an item's bytes. Weak, as [`Self::Sha1`] is.
    Md5(Md5),
}

impl Hash {
    /// Parses the text form of a hash of `kind`.
    pub fn parse(kind: HashKind, text: &str) -> Result<Self, NotAHash> {
        match kind {
            HashKind::Pdq => text.parse().map(Self::Pdq),
            HashKind::Sha256 => text.parse().map(Self::Sha256),
            HashKind::Sha1 => text.parse().map(Self::Sha1),
            HashKind::Md5 => text.parse().map(Self::Md5),
        }
    }

    /// Reads the bytes of a hash of `kind`, as the database stores them.
    pub fn from_bytes(kind: HashKind, bytes: &[u8]) -> Result<Self, NotAHash> {
        match kind {
            HashKind::Pdq => Pdq::try_from(bytes).map(Self::Pdq),
            HashKind::Sha256 => Sha256::try_from(bytes).map(Self::Sha256),
            HashKind::Sha1 => Sha1::try_from(bytes).map(Self::Sha1),
            HashKind::Md5 => Md5::try_from(bytes).map(Self::Md5),
        }
    }

    /// Returns the kind of the hash.
    pub fn kind(&self) -> HashKind {
        match self {
            Self::Pdq(_) => HashKind::Pdq,
            Self::Sha256(_) => HashKind::Sha256,
            Self::Sha1(_) => HashKind::Sha1,
            Self::Md5(_) => HashKind::Md5,
        }
    }

    /// Returns the bytes; 32, 20 or 16 of them.
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Pdq(hash) => hash.as_bytes(),
            Self::Sha256(hash) => hash.as_bytes(),
            Self::Sha1(hash) => hash.as_bytes(),
            Self::Md5(hash) => hash.as_bytes(),
        }
    }
}

/// A hash of an unknown kind: 32, 20 or 16 bytes. Text: hex digits of either case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashBytes(Hash);

/// The error for a text that is not a hash of any kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a hash: expected 64, 40 or 32 hex digits")]
pub struct NotHashBytes;

impl HashBytes {
    /// Returns the two kinds that the hash may be of; the same kind twice if only one is possible.
    pub fn kinds(&self) -> (HashKind, HashKind) {
        match self.0.kind() {
            HashKind::Pdq | HashKind::Sha256 => (HashKind::Pdq, HashKind::Sha256),
            HashKind::Sha1 => (HashKind::Sha1, HashKind::Sha1),
            HashKind::Md5 => (HashKind::Md5, HashKind::Md5),
        }
    }

    /// Returns the bytes; 32, 20 or 16 of them.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl FromStr for HashBytes {
    type Err = NotHashBytes;

    fn from_str(text: &str) -> Result<Self, NotHashBytes> {
        let read = |kind| Hash::parse(kind, text).ok();
        HashKind::ALL.iter().copied().find_map(read).map(Self).ok_or(NotHashBytes)
    }
}

impl fmt::Display for HashBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

serde_as_text!(HashBytes);

/// The reason why a hash is useless in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HashFlaw {
    /// The digest of an empty file; every file without content has it.
    #[error("this is the {0} of an empty file")]
    EmptyFile(HashKind),
    /// All bits are equal: a placeholder, or a field that was never written.
    #[error("all its bits are the same: this is no hash of an item")]
    Constant,
    /// Too few or too many bits are set. By its construction, a PDQ hash has about half of them
    /// set.
    #[error("{ones} of its 256 bits are set, and about 128 are in a PDQ hash of a picture")]
    Lopsided {
        /// How many bits are set.
        ones: u32,
    },
    /// The same byte, repeated.
    #[error("it is one byte over and over: this is no hash of a picture")]
    Repeated,
}

impl Hash {
    /// The number of set bits that a PDQ hash of a picture with any structure may have. Pictures
    /// give 128, and fewer only where frequencies are equal; the bounds are generous, because a
    /// single hash is judged.
    const PDQ_ONES: std::ops::RangeInclusive<u32> = 64..=192;

    /// Returns the reason why this hash is useless in a list; `None` if it may be useful.
    pub fn flaw(&self) -> Option<HashFlaw> {
        const EMPTY: [&str; 3] = [
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "d41d8cd98f00b204e9800998ecf8427e",
        ];
        let bytes = self.as_bytes();
        let is_all = |byte: u8| bytes.iter().all(|other| *other == byte);
        if is_all(0) || is_all(u8::MAX) {
            return Some(HashFlaw::Constant);
        }
        match self {
            Self::Pdq(hash) => {
                let ones = hash.ones();
                if !Self::PDQ_ONES.contains(&ones) {
                    return Some(HashFlaw::Lopsided { ones });
                }
                bytes.first().is_some_and(|first| is_all(*first)).then_some(HashFlaw::Repeated)
            }
            Self::Sha256(_) | Self::Sha1(_) | Self::Md5(_) => {
                let is_empty = EMPTY.contains(&self.to_string().as_str());
                is_empty.then_some(HashFlaw::EmptyFile(self.kind()))
            }
        }
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pdq(hash) => hash.fmt(f),
            Self::Sha256(hash) => hash.fmt(f),
            Self::Sha1(hash) => hash.fmt(f),
            Self::Md5(hash) => hash.fmt(f),
        }
    }
}

/// Number of bits in which two PDQ hashes differ, 0 (same) to 256 (inverse); 0 for equal digests.
///
/// Not a probability, and not comparable between kinds of hash.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Distance(pub u32);

impl Distance {
    /// The limit that the reference recommends to start with for "the same picture":
    /// `pdq/README.md`, ThreatExchange. An administrator may set a lower or higher limit for a
    /// bank; each hit states the distance that was found.
    pub const PDQ_SAME_MAX: Self = Self(31);
    /// The largest limit that a bank may set. Unrelated pictures are about 128 apart; beyond a
    /// quarter of the bits a match has no meaning.
    pub const LIMIT_MAX: Self = Self(64);
}

/// How much structure PDQ found in a picture, 0 (flat) to 100.
///
/// The reference advises against trusting hashes below 50 (`pdq/README.md`, ThreatExchange).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Quality(u8);

impl Quality {
    /// The least quality that the reference advises to trust.
    pub const TRUSTED_MIN: Self = Self(50);
    /// Accepts every picture, including flat ones.
    pub const ANY: Self = Self(0);

    /// Returns the quality `value`; `None` above 100.
    pub fn new(value: u8) -> Option<Self> {
        (value <= 100).then_some(Self(value))
    }

    /// Returns the value, 0 to 100.
    pub fn value(self) -> u8 {
        self.0
    }
}

impl<'de> Deserialize<'de> for Quality {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = u8::deserialize(deserializer)?;
        Self::new(value).ok_or_else(|| de::Error::custom("a quality is 0 to 100"))
    }
}

fn read_hex<const BYTES: usize>(text: &str) -> Option<[u8; BYTES]> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() || pairs.len() != BYTES {
        return None;
    }
    let mut bytes = [0; BYTES];
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = hex_digit(*high)? << 4 | hex_digit(*low)?;
    }
    Some(bytes)
}

fn hex_digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
