//! Tools that need no server. Their JSON, one object on each line, is a stable interface.

pub mod decode;
pub mod hash;
pub mod list;
pub mod matching;
pub mod output;
pub mod picture;
pub mod scan;

use std::io;
use std::path::PathBuf;

use mamori_model::hash::NotAHash;

/// An unusable argument, which the user must correct.
#[derive(Debug, thiserror::Error)]
pub enum UsageError {
    /// A list or folder cannot be opened.
    #[error("{}", path.display())]
    Unopened {
        /// The path of the list or folder.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// A line of a list is not a hash.
    #[error("{}, line {line}", path.display())]
    BadLine {
        /// The path of the list.
        path: PathBuf,
        /// The number of the line, counted from 1.
        line: usize,
        /// The error, which says what was expected.
        source: NotAHash,
    },
    /// The path is not a folder.
    #[error("{} is not a folder", path.display())]
    NotAFolder {
        /// The path.
        path: PathBuf,
    },
}
