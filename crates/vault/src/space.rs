//! How much space the file system has.

use std::path::Path;

use crate::Error;

/// Returns the bytes of the folder's file system that are free for Mamori's user.
pub fn free_bytes(folder: &Path) -> Result<u64, Error> {
    let found = rustix::fs::statvfs(folder).map_err(|cause| Error::Io {
        what: "examine the file system of the vault",
        cause: cause.into(),
    })?;
    Ok(found.f_bavail.saturating_mul(found.f_frsize))
}
