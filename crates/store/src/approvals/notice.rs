//! Queries for change notices.

use jiff::Timestamp;
use mamori_model::page::{Page, PageSize};
use mamori_model::{AuditActor, ChangeNotice, Narrowing, NoticeId};
use uuid::Uuid;

use crate::error::{Error, OrCorrupt};
use crate::open::Store;
use crate::query::queries;
use crate::row::row;
use crate::time::{from_micros, maybe_from_micros};
use crate::tx::Tx;

macro_rules! select {
    ($name:literal, $rest:literal) => {
        concat!(
            "-- ",
            $name,
            "
        SELECT id, what, bank_id, actor_kind, actor_id, actor_name, times, first_at, last_at,
               acknowledger_kind, acknowledger_id, acknowledger_name, acknowledged_at
          FROM change_notice
         WHERE ",
            $rest
        )
    };
}

queries! {
    LOCK_CHANGE_NOTICE = select!("lock_change_notice", "id = $1"),
        postgres: select!("lock_change_notice", "id = $1 FOR NO KEY UPDATE");
    OPEN_NOTICES_PAGE = select!("open_notices_page", "id < $1 AND acknowledged_at IS NULL
         ORDER BY id DESC LIMIT $2");
    COUNT_OPEN_NOTICES = "-- count_open_notices
        SELECT count(*) FROM change_notice WHERE acknowledged_at IS NULL";
    POST_NOTICE = "-- post_notice
        INSERT INTO change_notice (id, what, bank_id, actor_kind, actor_id, actor_name, times,
                                   first_at, last_at, changed_by)
        VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $7, $8)
        ON CONFLICT (bank_id, what, actor_kind, (COALESCE(actor_id, '')))
              WHERE acknowledged_at IS NULL DO UPDATE
           SET times = change_notice.times + 1, last_at = excluded.last_at,
               changed_by = excluded.changed_by";
    ACKNOWLEDGE_NOTICE = "-- acknowledge_notice
        UPDATE change_notice
           SET acknowledger_kind = $2, acknowledger_id = $3, acknowledger_name = $4,
               acknowledged_at = $5, changed_by = $6
         WHERE id = $1 AND acknowledged_at IS NULL";
    DELETE_ACKNOWLEDGED_NOTICES = "-- delete_acknowledged_notices
        DELETE FROM change_notice
         WHERE id IN (SELECT id FROM change_notice WHERE acknowledged_at < $1 LIMIT $2)";
}

row! {
    struct NoticeRow {
        id: Uuid,
        what: String,
        bank_id: Uuid,
        actor_kind: String,
        actor_id: Option<String>,
        actor_name: Option<String>,
        times: i64,
        first_at: i64,
        last_at: i64,
        acknowledger_kind: Option<String>,
        acknowledger_id: Option<String>,
        acknowledger_name: Option<String>,
        acknowledged_at: Option<i64>,
    }
}

impl NoticeRow {
    fn read(self) -> Result<ChangeNotice, Error> {
        let (id, name) = (self.actor_id.as_deref(), self.actor_name.as_deref());
        let actor = AuditActor::parse(&self.actor_kind, id, name);
        let (id, name) = (self.acknowledger_id.as_deref(), self.acknowledger_name.as_deref());
        let by = self.acknowledger_kind.as_deref();
        let by = by.map(|kind| {
            AuditActor::parse(kind, id, name).or_corrupt("change_notice.acknowledger_id")
        });
        let at = maybe_from_micros(self.acknowledged_at, "change_notice.acknowledged_at")?;
        Ok(ChangeNotice {
            id: self.id.into(),
            what: Narrowing::parse(&self.what).or_corrupt("change_notice.what")?,
            bank: self.bank_id.into(),
            actor: actor.or_corrupt("change_notice.actor_id")?,
            times: u32::try_from(self.times).or_corrupt("change_notice.times")?,
            first_at: from_micros(self.first_at, "change_notice.first_at")?,
            last_at: from_micros(self.last_at, "change_notice.last_at")?,
            acknowledged: by.transpose()?.zip(at),
        })
    }
}

impl Store {
    /// Returns a page of the notices that were not acknowledged, the newest first; `before` is the
    /// last one of the previous page.
    pub async fn open_notices(
        &self,
        before: Option<NoticeId>,
        size: PageSize,
    ) -> Result<Page<ChangeNotice, NoticeId>, Error> {
        let before = before.map_or(Uuid::max(), Uuid::from);
        let call = OPEN_NOTICES_PAGE.bind(before).bind(size.rows().saturating_add(1));
        let rows: Vec<NoticeRow> = self.rows(call).await?;
        let notices = rows.into_iter().map(NoticeRow::read).collect::<Result<_, _>>()?;
        Ok(Page::of(notices, size, |notice: &ChangeNotice| notice.id))
    }

    /// Counts the notices that were not acknowledged.
    pub async fn count_open_notices(&self) -> Result<u64, Error> {
        let count: Option<(i64,)> = self.row(COUNT_OPEN_NOTICES.call()).await?;
        Ok(count.and_then(|(count,)| u64::try_from(count).ok()).unwrap_or(0))
    }
}

impl Tx {
    /// Adds a notice. If there is one of the same kind, by the same actor and of the same bank that
    /// was not acknowledged, the change counts on that one.
    pub async fn post_notice(&mut self, notice: &ChangeNotice) -> Result<(), Error> {
        let call = POST_NOTICE
            .bind(notice.id)
            .bind(notice.what.as_str())
            .bind(notice.bank)
            .bind(notice.actor.kind())
            .bind(notice.actor.id())
            .bind(notice.actor.name())
            .bind(notice.last_at)
            .bind(self.name());
        self.run(call).await?;
        Ok(())
    }

    /// Locks a notice until this transaction ends, and returns it.
    pub async fn lock_change_notice(
        &mut self,
        id: NoticeId,
    ) -> Result<Option<ChangeNotice>, Error> {
        let row: Option<NoticeRow> = self.row(LOCK_CHANGE_NOTICE.bind(id)).await?;
        row.map(NoticeRow::read).transpose()
    }

    /// Stores who acknowledged a notice; returns `false` if it was acknowledged already.
    pub async fn acknowledge_notice(
        &mut self,
        id: NoticeId,
        by: &AuditActor,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let call = ACKNOWLEDGE_NOTICE
            .bind(id)
            .bind(by.kind())
            .bind(by.id())
            .bind(by.name())
            .bind(now)
            .bind(self.name());
        Ok(self.run(call).await? == 1)
    }

    /// Deletes notices that were acknowledged before `before`, at most `limit`; returns how many.
    pub async fn delete_acknowledged_notices(
        &mut self,
        before: Timestamp,
        limit: u32,
    ) -> Result<u64, Error> {
        self.run(DELETE_ACKNOWLEDGED_NOTICES.bind(before).bind(limit)).await
    }
}
