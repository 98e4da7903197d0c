//! Imports a list into a bank while it streams in: a million lines in one request.

pub mod pdq;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use jiff::{SignedDuration, Timestamp};
use mamori_model::approval_request::{ApprovalVerb, GuardedChange, Reason, Removals};
use mamori_model::import::{Import, ImportState, RejectedLine};
use mamori_model::key::Scope;
use mamori_model::{AuditActor, AuditVerb, Bank, BankId, HashKind, Line, Narrowing};
use mamori_store::{NewEntry, Tx};
use serde::{Deserialize, Serialize};
use serde_json::json;

use self::pdq::Sample;
use crate::approvals::post_notice::post_notices;
use crate::approvals::request_approval::Proposal;
use crate::audit::{self, Change, values};
use crate::banks::import_lines::{ColumnMap, LineFormat, LineReader, Lines, Piece, Read, lines_of};
use crate::banks::import_refusal::ImportRefusal;
use crate::banks::withdraw_entries::removals_by;
use crate::{Admin, Desk, Error};

/// How to read a list, and which of its hashes to accept.
#[derive(Clone, Debug)]
pub struct ImportOptions {
    /// The format of the lines.
    pub format: LineFormat,
    /// The hash kind of lines that name none.
    pub kind: HashKind,
    /// The columns that a CSV must have; `None`: only `hash` is required, the other standard names
    /// are optional.
    pub columns: Option<ColumnMap>,
    /// Whether to accept PDQ hashes that no picture seems to have produced; see [`pdq`].
    pub takes_any_pdq: bool,
    /// Whether to add hashes again that were withdrawn from the bank.
    pub restores_withdrawn: bool,
}

impl ImportOptions {
    /// Creates options for lines of `format`, with safe defaults. `kind` is the hash kind of lines
    /// that name none.
    pub fn new(format: LineFormat, kind: HashKind) -> Self {
        Self { format, kind, columns: None, takes_any_pdq: false, restores_withdrawn: false }
    }
}

impl Desk {
    /// Imports lines into a bank, one transaction per batch, and returns the counts, with the error
    /// of the stream if it broke off.
    ///
    /// Lines that are counted as added are committed. A list whose stream breaks off is
    /// `interrupted` and can be sent again as a whole: hashes that the bank already has are not
    /// added twice. While the import runs, [`Self::import`] returns its progress.
    /// [`Error::ImportRefused`] if the list is not what `options` declare, [`Error::NotFound`] if
    /// there is no such bank, or no longer; [`Error::Waits`], before a line is read, if a second
    /// actor must approve the source of the bank first. The list is sent again then.
    pub async fn import_entries<S, E>(
        &self,
        who: &Admin,
        bank: BankId,
        options: ImportOptions,
        chunks: S,
    ) -> Result<(Import, Option<E>), Error>
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
    {
        who.require(&[Scope::EntriesWrite])?;
        let now = self.clock().now();
        let import = Import::begun(self.clock().mint()?.into(), bank, now);

        let mut tx = self.store().begin("begin_import").await?;
        let bank = tx.lock_bank(bank).await?.ok_or(Error::NotFound("bank"))?;
        who.require_bank(&bank)?;
        let guard = self.guard(&mut tx, now).await?;
        let entries = GuardedChange::Entries { bank: &bank, removals: Removals::default() };
        if options.restores_withdrawn && !guard.reasons(&entries).is_empty() {
            return Err(Error::conflict(
                "an import adds no hashes again that were withdrawn from a bank that holds, blocks \
                 or clears items: add them as entries, which a second actor can approve",
            ));
        }
        let is_approved = tx.use_source_approval(bank.id, &bank.source, now).await?;
        let proposal = || {
            let change = json!(ProposedSource { source: bank.source.clone() });
            Ok(Proposal::of(ApprovalVerb::ApproveSource, bank.id, change).in_bank(bank.id))
        };
        let removals = Removals::default();
        let guarded = GuardedChange::Import { bank: &bank, is_approved, removals };
        let mut tx = self.unless_guarded(tx, who, &guarded, proposal, now).await?;
        tx.insert_import(&import).await?;
        let change = Change::of(who.actor(), AuditVerb::ImportBegun, bank.id);
        let begun = values::begun_import(&import, options.restores_withdrawn);
        audit::record(self, &mut tx, change.after(begun), now).await?;
        tx.commit().await?;

        let mut running = Running {
            desk: self,
            who: who.actor(),
            import,
            is_approved,
            source: bank.source,
            reader: LineReader::new(options.format, options.kind)
                .with_columns(options.columns.clone()),
            sample: (!options.takes_any_pdq).then(Sample::default),
            options,
            batch: Vec::new(),
            held: Vec::new(),
            line: 0,
            progress_stored_at: now,
        };
        let broken_off = match running.finish(chunks).await {
            Ok(broken_off) => broken_off,
            Err(error) => {
                if !matches!(error, Error::ImportRefused { .. }) {
                    running.give_up().await;
                }
                return Err(error);
            }
        };
        self.wait_until_applied().await;
        Ok((running.import, broken_off))
    }
}

