//! Why a list is refused as a whole.

/// Why a list is refused as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportRefusal {
    /// The first line does not name the required columns.
    Columns,
    /// The hashes that are declared as PDQ are not PDQ hashes.
    NotPdq,
}
