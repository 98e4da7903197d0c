//! Group commit on SQLite: transactions that wait for the writer share one commit.
//!
//! SQLite has one writer, and a commit ends when the disk has the data, which takes milliseconds. So
//! a [`Member`], the transaction of one caller, is a savepoint within a transaction of the database,
//! the *group*. A member that ends while others wait hands the group to the next one. The group is
//! committed when it has [`MEMBERS_MAX`] members or when no caller waits, and only then is each
//! member's commit answered: what was acknowledged is on the disk, as without groups.

use std::fmt;
use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{Sqlite, SqliteConnection, SqlitePool};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};
use tokio::time::timeout;

use crate::error::{Error, Fault, FaultKind};

/// The most members of a group. The first one waits for the work of all of them, so that a member
/// waits for some 15 others at most.
const MEMBERS_MAX: usize = 16;

const BEGIN: &str = "-- begin_group
     BEGIN IMMEDIATE";
const COMMIT: &str = "-- commit_group
     COMMIT";
const END: &str = "-- roll_back_group
     ROLLBACK";
const SAVE: &str = "-- save_member
     SAVEPOINT member";
const RELEASE: &str = "-- release_member
     RELEASE member";
const ROLL_BACK: &str = "-- roll_back_member
     ROLLBACK TO member";

/// Whether a transaction may share its commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// It is short, and can be a member of a group.
    Shared,
    /// It may take long or change much: the group before it is committed first, and it is committed
    /// on its own. A savepoint would also store a second copy of each page that it changes.
    Alone,
}

/// The only connection that writes, and the group of transactions on it. Cheap to clone.
#[derive(Clone)]
pub struct Writer {
    shared: Arc<Shared>,
}

struct Shared {
    pool: SqlitePool,
    /// How long a caller waits for its turn.
    patience: Duration,
    /// How many callers wait for their turn.
    waiting: AtomicUsize,
    group: Arc<Mutex<Group>>,
}

/// The transaction of the database, and the members that wait for its commit.
#[derive(Default)]
struct Group {
    /// The connection on which the transaction is open. No `Transaction` of the driver, which counts
    /// the open ones: on a full disk SQLite itself ends the transaction, the driver's rollback then
    /// fails, and its count stays at one, so that no other could begin.
    open: Option<PoolConnection<Sqlite>>,
    ended: Vec<oneshot::Sender<Result<(), Fault>>>,
    /// Whether the last member was dropped, so that its savepoint must be rolled back.
    is_abandoned: bool,
    /// Whether a task waits for its turn to commit the group.
    is_due: bool,
}

/// The transaction of one caller. Dropping it without [`Member::commit`] rolls it back.
pub struct Member {
    group: OwnedMutexGuard<Group>,
    shared: Arc<Shared>,
    sharing: Sharing,
    has_ended: bool,
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").field("pool", &self.shared.pool).finish_non_exhaustive()
    }
}

impl Writer {
    /// Makes a writer of a pool with one connection. `patience`: how long a caller waits for its
    /// turn before it gets [`Error::Unavailable`].
    pub fn new(pool: SqlitePool, patience: Duration) -> Self {
        let group = Arc::new(Mutex::new(Group::default()));
        let waiting = AtomicUsize::new(0);
        Self { shared: Arc::new(Shared { pool, patience, waiting, group }) }
    }

    /// Returns the pool, for what is no transaction of a caller.
    pub fn pool(&self) -> &SqlitePool {
        &self.shared.pool
    }

    /// Waits for its turn and begins a transaction, with `BEGIN IMMEDIATE`: no other program writes
    /// either.
    pub async fn begin(&self, sharing: Sharing) -> Result<Member, Error> {
        // In a task of its own: a caller that stops waiting cannot leave a savepoint half made.
        let begun = tokio::spawn(begin(Arc::clone(&self.shared), sharing));
        begun.await.map_err(|_| unavailable(FaultKind::NoConnection, "the process is stopping"))?
    }
}