/// How long the approval of a source lasts.
const SOURCE_APPROVED_FOR: SignedDuration = SignedDuration::from_hours(365 * 24);

/// How long the approval of one import into a negative bank lasts.
const IMPORT_APPROVED_FOR: SignedDuration = SignedDuration::from_hours(24);

/// A source whose approval waits for a second actor, as JSON.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ProposedSource {
    source: Line,
}

impl Desk {
    /// Approves the source of a bank that `tx` has locked, as an approved request: for a year; where
    /// the bank is a negative one, for one import within a day.
    pub(crate) async fn approve_source_in(
        &self,
        tx: &mut Tx,
        bank: &Bank,
        proposed: ProposedSource,
        now: Timestamp,
    ) -> Result<(), Error> {
        let is_single = bank.purpose.is_negative();
        let lasts = if is_single { IMPORT_APPROVED_FOR } else { SOURCE_APPROVED_FOR };
        let ends_at = now.checked_add(lasts).unwrap_or(Timestamp::MAX);
        Ok(tx.put_source_approval((bank.id, &proposed.source), is_single, now, ends_at).await?)
    }
}

/// The number of a line, and the entry on it.
type NumberedEntry = (u64, NewEntry);

/// An import in progress.
struct Running<'a> {
    desk: &'a Desk,
    who: AuditActor,
    import: Import,
    /// Whether two actors approved the source of the bank.
    is_approved: bool,
    /// The source of the bank, when the import began.
    source: Line,
    options: ImportOptions,
    reader: LineReader,
    batch: Vec<NumberedEntry>,
    /// A sample of the first PDQ hashes; `None` once it is judged, or if it need not be.
    sample: Option<Sample>,
    /// The entries of the sampled hashes, held back until the sample is judged.
    held: Vec<NumberedEntry>,
    /// The number of the last line that was read, from 1.
    line: u64,
    /// When the progress was last stored.
    progress_stored_at: Timestamp,
}

/// How long an import that receives lines may go without storing its progress; after that, a batch
/// is committed even if it is not full.
const PROGRESS_EVERY: SignedDuration = SignedDuration::from_secs(60);

