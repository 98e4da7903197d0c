//! Errors of sign-in checks, by the role that must act.

/// Why a check failed or could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The operator must configure a host name under which browsers reach the console.
    #[error("a passkey needs a host name, not an IP address: {0}")]
    Origin(String),
    /// The staff member must choose another password.
    #[error("the password is too easy: expected 12 to 200 characters that are not all the same")]
    Weak,
    /// The browser's response does not answer the challenge. The sender is not told why.
    #[error("the response does not answer the challenge")]
    Refused(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Stored data cannot be read any more. The operator must investigate.
    #[error("a stored {0} cannot be read")]
    Broken(&'static str),
    /// A bug, or a machine without randomness. The operator must investigate.
    #[error("cannot {what}")]
    Internal {
        /// What could not be done.
        what: &'static str,
        /// The cause.
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl Error {
    pub(crate) fn internal<E>(what: &'static str) -> impl Fn(E) -> Self
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        move |cause| Self::Internal { what, cause: cause.into() }
    }

    pub(crate) fn refused<E>(cause: E) -> Self
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        Self::Refused(cause.into())
    }
}

/// Returns `N` random bytes that an attacker cannot guess.
pub(crate) fn random_bytes<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(Error::internal("get randomness"))?;
    Ok(bytes)
}
