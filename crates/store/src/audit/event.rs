//! Queries for the events of the audit record. Rows are added, numbered once, and never changed.

use jiff::Timestamp;
use mamori_model::audit::{AuditActor, AuditEvent, AuditLink, AuditTarget, AuditVerb, LinkedEvent};
use mamori_model::page::{Page, PageSize};
use mamori_model::{AuditId, BankId, Sha256, StaffId};
use uuid::Uuid;

use crate::error::{Error, OrCorrupt};
use crate::open::Store;
use crate::query::queries;
use crate::row::row;
use crate::time::from_micros;
use crate::tx::Tx;

macro_rules! select {
    ($name:literal, $rest:literal) => {
        concat!(
            "-- ",
            $name,
            "
        SELECT id, seq, digest, actor_kind, actor_id, actor_name, verb, target, state_before,
               state_after, happened_at
          FROM audit_event
         WHERE ",
            $rest
        )
    };
}

queries! {
    AUDIT_PAGE = select!("audit_page", "id < $1
           AND ($2 = '' OR verb = $2) AND ($3 = '' OR actor_id = $3) AND ($4 = '' OR target = $4)
           AND ($5 = '' OR actor_kind = $5)
           AND happened_at >= $6 AND happened_at < $7
         ORDER BY id DESC LIMIT $8");
    STAFF_CHANGES_PAGE = select!("staff_changes_page", "id < $1 AND target LIKE 'staff!_%' ESCAPE '!'
           AND ($2 = '' OR verb = $2) AND ($3 = '' OR target = $3)
         ORDER BY id DESC LIMIT $4");
    AUDIT_NUMBERED = select!("audit_numbered", "seq > $1 ORDER BY seq LIMIT $2");
    AUDIT_UNNUMBERED = select!("audit_unnumbered", "seq IS NULL ORDER BY id LIMIT $1");
    COUNT_CHANGES_BY_COLLEAGUES = "-- count_changes_by_colleagues
        SELECT count(*) FROM audit_event
         WHERE target = $1 AND actor_kind = 'staff' AND actor_id <> $1
           AND verb IN ('staff_added', 'staff_roles_changed', 'staff_assignment_changed',
                        'staff_link_made')
           AND happened_at > $2";
    COUNT_CHANGES_BY_CLI = "-- count_changes_by_cli
        SELECT count(*) FROM audit_event
         WHERE target = $1 AND actor_kind = 'command_line'
           AND verb IN ('staff_added', 'staff_roles_changed', 'staff_assignment_changed',
                        'staff_link_made')
           AND happened_at > $2";
    COUNT_CHANGES_OF_ENTRIES = "-- count_changes_of_entries
        SELECT count(*) FROM audit_event
         WHERE target = $1
           AND verb IN ('entries_added', 'entries_restored', 'entry_changed', 'import_begun',
                        'import_ended')
           AND happened_at > $2";
    COUNT_IMPORTS_SINCE = "-- count_imports_since
        SELECT count(*) FROM import WHERE bank_id = $1 AND (state = 'running' OR changed_at > $2)";
    INSERT_AUDIT_EVENT = "-- insert_audit_event
        INSERT INTO audit_event (id, actor_kind, actor_id, actor_name, verb, target, state_before,
                                 state_after, happened_at, changed_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
}

/// Which audit events to list. Each field that is set narrows the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Only events of this verb.
    pub verb: Option<AuditVerb>,
    /// Only events of the key or the staff member with this id, in its text form.
    pub actor: Option<AuditTarget>,
    /// Only events of this kind of actor, by [`AuditActor::kind`].
    pub actor_kind: Option<String>,
    /// Only events that were done to this.
    pub target: Option<AuditTarget>,
    /// Only events from this time on.
    pub from: Option<Timestamp>,
    /// Only events before this time.
    pub until: Option<Timestamp>,
}

/// Which changes to staff accounts to list. Each field that is set narrows the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StaffEventFilter {
    /// Only events of this verb.
    pub verb: Option<AuditVerb>,
    /// Only events about this staff member.
    pub staff: Option<StaffId>,
}

row! {
    struct EventRow {
        id: Uuid,
        seq: Option<i64>,
        digest: Option<Vec<u8>>,
        actor_kind: String,
        actor_id: Option<String>,
        actor_name: Option<String>,
        verb: String,
        target: String,
        state_before: Option<String>,
        state_after: Option<String>,
        happened_at: i64,
    }
}

impl EventRow {
    fn read(self) -> Result<LinkedEvent, Error> {
        let actor = AuditActor::parse(
            &self.actor_kind,
            self.actor_id.as_deref(),
            self.actor_name.as_deref(),
        );
        let event = AuditEvent {
            id: self.id.into(),
            actor: actor.or_corrupt("audit_event.actor_id")?,
            verb: AuditVerb::parse(&self.verb).or_corrupt("audit_event.verb")?,
            target: AuditTarget::of(self.target),
            before: self.state_before,
            after: self.state_after,
            at: from_micros(self.happened_at, "audit_event.happened_at")?,
        };
        let link = match (self.seq, self.digest) {
            (Some(seq), Some(digest)) => Some(AuditLink {
                seq: u64::try_from(seq).or_corrupt("audit_event.seq")?,
                digest: Sha256::try_from(digest.as_slice()).or_corrupt("audit_event.digest")?,
            }),
            _ => None,
        };
        Ok(LinkedEvent { event, link })
    }
}

fn read_all(rows: Vec<EventRow>) -> Result<Vec<LinkedEvent>, Error> {
    rows.into_iter().map(EventRow::read).collect()
}

impl Store {
    /// Returns a page of the audit record, the newest event first; `before` is the last event of
    /// the previous page.
    pub async fn audit_events(
        &self,
        filter: &AuditFilter,
        before: Option<AuditId>,
        size: PageSize,
    ) -> Result<Page<LinkedEvent, AuditId>, Error> {
        let call = AUDIT_PAGE
            .bind(before.map_or(Uuid::max(), Uuid::from))
            .bind(filter.verb.map_or("", AuditVerb::as_str))
            .bind(filter.actor.as_ref().map_or("", AuditTarget::as_str))
            .bind(filter.target.as_ref().map_or("", AuditTarget::as_str))
            .bind(filter.actor_kind.as_deref().unwrap_or(""))
            .bind(filter.from.map_or(i64::MIN, Timestamp::as_microsecond))
            .bind(filter.until.map_or(i64::MAX, Timestamp::as_microsecond))
            .bind(size.rows().saturating_add(1));
        let events = read_all(self.rows(call).await?)?;
        Ok(Page::of(events, size, |linked: &LinkedEvent| linked.event.id))
    }

    /// Returns a page of the changes to staff accounts that the filter selects, the newest first.
    pub async fn staff_changes(
        &self,
        filter: &StaffEventFilter,
        before: Option<AuditId>,
        size: PageSize,
    ) -> Result<Page<LinkedEvent, AuditId>, Error> {
        let before = before.map_or(Uuid::max(), Uuid::from);
        let call = STAFF_CHANGES_PAGE
            .bind(before)
            .bind(filter.verb.map_or("", AuditVerb::as_str))
            .bind(filter.staff.map(|staff| staff.to_string()).unwrap_or_default())
            .bind(size.rows().saturating_add(1));
        let events = read_all(self.rows(call).await?)?;
        Ok(Page::of(events, size, |linked: &LinkedEvent| linked.event.id))
    }

    /// Returns the numbered events after number `after`, in their order, at most `limit`.
    pub async fn numbered_audit_events(
        &self,
        after: u64,
        limit: u32,
    ) -> Result<Vec<LinkedEvent>, Error> {
        let after = i64::try_from(after).unwrap_or(i64::MAX);
        read_all(self.rows(AUDIT_NUMBERED.bind(after).bind(limit)).await?)
    }

    /// Checks whether there are events that the sequencer has not numbered.
    pub async fn has_unnumbered_audit_events(&self) -> Result<bool, Error> {
        let rows: Vec<EventRow> = self.rows(AUDIT_UNNUMBERED.bind(1_u32)).await?;
        Ok(!rows.is_empty())
    }
}

impl Tx {
    /// Returns the numbered events after number `after`, in their order, at most `limit`.
    pub async fn numbered_audit_events(
        &mut self,
        after: u64,
        limit: u32,
    ) -> Result<Vec<LinkedEvent>, Error> {
        let after = i64::try_from(after).unwrap_or(i64::MAX);
        read_all(self.rows(AUDIT_NUMBERED.bind(after).bind(limit)).await?)
    }

    /// Adds an event to the audit record.
    pub async fn insert_audit_event(&mut self, event: &AuditEvent) -> Result<(), Error> {
        let call = INSERT_AUDIT_EVENT
            .bind(event.id)
            .bind(event.actor.kind())
            .bind(event.actor.id())
            .bind(event.actor.name())
            .bind(event.verb.as_str())
            .bind(event.target.as_str())
            .bind(event.before.as_deref())
            .bind(event.after.as_deref())
            .bind(event.at)
            .bind(self.name());
        self.run(call).await?;
        Ok(())
    }

    /// Returns the events that are not numbered yet, the oldest first, at most `limit`.
    pub async fn unnumbered_audit_events(&mut self, limit: u32) -> Result<Vec<AuditEvent>, Error> {
        let events = read_all(self.rows(AUDIT_UNNUMBERED.bind(limit)).await?)?;
        Ok(events.into_iter().map(|linked| linked.event).collect())
    }

    /// Checks whether the command line created this account, or gave it roles, services, policies or a
    /// link, after `since`.
    pub async fn was_changed_by_cli(
        &mut self,
        staff: StaffId,
        since: Timestamp,
    ) -> Result<bool, Error> {
        let call = COUNT_CHANGES_BY_CLI.bind(staff.to_string()).bind(since);
        let count: Option<(i64,)> = self.row(call).await?;
        Ok(count.is_some_and(|(count,)| count > 0))
    }

    /// Checks whether entries were added to the bank, imported, or changed after `since`, or are being
    /// imported. A batch of an import writes no event.
    pub async fn were_entries_changed(
        &mut self,
        bank: BankId,
        since: Timestamp,
    ) -> Result<bool, Error> {
        let events = COUNT_CHANGES_OF_ENTRIES.bind(bank.to_string()).bind(since);
        for call in [events, COUNT_IMPORTS_SINCE.bind(bank).bind(since)] {
            let count: Option<(i64,)> = self.row(call).await?;
            if count.is_some_and(|(count,)| count > 0) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Checks whether a colleague created this account, or gave it roles, services, policies or a link,
    /// after `since`.
    /// Changes from the command line do not count.
    pub async fn was_changed_by_colleague(
        &mut self,
        staff: StaffId,
        since: Timestamp,
    ) -> Result<bool, Error> {
        let call = COUNT_CHANGES_BY_COLLEAGUES.bind(staff.to_string()).bind(since);
        let count: Option<(i64,)> = self.row(call).await?;
        Ok(count.is_some_and(|(count,)| count > 0))
    }
}