async fn begin(shared: Arc<Shared>, sharing: Sharing) -> Result<Member, Error> {
    shared.waiting.fetch_add(1, Ordering::SeqCst);
    let turn = timeout(shared.patience, Arc::clone(&shared.group).lock_owned()).await;
    shared.waiting.fetch_sub(1, Ordering::SeqCst);
    let Ok(group) = turn else { return Err(locked()) };

    let mut member = Member { group, shared, sharing, has_ended: true };
    member.group.roll_back_abandoned().await;
    if sharing == Sharing::Alone {
        member.group.commit().await;
    }
    if member.group.open.is_none() {
        member.group.open = Some(member.shared.pool.acquire().await.map_err(of_writer)?);
        if let Err(error) = member.group.execute(BEGIN).await {
            member.group.fail(&error);
            return Err(of_writer(error));
        }
    }
    if sharing == Sharing::Shared
        && let Err(error) = member.group.execute(SAVE).await
    {
        member.group.fail(&error);
        return Err(error.into());
    }
    member.has_ended = false;
    Ok(member)
}

impl Member {
    /// Returns the connection. An error if the group failed, which ended this transaction too.
    pub fn connection(&mut self) -> Result<&mut SqliteConnection, sqlx::Error> {
        self.group.open.as_deref_mut().ok_or(sqlx::Error::BeginFailed)
    }

    /// Commits, and returns when the disk has the data.
    pub async fn commit(self) -> Result<(), Error> {
        // In a task of its own: a caller that stops waiting must not end the commit of the others.
        let committed = tokio::spawn(self.end());
        committed
            .await
            .map_err(|_| unavailable(FaultKind::NoConnection, "the process is stopping"))?
    }

    async fn end(mut self) -> Result<(), Error> {
        self.has_ended = true;
        if self.sharing == Sharing::Shared
            && let Err(error) = self.group.execute(RELEASE).await
        {
            self.group.fail(&error);
            return Err(error.into());
        }
        let (ended, committed) = oneshot::channel();
        self.group.ended.push(ended);
        let is_complete = self.sharing == Sharing::Alone
            || self.group.ended.len() >= MEMBERS_MAX
            || self.shared.waiting.load(Ordering::SeqCst) == 0;
        if is_complete {
            self.group.commit().await;
        } else {
            self.commit_later(&Handle::current());
        }
        drop(self);
        match committed.await {
            Ok(committed) => committed.map_err(Error::Unavailable),
            Err(_) => Err(unavailable(FaultKind::NoConnection, "the process is stopping")),
        }
    }

    /// Starts a task that commits the group after the members that wait now, if none does.
    fn commit_later(&mut self, runtime: &Handle) {
        if mem::replace(&mut self.group.is_due, true) {
            return;
        }
        let group = Arc::clone(&self.shared.group);
        runtime.spawn(async move {
            let mut group = group.lock_owned().await;
            group.is_due = false;
            group.roll_back_abandoned().await;
            group.commit().await;
        });
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        if self.has_ended {
            return;
        }
        match (self.sharing, Handle::try_current()) {
            (Sharing::Shared, Ok(runtime)) => {
                self.group.is_abandoned = true;
                self.commit_later(&runtime);
            }
            (Sharing::Alone, _) => self.group.close(),
            (Sharing::Shared, Err(_)) => self.group.fail(&sqlx::Error::WorkerCrashed),
        }
    }
}

impl Group {
    async fn execute(&mut self, statement: &'static str) -> Result<(), sqlx::Error> {
        let open = self.open.as_deref_mut().ok_or(sqlx::Error::BeginFailed)?;
        sqlx::query(statement).execute(open).await.map(drop)
    }

    /// Rolls back the savepoint of a member that was dropped.
    async fn roll_back_abandoned(&mut self) {
        if !mem::take(&mut self.is_abandoned) {
            return;
        }
        for statement in [ROLL_BACK, RELEASE] {
            if let Err(error) = self.execute(statement).await {
                // On a full disk, SQLite itself rolls back the whole transaction of the database.
                return self.fail(&error);
            }
        }
    }

    /// Commits the transaction of the database and answers each member that waits for it.
    async fn commit(&mut self) {
        if self.open.is_none() {
            return;
        }
        let is_empty = self.ended.is_empty();
        match self.execute(if is_empty { END } else { COMMIT }).await {
            Ok(()) => {
                self.open = None;
                self.answer(&Ok(()));
            }
            Err(error) => self.fail(&error),
        }
    }

    /// Ends the transaction of the database without a commit.
    fn fail(&mut self, error: &sqlx::Error) {
        self.close();
        self.is_abandoned = false;
        self.answer(&Err(Fault::from(error)));
    }

    /// Closes the connection, which rolls back what is open on it. The pool opens another one.
    fn close(&mut self) {
        if let Some(mut open) = self.open.take() {
            open.close_on_drop();
        }
    }

