//! Errors of the database, grouped by the role that must act.

/// What went wrong, grouped by the role that must act.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such object. The *caller* has a wrong id, or the object was removed.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// A conflict with an existing object. The *caller* must choose another value, or read again.
    #[error("the {0} is taken or was changed in the meantime")]
    Conflict(&'static str),
    /// The database is lost, full, read-only or overloaded, or ended this transaction to resolve a
    /// deadlock. *Mamori* retries later. After a commit: it may have succeeded.
    #[error("the database is not available")]
    Unavailable(#[source] Fault),
    /// A newer version of Mamori wrote this database. The *operator* must run that version.
    #[error("the database has schema {found}, and this version knows only {known}")]
    NewerSchema {
        /// The schema's version in the database.
        found: i64,
        /// The newest version that this binary knows.
        known: i64,
    },
    /// The database is not migrated yet. The *operator* must run `mamori migrate`.
    #[error("the database has schema {found}, and this version needs {known}")]
    OlderSchema {
        /// The schema's version in the database; 0 for an empty one.
        found: i64,
        /// The version that this binary needs.
        known: i64,
    },
    /// The model refuses a value. The *operator* must act: another program wrote it.
    #[error("the database holds a value that Mamori did not write, in {column}")]
    Corrupt {
        /// Table and column.
        column: &'static str,
    },
    /// The settings are wrong. The *operator* must change them.
    #[error("not a database address: {0}")]
    Settings(&'static str),
    /// A bug in Mamori, or a database error that no retry will resolve.
    #[error("the database refused")]
    Other(#[source] Fault),
}

/// A database's error, without any value of a row, so that it may be logged.
///
/// PostgreSQL puts rows into an error's detail; only the code and the message are kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}{}", self.code.as_deref().map(|code| format!(" (code {code})")).unwrap_or_default())]
pub struct Fault {
    /// SQLSTATE, or SQLite's extended result code.
    pub code: Option<String>,
    /// The message, in English.
    pub message: String,
    /// What the code says about the database.
    pub kind: FaultKind,
}

impl Fault {
    /// Makes the fault of a value that cannot be written or read as the database has it.
    pub(crate) fn of_value(error: &dyn std::error::Error) -> Self {
        Self { code: None, message: error.to_string(), kind: FaultKind::Other }
    }
}

/// What a database's error says about its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// There is no space left, on the disk or within a limit of the database.
    DiskFull,
    /// The database cannot be written to now: a standby, a file without permission.
    ReadOnly,
    /// Another connection holds a lock for too long.
    Locked,
    /// The database was not reached, or no connection to it became free in time.
    NoConnection,
    /// Reading or writing a file failed.
    InputOutput,
    /// Anything else.
    Other,
}

impl Error {
    /// Names the object: `parent` in a [`Self::NotFound`], because the row refers to a missing one;
    /// `own` in a [`Self::Conflict`], because the row exists already.
    #[must_use]
    pub fn or_taken(self, parent: &'static str, own: &'static str) -> Self {
        match self {
            Self::NotFound(_) => Self::NotFound(parent),
            Self::Conflict(_) => Self::Conflict(own),
            other @ (Self::Unavailable(_)
            | Self::NewerSchema { .. }
            | Self::OlderSchema { .. }
            | Self::Corrupt { .. }
            | Self::Settings(_)
            | Self::Other(_)) => other,
        }
    }
}

impl From<&sqlx::Error> for Fault {
    fn from(error: &sqlx::Error) -> Self {
        let Some(database) = error.as_database_error() else {
            let kind = if is_lost(error) { FaultKind::NoConnection } else { FaultKind::Other };
            return Self { code: None, message: error.to_string(), kind };
        };
        let code = database.code().map(std::borrow::Cow::into_owned);
        let kind = code.as_deref().map_or(FaultKind::Other, kind_of);
        Self { code, message: database.message().to_owned(), kind }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        let fault = Fault::from(&error);
        if let Some(database) = error.as_database_error() {
            let is_temporary = fault.code.as_deref().is_some_and(is_temporary);
            return if database.is_unique_violation() {
                Self::Conflict("row")
            } else if database.is_foreign_key_violation() {
                Self::NotFound("row")
            } else if is_temporary {
                Self::Unavailable(fault)
            } else {
                Self::Other(fault)
            };
        }
        if is_lost(&error) { Self::Unavailable(fault) } else { Self::Other(fault) }
    }
}

/// Checks whether a database's error code means that a retry may succeed. SQLSTATE has five
/// characters, SQLite's codes are numbers.
///
/// Sources: PostgreSQL 15, appendix A; `sqlite.org/rescode.html`.
fn is_temporary(code: &str) -> bool {
    const SQLSTATE_CLASSES: [&str; 4] = ["08", "53", "57", "58"];
    const SQLSTATES: [&str; 6] = ["40001", "40P01", "55000", "55P03", "25006", "3D000"];
    // BUSY, LOCKED, NOMEM, READONLY, INTERRUPT, IOERR, FULL, CANTOPEN, PROTOCOL
    const SQLITE: [u32; 9] = [5, 6, 7, 8, 9, 10, 13, 14, 15];

    if code.len() == 5 && SQLSTATES.contains(&code) {
        return true;
    }
    let is_class = |class: &&str| code.len() == 5 && code.starts_with(*class);
    SQLSTATE_CLASSES.iter().any(is_class)
        || (code.len() < 5 && code.parse::<u32>().is_ok_and(|code| SQLITE.contains(&(code & 0xff))))
}

/// Returns what a database's error code says about its state. SQLSTATE has five characters, SQLite's
/// codes are numbers. Sources: as [`is_temporary`].
fn kind_of(code: &str) -> FaultKind {
    if code.len() < 5 {
        let primary = code.parse::<u32>().map_or(0, |code| code & 0xff);
        return match primary {
            5 | 6 => FaultKind::Locked,
            8 => FaultKind::ReadOnly,
            10 | 14 => FaultKind::InputOutput,
            13 => FaultKind::DiskFull,
            _ => FaultKind::Other,
        };
    }
    match code {
        "53100" => FaultKind::DiskFull,
        "25006" => FaultKind::ReadOnly,
        "55P03" | "40P01" => FaultKind::Locked,
        "58030" => FaultKind::InputOutput,
        _ if code.starts_with("08") || code.starts_with("57P") => FaultKind::NoConnection,
        "53300" | "3D000" => FaultKind::NoConnection,
        _ => FaultKind::Other,
    }
}

fn is_lost(error: &sqlx::Error) -> bool {
    matches!(
        error,
        sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::BeginFailed
    )
}

/// Turns a value that the model refused into [`Error::Corrupt`].
pub trait OrCorrupt<T> {
    /// Returns the value, or an error that names `column`.
    fn or_corrupt(self, column: &'static str) -> Result<T, Error>;
}

impl<T> OrCorrupt<T> for Option<T> {
    fn or_corrupt(self, column: &'static str) -> Result<T, Error> {
        self.ok_or(Error::Corrupt { column })
    }
}

impl<T, E> OrCorrupt<T> for Result<T, E> {
    fn or_corrupt(self, column: &'static str) -> Result<T, Error> {
        self.map_err(|_| Error::Corrupt { column })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_errors_that_a_retry_may_resolve_are_temporary() {
        for code in ["08006", "53100", "57P01", "40P01", "25006", "5", "13", "778", "522", "3338"] {
            assert!(is_temporary(code), "{code}");
        }
        for code in ["23505", "42P01", "22P02", "1", "11", "19", "2067", "26", "28P01"] {
            assert!(!is_temporary(code), "{code}");
        }
    }

    #[test]
    fn a_code_says_why_the_database_cannot_be_written() {
        for (code, kind) in [
            ("53100", FaultKind::DiskFull),
            ("13", FaultKind::DiskFull),
            ("25006", FaultKind::ReadOnly),
            ("8", FaultKind::ReadOnly),
            ("1032", FaultKind::ReadOnly),
            ("5", FaultKind::Locked),
            ("517", FaultKind::Locked),
            ("55P03", FaultKind::Locked),
            ("778", FaultKind::InputOutput),
            ("57P01", FaultKind::NoConnection),
            ("08006", FaultKind::NoConnection),
            ("23505", FaultKind::Other),
            ("1", FaultKind::Other),
        ] {
            assert_eq!(kind_of(code), kind, "{code}");
        }
    }

    #[test]
    fn a_fault_shows_its_code() {
        let code = Some("53100".to_owned());
        let fault = Fault { code, message: "disk full".into(), kind: FaultKind::DiskFull };

        assert_eq!(fault.to_string(), "disk full (code 53100)");
    }
}
