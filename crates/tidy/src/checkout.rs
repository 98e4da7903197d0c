//! The files of the checkout, without build output, caches and git's own files.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// One file of the checkout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Path relative to the root of the checkout, with `/` as separator.
    pub path: String,
    /// The content of the file.
    pub bytes: Vec<u8>,
}

impl File {
    /// Creates a text file, for tests of the rules.
    pub fn of(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), bytes: text.as_bytes().to_vec() }
    }

    /// Returns the content as text; `None` if it is not UTF-8.
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.bytes).ok()
    }

    /// Checks whether the path ends with `.extension`.
    pub fn has_extension(&self, extension: &str) -> bool {
        Path::new(&self.path).extension().is_some_and(|found| found == extension)
    }

    /// Returns the crate that contains the file: `web` for `crates/web/src/lib.rs`.
    pub fn crate_name(&self) -> Option<&str> {
        self.path.strip_prefix("crates/")?.split('/').next()
    }
}

/// Folders that tools create and that are not part of the repository.
const NOT_OURS: [&str; 4] = [".git", "target", ".cache", "__pycache__"];

/// Returns the root folder of the checkout.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

/// Reads every file of the checkout, sorted by path.
pub fn files() -> io::Result<Vec<File>> {
    let root = root();
    let mut folders = vec![root.clone()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let name = entry.file_name();
            if NOT_OURS.iter().any(|other| name == *other) {
                continue;
            }
            let path = entry.path();
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else if !is_database(&path) {
                let shown = path.strip_prefix(&root).unwrap_or(&path).to_string_lossy();
                files.push(File { path: shown.into_owned(), bytes: fs::read(&path)? });
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// Checks whether the file is a database left by a Mamori that ran in the checkout; `.gitignore`
/// lists them.
fn is_database(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().contains(".sqlite"))
}
