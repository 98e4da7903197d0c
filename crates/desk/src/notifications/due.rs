//! When a message is due. Pure.

use jiff::{SignedDuration, Timestamp};
use mamori_store::DangerWaiting;

use crate::settings::NotifySettings;

/// When each contact was last notified that a child may be in danger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct LastDanger {
    pub first: Option<Timestamp>,
    pub second: Option<Timestamp>,
}

/// To whom a message that a child may be in danger is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DangerDue {
    /// To no contact.
    None,
    /// To the first contact.
    First,
    /// To both contacts.
    Both,
}

/// Checks whether the last message about a topic is at least `interval` old. A time in the future
/// counts as old, because a clock was ahead when it was stored; the transaction that enqueues moves it
/// back before it asks again, so that a message follows only after `interval`.
pub(super) fn is_due(last: Option<Timestamp>, interval: SignedDuration, now: Timestamp) -> bool {
    last.is_none_or(|last| last > now || now.duration_since(last) >= interval)
}

/// Decides about the message that a child may be in danger: at once about a case of which the
/// contacts do not know yet, then again and again until every such case is claimed. Once the first
/// contact was sent all of its repeats, the second one is notified too.
pub(super) fn danger(
    waiting: DangerWaiting,
    last: LastDanger,
    settings: &NotifySettings,
    now: Timestamp,
) -> DangerDue {
    if waiting.cases == 0 {
        return DangerDue::None;
    }
    let repeats = settings.danger_repeats_max.saturating_add(1);
    let patience =
        settings.danger_repeat.saturating_mul(i32::try_from(repeats).unwrap_or(i32::MAX));
    let overdue_at = waiting.first_at.and_then(|first_at| first_at.checked_add(patience).ok());
    let has_second = settings.second.is_reachable();
    let overdue_at = overdue_at.filter(|overdue_at| has_second && *overdue_at <= now);

    let is_new = waiting.notified < waiting.cases;
    let becomes_overdue = overdue_at
        .is_some_and(|overdue_at| last.second.is_none_or(|last| last < overdue_at || last > now));
    if !is_new && !becomes_overdue && !is_due(last.first, settings.danger_repeat, now) {
        DangerDue::None
    } else if overdue_at.is_some() {
        DangerDue::Both
    } else {
        DangerDue::First
    }
}

#[cfg(test)]
mod tests {
    use mamori_model::Sensitive;

    use super::*;
    use crate::settings::ContactSettings;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_795_000_000 + 60 * minute).unwrap()
    }

    fn settings() -> NotifySettings {
        let address = || vec![Sensitive::new("duty@service.example".to_owned())];
        NotifySettings {
            first: ContactSettings { webhook: None, addresses: address() },
            second: ContactSettings { webhook: None, addresses: address() },
            danger_repeat: SignedDuration::from_mins(10),
            danger_repeats_max: 3,
            ..NotifySettings::default()
        }
    }

    fn waiting(cases: u64, notified: u64, first_at: Option<i64>) -> DangerWaiting {
        DangerWaiting { cases, notified, first_at: first_at.map(at) }
    }

    fn last(first: Option<i64>, second: Option<i64>) -> LastDanger {
        LastDanger { first: first.map(at), second: second.map(at) }
    }

    #[test]
    fn an_unclaimed_case_is_repeated_and_goes_to_the_second_contact_in_the_end() {
        use DangerDue::{Both, First, None as Never};
        let table = [
            ("no case", waiting(0, 0, None), last(None, None), 0, Never),
            ("a new case", waiting(1, 0, None), last(None, None), 0, First),
            ("just sent", waiting(1, 1, Some(0)), last(Some(0), None), 9, Never),
            ("the first repeat", waiting(1, 1, Some(0)), last(Some(0), None), 10, First),
            ("a second case meanwhile", waiting(2, 1, Some(0)), last(Some(10), None), 11, First),
            ("the last repeat", waiting(1, 1, Some(0)), last(Some(20), None), 30, First),
            ("not yet overdue", waiting(1, 1, Some(0)), last(Some(30), None), 39, Never),
            ("overdue", waiting(1, 1, Some(0)), last(Some(30), None), 40, Both),
            ("overdue between repeats", waiting(2, 2, Some(0)), last(Some(35), None), 40, Both),
            ("both know", waiting(1, 1, Some(0)), last(Some(40), Some(40)), 49, Never),
            ("both are reminded", waiting(1, 1, Some(0)), last(Some(40), Some(40)), 50, Both),
            (
                "the second was notified of an earlier case",
                waiting(1, 1, Some(60)),
                last(Some(90), Some(40)),
                100,
                Both,
            ),
            ("the clock was ahead", waiting(1, 1, Some(0)), last(Some(999), None), 5, First),
        ];
        for (what, waiting, last, now, expected) in table {
            assert_eq!(danger(waiting, last, &settings(), at(now)), expected, "{what}");
        }
    }

    #[test]
    fn without_repeats_the_second_contact_is_notified_after_one_interval() {
        let settings = NotifySettings { danger_repeats_max: 0, ..settings() };
        let due = |now| danger(waiting(1, 1, Some(0)), last(Some(0), None), &settings, at(now));

        assert_eq!((due(9), due(10)), (DangerDue::None, DangerDue::Both));
    }

    #[test]
    fn without_a_second_contact_the_first_is_reminded_for_as_long_as_the_case_waits() {
        let settings = NotifySettings { second: ContactSettings::default(), ..settings() };
        let due = |now| danger(waiting(1, 1, Some(0)), last(Some(50), None), &settings, at(now));

        assert_eq!((due(59), due(60)), (DangerDue::None, DangerDue::First));
    }

    #[test]
    fn another_message_is_due_after_the_interval() {
        let hour = SignedDuration::from_hours(1);

        assert!(is_due(None, hour, at(0)));
        assert!(!is_due(Some(at(0)), hour, at(59)));
        assert!(is_due(Some(at(0)), hour, at(60)));
        assert!(is_due(Some(at(1_000)), hour, at(0)), "a clock was ahead");
    }
}
