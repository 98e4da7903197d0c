//! Named transactions.

use sqlx::{Postgres, Sqlite, Transaction};

use crate::call::{Call, CallFuture, Link};
use crate::error::{Error, Fault, FaultKind};
use crate::open::{Engine, Statements, Store};
use crate::pending_change::PendingChange;
use crate::row::{Row, Rows};

/// An open transaction. It owns its connection; dropping it without [`Tx::commit`] rolls it back.
///
/// On SQLite it is the only writer while it is open, so await nothing else meanwhile.
pub struct Tx {
    name: &'static str,
    open: Open,
    pending: Vec<PendingChange>,
    has_failed: bool,
}

enum Open {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>, Statements),
}

impl Store {
    /// Begins a transaction. `name` is written to `changed_by` of every row that it changes.
    ///
    /// On SQLite with `BEGIN IMMEDIATE`, so that it waits here for the previous writer and never
    /// fails half-way; on PostgreSQL with READ COMMITTED, so conditions that must hold are checked
    /// in the `WHERE` clause.
    pub async fn begin(&self, name: &'static str) -> Result<Tx, Error> {
        let open = match self.pools() {
            crate::open::Pools::Sqlite { writer, .. } => {
                Open::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await.map_err(of_writer)?)
            }
            crate::open::Pools::Postgres(pool, statements) => {
                let begun = pool.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED").await?;
                Open::Postgres(begun, *statements)
            }
        };
        Ok(Tx { name, open, pending: Vec::new(), has_failed: false })
    }
}

/// Replaces the pool's time-out error, which would report a lack of connections: SQLite has one writer,
/// so a time-out means that the transaction before this one is slow or waits for the file's lock.
fn of_writer(error: sqlx::Error) -> Error {
    if matches!(error, sqlx::Error::PoolTimedOut) {
        return Error::Unavailable(Fault {
            code: None,
            message:
                "the transaction before this one did not end in time; another program may hold \
                      the lock of the database file"
                    .to_owned(),
            kind: FaultKind::Locked,
        });
    }
    error.into()
}

impl Tx {
    /// Commits. After [`Error::Unavailable`] the commit may or may not have succeeded.
    ///
    /// Refuses a transaction in which a query has failed: PostgreSQL would answer its `COMMIT` with
    /// a silent rollback.
    pub async fn commit(mut self) -> Result<(), Error> {
        if self.has_failed {
            return Err(Error::Other(Fault {
                code: None,
                message: format!("transaction {} goes on after an error", self.name),
                kind: FaultKind::Other,
            }));
        }
        self.append_pending_changes().await?;
        match self.open {
            Open::Sqlite(open) => open.commit().await?,
            Open::Postgres(open, _) => open.commit().await?,
        }
        Ok(())
    }

    /// Returns the name, which is written to `changed_by`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the kind of database.
    pub fn engine(&self) -> Engine {
        match self.open {
            Open::Sqlite(_) => Engine::Sqlite,
            Open::Postgres(..) => Engine::Postgres,
        }
    }

    /// Collects a change, to be appended to the change log just before the commit.
    pub(crate) fn record_change(&mut self, change: PendingChange) {
        self.pending.push(change);
    }

    /// Removes and returns the pending changes.
    pub(crate) fn take_pending_changes(&mut self) -> Vec<PendingChange> {
        std::mem::take(&mut self.pending)
    }

    /// Executes `call` and returns how many rows it changed.
    pub(crate) fn run(&mut self, call: Call) -> CallFuture<'_, u64> {
        Box::pin(async move {
            let answer = call.run(self.link()).await;
            self.judge(answer)
        })
    }

    /// Executes `call` and returns every row.
    pub(crate) async fn rows<T: Row>(&mut self, call: Call) -> Result<Vec<T>, Error> {
        let rows = self.fetch(call).await?;
        self.judge(rows.read())
    }

    fn fetch(&mut self, call: Call) -> CallFuture<'_, Rows> {
        Box::pin(async move {
            let answer = call.rows(self.link()).await;
            self.judge(answer)
        })
    }

    /// Executes `call` and returns its first row.
    pub(crate) async fn row<T: Row>(&mut self, call: Call) -> Result<Option<T>, Error> {
        Ok(self.rows(call).await?.into_iter().next())
    }

    fn link(&mut self) -> Link<'_> {
        match &mut self.open {
            Open::Sqlite(open) => Link::Sqlite(open),
            Open::Postgres(open, statements) => Link::Postgres(open, *statements),
        }
    }

    fn judge<T>(&mut self, answer: Result<T, sqlx::Error>) -> Result<T, Error> {
        self.has_failed |= answer.is_err();
        Ok(answer?)
    }
}