impl Running<'_> {
    /// Takes all lines; returns the error of the stream if it broke off.
    async fn finish<S, E>(&mut self, chunks: S) -> Result<Option<E>, Error>
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
    {
        let broken_off = self.take_all(chunks).await?;
        self.judge().await?;
        let is_whole = broken_off.is_none();
        self.flush(if is_whole { ImportState::Finished } else { ImportState::Interrupted }).await?;
        Ok(broken_off)
    }

    async fn give_up(&mut self) {
        self.import.state = ImportState::Interrupted;
        self.import.changed_at = self.desk.clock().now();
        if let Err(error) = self.store_progress("give_up_import").await {
            tracing::warn!(
                import = %self.import.id,
                error = error.logged(),
                "an import was interrupted, and its record cannot be stored"
            );
        }
    }

    async fn store_progress(&self, name: &'static str) -> Result<(), Error> {
        let mut tx = self.desk.store().begin(name).await?;
        tx.update_import(&self.import).await?;
        self.record_end(&mut tx, &self.import).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Records how the import ended, once it has.
    async fn record_end(&self, tx: &mut Tx, import: &Import) -> Result<(), Error> {
        if import.state == ImportState::Running {
            return Ok(());
        }
        let change = Change::of(self.who.clone(), AuditVerb::ImportEnded, import.bank);
        let change = change.after(values::import(import));
        audit::record(self.desk, tx, change, import.changed_at).await
    }

    async fn take_all<S, E>(&mut self, mut chunks: S) -> Result<Option<E>, Error>
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
    {
        let line_max = self.desk.settings().import_line_bytes_max;
        let mut lines = Lines::new(self.reader.separator(), line_max);
        while let Some(chunk) = chunks.next().await {
            match chunk {
                Ok(chunk) => lines.push(&chunk),
                Err(error) => return Ok(Some(error)),
            }
            while let Some(piece) = lines.next_piece() {
                self.take(&piece).await?;
                lines.set_separator(self.reader.separator());
            }
        }
        while let Some(piece) = lines.rest() {
            self.take(&piece).await?;
            lines.set_separator(self.reader.separator());
        }
        Ok(None)
    }

    async fn take(&mut self, piece: &Piece) -> Result<(), Error> {
        let Piece::Whole(record) = piece else {
            self.line += 1;
            let bytes_max = self.desk.settings().import_line_bytes_max;
            return self.count(Read::Rejected(format!("longer than {bytes_max} bytes"))).await;
        };
        let lines = lines_of(record).count();
        let read = self.reader.read(record);
        // One quote too many joins lines that are valid entries by themselves into one record.
        let is_entry = |line| matches!(self.reader.read(line), Read::Entry(..));
        let is_several = lines > 1 && lines_of(record).skip(1).any(is_entry);
        if is_several || (lines > 1 && matches!(read, Read::Rejected(_))) {
            for line in lines_of(record) {
                self.line += 1;
                let read = self.reader.read(line);
                self.count(read).await?;
            }
            return Ok(());
        }
        self.line += 1;
        self.count(read).await?;
        self.line += u64::try_from(lines).unwrap_or(1).saturating_sub(1);
        Ok(())
    }

    async fn count(&mut self, read: Read) -> Result<(), Error> {
        match read {
            Read::Skipped => return Ok(()),
            Read::Entry(entry, warnings) => {
                if !warnings.is_empty() {
                    self.import.warnings += 1;
                    note(&mut self.import.warned_lines, self.line, warnings.join("; "));
                }
                self.hold(entry);
            }
            Read::Rejected(reason) => {
                self.import.rejected += 1;
                note(&mut self.import.rejected_lines, self.line, reason);
            }
            Read::UnreadableLine(reason) => {
                return Err(self.refuse(ImportRefusal::Columns, reason).await?);
            }
        }
        self.import.lines += 1;
        if self.sample.as_ref().is_some_and(Sample::is_full) {
            self.judge().await?;
        }
        let is_full = self.batch.len() >= self.desk.settings().import_batch_lines;
        if is_full
            || self.desk.clock().now().duration_since(self.progress_stored_at) >= PROGRESS_EVERY
        {
            self.flush(ImportState::Running).await?;
        }
        Ok(())
    }

    /// Adds an entry to the batch, or holds it back if its hash is still to be judged.
    fn hold(&mut self, entry: NewEntry) {
        let is_held = self.sample.as_mut().is_some_and(|sample| sample.take(&entry.hash));
        if is_held { &mut self.held } else { &mut self.batch }.push((self.line, entry));
    }

    /// Refuses the list if its first PDQ hashes are not PDQ hashes; otherwise adds the entries that
    /// were held back to the batch.
    async fn judge(&mut self) -> Result<(), Error> {
        if let Some(reason) = self.sample.take().and_then(|sample| sample.refusal()) {
            return Err(self.refuse(ImportRefusal::NotPdq, reason).await?);
        }
        self.batch.append(&mut self.held);
        Ok(())
    }

    /// Ends the import as refused and discards the lines that are not committed yet.
    async fn refuse(&mut self, why: ImportRefusal, reason: String) -> Result<Error, Error> {
        self.import.state = ImportState::Refused;
        self.import.refusal = Some(reason);
        self.import.changed_at = self.desk.clock().now();
        self.store_progress("refuse_import").await?;
        Ok(Error::ImportRefused { import: Box::new(self.import.clone()), why })
    }

    /// Checks that what permitted the import at its begin still does: its key, and for a negative bank
    /// the approval of this import.
    async fn require_continuing(
        &self,
        tx: &mut Tx,
        bank: &Bank,
        now: Timestamp,
    ) -> Result<(), Error> {
        if let Some(key) = self.who.key() {
            let key = tx.key(key).await?;
            if key.is_none_or(|key| key.revoked_at.is_some() || key.has_ended(now)) {
                return Err(Error::conflict("the key was revoked or ended during the import"));
            }
        }
        if bank.source != self.source {
            return Err(Error::conflict(
                "the source of the bank was changed during the import: send the list again",
            ));
        }
        let is_long = now.duration_since(self.import.created_at) >= IMPORT_APPROVED_FOR;
        if bank.purpose.is_negative() && is_long {
            return Err(Error::conflict(
                "the approval of this import has ended: send the list again",
            ));
        }
        Ok(())
    }

    async fn flush(&mut self, state: ImportState) -> Result<(), Error> {
        let (lines, batch): (Vec<u64>, Vec<NewEntry>) =
            std::mem::take(&mut self.batch).into_iter().unzip();

        let mut tx = self.desk.store().begin_alone("import_entries").await?;
        let mut import = self.import.clone();
        // No more is added to a bank that was deleted meanwhile, or whose action was raised.
        let bank = tx.lock_bank(import.bank).await?.ok_or(Error::NotFound("bank"))?;
        // Read under the lock: a request that was made before is told by an earlier time.
        let now = self.desk.clock().now();
        self.require_continuing(&mut tx, &bank, now).await?;
        let removals = removals_by(&mut tx, import.bank, &batch, now).await?;
        let is_approved = self.is_approved;
        let guarded = GuardedChange::Import { bank: &bank, is_approved, removals };
        let reasons = self.desk.guard(&mut tx, now).await?.reasons(&guarded);
        if reasons == [Reason::MassWithdrawal] {
            return Err(Error::conflict(
                "the list brings forward the end of more entries than one actor may withdraw \
                 within 24 hours: withdraw them by their source id, so that a second actor can \
                 approve it",
            ));
        }
        if !reasons.is_empty() {
            return Err(Error::conflict(
                "the bank was changed during the import: send the list again, so that a second \
                 actor can approve its source",
            ));
        }
        let narrowed = (removals.more > 0).then_some(Narrowing::EntryShortened);
        post_notices(self.desk, &mut tx, &self.who, &bank, narrowed, now).await?;
        let added = if self.options.restores_withdrawn {
            tx.restore_entries(import.bank, &batch, now).await?
        } else {
            tx.add_entries(import.bank, &batch, now).await?
        };
        import.added += added.added;
        import.updated += added.updated;
        import.duplicates += added.duplicates;
        for nth in added.withdrawn {
            import.withdrawn += 1;
            let line = lines.get(nth).copied().unwrap_or_default();
            let reason = "its hash was withdrawn from the bank".to_owned();
            note(&mut import.withdrawn_lines, line, reason);
        }
        let is_empty = import.added + import.updated + import.duplicates == 0;
        let is_nothing = state == ImportState::Finished && is_empty;
        import.state = if is_nothing { ImportState::NothingAccepted } else { state };
        import.changed_at = now;
        tx.update_import(&import).await?;
        self.record_end(&mut tx, &import).await?;
        tx.commit().await?;

        self.import = import;
        self.progress_stored_at = now;
        Ok(())
    }
}

fn note(lines: &mut Vec<RejectedLine>, line: u64, reason: String) {
    if lines.len() < Import::LINES_SHOWN_MAX {
        lines.push(RejectedLine { line, reason });
    }
}
