//! Finds out whether the database takes writes, by writing one row, however many clients ask.

use std::sync::Arc;
use std::time::Duration;

use mamori_store::{Engine, Error, FaultKind};
use strum::IntoStaticStr;

use crate::single_run::SingleRun;
use crate::{Desk, error};

/// How often the row is written at most.
const WRITE_EVERY: Duration = Duration::from_secs(1);

/// How long a caller waits for a write.
const WAIT_MAX: Duration = Duration::from_secs(2);

/// How long a write may take. After it, the next one begins: a connection that was lost without a sign
/// would otherwise never answer.
const WRITE_MAX: Duration = Duration::from_secs(30);

/// For how long after its beginning a write that has not ended counts as slow and not as failed: behind
/// a long transaction on SQLite it takes seconds, and clean checks need none.
const SLOW_MAX: Duration = Duration::from_secs(10);

/// Why the database takes no writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum WriteFault {
    /// There is no space left.
    DiskFull,
    /// The database is read-only: a standby, a file without permission.
    ReadOnly,
    /// Another connection or program holds the lock.
    Locked,
    /// The database does not answer.
    NoConnection,
    /// Writing its file failed.
    IoError,
    /// Anything else; the log has the database's message.
    Other,
}

impl WriteFault {
    /// Returns the word that `/readyz` uses.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    fn of(error: &Error) -> Self {
        let (Error::Unavailable(fault) | Error::Other(fault)) = error else { return Self::Other };
        match fault.kind {
            FaultKind::DiskFull => Self::DiskFull,
            FaultKind::ReadOnly => Self::ReadOnly,
            FaultKind::Locked => Self::Locked,
            FaultKind::NoConnection => Self::NoConnection,
            FaultKind::InputOutput => Self::IoError,
            FaultKind::Other => Self::Other,
        }
    }

    /// Returns why a write did not begin or end in time: the writer of SQLite is in this process, and
    /// waits for nothing but the lock.
    fn of_silence(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => Self::Locked,
            Engine::Postgres => Self::NoConnection,
        }
    }
}

/// The last write, and the one that is running.
#[derive(Debug, Default)]
pub(crate) struct WriteProbe(Arc<SingleRun<Result<(), WriteFault>>>);

impl WriteProbe {
    /// Returns the result of the last write if it is less than [`WRITE_EVERY`] old, and else that of
    /// a new one. A write continues if its caller is dropped, so that clients that disconnect early
    /// cause no more writes. If none ends within [`WAIT_MAX`], returns the last result while the
    /// running one is younger than [`SLOW_MAX`], and then `silence`.
    async fn check<Write>(
        &self,
        silence: WriteFault,
        write: impl FnOnce() -> Write,
    ) -> Result<(), WriteFault>
    where
        Write: Future<Output = Result<(), WriteFault>> + Send + 'static,
    {
        let mut ended = self.0.subscribe();
        let state = self.0.state();
        let is_recent = !state.is_running && state.began_within(WRITE_EVERY);
        if let Some(last) = state.last.filter(|_| is_recent) {
            return last;
        }
        let in_time = || {
            let write = tokio::time::timeout(WRITE_MAX, write());
            async move { write.await.unwrap_or(Err(silence)) }
        };
        self.0.begin(Duration::ZERO, in_time, Err(WriteFault::Other));
        let has_ended = tokio::time::timeout(WAIT_MAX, ended.changed()).await.is_ok();
        let state = self.0.state();
        let is_usable = has_ended || state.began_within(SLOW_MAX);
        state.last.filter(|_| is_usable).unwrap_or(Err(silence))
    }

    fn was_failing(&self) -> bool {
        self.0.state().last.is_some_and(|last| last.is_err())
    }
}

impl Desk {
    /// Checks whether the database takes writes, by a write at most once a second.
    pub async fn check_writes(&self) -> Result<(), WriteFault> {
        let silence = WriteFault::of_silence(self.store().engine());
        let desk = self.clone();
        self.inner.write_probe.check(silence, || async move { desk.write_row().await }).await
    }

