//! Base32 decoding of the TOTP secret that an authenticator receives.

const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Decodes `text` without padding; `None` if it contains a letter that is not in the base32
/// alphabet. Trailing bits that do not fill a byte are dropped (RFC 4648).
#[must_use]
pub fn read(text: &str) -> Option<Vec<u8>> {
    let mut bits = Vec::new();
    for letter in text.bytes() {
        let value = LETTERS.iter().position(|other| *other == letter)?;
        bits.extend((0..5).rev().map(|place| value >> place & 1 == 1));
    }
    let byte = |bits: &[bool]| bits.iter().fold(0_u8, |byte, bit| byte << 1 | u8::from(*bit));
    Some(bits.chunks_exact(8).map(byte).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_rfc_4648_are_read() {
        assert_eq!(read("MZXW6YTBOI").unwrap(), b"foobar");
        assert_eq!(read("MZXW6YTB").unwrap(), b"fooba");
        assert_eq!(read("MY").unwrap(), b"f");
        assert_eq!(read("M1"), None);
    }
}
