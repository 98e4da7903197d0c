//! HMA's kinds of hash and content that Mamori supports.

use mamori_desk::checks::fingerprints::{Fingerprints, FramePrint};
use mamori_model::{Distance, Hash, HashKind, Md5, Pdq};
use strum::{EnumString, IntoStaticStr, VariantArray};

use super::fault::Fault;

/// A kind of hash, by HMA's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum SignalType {
    /// PDQ, for photos.
    Pdq,
    /// MD5, which HMA uses only for videos. Here it covers every MD5 entry of a bank.
    VideoMd5,
}

/// A kind of content, by HMA's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum ContentType {
    /// Hashed as a picture.
    Photo,
    /// Hashed by its bytes, and never decoded.
    Video,
}

/// A valid hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// A PDQ hash of a picture.
    Pdq(Pdq),
    /// The MD5 digest of a file.
    VideoMd5(Md5),
}

impl SignalType {
    /// Every kind, in HMA's order.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns HMA's name.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Returns Mamori's kind of hash.
    pub fn kind(self) -> HashKind {
        match self {
            Self::Pdq => HashKind::Pdq,
            Self::VideoMd5 => HashKind::Md5,
        }
    }

    /// Returns the kind of this name.
    pub fn find(name: &str) -> Option<Self> {
        name.parse().ok()
    }

    /// Returns the kind of this name, or the error of a look-up.
    pub fn of_lookup(name: &str) -> Result<Self, Fault> {
        Self::find(name).ok_or_else(|| Fault::bad(format!("No such SignalType '{name}'")))
    }

    /// Parses a hash of this kind as strictly as HMA does; the error says what is wrong with it.
    pub fn read(self, text: &str) -> Result<Signal, String> {
        match self {
            Self::Pdq => {
                let is_lower = !text.bytes().any(|byte| byte.is_ascii_uppercase());
                let pdq = text.parse().ok().filter(|_| is_lower);
                pdq.map(Signal::Pdq).ok_or_else(|| "invalid PDQ hash".to_owned())
            }
            Self::VideoMd5 => {
                let shown: String = text.chars().filter(|c| !c.is_control()).take(64).collect();
                let md5 = text.trim().parse().map(Signal::VideoMd5);
                md5.map_err(|_| format!("'{shown}' is not a valid MD5 hash"))
            }
        }
    }

    /// Formats a distance as HMA does: as text, and `-` for hashes that have no distance.
    pub fn format_distance(self, distance: Distance) -> String {
        match self {
            Self::Pdq => distance.0.to_string(),
            Self::VideoMd5 => "-".to_owned(),
        }
    }
}

impl ContentType {
    /// Every kind, in HMA's order.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns HMA's name.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Returns the kind of this name.
    pub fn find(name: &str) -> Result<Self, Fault> {
        name.parse().map_err(|_| Fault::bad(format!("no such content_type: '{name}'")))
    }

    /// Returns the one kind of hash that is computed for it.
    pub fn signal_type(self) -> SignalType {
        match self {
            Self::Photo => SignalType::Pdq,
            Self::Video => SignalType::VideoMd5,
        }
    }
}

impl Signal {
    /// Returns its kind.
    pub fn signal_type(&self) -> SignalType {
        match self {
            Self::Pdq(_) => SignalType::Pdq,
            Self::VideoMd5(_) => SignalType::VideoMd5,
        }
    }

    /// Returns the hash.
    pub fn hash(&self) -> Hash {
        match self {
            Self::Pdq(pdq) => Hash::Pdq(*pdq),
            Self::VideoMd5(md5) => Hash::Md5(*md5),
        }
    }

    /// Returns the fingerprints to look up. The quality of a hash that is sent alone is unknown.
    pub fn prints(&self) -> Fingerprints {
        match self {
            Self::Pdq(pdq) => Fingerprints {
                frames: vec![FramePrint::only(*pdq, None)],
                ..Fingerprints::default()
            },
            Self::VideoMd5(md5) => Fingerprints { md5: Some(*md5), ..Fingerprints::default() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pdq_hash_is_64_lower_case_digits() {
        let digits = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22";

        assert!(SignalType::Pdq.read(digits).is_ok());
        for bad in ["", "xxx", &digits.to_uppercase(), &digits[1..], &format!(" {digits}")] {
            let refused = SignalType::Pdq.read(bad).unwrap_err();
            assert_eq!(refused, "invalid PDQ hash");
        }
    }

    #[test]
    fn an_md5_hash_may_be_in_either_case_and_have_space_around() {
        let md5 = "cab08b36195edb1a1231d2d09fa450e0";

        let loose = SignalType::VideoMd5.read(&format!(" {} ", md5.to_uppercase())).unwrap();

        assert_eq!(loose.hash().to_string(), md5);
        let refused = SignalType::VideoMd5.read("xxx").unwrap_err();
        assert_eq!(refused, "'xxx' is not a valid MD5 hash");
    }
}
