//! Errors of the vault, by who must act.

use std::io;

use crate::KeyName;

/// Why the vault could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The object was removed, or never existed. The caller reports this to its own caller.
    #[error("no such object")]
    NotFound,
    /// The data were changed since sealing, or belong to another object. The operator must investigate.
    #[error("the {0} was changed, or belongs to something else")]
    Broken(&'static str),
    /// The operator must restore this key: what it wrapped cannot be read without it.
    #[error("there is no key `{0}`")]
    KeyMissing(KeyName),
    /// The operator must correct the text of the keys.
    #[error("line {line} of the keys: {why}")]
    NotAKey {
        /// The line number, from 1.
        line: usize,
        /// What is wrong with the line; never the key itself.
        why: &'static str,
    },
    /// The operator must provide a key.
    #[error("no key: expected lines of a name and 32 bytes in base64")]
    NoKey,
    /// The object is larger than the caller's limit.
    #[error("the object has more than {bytes_max} bytes")]
    TooLarge {
        /// The caller's limit.
        bytes_max: u64,
    },
    /// The disk is full, or the folder does not belong to Mamori's user. The operator must investigate.
    #[error("cannot {what}")]
    Io {
        /// What could not be done.
        what: &'static str,
        /// The cause.
        #[source]
        cause: io::Error,
    },
    /// The machine provides no randomness. The operator must investigate.
    #[error("no randomness")]
    NoRandomness(#[source] getrandom::Error),
}

impl Error {
    pub(crate) fn io(what: &'static str) -> impl Fn(io::Error) -> Self {
        move |cause| {
            let is_gone = cause.kind() == io::ErrorKind::NotFound;
            if is_gone { Self::NotFound } else { Self::Io { what, cause } }
        }
    }
}
