//! Sends one notification, and stores the outcome.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use mamori_model::job::jittered;
use mamori_model::notification::{Channel, Notification, NotificationState, Target, Topic};
use mamori_model::{NotificationId, Sensitive};
use mamori_store::Leased;

use crate::notifications::mail::Mail;
use crate::notifications::mail_text::mail_text;
use crate::webhooks::payload;
use crate::{Desk, Error, clock};

/// The outcome of one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Attempt {
    /// The receiver or the mail server accepted the message.
    Sent(String),
    /// It did not, and may later.
    Failed(String),
    /// Nothing was sent.
    Dropped(&'static str),
}

impl Attempt {
    /// Returns a short text for the operator, which names no address.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Sent(text) | Self::Failed(text) => text,
            Self::Dropped(text) => text,
        }
    }

    /// Checks whether the message was accepted.
    pub(super) fn is_sent(&self) -> bool {
        matches!(self, Self::Sent(_))
    }

    fn label(&self) -> &'static str {
        match self {
            Self::Sent(_) => "sent",
            Self::Failed(_) => "failed",
            Self::Dropped(_) => "dropped",
        }
    }
}

impl Desk {
    /// Runs a notification's job: loads the message, makes one call, stores the outcome.
    pub(crate) async fn send_notification(&self, job: &Leased) -> Result<(), Error> {
        let id: NotificationId = job
            .key
            .parse()
            .map_err(|cause| Error::internal("a job names no notification", cause))?;
        let message = self.store().notification(id).await?;
        let Some(message) = message.filter(|it| it.state == NotificationState::Waiting) else {
            return self.finish(job).await;
        };
        let now = self.clock().now();
        if self.drop_out_of_date(job, &message, now).await? {
            return Ok(());
        }
        let attempt = self.attempt(&message, now).await;
        self.record_notification(job, &message, &attempt).await
    }

    /// Drops the message if every case of which it notifies was claimed meanwhile, and forgets these
    /// cases in the same transaction, so that the contacts are notified at once if one of them waits
    /// again. Returns `false` if such a case waits, or if the message is about something else.
    async fn drop_out_of_date(
        &self,
        job: &Leased,
        message: &Notification,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let is_danger = message.topic == Topic::ChildInDanger;
        if !is_danger || self.store().danger_waiting(now).await?.cases > 0 {
            return Ok(false);
        }

        let mut tx = self.store().begin("drop_notification").await?;
        tx.lock_notifications().await?;
        // A case may have been released meanwhile.
        if tx.danger_waiting(now).await?.cases > 0 {
            return Ok(false);
        }
        tx.forget_alerts().await?;
        let attempt = Attempt::Dropped("no such case waits any more");
        let result = (message.attempts, attempt.text());
        tx.record_notification(message.id, NotificationState::Dropped, result, now).await?;
        tx.finish_job(job).await?;
        tx.commit().await?;

        count(message.to.channel, &attempt);
        Ok(true)
    }

    async fn attempt(&self, message: &Notification, now: Timestamp) -> Attempt {
        let link = self.console_link();
        match message.to.channel {
            Channel::Webhook => {
                let body = payload::of_notification(message, &link);
                self.send_to_webhook(message.to, message.id, &body, now).await
            }
            Channel::Mail => {
                let language = self.settings().notify.language;
                let texts = mail_text(language, message.topic, &message.counts, &link);
                self.send_mail(message.to, message.id, texts, now).await
            }
        }
    }

    /// Makes one attempt to send a signed webhook.
    pub(super) async fn send_to_webhook(
        &self,
        to: Target,
        id: NotificationId,
        body: &Sensitive<String>,
        now: Timestamp,
    ) -> Attempt {
        let Some(webhook) = &self.settings().notify.contact(to.contact).webhook else {
            return Attempt::Dropped("the webhook is not configured any more");
        };
        let (url, secret) = (&webhook.url, &webhook.secret);
        let outcome = self.inner.sender.send_to_contact((url, secret), id, body, now).await;
        if outcome.is_delivered() {
            Attempt::Sent(outcome.text())
        } else {
            Attempt::Failed(outcome.text())
        }
    }

    /// Makes one attempt to send a mail with this subject and text.
    pub(super) async fn send_mail(
        &self,
        to: Target,
        id: NotificationId,
        (subject, text): (String, String),
        now: Timestamp,
    ) -> Attempt {
        let addresses = &self.settings().notify.contact(to.contact).addresses;
        let address = usize::try_from(to.place).ok().and_then(|place| addresses.get(place));
        let (Some(mailer), Some(address)) = (&self.inner.mailer, address) else {
            return Attempt::Dropped("the address is not configured any more");
        };
        match mailer.send(Mail { to: address, id, subject, text }, now).await {
            Ok(()) => Attempt::Sent("accepted".to_owned()),
            Err(unsent) => Attempt::Failed(unsent.to_string()),
        }
    }

    /// Returns the address of the console, which every message has.
    pub(super) fn console_link(&self) -> String {
        let origin = self.settings().sign_in.origin.as_ref();
        origin.map(|origin| format!("{origin}console")).unwrap_or_default()
    }

    async fn record_notification(
        &self,
        job: &Leased,
        message: &Notification,
        attempt: &Attempt,
    ) -> Result<(), Error> {
        let now = self.clock().now();
        let failures = job.failures.saturating_add(1);
        let retry_at = match attempt {
            Attempt::Failed(_) => job.kind.retry_after(failures).and_then(|wait| after(now, wait)),
            Attempt::Sent(_) | Attempt::Dropped(_) => None,
        };
        let state = match (attempt, retry_at) {
            (Attempt::Sent(_), _) => NotificationState::Sent,
            (Attempt::Dropped(_), _) => NotificationState::Dropped,
            (Attempt::Failed(_), Some(_)) => NotificationState::Waiting,
            (Attempt::Failed(_), None) => NotificationState::Failed,
        };
        let is_attempt = !matches!(attempt, Attempt::Dropped(_));
        let attempts = message.attempts.saturating_add(u32::from(is_attempt));

        let mut tx = self.store().begin("send_notification").await?;
        let result = (attempts, attempt.text());
        let still_waits = tx.record_notification(message.id, state, result, now).await?;
        match retry_at.filter(|_| still_waits) {
            Some(retry_at) => tx.retry_job(job, retry_at).await?,
            None => tx.finish_job(job).await?,
        };
        tx.commit().await?;

        let Target { contact, channel, .. } = message.to;
        count(channel, attempt);
        if let Attempt::Failed(cause) = attempt {
            tracing::warn!(
                notification = %message.id,
                contact = contact.as_str(),
                channel = channel.as_str(),
                cause,
                is_tried_again = retry_at.is_some(),
                "a notification could not be sent"
            );
        }
        Ok(())
    }
}

/// Counts the outcome of an attempt.
fn count(channel: Channel, attempt: &Attempt) {
    metrics::counter!(
        "mamori_notifications_total",
        "channel" => channel.as_str(),
        "result" => attempt.label()
    )
    .increment(1);
}

/// Returns the time `wait` after `now`, shortened by chance.
fn after(now: Timestamp, wait: Duration) -> Option<Timestamp> {
    // Without a random number the wait is not shortened.
    let wait = jittered(wait, clock::chance().unwrap_or(0));
    now.checked_add(SignedDuration::try_from(wait).ok()?).ok()
}
