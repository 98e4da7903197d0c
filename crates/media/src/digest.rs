//! Digests of an item's bytes.

use mamori_model::{Md5, Sha1, Sha256};
use md5::Digest;

/// The digests of an item's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digests {
    /// The SHA-256 digest.
    pub sha256: Sha256,
    /// The SHA-1 digest, for lists that offer nothing better.
    pub sha1: Sha1,
    /// The MD5 digest, for lists that offer nothing better.
    pub md5: Md5,
}

/// Computes SHA-256, SHA-1 and MD5 of `bytes`. Safe on hostile bytes: nothing is parsed.
pub fn digests(bytes: &[u8]) -> Digests {
    Digests { sha256: sha256(bytes), sha1: sha1(bytes), md5: md5(bytes) }
}

/// Computes SHA-256 of `bytes` alone; each further digest would read all of them again.
pub fn sha256(bytes: &[u8]) -> Sha256 {
    let sha256: [u8; 32] = sha2::Sha256::digest(bytes).into();
    sha256.into()
}

/// Computes SHA-1 of `bytes` alone.
pub fn sha1(bytes: &[u8]) -> Sha1 {
    let sha1: [u8; 20] = sha1::Sha1::digest(bytes).into();
    sha1.into()
}

/// Computes MD5 of `bytes` alone.
pub fn md5(bytes: &[u8]) -> Md5 {
    let md5: [u8; 16] = md5::Md5::digest(bytes).into();
    md5.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values from FIPS 180-4 and RFC 1321.
    #[test]
    fn the_digests_of_abc_are_those_of_the_standards() {
        let digests = digests(b"abc");
        assert_eq!(sha256(b"abc"), digests.sha256);

        assert_eq!(
            digests.sha256.to_string(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(digests.sha1.to_string(), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(digests.md5.to_string(), "900150983cd24fb0d6963f7d28e17f72");
    }
}
