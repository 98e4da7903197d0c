//! Base32, as an authenticator reads the secret of its codes.

const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The bytes that `text` stands for; `None` where a letter is none of base32's. What is left of a
/// byte at the end is dropped, as RFC 4648 pads it.
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
