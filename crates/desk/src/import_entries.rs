//! A list is imported into a bank while it streams in: a million lines in one request.

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use jiff::{SignedDuration, Timestamp};
use mamori_model::import::{Import, ImportState, RejectedLine};
use mamori_model::{BankId, HashKind};
use mamori_store::NewEntry;

use crate::import_lines::{LineFormat, LineReader, Read};
use crate::{Admin, Desk, Error};

impl Desk {
    /// Imports lines into a bank, a batch a transaction, and returns what became of them.
    ///
    /// What is counted as added is committed. A list that breaks off is `interrupted`, and can be
    /// sent again whole: what the bank has already is not added twice. While it runs,
    /// [`Self::import`] tells how far it has come.
    pub async fn import_entries<S, E>(
        &self,
        _: &Admin,
        bank: BankId,
        format: LineFormat,
        kind: HashKind,
        chunks: S,
    ) -> Result<Import, Error>
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
    {
        let now = self.clock().now();
        let import = Import {
            id: self.clock().mint()?.into(),
            bank,
            state: ImportState::Running,
            lines: 0,
            added: 0,
            updated: 0,
            duplicates: 0,
            rejected: 0,
            rejected_lines: Vec::new(),
            created_at: now,
            changed_at: now,
        };
        let mut tx = self.store().begin("begin_import").await?;
        tx.bank(bank).await?.ok_or(Error::NotFound("bank"))?;
        tx.insert_import(&import).await?;
        tx.commit().await?;

        let mut running = Running {
            desk: self,
            import,
            reader: LineReader::new(format, kind),
            batch: Vec::new(),
            line: 0,
            told_at: now,
        };
        if let Err(error) = running.finish(chunks).await {
            running.give_up().await;
            return Err(error);
        }
        self.settle().await;
        Ok(running.import)
    }
}

/// An import in the middle of its lines.
struct Running<'a> {
    desk: &'a Desk,
    import: Import,
    reader: LineReader,
    batch: Vec<NewEntry>,
    /// The number of the last line that was read, from 1.
    line: u64,
    /// When it was last written down how far it has come.
    told_at: Timestamp,
}

/// How long an import in which lines come in may say nothing: fewer than make a batch are then
/// committed.
const TOLD_EVERY: SignedDuration = SignedDuration::from_secs(60);

impl Running<'_> {
    async fn finish<S, E>(&mut self, chunks: S) -> Result<(), Error>
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
    {
        let state = self.take_all(chunks).await?;
        self.flush(state).await
    }

    /// Says that the rest will not come. If the database is lost, that is not said either, and
    /// the import's last change shows that it stands still.
    async fn give_up(&mut self) {
        self.import.state = ImportState::Interrupted;
        self.import.changed_at = self.desk.clock().now();
        let said: Result<(), mamori_store::Error> = async {
            let mut tx = self.desk.store().begin("give_up_import").await?;
            tx.update_import(&self.import).await?;
            tx.commit().await
        }
        .await;
        if let Err(error) = said {
            tracing::warn!(
                import = %self.import.id,
                error = Error::from(error).logged(),
                "an import was given up, and it could not be written down"
            );
        }
    }

    async fn take_all<S, E>(&mut self, mut chunks: S) -> Result<ImportState, Error>
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
    {
        let line_max = self.desk.settings().import_line_bytes_max;
        let mut rest = BytesMut::new();
        // Set while the rest of a line that is too long passes by.
        let mut is_overlong = false;
        while let Some(chunk) = chunks.next().await {
            let Ok(chunk) = chunk else { return Ok(ImportState::Interrupted) };
            let mut chunk = chunk.as_ref();
            while let Some(end) = chunk.iter().position(|byte| *byte == b'\n') {
                let (head, tail) = chunk.split_at(end);
                chunk = tail.get(1..).unwrap_or_default();
                if !is_overlong {
                    rest.extend_from_slice(head);
                    let line = rest.split();
                    self.take(&line, line_max).await?;
                }
                is_overlong = false;
            }
            if !is_overlong {
                rest.extend_from_slice(chunk);
                is_overlong = rest.len() > line_max;
                if is_overlong {
                    self.take(&rest.split(), line_max).await?;
                }
            }
        }
        if !rest.is_empty() {
            self.take(&rest.split(), line_max).await?;
        }
        Ok(ImportState::Finished)
    }

    async fn take(&mut self, line: &[u8], line_max: usize) -> Result<(), Error> {
        self.line += 1;
        let read = if line.len() > line_max {
            Read::Rejected(format!("longer than {line_max} bytes"))
        } else {
            self.reader.read(line)
        };
        match read {
            Read::Skipped => return Ok(()),
            Read::Entry(entry) => self.batch.push(entry),
            Read::Rejected(reason) => self.reject(reason),
            Read::Hopeless(reason) => {
                self.reject(reason.clone());
                self.flush(ImportState::Interrupted).await?;
                return Err(Error::invalid(reason));
            }
        }
        self.import.lines += 1;
        let is_full = self.batch.len() >= self.desk.settings().import_batch_lines;
        if is_full || self.desk.clock().now().duration_since(self.told_at) >= TOLD_EVERY {
            self.flush(ImportState::Running).await?;
        }
        Ok(())
    }

    fn reject(&mut self, reason: String) {
        self.import.rejected += 1;
        if self.import.rejected_lines.len() < Import::REJECTED_SHOWN_MAX {
            self.import.rejected_lines.push(RejectedLine { line: self.line, reason });
        }
    }

    async fn flush(&mut self, state: ImportState) -> Result<(), Error> {
        let now = self.desk.clock().now();
        let batch = std::mem::take(&mut self.batch);

        let mut tx = self.desk.store().begin("import_entries").await?;
        let mut import = self.import.clone();
        // A bank that was deleted meanwhile takes no more.
        tx.bank(import.bank).await?.ok_or(Error::NotFound("bank"))?;
        let added = tx.add_entries(import.bank, &batch, now).await?;
        import.added += added.added;
        import.updated += added.updated;
        import.duplicates += added.duplicates;
        import.state = state;
        import.changed_at = now;
        tx.update_import(&import).await?;
        tx.commit().await?;

        self.import = import;
        self.told_at = now;
        Ok(())
    }
}
