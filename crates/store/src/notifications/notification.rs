//! Queries for notifications, which are kept so that each is sent once.

use jiff::Timestamp;
use mamori_model::NotificationId;
use mamori_model::notification::{
    Channel, Contact, Counts, Notification, NotificationState, Target, Topic,
};
use uuid::Uuid;

use crate::error::{Error, OrCorrupt};
use crate::json;
use crate::open::Store;
use crate::query::queries;
use crate::row::row;
use crate::time::{from_micros, maybe_from_micros};
use crate::tx::Tx;

queries! {
    LOCK_NOTIFICATIONS = "-- lock_notifications
        SELECT CAST(1 AS BIGINT)",
        postgres: "-- lock_notifications
        SELECT CAST(1 AS BIGINT) FROM pg_advisory_xact_lock(7308613679165170534)";
    NOTIFICATION_BY_ID = "-- notification_by_id
        SELECT id, topic, contact, channel, place, counts, state, attempts, last_result, created_at,
               last_attempt_at
          FROM notification
         WHERE id = $1";
    LAST_NOTIFICATION = "-- last_notification
        SELECT max(created_at) FROM notification WHERE topic = $1 AND contact = $2";
    CAP_NOTIFICATIONS = "-- cap_notifications
        UPDATE notification SET created_at = $1, changed_by = $2 WHERE created_at > $1";
    INSERT_NOTIFICATION = "-- insert_notification
        INSERT INTO notification (id, topic, contact, channel, place, counts, state, attempts,
                                  created_at, changed_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9)";
    DROP_WAITING_NOTIFICATIONS = "-- drop_waiting_notifications
        UPDATE notification SET state = 'dropped', changed_by = $3
         WHERE topic = $1 AND contact = $2 AND state = 'waiting'";
    RECORD_NOTIFICATION = "-- record_notification
        UPDATE notification
           SET state = $2, attempts = $3, last_result = $4, last_attempt_at = $5, changed_by = $6
         WHERE id = $1 AND state = 'waiting'";
    DELETE_NOTIFICATIONS = "-- delete_notifications
        DELETE FROM notification
         WHERE id IN (SELECT id FROM notification WHERE created_at < $1
                       ORDER BY created_at LIMIT $2)";
}

row! {
    struct NotificationRow {
        id: Uuid,
        topic: String,
        contact: String,
        channel: String,
        place: i64,
        counts: String,
        state: String,
        attempts: i64,
        last_result: Option<String>,
        created_at: i64,
        last_attempt_at: Option<i64>,
    }
}

impl NotificationRow {
    fn read(self) -> Result<Notification, Error> {
        let to = Target {
            contact: Contact::parse(&self.contact).or_corrupt("notification.contact")?,
            channel: Channel::parse(&self.channel).or_corrupt("notification.channel")?,
            place: u32::try_from(self.place).or_corrupt("notification.place")?,
        };
        let counts: Result<Counts, _> = serde_json::from_str(&self.counts);
        Ok(Notification {
            id: self.id.into(),
            topic: Topic::parse(&self.topic).or_corrupt("notification.topic")?,
            to,
            counts: counts.or_corrupt("notification.counts")?,
            state: NotificationState::parse(&self.state).or_corrupt("notification.state")?,
            attempts: u32::try_from(self.attempts).or_corrupt("notification.attempts")?,
            last_result: self.last_result,
            created_at: from_micros(self.created_at, "notification.created_at")?,
            last_attempt_at: maybe_from_micros(
                self.last_attempt_at,
                "notification.last_attempt_at",
            )?,
        })
    }
}

fn read_last(row: Option<(Option<i64>,)>) -> Result<Option<Timestamp>, Error> {
    maybe_from_micros(row.and_then(|(last,)| last), "notification.created_at")
}

impl Store {
    /// Returns a notification.
    pub async fn notification(&self, id: NotificationId) -> Result<Option<Notification>, Error> {
        let row: Option<NotificationRow> = self.row(NOTIFICATION_BY_ID.bind(id)).await?;
        row.map(NotificationRow::read).transpose()
    }

    /// Returns when the last message about `topic` to `contact` was created.
    pub async fn last_notification(
        &self,
        topic: Topic,
        contact: Contact,
    ) -> Result<Option<Timestamp>, Error> {
        let call = LAST_NOTIFICATION.bind(topic.as_str()).bind(contact.as_str());
        read_last(self.row(call).await?)
    }
}

impl Tx {
    /// Waits until no other transaction decides about notifications. Until this one ends, no other
    /// can, so that two nodes do not send the same message.
    pub async fn lock_notifications(&mut self) -> Result<(), Error> {
        self.rows::<(i64,)>(LOCK_NOTIFICATIONS.call()).await.map(drop)
    }

    /// Returns when the last message about `topic` to `contact` was created.
    pub async fn last_notification(
        &mut self,
        topic: Topic,
        contact: Contact,
    ) -> Result<Option<Timestamp>, Error> {
        let call = LAST_NOTIFICATION.bind(topic.as_str()).bind(contact.as_str());
        read_last(self.row(call).await?)
    }

    /// Moves times of creation that are after `now` back to it: the clock of another node is, or the
    /// clock of this node was, ahead. Otherwise messages would be due again and again until then.
    pub async fn cap_notifications(&mut self, now: Timestamp) -> Result<(), Error> {
        self.run(CAP_NOTIFICATIONS.bind(now).bind(self.name())).await.map(drop)
    }

    /// Adds a notification. [`Error::Conflict`] while another one about its topic waits for the same
    /// target.
    pub async fn insert_notification(&mut self, new: &Notification) -> Result<(), Error> {
        let call = INSERT_NOTIFICATION
            .bind(new.id)
            .bind(new.topic.as_str())
            .bind(new.to.contact.as_str())
            .bind(new.to.channel.as_str())
            .bind(new.to.place)
            .bind(json::write(&new.counts)?)
            .bind(new.state.as_str())
            .bind(new.created_at)
            .bind(self.name());
        self.run(call).await.map_err(|error| error.or_taken("notification", "notification"))?;
        Ok(())
    }

    /// Drops the messages about `topic` to `contact` that were not sent yet; their jobs then end
    /// without sending.
    pub async fn drop_waiting_notifications(
        &mut self,
        topic: Topic,
        contact: Contact,
    ) -> Result<(), Error> {
        let call = DROP_WAITING_NOTIFICATIONS
            .bind(topic.as_str())
            .bind(contact.as_str())
            .bind(self.name());
        self.run(call).await.map(drop)
    }

    /// Stores the state after an attempt; returns `false` if the message no longer waits.
    pub async fn record_notification(
        &mut self,
        id: NotificationId,
        state: NotificationState,
        (attempts, result): (u32, &str),
        now: Timestamp,
    ) -> Result<bool, Error> {
        let call = RECORD_NOTIFICATION
            .bind(id)
            .bind(state.as_str())
            .bind(attempts)
            .bind(result)
            .bind(now)
            .bind(self.name());
        Ok(self.run(call).await? == 1)
    }

    /// Removes notifications from before `before`, at most `limit`; returns how many.
    pub async fn delete_notifications_before(
        &mut self,
        before: Timestamp,
        limit: u32,
    ) -> Result<u64, Error> {
        self.run(DELETE_NOTIFICATIONS.bind(before).bind(limit)).await
    }
}
