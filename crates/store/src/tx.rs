//! Named transactions.

use sqlx::{Postgres, Sqlite, Transaction};

use crate::call::{Call, Link, Row};
use crate::error::{Error, Fault};
use crate::noted::Noted;
use crate::open::{Engine, Store};

/// An open transaction. It owns its connection; dropped without [`Tx::commit`], it never happened.
///
/// On SQLite it is the only writer while it is open, so await nothing else meanwhile.
pub struct Tx {
    name: &'static str,
    open: Open,
    noted: Vec<Noted>,
    has_failed: bool,
}

enum Open {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Store {
    /// Opens a transaction. `name` goes into `changed_by` of every row that it writes.
    ///
    /// `BEGIN IMMEDIATE` on SQLite, so it waits for the writer before it here and never fails
    /// half-way; READ COMMITTED on PostgreSQL, so what must hold is guarded in the `WHERE`.
    pub async fn begin(&self, name: &'static str) -> Result<Tx, Error> {
        let open = match self.pools() {
            crate::open::Pools::Sqlite { writer, .. } => {
                Open::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?)
            }
            crate::open::Pools::Postgres(pool) => {
                Open::Postgres(pool.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED").await?)
            }
        };
        Ok(Tx { name, open, noted: Vec::new(), has_failed: false })
    }
}

impl Tx {
    /// Makes everything durable. After [`Error::Unavailable`] it may or may not have happened.
    ///
    /// A transaction in which anything failed is refused: PostgreSQL would answer its `COMMIT`
    /// with a silent rollback.
    pub async fn commit(mut self) -> Result<(), Error> {
        if self.has_failed {
            return Err(Error::Other(Fault {
                code: None,
                message: format!("transaction {} goes on after an error", self.name),
            }));
        }
        self.append_noted().await?;
        match self.open {
            Open::Sqlite(open) => open.commit().await?,
            Open::Postgres(open) => open.commit().await?,
        }
        Ok(())
    }

    /// What it is called, for `changed_by`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Which engine it runs on.
    pub fn engine(&self) -> Engine {
        match self.open {
            Open::Sqlite(_) => Engine::Sqlite,
            Open::Postgres(_) => Engine::Postgres,
        }
    }

    /// Remembers a change, to be appended to the change log just before the commit.
    pub(crate) fn note(&mut self, noted: Noted) {
        self.noted.push(noted);
    }

    /// Gives away the remembered changes.
    pub(crate) fn take_noted(&mut self) -> Vec<Noted> {
        std::mem::take(&mut self.noted)
    }

    /// Runs `call` and returns how many rows it changed.
    pub(crate) async fn run(&mut self, call: Call) -> Result<u64, Error> {
        let answer = call.run(self.link()).await;
        self.judge(answer)
    }

    /// Runs `call` and returns every row.
    pub(crate) async fn rows<T: Row>(&mut self, call: Call) -> Result<Vec<T>, Error> {
        let answer = call.rows(self.link()).await;
        self.judge(answer)
    }

    /// Runs `call` and returns its first row.
    pub(crate) async fn row<T: Row>(&mut self, call: Call) -> Result<Option<T>, Error> {
        Ok(self.rows(call).await?.into_iter().next())
    }

    fn link(&mut self) -> Link<'_> {
        match &mut self.open {
            Open::Sqlite(open) => Link::Sqlite(open),
            Open::Postgres(open) => Link::Postgres(open),
        }
    }

    fn judge<T>(&mut self, answer: Result<T, sqlx::Error>) -> Result<T, Error> {
        self.has_failed |= answer.is_err();
        Ok(answer?)
    }
}
