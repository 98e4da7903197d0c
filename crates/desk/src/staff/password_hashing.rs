//! Hashes passwords in at most four buffers, which are reused.

use std::sync::{Arc, Mutex, PoisonError};

use mamori_signin::HashMemory;
use tokio::sync::Semaphore;

use crate::{Desk, Error};

/// The most passwords that this node hashes at the same time. Each takes a processor and 19 MiB,
/// which the node keeps.
const AT_ONCE_MAX: usize = 4;

/// The memory for hashing passwords, and how many may be hashed at once.
#[derive(Debug)]
pub struct PasswordHashing {
    permits: Arc<Semaphore>,
    /// The memory that no password uses at the moment.
    unused: Arc<Mutex<Vec<HashMemory>>>,
}

impl Default for PasswordHashing {
    fn default() -> Self {
        Self { permits: Arc::new(Semaphore::new(AT_ONCE_MAX)), unused: Arc::default() }
    }
}

impl PasswordHashing {
    /// Runs `work` on another thread, with memory of its own. If the caller goes away meanwhile,
    /// the work still counts until it ends.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut HashMemory) -> T + Send + 'static,
    ) -> Result<T, Error> {
        let lost = "a password could not be hashed";
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        let permit = permit.map_err(|cause| Error::internal(lost, cause))?;
        let unused = Arc::clone(&self.unused);
        let done = tokio::task::spawn_blocking(move || {
            let lock = || unused.lock().unwrap_or_else(PoisonError::into_inner);
            let mut memory = lock().pop().unwrap_or_default();
            let result = work(&mut memory);
            lock().push(memory);
            drop(permit);
            result
        });
        done.await.map_err(|cause| Error::internal(lost, cause))
    }
}

impl Desk {
    /// Runs work that is slow by design on another thread, and only so much of it at the same time.
    pub(super) async fn hash_slowly<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut HashMemory) -> T + Send + 'static,
    ) -> Result<T, Error> {
        self.inner.hashing.run(work).await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn no_more_memory_is_used_than_passwords_are_hashed_at_once_whatever_callers_do() {
        let hashing = Arc::new(PasswordHashing::default());
        let (running, counted) = mpsc::channel();
        let (go, wait) = mpsc::channel::<()>();
        let wait = Arc::new(Mutex::new(wait));
        let attempts: Vec<_> = (0..3 * AT_ONCE_MAX)
            .map(|_| {
                let (hashing, running, wait) =
                    (Arc::clone(&hashing), running.clone(), Arc::clone(&wait));
                tokio::spawn(async move {
                    let work = move |_: &mut HashMemory| {
                        let _ = running.send(());
                        let _ = wait.lock().unwrap().recv();
                    };
                    hashing.run(work).await
                })
            })
            .collect();
        for _ in 0..AT_ONCE_MAX {
            counted.recv_timeout(Duration::from_secs(10)).unwrap();
        }

        // All callers go away: what runs continues to count.
        for attempt in &attempts {
            attempt.abort();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(hashing.permits.available_permits(), 0);
        assert!(counted.try_recv().is_err());

        drop(go);
        while hashing.permits.available_permits() < AT_ONCE_MAX {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert!(hashing.unused.lock().unwrap().len() <= AT_ONCE_MAX);
        assert!(!hashing.unused.lock().unwrap().is_empty());
    }
}
