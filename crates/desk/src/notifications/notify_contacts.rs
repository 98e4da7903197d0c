//! Notifies the people on duty of what waits: counts what waits at intervals, and enqueues messages.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use mamori_model::job::{JobKind, Lane};
use mamori_model::notification::{
    Channel, Contact, Counted, Counts, Notification, NotificationState, Target, Topic,
};
use mamori_store::{NewJob, Tx};
use tokio_util::sync::CancellationToken;

use crate::notifications::due::{DangerDue, LastDanger, danger, is_due};
use crate::{Desk, Error};

/// How often a node looks for unclaimed cases in which a child may be in danger.
const INTERVAL: Duration = Duration::from_secs(5);

/// In which rounds it looks for everything else: once a minute.
const OTHERS_EVERY: u32 = 12;

impl Desk {
    /// Notifies the contacts until `stop`; returns at once if there are none.
    pub async fn notify_contacts(&self, stop: CancellationToken) {
        if !self.settings().notify.is_on() {
            return;
        }
        for round in 0_u32.. {
            let looked = tokio::select! {
                () = stop.cancelled() => return,
                looked = self.look_for(round % OTHERS_EVERY == 0) => looked,
            };
            if let Err(error) = looked {
                tracing::warn!(error = error.logged(), "the contacts could not be notified");
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(INTERVAL) => {}
            }
        }
    }

    /// Enqueues the messages that are due now; returns how many.
    pub async fn notify_once(&self) -> Result<usize, Error> {
        if self.settings().notify.is_on() { self.look_for(true).await } else { Ok(0) }
    }

    async fn look_for(&self, everything: bool) -> Result<usize, Error> {
        let now = self.clock().now();
        let mut enqueued = self.notify_of_danger(now).await?;
        if everything {
            for topic in [Topic::CasesWaiting, Topic::LeadsWaiting, Topic::VaultFull] {
                enqueued += self.notify_of(topic, now).await?;
            }
        }
        if enqueued > 0 {
            self.inner.enqueued.notify_one();
        }
        Ok(enqueued)
    }

    /// Notifies of unclaimed cases in which a child may be in danger.
    async fn notify_of_danger(&self, now: Timestamp) -> Result<usize, Error> {
        let (store, settings) = (self.store(), &self.settings().notify);
        let topic = Topic::ChildInDanger;
        let last = LastDanger {
            first: store.last_notification(topic, Contact::First).await?,
            second: store.last_notification(topic, Contact::Second).await?,
        };
        let due = danger(store.danger_waiting(now).await?, last, settings, now);
        // Most of the time nothing is due, and nothing is written.
        if due == DangerDue::None && !store.has_ended_alerts(now).await? {
            return Ok(0);
        }

        let mut tx = store.begin("notify_of_danger").await?;
        tx.lock_notifications().await?;
        tx.end_alerts(now).await?;
        tx.cap_notifications(now).await?;
        // Another node may have enqueued the message meanwhile.
        let last = LastDanger {
            first: tx.last_notification(topic, Contact::First).await?,
            second: tx.last_notification(topic, Contact::Second).await?,
        };
        let waiting = tx.danger_waiting(now).await?;
        let to: &[Contact] = match danger(waiting, last, settings, now) {
            DangerDue::None => &[],
            DangerDue::First => &[Contact::First],
            DangerDue::Both => &[Contact::First, Contact::Second],
        };
        if !to.is_empty() {
            tx.begin_alerts(now).await?;
        }
        let counts: Counts = [(Counted::CasesChildInDanger, waiting.cases)].into_iter().collect();
        let mut enqueued = 0;
        for contact in to {
            enqueued += self.enqueue_messages(&mut tx, topic, *contact, &counts, now).await?;
        }
        tx.commit().await?;

        Ok(enqueued)
    }

    /// Notifies the first contact of anything else, if there is something and the last message is
    /// old enough.
    async fn notify_of(&self, topic: Topic, now: Timestamp) -> Result<usize, Error> {
        let repeat = self.settings().notify.repeat;
        if !is_due(self.store().last_notification(topic, Contact::First).await?, repeat, now) {
            return Ok(0);
        }
        let counts = self.count_waiting(topic, now).await?;
        if counts.is_empty() {
            return Ok(0);
        }

        let mut tx = self.store().begin("notify").await?;
        tx.lock_notifications().await?;
        tx.cap_notifications(now).await?;
        let last = tx.last_notification(topic, Contact::First).await?;
        let enqueued = if is_due(last, repeat, now) {
            self.enqueue_messages(&mut tx, topic, Contact::First, &counts, now).await?
        } else {
            0
        };
        tx.commit().await?;

        Ok(enqueued)
    }

    /// Counts what has waited for longer than the operator set, of all services together.
    async fn count_waiting(&self, topic: Topic, now: Timestamp) -> Result<Counts, Error> {
        let settings = &self.settings().notify;
        let since = |wait: SignedDuration| now.checked_sub(wait).unwrap_or(Timestamp::MIN);
        match topic {
            Topic::ChildInDanger => {
                let cases = self.store().danger_waiting(now).await?.cases;
                Ok([(Counted::CasesChildInDanger, cases)].into_iter().collect())
            }
            Topic::CasesWaiting => match settings.cases_wait {
                Some(wait) => Ok(self.store().cases_waiting(now, since(wait)).await?),
                None => Ok(Counts::default()),
            },
            Topic::LeadsWaiting => match settings.leads_wait {
                Some(wait) => Ok(self.store().leads_waiting(now, since(wait)).await?),
                None => Ok(Counts::default()),
            },
            Topic::VaultFull => {
                let Some(most) = settings.vault_percent else { return Ok(Counts::default()) };
                let used = self.vault_space_in_all().await?.map_or(0, |space| space.percent_used());
                let used = Some(u64::from(used)).filter(|used| *used >= u64::from(most));
                Ok(used.map(|used| (Counted::VaultPercent, used)).into_iter().collect())
            }
        }
    }

    /// Inserts a message to each address of `contact`, with its job, in place of those about the
    /// same that were not sent yet. Returns how many.
    async fn enqueue_messages(
        &self,
        tx: &mut Tx,
        topic: Topic,
        contact: Contact,
        counts: &Counts,
        now: Timestamp,
    ) -> Result<usize, Error> {
        let targets = self.targets(contact);
        if !targets.is_empty() {
            tx.drop_waiting_notifications(topic, contact).await?;
        }
        for &to in &targets {
            let new = Notification {
                id: self.clock().mint()?.into(),
                topic,
                to,
                counts: counts.clone(),
                state: NotificationState::Waiting,
                attempts: 0,
                last_result: None,
                created_at: now,
                last_attempt_at: None,
            };
            tx.insert_notification(&new).await?;
            let job = NewJob {
                id: self.clock().mint()?.into(),
                kind: JobKind::Notify,
                key: new.id.to_string(),
                lane: Lane::of_target(to),
                not_before: now,
            };
            tx.enqueue(&job).await?;
        }
        Ok(targets.len())
    }

    /// Returns the targets of a contact: its webhook, and each of its addresses.
    pub(super) fn targets(&self, contact: Contact) -> Vec<Target> {
        let settings = self.settings().notify.contact(contact);
        let webhook = settings.webhook.as_ref().map(|_| Channel::Webhook);
        let webhook = webhook.map(|channel| Target { contact, channel, place: 0 });
        let places = 0..u32::try_from(settings.addresses.len()).unwrap_or(u32::MAX);
        let mails = places.map(|place| Target { contact, channel: Channel::Mail, place });
        webhook.into_iter().chain(mails).collect()
    }
}
