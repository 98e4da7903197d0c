//! Tools that need no server: their JSON is a contract, one object per line.

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

/// Something that the user gave and that cannot be used; the user has to correct it.
#[derive(Debug, thiserror::Error)]
pub enum Misuse {
    /// A list or folder that cannot be opened.
    #[error("{}", path.display())]
    Unopened {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A line of a list that is not a hash.
    #[error("{}, line {line}", path.display())]
    BadLine {
        /// Of which list.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What was expected.
        source: NotAHash,
    },
    /// Not a folder.
    #[error("{} is not a folder", path.display())]
    NotAFolder {
        /// What.
        path: PathBuf,
    },
}