    /// Writes the row, and logs when writes begin to fail and when they work again.
    async fn write_row(&self) -> Result<(), WriteFault> {
        let was_failing = self.inner.write_probe.was_failing();
        let Err(failed) = self.try_write_row().await else {
            if was_failing {
                tracing::info!("the database takes writes again");
            }
            return Ok(());
        };
        let fault = WriteFault::of(&failed);
        if !was_failing {
            let (reason, error) = (fault.as_str(), error::with_causes(&failed));
            tracing::error!(reason, error, "the database takes no writes");
        }
        Err(fault)
    }

    async fn try_write_row(&self) -> Result<(), Error> {
        let mut tx = self.store().begin("write_probe").await?;
        tx.write_probe(self.clock().now()).await?;
        tx.commit().await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use futures_util::FutureExt as _;
    use futures_util::future::join_all;

    use super::*;

    /// A probe, and the number of writes that it made; each takes 300 milliseconds.
    #[derive(Clone, Default)]
    struct Counted {
        probe: Arc<WriteProbe>,
        writes: Arc<AtomicU32>,
    }

    impl Counted {
        async fn check(&self) -> Result<(), WriteFault> {
            let writes = Arc::clone(&self.writes);
            let write = || async move {
                writes.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(300)).await;
                Ok(())
            };
            self.probe.check(WriteFault::Locked, write).await
        }

        fn writes(&self) -> u32 {
            self.writes.load(Ordering::SeqCst)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_thousand_callers_cause_one_write_a_second() {
        let counted = Counted::default();

        let first = join_all((0..1_000).map(|_| counted.check())).await;
        tokio::time::advance(Duration::from_millis(699)).await;
        counted.check().await.unwrap();
        let after_a_second = counted.writes();
        tokio::time::advance(Duration::from_millis(1)).await;
        join_all((0..1_000).map(|_| counted.check())).await;

        assert!(first.iter().all(Result::is_ok));
        assert_eq!((after_a_second, counted.writes()), (1, 2));
    }

    #[tokio::test(start_paused = true)]
    async fn callers_that_go_away_cause_no_more_writes() {
        let counted = Counted::default();

        for _ in 0..1_000 {
            assert_eq!(counted.check().now_or_never(), None);
            tokio::task::yield_now().await;
        }

        assert_eq!(counted.writes(), 1);
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(counted.check().await, Ok(()), "it ended without its caller");
        assert_eq!(counted.writes(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_that_does_not_end_is_reported_and_not_repeated() {
        let probe = Arc::new(WriteProbe::default());
        let hangs = async || {
            let write = || std::future::pending::<Result<(), WriteFault>>();
            probe.check(WriteFault::NoConnection, write).await
        };

        let first = hangs().await;
        let second = probe.check(WriteFault::Locked, || async { Ok(()) }).await;

        assert_eq!(first, Err(WriteFault::NoConnection));
        assert_eq!(second, Err(WriteFault::Locked), "the first write still runs");
        tokio::time::sleep(WRITE_MAX).await;
        let third = probe.check(WriteFault::Locked, || async { Ok(()) }).await;
        assert_eq!(third, Ok(()), "it was given up");
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_write_leaves_the_last_result_and_fails_after_ten_seconds() {
        let probe = Arc::new(WriteProbe::default());
        let check = async |write_s: u64| {
            let write = || async move {
                tokio::time::sleep(Duration::from_secs(write_s)).await;
                Ok(())
            };
            probe.check(WriteFault::Locked, write).await
        };

        let first = check(0).await;
        tokio::time::sleep(WRITE_EVERY).await;
        let mut slow = Vec::new();
        for _ in 0..5 {
            slow.push(check(25).await);
        }
        tokio::time::sleep(Duration::from_secs(15)).await;
        let after = check(0).await;

        assert_eq!((first, after), (Ok(()), Ok(())));
        assert_eq!(slow[..4], [Ok(()); 4]);
        assert_eq!(slow[4], Err(WriteFault::Locked), "ten seconds have passed");
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_that_panics_is_a_fault_and_is_repeated() {
        let probe = Arc::new(WriteProbe::default());

        let panics = || async { panic!("a defect of the probe") };
        let first = probe.check(WriteFault::Locked, panics).await;
        tokio::time::sleep(WRITE_EVERY).await;
        let second = probe.check(WriteFault::Locked, || async { Ok(()) }).await;

        assert_eq!((first, second), (Err(WriteFault::Other), Ok(())));
    }
}
