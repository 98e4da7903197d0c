//! The operator's keys. The first one wraps, all of them unwrap, so that the operator can change
//! the key and still read what the previous key wrapped.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mamori_model::Sensitive;
use zeroize::Zeroizing;

use crate::Error;
use crate::locked_key::LockedKey;
use crate::seal::{TransientKey, key_of, random_key};

/// The name of a key, in the text of the keys and stored with everything that the key wrapped.
///
/// 1 to 64 of `a` to `z`, `0` to `9`, `.`, `_` and `-`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeyName(String);

impl KeyName {
    /// Returns the name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The error for a text that is not a valid key name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the name of a key: expected 1 to 64 of a-z, 0-9, `.`, `_`, `-`")]
pub struct NotAKeyName;

impl FromStr for KeyName {
    type Err = NotAKeyName;

    fn from_str(text: &str) -> Result<Self, NotAKeyName> {
        let fits = (1..=64).contains(&text.len())
            && text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-'));
        fits.then(|| Self(text.to_owned())).ok_or(NotAKeyName)
    }
}

/// The operator's keys. `Debug` shows only their names. A clone shares their memory.
#[derive(Clone, PartialEq, Eq)]
pub struct Keyring(Arc<Keys>);

#[derive(PartialEq, Eq)]
struct Keys {
    first: (KeyName, LockedKey),
    others: Vec<(KeyName, LockedKey)>,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.all().map(|(name, _)| name)).finish()
    }
}

impl Keyring {
    /// Parses lines `NAME BASE64`, each with 32 bytes. Empty lines and lines that begin with `#`
    /// are ignored. The first key is the one that wraps. The caller wipes the text.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let lines = text.lines().enumerate().map(|(at, line)| (at.saturating_add(1), line.trim()));
        let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let mut keys: Vec<(KeyName, LockedKey)> = Vec::new();
        for (line, text) in lines {
            let (name, key) = read(text).map_err(|why| Error::NotAKey { line, why })?;
            let key = LockedKey::new(&key).map_err(Error::io("map memory for a key"))?;
            if keys.iter().any(|(known, _)| *known == name) {
                return Err(Error::NotAKey { line, why: "the name is taken by a line above" });
            }
            keys.push((name, key));
        }
        if keys.is_empty() {
            return Err(Error::NoKey);
        }
        let others = keys.split_off(1);
        let first = keys.pop().ok_or(Error::NoKey)?;
        Ok(Self(Arc::new(Keys { first, others })))
    }

    /// Returns the name of the key that wraps.
    pub fn name(&self) -> &KeyName {
        &self.0.first.0
    }

    /// Returns a line with a new random key, in the form that [`Self::parse`] reads.
    pub fn new_line(name: &KeyName) -> Result<Sensitive<String>, Error> {
        let key = random_key()?;
        let text = Zeroizing::new(STANDARD.encode(key.as_slice()));
        Ok(Sensitive::new(format!("{name} {}", *text)))
    }

    pub(crate) fn first(&self) -> &(KeyName, LockedKey) {
        &self.0.first
    }

    pub(crate) fn get(&self, wanted: &KeyName) -> Result<&LockedKey, Error> {
        let found = self.all().find(|(name, _)| name == wanted);
        found.map(|(_, key)| key).ok_or_else(|| Error::KeyMissing(wanted.clone()))
    }

    fn all(&self) -> impl Iterator<Item = &(KeyName, LockedKey)> {
        std::iter::once(&self.0.first).chain(&self.0.others)
    }
}

fn read(line: &str) -> Result<(KeyName, TransientKey), &'static str> {
    let (name, key) = line.split_once([' ', '\t']).ok_or("expected a name, a space and a key")?;
    let name = name.parse().map_err(|NotAKeyName| "expected a name of a-z, 0-9, `.`, `_`, `-`")?;
    let bytes = Zeroizing::new(STANDARD.decode(key.trim()).map_err(|_| "the key is not base64")?);
    let key = key_of(&bytes).ok_or("the key has not 32 bytes")?;
    Ok((name, key))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(name: &str) -> String {
        Keyring::new_line(&name.parse().unwrap()).unwrap().into_revealed()
    }

    #[test]
    fn the_first_of_the_keys_wraps_and_all_are_known() {
        let text = format!("# made in November\n\n{}\n  {}\n", line("new"), line("old"));

        let keys = Keyring::parse(&text).unwrap();

        assert_eq!(keys.name().as_str(), "new");
        assert!(keys.get(&"old".parse().unwrap()).is_ok());
        assert!(matches!(keys.get(&"lost".parse().unwrap()), Err(Error::KeyMissing(_))));
    }

    #[test]
    fn a_text_that_is_not_keys_is_refused_without_repeating_it() {
        let good = line("a");
        let wrong = [
            String::new(),
            "# nothing".to_owned(),
            "a".to_owned(),
            "A c2VjcmV0".to_owned(),
            "a c2VjcmV0".to_owned(),
            "a not-base64!".to_owned(),
            format!("{good}\n{good}"),
        ];
        for text in wrong {
            let error = Keyring::parse(&text).unwrap_err().to_string();

            assert!(!error.contains("c2VjcmV0") && !error.contains("not-base64"), "{error}");
        }
    }

    #[test]
    fn debug_shows_names_and_no_key() {
        let text = line("a");
        let key = text.split(' ').nth(1).unwrap();

        let shown = format!("{:?}", Keyring::parse(&text).unwrap());

        assert_eq!(shown, "[KeyName(\"a\")]");
        assert!(!shown.contains(key));
    }
}
