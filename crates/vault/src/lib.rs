//! Seals bytes into objects and stores them in a folder, each object under its id. Each object is
//! encrypted with its own key, which is wrapped by the operator's key.
//!
//! A copy of the folder alone cannot be decrypted; a copy of the folder and the database cannot be
//! decrypted without the operator's key. Keys are wiped from memory after use. This crate knows no cases, no database and no clock, and
//! makes no network calls.

mod error;
mod folder;
mod keyring;
mod locked_key;
mod seal;
mod small;
mod space;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use mamori_model::{EvidenceId, Sensitive};

pub use error::Error;
pub use keyring::{KeyName, Keyring, NotAKeyName};
pub use seal::Sealed;

/// The keys and the folder. Cheap to clone.
#[derive(Clone)]
pub struct Vault {
    inner: Arc<Inner>,
}

struct Inner {
    folder: PathBuf,
    keys: Keyring,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").field("keys", &self.inner.keys).finish_non_exhaustive()
    }
}

impl Vault {
    /// Opens the vault in `folder`, which is created if it does not exist.
    pub fn open(folder: PathBuf, keys: Keyring) -> Result<Self, Error> {
        folder::create(&folder)?;
        Ok(Self { inner: Arc::new(Inner { folder, keys }) })
    }

    /// Returns the name of the key that wraps new objects.
    pub fn key_name(&self) -> &KeyName {
        self.inner.keys.name()
    }

    /// Seals `plain`. The object can be opened only with the same `bound_to`.
    pub fn seal(&self, bound_to: &[u8], plain: &[u8]) -> Result<Sealed, Error> {
        seal::seal(&self.inner.keys, bound_to, plain)
    }

    /// Seals `plain` as [`Self::seal`] does, on a blocking thread, because a large item takes long.
    pub async fn seal_async(
        &self,
        bound_to: Vec<u8>,
        plain: impl AsRef<[u8]> + Send + 'static,
    ) -> Result<Sealed, Error> {
        self.blocking(move |inner| seal::seal(&inner.keys, &bound_to, plain.as_ref())).await
    }

    /// Opens what was sealed with this `bound_to`.
    pub fn unseal(
        &self,
        bound_to: &[u8],
        object: &[u8],
        wrapped_key: &[u8],
        key_name: &KeyName,
    ) -> Result<Sensitive<Vec<u8>>, Error> {
        seal::unseal(&self.inner.keys, bound_to, object, wrapped_key, key_name)
    }

    /// Opens an object as [`Self::unseal`] does, on a blocking thread.
    pub async fn unseal_async(
        &self,
        bound_to: Vec<u8>,
        object: Vec<u8>,
        wrapped_key: Sensitive<Vec<u8>>,
        key_name: KeyName,
    ) -> Result<Sensitive<Vec<u8>>, Error> {
        let open = move |inner: &Inner| {
            seal::unseal(&inner.keys, &bound_to, &object, wrapped_key.reveal(), &key_name)
        };
        self.blocking(open).await
    }

    /// Unwraps an object's key and wraps it with the key that wraps now.
    pub fn rewrap(
        &self,
        bound_to: &[u8],
        wrapped: &[u8],
        by: &KeyName,
    ) -> Result<(Vec<u8>, KeyName), Error> {
        seal::rewrap(&self.inner.keys, bound_to, wrapped, by)
    }

    /// Seals a small secret into a single byte string, for a column of the database.
    pub fn seal_small(&self, bound_to: &[u8], plain: &[u8]) -> Result<Vec<u8>, Error> {
        small::join(&self.seal(bound_to, plain)?)
    }

    /// Opens what [`Self::seal_small`] returned.
    pub fn unseal_small(&self, bound_to: &[u8], piece: &[u8]) -> Result<Sensitive<Vec<u8>>, Error> {
        let Sealed { object, wrapped_key, key_name } = small::split(piece)?;
        self.unseal(bound_to, &object, &wrapped_key, &key_name)
    }

    /// Returns the byte string with its key wrapped by the key that wraps now; `None` if that key
    /// has wrapped it already.
    pub fn rewrap_small(&self, bound_to: &[u8], piece: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let sealed = small::split(piece)?;
        if sealed.key_name == *self.key_name() {
            return Ok(None);
        }
        let (wrapped_key, key_name) =
            self.rewrap(bound_to, &sealed.wrapped_key, &sealed.key_name)?;
        small::join(&Sealed { wrapped_key, key_name, ..sealed }).map(Some)
    }

