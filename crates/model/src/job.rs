//! Jobs: work that is enqueued in a transaction and done after it.
//!
//! Ready ─lease→ Leased ─done→ (gone)
//!   ↑             │ failed, or the lease ran out
//!   └─ back-off ──┤
//!                 └─ too often → Dead (a person must act)

use std::time::Duration;

use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::notification::Target;
use crate::{EndpointId, ServiceId};

/// The kind of work that a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum JobKind {
    /// Send one webhook message; the job's key is the id of the delivery.
    Deliver,
    /// Remove the entries of a deleted bank in batches; the job's key is the id of the bank.
    PurgeBank,
    /// Check whether a service has answered, and request the action again if not; the job's key is
    /// the id of the action.
    Remind,
    /// Remove the file of an object whose retention term has ended; the job's key is the id of
    /// the evidence.
    RemoveObject,
    /// Send one notification to the people on duty; the job's key is its id.
    Notify,
}

/// The group whose jobs share one concurrency limit, e.g. one endpoint. A party (e.g. a service) is
/// the group of lanes with a limit in common, so that the jobs of one party cannot hold up the jobs
/// of the others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lane(String);

impl Lane {
    /// Returns the lane of messages to one endpoint; the service of the endpoint is the party.
    pub fn of_endpoint(service: ServiceId, endpoint: EndpointId) -> Self {
        Self(format!("{service}/{endpoint}"))
    }

    /// Returns the lane of notifications to one target. Their party is their own, so that no other
    /// work delays them.
    pub fn of_target(to: Target) -> Self {
        let (contact, channel) = (to.contact.as_str(), to.channel.as_str());
        Self(format!("contacts/{contact}-{channel}-{}", to.place))
    }

    /// Returns the lane of Mamori's own work of one kind.
    pub fn own(kind: JobKind) -> Self {
        Self(format!("mamori/{}", kind.as_str()))
    }

    /// Reads the text form, as the database stores it.
    pub fn from_text(text: String) -> Self {
        Self(text)
    }

    /// Returns the text form: party, slash, name of the lane.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the party that the lane belongs to; a party may have several lanes.
    pub fn party(&self) -> &str {
        self.0.split_once('/').map_or(&self.0, |(party, _)| party)
    }
}

impl JobKind {
    /// Every kind, in the order of declaration.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the word that the database uses.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Parses the word that [`Self::as_str`] returns.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    /// Returns how long a worker may take before another worker may lease the job.
    pub fn lease(self) -> Duration {
        match self {
            Self::Deliver | Self::Remind | Self::RemoveObject | Self::Notify => {
                Duration::from_mins(1)
            }
            Self::PurgeBank => Duration::from_mins(5),
        }
    }

    /// Returns the wait after the `failures`-th failure (from 1); `None` when the job has failed
    /// too often (ten times; a notification five times).
    ///
    /// The schedule is the one that Standard Webhooks recommends: a receiver that is down for a day
    /// still gets every message. A notification is tried for half an hour only: later its numbers
    /// are out of date, and the next one follows.
    pub fn retry_after(self, failures: u32) -> Option<Duration> {
        const WAITS: [Duration; 9] = [
            Duration::from_secs(5),
            Duration::from_mins(5),
            Duration::from_mins(30),
            Duration::from_hours(2),
            Duration::from_hours(5),
            Duration::from_hours(10),
            Duration::from_hours(14),
            Duration::from_hours(20),
            RETRY_WAIT_MAX,
        ];
        const NOTIFICATION_WAITS: [Duration; 4] = [
            Duration::from_secs(10),
            Duration::from_mins(1),
            Duration::from_mins(5),
            Duration::from_mins(20),
        ];
        let waits: &[Duration] = match self {
            Self::Notify => &NOTIFICATION_WAITS,
            Self::Deliver | Self::PurgeBank | Self::Remind | Self::RemoveObject => &WAITS,
        };
        let nth = usize::try_from(failures.checked_sub(1)?).ok()?;
        waits.get(nth).copied()
    }
}

/// The longest wait between two attempts. No job is enqueued to begin later than that, either.
pub const RETRY_WAIT_MAX: Duration = Duration::from_hours(24);

/// The share of a wait, in percent, by which chance may shorten it.
const JITTER_PERCENT: u32 = 20;

/// Shortens `wait` by chance, by at most a fifth, so that the messages that failed together while a
/// receiver was down do not all return in the same moment.
///
/// `chance` is a random number; all 2³² values are equally likely.
pub fn jittered(wait: Duration, chance: u32) -> Duration {
    let share = f64::from(chance) / f64::from(u32::MAX) * f64::from(JITTER_PERCENT) / 100.0;
    wait.mul_f64(1.0 - share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notification::{Channel, Contact};

    #[test]
    fn a_receiver_that_is_down_for_a_day_still_gets_its_messages() {
        let waits: Vec<Duration> =
            (1..).map_while(|failures| JobKind::Deliver.retry_after(failures)).collect();

        assert!(waits.iter().sum::<Duration>() > Duration::from_hours(72));
        assert!(waits.is_sorted());
        assert_eq!(JobKind::Deliver.retry_after(10), None);
    }

    #[test]
    fn a_notification_is_not_tried_again_when_its_numbers_are_out_of_date() {
        let waits: Vec<Duration> =
            (1..).map_while(|failures| JobKind::Notify.retry_after(failures)).collect();

        assert_eq!(waits.len(), 4);
        assert!(waits.iter().sum::<Duration>() < Duration::from_mins(30));
    }

    #[test]
    fn chance_shortens_a_wait_by_at_most_a_fifth() {
        let wait = Duration::from_secs(100);

        assert_eq!(jittered(wait, 0), wait);
        assert_eq!(jittered(wait, u32::MAX / 2).as_secs(), 90);
        assert_eq!(jittered(wait, u32::MAX), Duration::from_secs(80));
    }

    #[test]
    fn lanes_of_one_service_have_one_party() {
        let [service, one, two] = [1, 2, 3].map(uuid::Uuid::from_u128);

        let one = Lane::of_endpoint(service.into(), one.into());
        let two = Lane::of_endpoint(service.into(), two.into());

        assert_ne!(one, two);
        assert_eq!(one.party(), two.party());
        assert_ne!(one.party(), Lane::own(JobKind::PurgeBank).party());
        let to = Target { contact: Contact::First, channel: Channel::Mail, place: 1 };
        assert_eq!(Lane::of_target(to).as_str(), "contacts/first-mail-1");
        assert_eq!(Lane::from_text(one.as_str().to_owned()), one);
    }

    #[test]
    fn every_kind_reads_back_as_itself() {
        for &kind in JobKind::ALL {
            assert_eq!(JobKind::parse(kind.as_str()), Some(kind));
        }
    }
}
