//! What went wrong, by who must act.

use std::error::Error as StdError;

/// Why a verb did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller named something that is not there, or not theirs.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// The caller was overtaken, or the name is taken.
    #[error("{0}")]
    Conflict(String),
    /// The caller must mend the request; the text says how.
    #[error("{0}")]
    Invalid(String),
    /// A list is not what it was said to be. The caller mends it, or says how to read it.
    #[error("{}", .import.refusal.as_deref().unwrap_or("the list is refused"))]
    ImportRefused {
        /// What became of its lines until then.
        import: Box<mamori_model::import::Import>,
        /// What is wrong.
        why: crate::import_entries::ImportRefusal,
    },
    /// The rules say no, by name. Whoever asked reads why.
    #[error(transparent)]
    Refused(#[from] mamori_model::Refusal),
    /// The item could not be read; the service decides what to do with it.
    #[error(transparent)]
    Media(#[from] mamori_media::Error),
    /// Frames of the item were left out, as the limits demand, and nothing was found in the others.
    /// The service must not take it for clean; it may send the frames by themselves.
    #[error("nothing was found in the frames that were compared, and others were left out")]
    PartlyLooked,
    /// The database is lost or full. The caller tries again; nothing was half done.
    #[error("the database does not answer")]
    Unavailable(#[source] Box<dyn StdError + Send + Sync>),
    /// A bug or a broken machine. The operator must look.
    #[error("{what}")]
    Internal {
        /// What could not be done.
        what: &'static str,
        /// Why.
        #[source]
        cause: Box<dyn StdError + Send + Sync>,
    },
}

impl Error {
    /// A bug or a broken machine.
    pub fn internal(what: &'static str, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Internal { what, cause: cause.into() }
    }

    /// A request that the caller must mend.
    pub fn invalid(reason: impl std::fmt::Display) -> Self {
        Self::Invalid(format!("{reason}"))
    }

    /// Somebody else was faster, or has the name.
    pub fn conflict(reason: &str) -> Self {
        Self::Conflict(reason.to_owned())
    }

    /// For a log line, with its causes.
    pub fn logged(&self) -> &(dyn StdError + 'static) {
        self
    }
}

impl From<mamori_store::Error> for Error {
    fn from(error: mamori_store::Error) -> Self {
        use mamori_store::Error as Store;
        match error {
            Store::NotFound(what) => Self::NotFound(what),
            conflict @ Store::Conflict(_) => Self::Conflict(format!("{conflict}")),
            unavailable @ Store::Unavailable(_) => Self::Unavailable(unavailable.into()),
            broken @ (Store::NewerSchema { .. }
            | Store::OlderSchema { .. }
            | Store::Corrupt { .. }
            | Store::Settings(_)
            | Store::Other(_)) => Self::internal("the store failed", broken),
        }
    }
}
