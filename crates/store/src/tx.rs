//! Named transactions.

use sqlx::{Postgres, Transaction};

use crate::call::{Call, CallFuture, Link};
use crate::error::{Error, Fault, FaultKind};
use crate::group_commit::{Member, Sharing};
use crate::open::{Engine, Pools, Statements, Store};
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
    Sqlite(Member),
    Postgres(Transaction<'static, Postgres>, Statements),
}

impl Store {
    /// Begins a transaction. `name` is written to `changed_by` of every row that it changes.
    ///
    /// On SQLite it waits here for the previous writer and never fails half-way, and it can share its
    /// commit with transactions that wait at the same time; on PostgreSQL it is READ COMMITTED, so
    /// conditions that must hold are checked in the `WHERE` clause.
    pub async fn begin(&self, name: &'static str) -> Result<Tx, Error> {
        self.begin_sharing(name, Sharing::Shared).await
    }

    /// Begins a transaction as [`Self::begin`] does, for one that may take long or change many rows:
    /// on SQLite it shares its commit with no other.
    pub async fn begin_alone(&self, name: &'static str) -> Result<Tx, Error> {
        self.begin_sharing(name, Sharing::Alone).await
    }

    async fn begin_sharing(&self, name: &'static str, sharing: Sharing) -> Result<Tx, Error> {
        let open = match self.pools() {
            Pools::Sqlite { writer, .. } => Open::Sqlite(writer.begin(sharing).await?),
            Pools::Postgres(pool, statements) => {
                let begun = pool.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED").await?;
                Open::Postgres(begun, *statements)
            }
        };
        Ok(Tx { name, open, pending: Vec::new(), has_failed: false })
    }
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
            Open::Sqlite(member) => member.commit().await?,
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
            let answer = match self.link() {
                Ok(link) => call.run(link).await,
                Err(error) => Err(error),
            };
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
            let answer = match self.link() {
                Ok(link) => call.rows(link).await,
                Err(error) => Err(error),
            };
            self.judge(answer)
        })
    }

    /// Executes `call` and returns its first row.
    pub(crate) async fn row<T: Row>(&mut self, call: Call) -> Result<Option<T>, Error> {
        Ok(self.rows(call).await?.into_iter().next())
    }

    /// Returns the connection; an error after a failed query, because SQLite may have rolled the
    /// transaction back, and would then commit each further query on its own.
    fn link(&mut self) -> Result<Link<'_>, sqlx::Error> {
        if self.has_failed {
            return Err(sqlx::Error::BeginFailed);
        }
        match &mut self.open {
            Open::Sqlite(open) => Ok(Link::Sqlite(open.connection()?)),
            Open::Postgres(open, statements) => Ok(Link::Postgres(open, *statements)),
        }
    }

    fn judge<T>(&mut self, answer: Result<T, sqlx::Error>) -> Result<T, Error> {
        self.has_failed |= answer.is_err();
        Ok(answer?)
    }
}
