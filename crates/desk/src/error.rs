//! The errors of this crate, grouped by the role that must act.

use std::error::Error as StdError;

/// Why an operation failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The thing does not exist, or the caller may not know of it.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// The current state does not allow the request: another change came first, a name is taken, or
    /// a limit is reached. The text says which; the caller reads the state again.
    #[error("{0}")]
    Conflict(String),
    /// The caller must correct the request; the text says how.
    #[error("{0}")]
    Invalid(String),
    /// A list does not have the declared format. The caller corrects it, or declares another
    /// format.
    #[error("{}", .import.refusal.as_deref().unwrap_or("the list is refused"))]
    ImportRefused {
        /// The record of the import up to the refusal.
        import: Box<mamori_model::import::Import>,
        /// What is wrong with the list.
        why: crate::banks::import_refusal::ImportRefusal,
    },
    /// The change needs a second actor, and was not made: it is stored as this request. A second
    /// actor approves it, or the requester has it take effect alone after the delay.
    #[error("this needs a second actor, who must approve the request {}", .0.id)]
    Waits(Box<mamori_model::ApprovalRequest>),
    /// A rule refuses the request, by a stable name. The caller is shown the reason.
    #[error(transparent)]
    Refused(#[from] mamori_model::Refusal),
    /// The item could not be read; the service decides what to do with it.
    #[error(transparent)]
    Media(#[from] mamori_media::Error),
    /// Frames of the item were left out, because of the limits or because such frames are not read,
    /// and the hits do not decide about the whole item. The service must not treat the item as
    /// clean; it may send the frames one by one.
    #[error("frames were not compared, and no hit decides about the whole item")]
    PartlyLooked,
    /// The API key came near entries by hash alone too often. The service waits, or sends the item's
    /// bytes, and must not treat the item as clean.
    #[error("too many checks by hash alone came near an entry")]
    NearHits {
        /// Seconds until one more check is permitted; at least 1.
        retry_after_s: u64,
    },
    /// The service requested too many test messages, redeliveries, enablings of endpoints and new
    /// secrets. It must wait.
    #[error("too many messages or secrets were requested within a minute")]
    Resends {
        /// Seconds until one more is permitted; at least 1.
        retry_after_s: u64,
    },
    /// The database is lost or full, or this node has lost the change log. The caller tries again;
    /// no change was half made.
    #[error("the database does not answer")]
    Unavailable(#[source] Box<dyn StdError + Send + Sync>),
    /// A bug or a broken machine. The operator must act.
    #[error("{what}")]
    Internal {
        /// What could not be done, as a log message.
        what: &'static str,
        /// The underlying error.
        #[source]
        cause: Box<dyn StdError + Send + Sync>,
    },
}

impl Error {
    /// Builds [`Self::Internal`]: a bug or a broken machine.
    pub fn internal(what: &'static str, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Internal { what, cause: cause.into() }
    }

    /// Builds [`Self::Invalid`]: a request that the caller must correct.
    pub fn invalid(reason: impl std::fmt::Display) -> Self {
        Self::Invalid(format!("{reason}"))
    }

    /// Builds [`Self::Conflict`]: a request that the current state does not allow.
    pub fn conflict(reason: &str) -> Self {
        Self::Conflict(reason.to_owned())
    }

    /// Returns the error as a log line takes it, with its causes: so the log names what the database
    /// itself said.
    pub fn logged(&self) -> String {
        with_causes(self)
    }
}

/// Returns the text of `error` and of its causes, separated by colons, for a log line.
///
/// A log in JSON shows only the text of an error value and not its causes.
pub fn with_causes(error: &(dyn StdError + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| (*error).source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
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

#[cfg(test)]
mod tests {
    use mamori_store::{Fault, FaultKind};

    use super::*;

    #[test]
    fn a_log_line_names_what_the_database_said() {
        let fault = Fault {
            code: Some("13".to_owned()),
            message: "database or disk is full".to_owned(),
            kind: FaultKind::DiskFull,
        };

        let error = Error::from(mamori_store::Error::Unavailable(fault));

        assert_eq!(
            error.logged(),
            "the database does not answer: the database is not available: \
             database or disk is full (code 13)"
        );
    }
}
