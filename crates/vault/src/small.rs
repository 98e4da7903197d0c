//! Small secrets in the database: object, wrapped key and key name in a single byte string.
//!
//! Layout: one byte for the name's length, the name, two bytes (big endian) for the wrapped key's
//! length, the wrapped key, the object.

use crate::seal::Sealed;
use crate::{Error, KeyName};

const WHAT: &str = "small secret";

/// Joins the parts of a sealed secret into a single byte string.
pub fn join(sealed: &Sealed) -> Result<Vec<u8>, Error> {
    let name = sealed.key_name.as_str().as_bytes();
    let name_length = u8::try_from(name.len()).map_err(|_| Error::Broken(WHAT))?;
    let key_length = u16::try_from(sealed.wrapped_key.len()).map_err(|_| Error::Broken(WHAT))?;
    let head = [[name_length].as_slice(), name, &key_length.to_be_bytes()].concat();
    Ok([head.as_slice(), &sealed.wrapped_key, &sealed.object].concat())
}

/// Splits what [`join`] made into its parts.
pub fn split(piece: &[u8]) -> Result<Sealed, Error> {
    parts(piece).ok_or(Error::Broken(WHAT))
}

fn parts(piece: &[u8]) -> Option<Sealed> {
    let (name_length, rest) = piece.split_first()?;
    let (name, rest) = rest.split_at_checked(usize::from(*name_length))?;
    let key_name: KeyName = str::from_utf8(name).ok()?.parse().ok()?;
    let (key_length, rest) = rest.split_first_chunk::<2>()?;
    let (wrapped_key, object) =
        rest.split_at_checked(usize::from(u16::from_be_bytes(*key_length)))?;
    Some(Sealed { object: object.to_vec(), wrapped_key: wrapped_key.to_vec(), key_name })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_string_splits_into_its_parts_and_a_truncated_one_is_refused() {
        let sealed = Sealed {
            object: vec![1, 2, 3],
            wrapped_key: vec![4; 72],
            key_name: "a.2".parse().unwrap(),
        };

        let piece = join(&sealed).unwrap();

        let read = split(&piece).unwrap();
        assert_eq!(read.object, sealed.object);
        assert_eq!(read.wrapped_key, sealed.wrapped_key);
        assert_eq!(read.key_name, sealed.key_name);
        for length in 0..piece.len() - sealed.object.len() {
            assert!(split(&piece[..length]).is_err(), "{length}");
        }
    }
}
