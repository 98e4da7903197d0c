//! The folder in which the objects are stored: `FOLDER/ab/evd_…`, readable only by Mamori's user.
//!
//! An object is written under another name and renamed once it is safe on disk, so every file with
//! an object's name is complete. `ab` are the last digits of the id; its first digits encode the
//! time, and would put all new objects into one folder.
//!
//! The folder itself may be a symbolic link, which only the operator can have made. Nothing in it
//! is followed if it is one: a link in place of `ab` would lead the objects elsewhere.

use std::fs::{DirBuilder, File};
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::time::Duration;

use mamori_model::EvidenceId;
use rustix::fs::{AtFlags, Mode, OFlags, mkdirat, open, openat, renameat, unlinkat};
use rustix::io::Errno;

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
    let names = Names::of(id);
    let subfolder = open_subfolder(folder, &names, Missing::Create)
        .map_err(|cause| Error::Io { what: "open a folder of the vault", cause })?;
    let written = write(&subfolder, &names, object);
    if let Err(cause) = written {
        // Remove the incomplete file; if that fails too, the hourly sweep removes it.
        let _ = unlinkat(&subfolder, &names.unfinished, AtFlags::empty());
        return Err(Error::Io { what: "write an object", cause });
    }
    File::from(subfolder)
        .sync_all()
        .map_err(|cause| Error::Io { what: "write an object's name", cause })
}

fn write(subfolder: &OwnedFd, names: &Names, object: &[u8]) -> io::Result<()> {
    let flags =
        OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file = openat(subfolder, &names.unfinished, flags, Mode::RUSR | Mode::WUSR)?;
    let mut file = File::from(file);
    file.write_all(object)?;
    file.sync_all()?;
    Ok(renameat(subfolder, &names.unfinished, subfolder, &names.object)?)
}

/// Reads an object of at most `bytes_max` bytes.
pub fn get(folder: &Path, id: EvidenceId, bytes_max: u64) -> Result<Vec<u8>, Error> {
    let names = Names::of(id);
    let subfolder = open_subfolder(folder, &names, Missing::Refuse)
        .map_err(Error::io("open a folder of the vault"))?;
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file = openat(&subfolder, &names.object, flags, Mode::empty());
    let file = file.map_err(|cause| Error::io("open an object")(cause.into()))?;
    let mut object = Vec::new();
    File::from(file)
        .take(bytes_max.saturating_add(1))
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
    let names = Names::of(id);
    let subfolder = match open_subfolder(folder, &names, Missing::Refuse) {
        Ok(subfolder) => subfolder,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(cause) => return Err(Error::Io { what: "open a folder of the vault", cause }),
    };
    for name in [&names.object, &names.unfinished] {
        match unlinkat(&subfolder, name, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => {}
            Err(cause) => {
                return Err(Error::Io { what: "remove an object", cause: cause.into() });
            }
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

/// The names of an object's files.
struct Names {
    /// Of the folder in which they are.
    subfolder: String,
    /// Of the complete object.
    object: String,
    /// Of the object until it is complete.
    unfinished: String,
}

impl Names {
    fn of(id: EvidenceId) -> Self {
        let object = id.to_string();
        let subfolder = object.get(object.len().saturating_sub(2)..).unwrap_or("").to_owned();
        Self { subfolder, unfinished: format!("{object}{UNFINISHED}"), object }
    }
}

/// What to do if a subfolder does not exist.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Missing {
    Create,
    Refuse,
}

/// Opens the subfolder of an object; fails if it is a symbolic link.
fn open_subfolder(folder: &Path, names: &Names, missing: Missing) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let folder = open(folder, flags, Mode::empty())?;
    if missing == Missing::Create {
        match mkdirat(&folder, &names.subfolder, Mode::RWXU) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(cause) => return Err(cause.into()),
        }
    }
    Ok(openat(&folder, &names.subfolder, flags | OFlags::NOFOLLOW, Mode::empty())?)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::path::PathBuf;

    use uuid::Uuid;

    use super::*;

    fn id(number: u128) -> EvidenceId {
        Uuid::from_u128(number).into()
    }

    fn paths(folder: &Path, id: EvidenceId) -> (PathBuf, PathBuf) {
        let names = Names::of(id);
        let subfolder = folder.join(names.subfolder);
        (subfolder.join(names.object), subfolder.join(names.unfinished))
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
    fn a_link_in_place_of_a_subfolder_or_an_object_is_not_followed() {
        let outer = tempfile::tempdir().unwrap();
        let (folder, elsewhere) = (outer.path().join("evidence"), outer.path().join("elsewhere"));
        create(&folder).unwrap();
        create(&elsewhere).unwrap();
        symlink(&elsewhere, folder.join("ab")).unwrap();
        put(&folder, id(0xcd), b"sealed").unwrap();
        std::fs::remove_file(paths(&folder, id(0xcd)).0).unwrap();
        std::fs::write(elsewhere.join("file"), b"not ours").unwrap();
        symlink(elsewhere.join("file"), paths(&folder, id(0xcd)).0).unwrap();

        assert!(matches!(put(&folder, id(0xab), b"sealed"), Err(Error::Io { .. })));
        assert!(matches!(get(&folder, id(0xab), 9), Err(Error::Io { .. })));
        assert!(matches!(remove(&folder, id(0xab)), Err(Error::Io { .. })));
        assert!(matches!(get(&folder, id(0xcd), 9), Err(Error::Io { .. })));
        assert_eq!(std::fs::read_dir(&elsewhere).unwrap().count(), 1, "an object was led away");
    }

    #[test]
    fn the_folder_itself_may_be_a_link() {
        let outer = tempfile::tempdir().unwrap();
        let (folder, link) = (outer.path().join("disk"), outer.path().join("evidence"));
        create(&folder).unwrap();
        symlink(&folder, &link).unwrap();

        put(&link, id(0xab), b"sealed").unwrap();

        assert_eq!(get(&folder, id(0xab), 9).unwrap(), b"sealed");
    }

    #[test]
    fn a_folder_that_cannot_be_created_is_an_error_at_once() {
        let file = tempfile::NamedTempFile::new().unwrap();

        assert!(matches!(create(&file.path().join("x")), Err(Error::Io { .. })));
    }
}
