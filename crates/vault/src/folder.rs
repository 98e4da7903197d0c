//! The folder in which the objects are stored: `FOLDER/ab/evd_…`, readable only by Mamori's user.
//!
//! An object is written under another name and renamed once it is safe on disk, so every file with
//! an object's name is complete. `ab` are the last digits of the id; its first digits encode the
//! time, and would put all new objects into one folder.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use mamori_model::EvidenceId;

use crate::Error;

/// Suffix of a file name until the object is complete.
const UNFINISHED: &str = ".part";

/// Creates the folder if it does not exist.
pub fn create(folder: &Path) -> Result<(), Error> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|cause| Error::Io { what: "make the folder of the vault", cause })
}

/// Writes an object, and returns once it is safe on disk.
pub fn put(folder: &Path, id: EvidenceId, object: &[u8]) -> Result<(), Error> {
    let (path, unfinished) = paths(folder, id);
    let subfolder = path.parent().unwrap_or(folder);
    create(subfolder)?;
    let written = write(&unfinished, object).and_then(|()| std::fs::rename(&unfinished, &path));
    if let Err(cause) = written {
        // Remove the incomplete file; if that fails too, the hourly sweep removes it.
        let _ = std::fs::remove_file(&unfinished);
        return Err(Error::Io { what: "write an object", cause });
    }
    File::open(subfolder)
        .and_then(|subfolder| subfolder.sync_all())
        .map_err(|cause| Error::Io { what: "write an object's name", cause })
}

fn write(path: &Path, object: &[u8]) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(object)?;
    file.sync_all()
}

/// Reads an object of at most `bytes_max` bytes.
pub fn get(folder: &Path, id: EvidenceId, bytes_max: u64) -> Result<Vec<u8>, Error> {
    let (path, _) = paths(folder, id);
    let file = File::open(path).map_err(Error::io("open an object"))?;
    let mut object = Vec::new();
    file.take(bytes_max.saturating_add(1))
        .read_to_end(&mut object)
        .map_err(Error::io("read an object"))?;
    if u64::try_from(object.len()).is_ok_and(|bytes| bytes <= bytes_max) {
        Ok(object)
    } else {
        Err(Error::TooLarge { bytes_max })
    }
}

/// Removes an object, and any incomplete file of it.
pub fn remove(folder: &Path, id: EvidenceId) -> Result<(), Error> {
    let (path, unfinished) = paths(folder, id);
    for path in [path, unfinished] {
        match std::fs::remove_file(path) {
            Ok(()) => {}
            Err(cause) if cause.kind() == ErrorKind::NotFound => {}
            Err(cause) => return Err(Error::Io { what: "remove an object", cause }),
        }
    }
    Ok(())
}

/// Returns the objects, complete or not, that were last written at least `age` ago. Other files are
/// ignored.
pub fn older_than(folder: &Path, age: Duration) -> Result<Vec<EvidenceId>, Error> {
    let failed = Error::io("list the vault");
    let mut found = Vec::new();
    for subfolder in std::fs::read_dir(folder).map_err(&failed)? {
        let subfolder = subfolder.map_err(&failed)?;
        if !subfolder.file_type().map_err(&failed)?.is_dir() {
            continue;
        }
        for file in std::fs::read_dir(subfolder.path()).map_err(&failed)? {
            let file = file.map_err(&failed)?;
            let Some(id) = file.file_name().to_str().and_then(read_name) else { continue };
            // A file that was removed meanwhile, or whose time is in the future, is not old.
            let written = file.metadata().and_then(|about| about.modified()).ok();
            if written.and_then(|at| at.elapsed().ok()).is_some_and(|passed| passed >= age) {
                found.push(id);
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

fn read_name(name: &str) -> Option<EvidenceId> {
    name.strip_suffix(UNFINISHED).unwrap_or(name).parse().ok()
}

fn paths(folder: &Path, id: EvidenceId) -> (PathBuf, PathBuf) {
    let name = id.to_string();
    let subfolder = name.get(name.len().saturating_sub(2)..).unwrap_or("");
    let subfolder = folder.join(subfolder);
    (subfolder.join(&name), subfolder.join(format!("{name}{UNFINISHED}")))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use uuid::Uuid;

    use super::*;

    fn id(number: u128) -> EvidenceId {
        Uuid::from_u128(number).into()
    }

    #[test]
    fn an_object_is_there_until_it_is_removed_also_twice() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();

        put(folder, id(0x2ab), b"sealed").unwrap();
        put(folder, id(0x3ab), b"another").unwrap();

        assert_eq!(get(folder, id(0x2ab), 6).unwrap(), b"sealed");
        remove(folder, id(0x2ab)).unwrap();
        remove(folder, id(0x2ab)).unwrap();
        assert!(matches!(get(folder, id(0x2ab), 6), Err(Error::NotFound)));
        assert_eq!(get(folder, id(0x3ab), 7).unwrap(), b"another");
    }

    #[test]
    fn an_object_is_for_our_user_alone() {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("evidence");
        create(&folder).unwrap();

        put(&folder, id(0xab), b"sealed").unwrap();

        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&folder), 0o700);
        assert_eq!(mode(&folder.join("ab")), 0o700);
        assert_eq!(mode(&paths(&folder, id(0xab)).0), 0o600);
    }

    #[test]
    fn an_object_that_is_larger_than_wanted_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        put(folder.path(), id(1), b"sealed").unwrap();

        assert!(matches!(get(folder.path(), id(1), 5), Err(Error::TooLarge { bytes_max: 5 })));
    }

    #[test]
    fn an_incomplete_object_has_another_name_and_is_listed_and_removed_too() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let (_, unfinished) = paths(folder, id(1));
        create(unfinished.parent().unwrap()).unwrap();
        std::fs::write(&unfinished, b"sea").unwrap();
        std::fs::write(folder.join("README"), b"not ours").unwrap();
        put(folder, id(2), b"sealed").unwrap();

        assert!(matches!(get(folder, id(1), 9), Err(Error::NotFound)));
        assert_eq!(older_than(folder, Duration::ZERO).unwrap(), [id(1), id(2)]);
        assert!(older_than(folder, Duration::from_hours(1)).unwrap().is_empty());
        remove(folder, id(1)).unwrap();
        assert_eq!(older_than(folder, Duration::ZERO).unwrap(), [id(2)]);
    }

    #[test]
    fn a_folder_that_cannot_be_created_is_an_error_at_once() {
        let file = tempfile::NamedTempFile::new().unwrap();

        assert!(matches!(create(&file.path().join("x")), Err(Error::Io { .. })));
    }
}
