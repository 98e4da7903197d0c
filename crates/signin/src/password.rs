//! Passwords, stored as Argon2id hashes.

use std::fmt;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use mamori_model::Sensitive;

use crate::Error;
use crate::error::random_bytes;

/// The fewest characters of a password. NIST SP 800-63B asks for 8 beside a second factor; length
/// is what makes a password strong.
pub const CHARS_MIN: usize = 12;
/// The most characters of a password, so that an attacker cannot make us hash very long inputs.
pub const CHARS_MAX: usize = 200;

/// A hash that no password has, with the usual cost, so that an unknown name takes as long as a
/// known one.
const DECOY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bWFtb3JpZGVjb3lzYWx0$\
                     AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The hash of a password: Argon2id with 19 MiB, two passes and one lane (OWASP, *Password Storage
/// Cheat Sheet*), in PHC form.
#[derive(Clone, PartialEq, Eq)]
pub struct Phc(String);

impl Phc {
    /// Restores a hash from its stored text; [`Error::Broken`] if it is not an Argon2id hash.
    pub fn from_stored(text: String) -> Result<Self, Error> {
        let hash = PasswordHash::new(&text).map_err(|_| Error::Broken("password"))?;
        let is_ours = hash.algorithm == Algorithm::Argon2id.ident();
        is_ours.then_some(Self(text)).ok_or(Error::Broken("password"))
    }

    /// Returns the PHC text for storage.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Phc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phc(…)")
    }
}

/// The memory in which a password is hashed: 19 MiB from the first use on.
///
/// To be reused: memory of this size that is allocated anew for each password stays with the
/// threads that freed it, and the process grows.
#[derive(Default)]
pub struct HashMemory(Vec<Block>);

impl HashMemory {
    /// Computes the Argon2id hash of `password`, of as many bytes as `params` say.
    fn hash(&mut self, password: &[u8], salt: &[u8], params: Params) -> Result<Output, Error> {
        let failed = || Error::internal("hash a password");
        let blocks = params.block_count();
        if self.0.len() < blocks {
            self.0.resize(blocks, Block::default());
        }
        let blocks = self.0.get_mut(..blocks).unwrap_or_default();
        let len = params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
        let mut output = vec![0; len];
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into_with_memory(password, salt, &mut output, blocks)
            .map_err(|cause| failed()(cause.to_string()))?;
        Output::new(&output).map_err(|cause| failed()(cause.to_string()))
    }
}

impl fmt::Debug for HashMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashMemory(…)")
    }
}

/// Hashes a new password; [`Error::Weak`] if it is too easy to guess. Slow on purpose: tens of
/// milliseconds of one processor.
pub fn hash_password(
    password: &Sensitive<String>,
    name: &str,
    memory: &mut HashMemory,
) -> Result<Phc, Error> {
    if is_weak(password.reveal(), name) {
        return Err(Error::Weak);
    }
    let failed = || Error::internal("hash a password");
    let salt: [u8; 16] = random_bytes()?;
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&Params::DEFAULT)
            .map_err(|cause| failed()(cause.to_string()))?,
        salt: Some(Salt::new(&salt).map_err(|cause| failed()(cause.to_string()))?),
        hash: Some(memory.hash(password.reveal().as_bytes(), &salt, Params::DEFAULT)?),
    };
    Ok(Phc(hash.to_string()))
}

/// Checks whether `candidate` is the password of the hash `stored`. Without a hash it takes as long
/// and returns false.
pub fn check_password(
    candidate: &Sensitive<String>,
    stored: Option<&Phc>,
    memory: &mut HashMemory,
) -> bool {
    let text = stored.map_or(DECOY, Phc::as_str);
    let Ok(hash) = PasswordHash::new(text) else { return false };
    let (Ok(params), Some(salt), Some(expected)) = (Params::try_from(&hash), hash.salt, hash.hash)
    else {
        return false;
    };
    // An input that is too long to be a password is cut, so that it costs no more than any other.
    let candidate = candidate.reveal().as_bytes();
    let candidate = candidate.get(..CHARS_MAX.saturating_mul(4)).unwrap_or(candidate);
    // Compares in constant time.
    let is_same = memory.hash(candidate, &salt, params).is_ok_and(|found| found == expected);
    is_same && stored.is_some()
}

