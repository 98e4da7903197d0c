//! Passwords, stored as Argon2id hashes.

use std::fmt;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
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

/// Hashes a new password; [`Error::Weak`] if it is too easy to guess. Slow on purpose: tens of
/// milliseconds of one processor.
pub fn hash_password(password: &Sensitive<String>, name: &str) -> Result<Phc, Error> {
    if is_weak(password.reveal(), name) {
        return Err(Error::Weak);
    }
    let salt: [u8; 16] = random_bytes()?;
    let hash: PasswordHash = argon2()
        .hash_password_with_salt(password.reveal().as_bytes(), &salt)
        .map_err(|cause| Error::internal("hash a password")(cause.to_string()))?;
    Ok(Phc(hash.to_string()))
}

/// Checks whether `candidate` is the password of the hash `stored`. Without a hash it takes as long
/// and returns false.
pub fn check_password(candidate: &Sensitive<String>, stored: Option<&Phc>) -> bool {
    let text = stored.map_or(DECOY, Phc::as_str);
    let Ok(hash) = PasswordHash::new(text) else { return false };
    // An input that is too long to be a password is cut, so that it costs no more than any other.
    let candidate = candidate.reveal().as_bytes();
    let candidate = candidate.get(..CHARS_MAX.saturating_mul(4)).unwrap_or(candidate);
    let is_same = argon2().verify_password(candidate, &hash).is_ok();
    is_same && stored.is_some()
}

fn is_weak(password: &str, name: &str) -> bool {
    let count = password.chars().count();
    let first = password.chars().next();
    !(CHARS_MIN..=CHARS_MAX).contains(&count)
        || password.chars().all(|c| Some(c) == first)
        || password.trim().to_lowercase() == name.to_lowercase()
}

fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::DEFAULT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closed(text: &str) -> Sensitive<String> {
        Sensitive::new(text.to_owned())
    }

    #[test]
    fn the_right_password_is_accepted_and_every_other_is_refused() {
        let stored = hash_password(&closed("correct horse 守り"), "ada").unwrap();
        let stored = Phc::from_stored(stored.as_str().to_owned()).unwrap();

        assert!(check_password(&closed("correct horse 守り"), Some(&stored)));
        for wrong in ["", "correct horse", "correct horse 守り ", "Correct horse 守り"] {
            assert!(!check_password(&closed(wrong), Some(&stored)), "{wrong}");
        }
    }

    #[test]
    fn a_password_is_hashed_at_the_cost_that_owasp_advises() {
        let stored = hash_password(&closed("correct horse"), "ada").unwrap();

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
        let [one, other] =
            [(); 2].map(|()| hash_password(&closed("correct horse"), "ada").unwrap());

        assert_ne!(one, other);
    }

    #[test]
    fn an_easy_password_is_refused() {
        let long = "x1".repeat(101);
        for weak in ["", "short", "aaaaaaaaaaaaaaaa", "Ada.Lovelace.1", "elevenchars", &long] {
            let refused = hash_password(&closed(weak), "ada.lovelace.1");

            assert!(matches!(refused, Err(Error::Weak)), "{weak}");
        }
        assert!(hash_password(&closed(&"x1".repeat(100)), "ada").is_ok());
    }

    #[test]
    fn without_a_stored_hash_no_password_is_right() {
        assert!(!check_password(&closed("correct horse"), None));
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
}
