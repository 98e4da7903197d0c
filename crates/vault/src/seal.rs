//! Sealing: XChaCha20-Poly1305, with a key for each object, which the operator's key wraps.
//!
//! Object: `MVLT1`, 24 bytes of nonce, the ciphertext, 16 bytes of tag. Wrapped key: nonce, 32
//! bytes of ciphertext, tag. What an object belongs to is authenticated with it, so an object that
//! is put in the place of another one does not open. Nonces are random: with 24 bytes, collisions
//! are negligible (`XChaCha`, draft RFC, section 2.1).

use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{Tag, XChaCha20Poly1305, XNonce};
use mamori_model::Sensitive;
use zeroize::Zeroizing;

use crate::keyring::Keyring;
use crate::locked_key::KEY_BYTES;
use crate::{Error, KeyName};

/// A key of 256 bits, wiped when it is dropped.
pub type TransientKey = Zeroizing<[u8; KEY_BYTES]>;

const MAGIC: &[u8; 5] = b"MVLT1";
const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 16;
const OBJECT: &str = "object";
const WRAPPED: &str = "object's key";

/// A sealed object with its wrapped key.
#[derive(Clone, Debug)]
pub struct Sealed {
    /// The encrypted object. It may be stored anywhere: it cannot be read without the key.
    pub object: Vec<u8>,
    /// The object's own key, wrapped by the operator's key. Deleting it makes the object
    /// unreadable.
    pub wrapped_key: Vec<u8>,
    /// The name of the operator's key that wrapped it.
    pub key_name: KeyName,
}

/// Seals `plain`, bound to what it belongs to.
pub fn seal(keys: &Keyring, bound_to: &[u8], plain: &[u8]) -> Result<Sealed, Error> {
    let key = random_key()?;
    let object = encrypt(MAGIC, key.as_slice(), &object_context(bound_to), plain)?;
    let (wrapped_key, key_name) = wrap(keys, bound_to, &key)?;
    Ok(Sealed { object, wrapped_key, key_name })
}

/// Opens what [`seal`] made with the same `bound_to`.
pub fn unseal(
    keys: &Keyring,
    bound_to: &[u8],
    object: &[u8],
    wrapped_key: &[u8],
    key_name: &KeyName,
) -> Result<Sensitive<Vec<u8>>, Error> {
    let key = unwrap(keys, bound_to, wrapped_key, key_name)?;
    let rest = object.strip_prefix(MAGIC).ok_or(Error::Broken(OBJECT))?;
    decrypt(key.as_slice(), &object_context(bound_to), rest)
        .map(Sensitive::new)
        .ok_or(Error::Broken(OBJECT))
}

/// Unwraps an object's key and wraps it with the first key. The object does not change.
pub fn rewrap(
    keys: &Keyring,
    bound_to: &[u8],
    wrapped_key: &[u8],
    by: &KeyName,
) -> Result<(Vec<u8>, KeyName), Error> {
    let key = unwrap(keys, bound_to, wrapped_key, by)?;
    wrap(keys, bound_to, &key)
}

fn wrap(keys: &Keyring, bound_to: &[u8], key: &TransientKey) -> Result<(Vec<u8>, KeyName), Error> {
    let (name, with) = keys.first();
    let context = key_context(bound_to, name);
    let wrapped = encrypt(b"", with.bytes(), &context, key.as_slice())?;
    Ok((wrapped, name.clone()))
}

fn unwrap(
    keys: &Keyring,
    bound_to: &[u8],
    wrapped: &[u8],
    by: &KeyName,
) -> Result<TransientKey, Error> {
    let plain = decrypt(keys.get(by)?.bytes(), &key_context(bound_to, by), wrapped);
    let plain = Zeroizing::new(plain.ok_or(Error::Broken(WRAPPED))?);
    key_of(&plain).ok_or(Error::Broken(WRAPPED))
}

fn object_context(bound_to: &[u8]) -> Vec<u8> {
    [b"mamori object 1".as_slice(), bound_to].concat()
}

/// The name is preceded by its length, so that two different pairs never give the same context.
fn key_context(bound_to: &[u8], name: &KeyName) -> Vec<u8> {
    let name = name.as_str().as_bytes();
    let length = u8::try_from(name.len()).unwrap_or(u8::MAX);
    [b"mamori key 1".as_slice(), &[length], name, bound_to].concat()
}

fn encrypt(head: &[u8], key: &[u8], context: &[u8], plain: &[u8]) -> Result<Vec<u8>, Error> {
    let nonce: [u8; NONCE_BYTES] = random_bytes()?;
    let cipher = XChaCha20Poly1305::new_from_slice(key).map_err(|_| Error::Broken(WRAPPED))?;
    let begin = head.len().saturating_add(NONCE_BYTES);
    let mut sealed =
        Vec::with_capacity(begin.saturating_add(plain.len()).saturating_add(TAG_BYTES));
    sealed.extend_from_slice(head);
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(plain);
    let body = sealed.get_mut(begin..).ok_or(Error::Broken(OBJECT))?;
    let tag = cipher
        .encrypt_inout_detached(&XNonce::from(nonce), context, body.into())
        .map_err(|_| Error::Broken(OBJECT))?;
    sealed.extend_from_slice(&tag);
    Ok(sealed)
}