fn is_weak(password: &str, name: &str) -> bool {
    let count = password.chars().count();
    let first = password.chars().next();
    !(CHARS_MIN..=CHARS_MAX).contains(&count)
        || password.chars().all(|c| Some(c) == first)
        || password.trim().to_lowercase() == name.to_lowercase()
}

#[cfg(test)]
mod tests {
    use argon2::{PasswordHasher, PasswordVerifier};

    use super::*;

    fn closed(text: &str) -> Sensitive<String> {
        Sensitive::new(text.to_owned())
    }

    #[test]
    fn the_right_password_is_accepted_and_every_other_is_refused() {
        let stored =
            hash_password(&closed("correct horse 守り"), "ada", &mut HashMemory::default())
                .unwrap();
        let stored = Phc::from_stored(stored.as_str().to_owned()).unwrap();

        assert!(check_password(
            &closed("correct horse 守り"),
            Some(&stored),
            &mut HashMemory::default()
        ));
        for wrong in ["", "correct horse", "correct horse 守り ", "Correct horse 守り"] {
            assert!(
                !check_password(&closed(wrong), Some(&stored), &mut HashMemory::default()),
                "{wrong}"
            );
        }
    }

    #[test]
    fn a_password_is_hashed_at_the_cost_that_owasp_advises() {
        let stored =
            hash_password(&closed("correct horse"), "ada", &mut HashMemory::default()).unwrap();

        assert!(
            stored.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{}",
            stored.as_str()
        );
        assert_eq!(format!("{stored:?}"), "Phc(…)");
        let cost = |text: &str| PasswordHash::new(text).unwrap().params.to_string();
        assert_eq!(cost(DECOY), cost(stored.as_str()));
    }

    #[test]
    fn the_same_password_has_another_hash_each_time() {
        let [one, other] = [(); 2].map(|()| {
            hash_password(&closed("correct horse"), "ada", &mut HashMemory::default()).unwrap()
        });

        assert_ne!(one, other);
    }

    #[test]
    fn an_easy_password_is_refused() {
        let long = "x1".repeat(101);
        for weak in ["", "short", "aaaaaaaaaaaaaaaa", "Ada.Lovelace.1", "elevenchars", &long] {
            let refused =
                hash_password(&closed(weak), "ada.lovelace.1", &mut HashMemory::default());

            assert!(matches!(refused, Err(Error::Weak)), "{weak}");
        }
        assert!(
            hash_password(&closed(&"x1".repeat(100)), "ada", &mut HashMemory::default()).is_ok()
        );
    }

    #[test]
    fn without_a_stored_hash_no_password_is_right() {
        assert!(!check_password(&closed("correct horse"), None, &mut HashMemory::default()));
        assert!(PasswordHash::new(DECOY).unwrap().hash.is_some());
    }

    #[test]
    fn a_stored_text_that_is_not_an_argon2id_hash_is_broken() {
        for text in [
            "",
            "plain",
            "$argon2i$v=19$m=4096,t=3,p=1$c2FsdHNhbHQ$iWh06vD8Fy27wf9npn6FXWiCX4K6pW6Ue1Bnzz07Z8A",
        ] {
            assert!(matches!(Phc::from_stored(text.to_owned()), Err(Error::Broken(_))), "{text}");
        }
    }

    #[test]
    fn reused_memory_gives_the_hashes_of_the_library() {
        let peer = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::DEFAULT);
        let mut memory = HashMemory::default();
        for password in ["correct horse", "another one, longer", "守り守り守り守り守り守り"]
        {
            let ours = hash_password(&closed(password), "ada", &mut memory).unwrap();
            let theirs = peer.hash_password_with_salt(password.as_bytes(), &[7; 16]).unwrap();

            let found = PasswordHash::new(ours.as_str()).unwrap();
            assert!(peer.verify_password(password.as_bytes(), &found).is_ok(), "{password}");
            let theirs = Phc::from_stored(theirs.to_string()).unwrap();
            assert!(check_password(&closed(password), Some(&theirs), &mut memory), "{password}");
            assert!(!check_password(&closed("correct house"), Some(&theirs), &mut memory));
        }
        assert_eq!(memory.0.len(), Params::DEFAULT.block_count());
    }
}