    /// Stores an object; it is safe on disk when this returns.
    pub async fn put(&self, id: EvidenceId, object: &[u8]) -> Result<(), Error> {
        let object = object.to_vec();
        self.blocking(move |inner| folder::put(&inner.folder, id, &object)).await
    }

    /// Reads an object of at most `bytes_max` bytes; [`Error::NotFound`] if it does not exist.
    pub async fn get(&self, id: EvidenceId, bytes_max: u64) -> Result<Vec<u8>, Error> {
        self.blocking(move |inner| folder::get(&inner.folder, id, bytes_max)).await
    }

    /// Returns the bytes that are free on the file system of the folder.
    pub async fn disk_free(&self) -> Result<u64, Error> {
        self.blocking(move |inner| space::free_bytes(&inner.folder)).await
    }

    /// Removes an object. An object that does not exist is not an error.
    pub async fn remove(&self, id: EvidenceId) -> Result<(), Error> {
        self.blocking(move |inner| folder::remove(&inner.folder, id)).await
    }

    /// Returns the objects that were last written at least `age` ago, including incomplete ones
    /// from a crash.
    pub async fn older_than(&self, age: Duration) -> Result<Vec<EvidenceId>, Error> {
        self.blocking(move |inner| folder::older_than(&inner.folder, age)).await
    }

    /// Runs `work` on a blocking thread, because file access is slow and must not hold up other
    /// tasks.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let inner = Arc::clone(&self.inner);
        let done = tokio::task::spawn_blocking(move || work(&inner)).await;
        done.unwrap_or_else(|cause| {
            Err(Error::Io { what: "finish with the disk", cause: cause.into() })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(name: &str) -> String {
        Keyring::new_line(&name.parse().unwrap()).unwrap().into_revealed()
    }

    #[tokio::test]
    async fn an_item_is_stored_and_read_back_and_is_not_readable_on_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(folder.path().to_owned(), Keyring::parse(&line("a")).unwrap());
        let vault = vault.unwrap();
        let id = EvidenceId::from(uuid::Uuid::from_u128(7));
        let name = id.to_string();

        let sealed = vault.seal(name.as_bytes(), b"a picture").unwrap();
        vault.put(id, &sealed.object).await.unwrap();

        let object = vault.get(id, 1_000).await.unwrap();
        assert!(!object.windows(9).any(|window| window == b"a picture"));
        let plain =
            vault.unseal(name.as_bytes(), &object, &sealed.wrapped_key, &sealed.key_name).unwrap();
        assert_eq!(plain.reveal(), b"a picture");
        assert_eq!(vault.older_than(Duration::ZERO).await.unwrap(), [id]);
        vault.remove(id).await.unwrap();
        assert!(matches!(vault.get(id, 1_000).await, Err(Error::NotFound)));
    }

    #[test]
    fn a_small_secret_is_one_byte_string_and_follows_a_change_of_keys() {
        let folder = tempfile::tempdir().unwrap();
        let open = |keys: &str| {
            Vault::open(folder.path().to_owned(), Keyring::parse(keys).unwrap()).unwrap()
        };
        let old = line("old");
        let (new, old) = (open(&format!("{}\n{old}", line("new"))), open(&old));

        let piece = old.seal_small(b"totp", b"secret").unwrap();

        assert_eq!(old.unseal_small(b"totp", &piece).unwrap().reveal(), b"secret");
        assert!(old.unseal_small(b"other", &piece).is_err());
        assert_eq!(old.rewrap_small(b"totp", &piece).unwrap(), None);
        let wrapped_anew = new.rewrap_small(b"totp", &piece).unwrap().unwrap();
        assert_eq!(new.unseal_small(b"totp", &wrapped_anew).unwrap().reveal(), b"secret");
        assert!(matches!(old.unseal_small(b"totp", &wrapped_anew), Err(Error::KeyMissing(_))));
    }

    #[test]
    fn debug_shows_neither_key_nor_folder() {
        let folder = tempfile::tempdir().unwrap();
        let keys = line("a");
        let vault = Vault::open(folder.path().to_owned(), Keyring::parse(&keys).unwrap()).unwrap();

        assert_eq!(format!("{vault:?}"), "Vault { keys: [KeyName(\"a\")], .. }");
    }
}
