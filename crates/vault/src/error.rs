//! What went wrong, by who must act.

use std::io;

use crate::KeyName;

/// Why the vault did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The object is gone, or never was. The caller says so to whoever asked.
    #[error("no such object")]
    NotThere,
    /// What is there is not what was sealed, or belongs to something else. The operator must look.
    #[error("the {0} was changed, or belongs to something else")]
    Broken(&'static str),
    /// The operator must give the key back: what it wrapped cannot be read without.
    #[error("there is no key `{0}`")]
    KeyMissing(KeyName),
    /// The operator must mend the text of the keys. The line counts from 1.
    #[error("line {line} of the keys: {why}")]
    NotAKey {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it; never the key.
        why: &'static str,
    },
    /// The operator must give a key.
    #[error("no key: expected lines of a name and 32 bytes in base64")]
    NoKey,
    /// There is more than the caller wants to read.
    #[error("the object has more than {bytes_max} bytes")]
    TooLarge {
        /// The most that the caller wanted.
        bytes_max: u64,
    },
    /// The disk is full, or the folder is not ours. The operator must look.
    #[error("cannot {what}")]
    Io {
        /// What could not be done.
        what: &'static str,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// The machine gives no randomness.
    #[error("no randomness")]
    Chance(#[source] getrandom::Error),
}

impl Error {
    pub(crate) fn io(what: &'static str) -> impl Fn(io::Error) -> Self {
        move |cause| {
            let is_gone = cause.kind() == io::ErrorKind::NotFound;
            if is_gone { Self::NotThere } else { Self::Io { what, cause } }
        }
    }
}