    fn answer(&mut self, committed: &Result<(), Fault>) {
        for member in self.ended.drain(..) {
            // The caller may have stopped waiting.
            drop(member.send(committed.clone()));
        }
    }
}

fn unavailable(kind: FaultKind, message: &str) -> Error {
    Error::Unavailable(Fault { code: None, message: message.to_owned(), kind })
}

fn locked() -> Error {
    unavailable(
        FaultKind::Locked,
        "the transaction before this one did not end in time; another program may hold the lock of \
         the database file",
    )
}

/// Replaces the pool's time-out error, which would report a lack of connections: SQLite has one writer,
/// so a time-out means that the transaction before this one is slow or waits for the file's lock.
fn of_writer(error: sqlx::Error) -> Error {
    if matches!(error, sqlx::Error::PoolTimedOut) { locked() } else { error.into() }
}

#[cfg(test)]
mod tests {
    use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
    use tempfile::TempDir;

    use super::*;

    /// A writer of a database with the table `line`, and a pool that reads it.
    async fn database(folder: &TempDir) -> (Writer, SqlitePool) {
        let options = SqliteConnectOptions::new()
            .filename(folder.path().join("lines.sqlite"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // Without checkpoints the log has every commit.
            .pragma("wal_autocheckpoint", "0");
        let pool = SqlitePoolOptions::new().max_connections(1).max_lifetime(None);
        let writer = pool.clone().connect_with(options.clone()).await.unwrap();
        sqlx::query("CREATE TABLE line (number INTEGER PRIMARY KEY, filler BLOB)")
            .execute(&writer)
            .await
            .unwrap();
        let readers = pool.connect_with(options.pragma("query_only", "ON")).await.unwrap();
        (Writer::new(writer, Duration::from_mins(1)), readers)
    }

    async fn insert(member: &mut Member, number: i64, bytes: i64) -> Result<(), sqlx::Error> {
        sqlx::query("INSERT INTO line VALUES ($1, zeroblob($2))")
            .bind(number)
            .bind(bytes)
            .execute(member.connection()?)
            .await
            .map(drop)
    }

    async fn lines(readers: &SqlitePool) -> Vec<i64> {
        sqlx::query_scalar("SELECT number FROM line ORDER BY number")
            .fetch_all(readers)
            .await
            .unwrap()
    }

    /// Counts the commits in the write-ahead log: the frames that have a size of the database.
    /// Source: `sqlite.org/fileformat2.html`, section 4.1.
    fn commits(folder: &TempDir) -> usize {
        let log = std::fs::read(folder.path().join("lines.sqlite-wal")).unwrap();
        let frames = log.get(32..).unwrap().chunks_exact(24 + 4096);
        frames.filter(|frame| frame.get(4..8) != Some(&[0; 4])).count()
    }

    /// Waits until `count` callers wait for their turn.
    async fn until_waiting(writer: &Writer, count: usize) {
        while writer.shared.waiting.load(Ordering::SeqCst) < count {
            tokio::task::yield_now().await;
        }
    }

    /// Inserts each of `numbers` in a transaction of its own while `first` is open, and then ends
    /// `first` without a commit; returns the answers.
    async fn insert_at_once(
        writer: &Writer,
        first: Member,
        lines: impl IntoIterator<Item = (i64, i64)>,
    ) -> Vec<(i64, Result<(), Error>)> {
        let mut callers = Vec::new();
        for (number, bytes) in lines {
            let waits = writer.clone();
            callers.push(tokio::spawn(async move {
                let mut member = waits.begin(Sharing::Shared).await?;
                insert(&mut member, number, bytes).await?;
                member.commit().await
            }));
            until_waiting(writer, callers.len()).await;
        }
        drop(first);
        let mut answers = Vec::new();
        for (number, caller) in (1..).zip(callers) {
            answers.push((number, caller.await.unwrap()));
        }
        answers
    }

    #[tokio::test]
    async fn transactions_that_wait_share_commits() {
        let folder = TempDir::new().unwrap();
        let (writer, readers) = database(&folder).await;
        let first = writer.begin(Sharing::Shared).await.unwrap();
        let before = commits(&folder);

        let answers = insert_at_once(&writer, first, (1..=32).map(|number| (number, 0))).await;

        assert!(answers.iter().all(|(_, answer)| answer.is_ok()), "{answers:?}");
        assert_eq!(lines(&readers).await, (1..=32).collect::<Vec<_>>());
        assert!((2..=4).contains(&(commits(&folder) - before)), "{}", commits(&folder) - before);
    }

    #[tokio::test]
    async fn a_commit_is_answered_after_the_disk_has_it() {
        let folder = TempDir::new().unwrap();
        let (writer, readers) = database(&folder).await;
        let mut first = writer.begin(Sharing::Shared).await.unwrap();
        insert(&mut first, 1, 0).await.unwrap();
        let waits = writer.clone();
        let second = tokio::spawn(async move { waits.begin(Sharing::Shared).await });
        until_waiting(&writer, 1).await;

        let committed = tokio::spawn(first.commit());
        let second = second.await.unwrap().unwrap();
        assert!(!committed.is_finished());
        assert_eq!(lines(&readers).await, Vec::<i64>::new());
        drop(second);

        committed.await.unwrap().unwrap();
        assert_eq!(lines(&readers).await, [1]);
    }

    #[tokio::test]
    async fn a_transaction_that_is_dropped_takes_no_other_with_it() {
        let folder = TempDir::new().unwrap();
        let (writer, readers) = database(&folder).await;
        let first = writer.begin(Sharing::Shared).await.unwrap();
        // The second one breaks the primary key.
        let answers = insert_at_once(&writer, first, [(1, 0), (1, 0), (3, 0)]).await;

        let failed: Vec<_> = answers.iter().filter(|(_, answer)| answer.is_err()).collect();
        assert!(matches!(failed.as_slice(), [(2, Err(Error::Conflict(_)))]), "{answers:?}");
        assert_eq!(lines(&readers).await, [1, 3]);
    }

    #[tokio::test]
    async fn a_transaction_that_fills_the_disk_loses_nothing_that_was_acknowledged() {
        let folder = TempDir::new().unwrap();
        let (writer, readers) = database(&folder).await;
        let mut first = writer.begin(Sharing::Shared).await.unwrap();
        let limit = sqlx::query("PRAGMA max_page_count = 20");
        limit.execute(first.connection().unwrap()).await.unwrap();

        let answers = insert_at_once(&writer, first, [(1, 0), (2, 1_000_000), (3, 0)]).await;

        let acknowledged = answers.iter().filter(|(_, answer)| answer.is_ok());
        let acknowledged: Vec<i64> = acknowledged.map(|(number, _)| *number).collect();
        let full = answers.get(1).map(|(_, answer)| answer);
        let Some(Err(Error::Unavailable(fault))) = full else { panic!("{answers:?}") };
        assert_eq!(fault.kind, FaultKind::DiskFull);
        assert_eq!(lines(&readers).await, acknowledged);
        let mut next = writer.begin(Sharing::Shared).await.unwrap();
        insert(&mut next, 4, 0).await.unwrap();
        next.commit().await.unwrap();
    }

    #[tokio::test]
    async fn a_transaction_alone_shares_no_commit() {
        let folder = TempDir::new().unwrap();
        let (writer, readers) = database(&folder).await;
        let mut first = writer.begin(Sharing::Shared).await.unwrap();
        insert(&mut first, 1, 0).await.unwrap();
        let waits = writer.clone();
        let alone = tokio::spawn(async move { waits.begin(Sharing::Alone).await });
        until_waiting(&writer, 1).await;

        let committed = tokio::spawn(first.commit());
        let mut alone = alone.await.unwrap().unwrap();
        committed.await.unwrap().unwrap();
        assert_eq!(lines(&readers).await, [1]);
        insert(&mut alone, 2, 0).await.unwrap();
        drop(alone);

        let mut next = writer.begin(Sharing::Shared).await.unwrap();
        insert(&mut next, 3, 0).await.unwrap();
        next.commit().await.unwrap();
        assert_eq!(lines(&readers).await, [1, 3]);
    }

    #[tokio::test]
    async fn a_caller_waits_for_its_turn_only_so_long() {
        let folder = TempDir::new().unwrap();
        let (writer, _readers) = database(&folder).await;
        let short = Writer::new(writer.pool().clone(), Duration::from_millis(20));
        let first = short.begin(Sharing::Shared).await.unwrap();

        let second = short.begin(Sharing::Shared).await.map(drop);

        assert!(
            matches!(&second, Err(Error::Unavailable(fault)) if fault.kind == FaultKind::Locked),
            "{second:?}"
        );
        drop(first);
        drop(short.begin(Sharing::Shared).await.unwrap());
    }
}
