//! Hashes of an item's bytes.

use mamori_model::{Md5, Sha256};
use md5::Digest;

/// The hashes of an item's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digests {
    /// SHA-256.
    pub sha256: Sha256,
    /// MD5, for lists that have nothing better.
    pub md5: Md5,
}

/// SHA-256 and MD5 of `bytes`. Safe on hostile bytes: nothing is parsed.
pub fn digests(bytes: &[u8]) -> Digests {
    let md5: [u8; 16] = md5::Md5::digest(bytes).into();
    Digests { sha256: sha256(bytes), md5: md5.into() }
}

/// SHA-256 of `bytes` alone: MD5 takes several times as long.
pub fn sha256(bytes: &[u8]) -> Sha256 {
    let sha256: [u8; 32] = sha2::Sha256::digest(bytes).into();
    sha256.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 180-4 and RFC 1321 give these.
    #[test]
    fn the_digests_of_abc_are_those_of_the_standards() {
        let digests = digests(b"abc");
        assert_eq!(sha256(b"abc"), digests.sha256);

        assert_eq!(
            digests.sha256.to_string(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(digests.md5.to_string(), "900150983cd24fb0d6963f7d28e17f72");
    }
}
