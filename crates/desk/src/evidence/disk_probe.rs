//! Reads how many bytes the vault's disk has free, at intervals, however many checks ask.
//!
//! A disk that hangs, such as a network share, must not occupy one thread for each check: there is at
//! most one read at a time, and no other one begins while it hangs.

use std::sync::Arc;
use std::time::Duration;

use crate::single_run::SingleRun;

/// How often the disk is read at most.
const READ_EVERY: Duration = Duration::from_secs(5);

/// How long a caller waits for the first read; later ones get the previous result meanwhile.
const WAIT_MAX: Duration = Duration::from_secs(2);

/// After this time a read that has not ended counts as hanging.
const HANGS_AFTER: Duration = Duration::from_secs(10);

/// What is known of the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DiskFree {
    /// So many bytes are free.
    Bytes(u64),
    /// The disk cannot be examined; the log has the reason.
    Unknown,
    /// The disk does not answer.
    Hangs,
}

/// The last read, and the one that is running.
#[derive(Debug, Default)]
pub(super) struct DiskProbe(Arc<SingleRun<DiskFree>>);

impl DiskProbe {
    /// Returns the result of the last read, and begins a new one with `read` if that began at least
    /// [`READ_EVERY`] ago and has ended. `read` returns the free bytes; `None` if they cannot be read.
    pub(super) async fn free<Read>(&self, read: impl FnOnce() -> Read) -> DiskFree
    where
        Read: Future<Output = Option<u64>> + Send + 'static,
    {
        let mut ended = self.0.subscribe();
        let read = || {
            let read = read();
            async move { read.await.map_or(DiskFree::Unknown, DiskFree::Bytes) }
        };
        self.0.begin(READ_EVERY, read, DiskFree::Unknown);
        if let Some(known) = self.known() {
            return known;
        }
        let _ended = tokio::time::timeout(WAIT_MAX, ended.changed()).await;
        self.known().unwrap_or(DiskFree::Hangs)
    }

    /// Subtracts bytes that are about to be written, until the next read shows them.
    pub(super) fn reserve(&self, bytes: u64) {
        self.0.change_last(|last| match last {
            DiskFree::Bytes(free) => DiskFree::Bytes(free.saturating_sub(bytes)),
            DiskFree::Unknown | DiskFree::Hangs => last,
        });
    }

    /// Returns what is known; `None` before the first read has ended.
    fn known(&self) -> Option<DiskFree> {
        let state = self.0.state();
        let hangs = state.is_running && !state.began_within(HANGS_AFTER);
        if hangs { Some(DiskFree::Hangs) } else { state.last }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use futures_util::future::join_all;
    use tokio::time::Instant;

    use super::*;

    /// A probe, and how many reads it made; the first read finds 1,000 bytes, and each further one 100
    /// more.
    #[derive(Clone, Default)]
    struct Counted {
        probe: Arc<DiskProbe>,
        reads: Arc<AtomicU64>,
    }

    impl Counted {
        /// Asks for the free bytes; a read that begins takes `seconds`.
        async fn free(&self, seconds: u64) -> DiskFree {
            let reads = Arc::clone(&self.reads);
            let read = || async move {
                let before = reads.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_secs(seconds)).await;
                Some(1_000 + 100 * before)
            };
            self.probe.free(read).await
        }

        fn reads(&self) -> u64 {
            self.reads.load(Ordering::SeqCst)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_thousand_checks_cause_one_read_in_five_seconds() {
        let counted = Counted::default();

        let first = join_all((0..1_000).map(|_| counted.free(1))).await;
        tokio::time::sleep(READ_EVERY).await;
        let previous = join_all((0..1_000).map(|_| counted.free(1))).await;
        tokio::time::sleep(Duration::from_secs(2)).await;
        let second = counted.free(1).await;

        assert!(first.iter().all(|free| *free == DiskFree::Bytes(1_000)));
        assert!(previous.iter().all(|free| *free == DiskFree::Bytes(1_000)), "without waiting");
        assert_eq!((second, counted.reads()), (DiskFree::Bytes(1_100), 2));
    }

    #[tokio::test(start_paused = true)]
    async fn a_disk_that_hangs_is_read_by_one_thread_only() {
        let counted = Counted::default();
        counted.free(0).await;
        tokio::time::sleep(READ_EVERY).await;

        let begins = counted.free(3_600).await;
        tokio::time::sleep(HANGS_AFTER).await;
        let hangs = join_all((0..1_000).map(|_| counted.free(0))).await;
        let reads = counted.reads();
        tokio::time::sleep(Duration::from_hours(1)).await;
        let works_again = counted.free(0).await;

        assert_eq!(begins, DiskFree::Bytes(1_000));
        assert!(hangs.iter().all(|free| *free == DiskFree::Hangs));
        assert_eq!((reads, works_again), (2, DiskFree::Bytes(1_100)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_first_read_that_hangs_delays_a_check_by_two_seconds() {
        let counted = Counted::default();
        let begun = Instant::now();

        let free = counted.free(3_600).await;

        assert_eq!((free, begun.elapsed().as_secs()), (DiskFree::Hangs, WAIT_MAX.as_secs()));
        tokio::time::sleep(HANGS_AFTER).await;
        let later = Instant::now();
        assert_eq!(counted.free(0).await, DiskFree::Hangs);
        assert_eq!((later.elapsed(), counted.reads()), (Duration::ZERO, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn reserved_bytes_are_subtracted_until_the_next_read() {
        let counted = Counted::default();
        counted.free(0).await;

        counted.probe.reserve(400);
        let less = counted.free(0).await;
        counted.probe.reserve(9_000);
        let none = counted.free(0).await;
        tokio::time::sleep(READ_EVERY).await;
        counted.free(0).await;
        tokio::time::sleep(Duration::from_secs(1)).await;

        assert_eq!((less, none), (DiskFree::Bytes(600), DiskFree::Bytes(0)));
        assert_eq!(counted.free(0).await, DiskFree::Bytes(1_100));
    }

    #[tokio::test(start_paused = true)]
    async fn a_disk_that_cannot_be_examined_is_unknown_and_read_again() {
        let probe = Arc::new(DiskProbe::default());

        let failed = probe.free(|| async { None }).await;
        tokio::time::sleep(READ_EVERY).await;
        probe.free(|| async { panic!("a defect of the probe") }).await;
        tokio::time::sleep(READ_EVERY).await;
        probe.free(|| async { Some(7) }).await;
        tokio::time::sleep(Duration::from_secs(1)).await;

        assert_eq!(failed, DiskFree::Unknown);
        assert_eq!(probe.free(|| async { Some(8) }).await, DiskFree::Bytes(7));
    }
}