fn decrypt(key: &[u8], context: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, rest) = sealed.split_first_chunk::<NONCE_BYTES>()?;
    let (body, tag) = rest.split_last_chunk::<TAG_BYTES>()?;
    let cipher = XChaCha20Poly1305::new_from_slice(key).ok()?;
    let mut plain = body.to_vec();
    let buffer = plain.as_mut_slice().into();
    let (nonce, tag) = (XNonce::from(*nonce), Tag::from(*tag));
    cipher.decrypt_inout_detached(&nonce, context, buffer, &tag).ok()?;
    Some(plain)
}

/// Returns a new random key.
pub fn random_key() -> Result<TransientKey, Error> {
    let mut key = TransientKey::default();
    getrandom::fill(key.as_mut_slice()).map_err(Error::NoRandomness)?;
    Ok(key)
}

/// Copies a key out of `bytes`; `None` if they have another length.
pub fn key_of(bytes: &[u8]) -> Option<TransientKey> {
    let mut key = TransientKey::default();
    (bytes.len() == KEY_BYTES).then(|| {
        key.copy_from_slice(bytes);
        key
    })
}

/// Returns `N` random bytes that an attacker cannot guess.
fn random_bytes<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(Error::NoRandomness)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(names: &[&str]) -> String {
        let line = |name: &&str| Keyring::new_line(&name.parse().unwrap()).unwrap();
        names.iter().map(line).fold(String::new(), |all, line| all + line.reveal() + "\n")
    }

    fn keyring() -> Keyring {
        Keyring::parse(&keys(&["a"])).unwrap()
    }

    fn open(keys: &Keyring, bound_to: &[u8], sealed: &Sealed) -> Result<Vec<u8>, Error> {
        unseal(keys, bound_to, &sealed.object, &sealed.wrapped_key, &sealed.key_name)
            .map(Sensitive::into_revealed)
    }

    #[test]
    fn a_sealed_object_opens_and_hides_its_content() {
        let keys = keyring();
        for plain in [b"".as_slice(), b"a picture", &vec![7; 100_000]] {
            let sealed = seal(&keys, b"evd_1", plain).unwrap();

            assert_eq!(open(&keys, b"evd_1", &sealed).unwrap(), plain);
            assert!(plain.is_empty() || !sealed.object.windows(plain.len()).any(|w| w == plain));
        }
    }

    #[test]
    fn the_same_bytes_sealed_twice_give_different_objects() {
        let keys = keyring();

        let [one, other] = [(); 2].map(|()| seal(&keys, b"evd_1", b"a picture").unwrap());

        assert_ne!(one.object, other.object);
        assert_ne!(one.wrapped_key, other.wrapped_key);
    }

    #[test]
    fn a_changed_bit_anywhere_is_noticed() {
        let keys = keyring();
        let sealed = seal(&keys, b"evd_1", b"a picture").unwrap();

        for at in 0..sealed.object.len() {
            let mut changed = sealed.clone();
            changed.object[at] ^= 1;
            assert!(matches!(open(&keys, b"evd_1", &changed), Err(Error::Broken(_))), "{at}");
        }
        for at in 0..sealed.wrapped_key.len() {
            let mut changed = sealed.clone();
            changed.wrapped_key[at] ^= 1;
            assert!(matches!(open(&keys, b"evd_1", &changed), Err(Error::Broken(_))), "{at}");
        }
        for length in 0..sealed.object.len() {
            let mut cut = sealed.clone();
            cut.object.truncate(length);
            assert!(matches!(open(&keys, b"evd_1", &cut), Err(Error::Broken(_))), "{length}");
        }
    }

    #[test]
    fn an_object_in_another_ones_place_does_not_open() {
        let keys = keyring();
        let sealed = seal(&keys, b"evd_1", b"a picture").unwrap();
        let other = seal(&keys, b"evd_2", b"another").unwrap();
        let swapped = Sealed { wrapped_key: other.wrapped_key, ..sealed.clone() };

        assert!(matches!(open(&keys, b"evd_2", &sealed), Err(Error::Broken(_))));
        assert!(matches!(open(&keys, b"evd_2", &swapped), Err(Error::Broken(_))));
    }

    #[test]
    fn after_a_change_of_keys_the_old_key_is_not_needed() {
        let old = keys(&["old"]);
        let both = keys(&["new"]) + &old;
        let new = Keyring::parse(both.lines().next().unwrap()).unwrap();
        let (old, both) = (Keyring::parse(&old).unwrap(), Keyring::parse(&both).unwrap());
        let mut sealed = seal(&old, b"evd_1", b"a picture").unwrap();
        assert!(matches!(open(&new, b"evd_1", &sealed), Err(Error::KeyMissing(_))));

        (sealed.wrapped_key, sealed.key_name) =
            rewrap(&both, b"evd_1", &sealed.wrapped_key, &sealed.key_name).unwrap();

        assert_eq!(sealed.key_name.as_str(), "new");
        assert_eq!(open(&new, b"evd_1", &sealed).unwrap(), b"a picture");
    }

    /// The operator mixed up two machines: another key has the same name.
    #[test]
    fn another_key_of_the_same_name_opens_nothing() {
        let sealed = seal(&keyring(), b"evd_1", b"a picture").unwrap();

        assert!(matches!(open(&keyring(), b"evd_1", &sealed), Err(Error::Broken(WRAPPED))));
    }
}
