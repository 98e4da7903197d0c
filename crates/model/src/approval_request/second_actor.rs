//! Who may be the second actor of a request.

use jiff::{SignedDuration, Timestamp};

use crate::{AuditActor, KeyId, Refusal, StaffId};

/// How long a new key or account may not agree to the requests of an actor who could have created
/// it for this purpose.
const WAIT_NEW: SignedDuration = SignedDuration::from_hours(24);

/// A key, and the keys that it descends from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyLineage {
    /// The key.
    pub key: KeyId,
    /// The key that created it, the key that created that one, and so on. Empty for a key that was
    /// issued on the command line.
    pub ancestors: Vec<KeyId>,
    /// When the key was issued.
    pub issued_at: Timestamp,
}

impl KeyLineage {
    /// Checks whether the key is `other` or descends from it.
    pub fn is_of(&self, other: KeyId) -> bool {
        self.key == other || self.ancestors.contains(&other)
    }

    /// Checks whether both keys are of one tree: they descend from the same key, whose holder could
    /// have both.
    pub fn is_related_to(&self, other: &Self) -> bool {
        self.root() == other.root()
    }

    /// Returns the key from which all keys of the tree descend.
    fn root(&self) -> KeyId {
        self.ancestors.last().copied().unwrap_or(self.key)
    }
}

/// An actor who agrees to a change, or wants to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecondActor {
    /// A program with an administrator's key.
    Key(KeyLineage),
    /// The operator on the command line.
    LocalCli,
    /// A lead or an auditor.
    Staff {
        /// The staff member.
        id: StaffId,
        /// When the account was created.
        created_at: Timestamp,
        /// Whether, within the last 24 hours, another staff member created the account or gave it
        /// roles or a link. The command line counts too, if it made the request.
        was_changed_lately: bool,
    },
}

/// Checks whether `second` may agree to what `first` requested or did at `requested_at`. `lineage` is
/// that of `first`, if it is a key.
///
/// [`Refusal::RequestOwn`] if both are the same actor. [`Refusal::RequestRelated`] if both are keys of
/// one tree, because one person may hold both. [`Refusal::RequestTooNew`] for a key or account that
/// could have been created for this request.
pub fn can_agree(
    first: &AuditActor,
    lineage: Option<&KeyLineage>,
    second: &SecondActor,
    requested_at: Timestamp,
    now: Timestamp,
) -> Result<(), Refusal> {
    match second {
        SecondActor::LocalCli if *first == AuditActor::LocalCli => Err(Refusal::RequestOwn),
        SecondActor::LocalCli => Ok(()),
        SecondActor::Staff { id, .. } if first.staff() == Some(*id) => Err(Refusal::RequestOwn),
        SecondActor::Staff { created_at, was_changed_lately, .. } => {
            let is_new = *created_at >= requested_at || *was_changed_lately;
            if is_new { Err(Refusal::RequestTooNew) } else { Ok(()) }
        }
        SecondActor::Key(second) => {
            if first.key() == Some(second.key) {
                return Err(Refusal::RequestOwn);
            }
            if lineage.is_some_and(|first| first.is_related_to(second)) {
                return Err(Refusal::RequestRelated);
            }
            // The command line issues the keys that have no ancestors.
            let is_by_cli = lineage.is_none() && second.ancestors.is_empty();
            let is_young = now.duration_since(second.issued_at) < WAIT_NEW;
            let is_new = second.issued_at >= requested_at || (is_by_cli && is_young);
            if is_new { Err(Refusal::RequestTooNew) } else { Ok(()) }
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_second(hour * 3_600).unwrap()
    }

    /// The key with the last of these numbers, which the one before it created, and so on.
    fn key(line: &[u128], hour: i64) -> KeyLineage {
        let mut keys = line.iter().rev().map(|number| KeyId::from(Uuid::from_u128(*number)));
        KeyLineage { key: keys.next().unwrap(), ancestors: keys.collect(), issued_at: at(hour) }
    }

    fn actor(key: &KeyLineage) -> AuditActor {
        AuditActor::Key { id: key.key, name: "a key".parse().unwrap() }
    }

    #[test]
    fn a_key_of_another_tree_agrees_and_a_related_or_new_one_does_not() {
        let first = key(&[1, 2, 3], 0);
        let table = [
            (key(&[1, 2, 3], 0), Err(Refusal::RequestOwn)),
            (key(&[1, 2], 0), Err(Refusal::RequestRelated)),
            (key(&[1], 0), Err(Refusal::RequestRelated)),
            (key(&[1, 2, 3, 4], 0), Err(Refusal::RequestRelated)),
            (key(&[1, 2, 5], 0), Err(Refusal::RequestRelated)),
            (key(&[1, 6], 0), Err(Refusal::RequestRelated)),
            (key(&[9, 10], 77), Ok(())),
            (key(&[9], 77), Ok(())),
            (key(&[9], 91), Err(Refusal::RequestTooNew)),
        ];

        for (second, answer) in table {
            let second = SecondActor::Key(second);
            let result = can_agree(&actor(&first), Some(&first), &second, at(90), at(100));
            assert_eq!(result, answer, "{second:?}");
        }
    }

    #[test]
    fn the_command_line_agrees_to_a_key_and_never_to_itself() {
        let (cli, key) = (AuditActor::LocalCli, key(&[1], 0));
        let agree = |first: &AuditActor, lineage: Option<&KeyLineage>, second: SecondActor| {
            can_agree(first, lineage, &second, at(90), at(100))
        };

        assert_eq!(agree(&actor(&key), Some(&key), SecondActor::LocalCli), Ok(()));
        assert_eq!(agree(&cli, None, SecondActor::LocalCli), Err(Refusal::RequestOwn));
        assert_eq!(agree(&cli, None, SecondActor::Key(key)), Ok(()));
    }

    #[test]
    fn a_key_that_the_command_line_issued_today_does_not_agree_to_its_request() {
        let cli = AuditActor::LocalCli;
        let agree = |second| can_agree(&cli, None, &SecondActor::Key(second), at(90), at(100));

        assert_eq!(agree(key(&[1], 77)), Err(Refusal::RequestTooNew));
        assert_eq!(agree(key(&[1, 2], 77)), Ok(()));
    }

    #[test]
    fn a_staff_member_agrees_unless_the_account_is_new_or_was_changed() {
        let staff = |hour, was_changed_lately| SecondActor::Staff {
            id: Uuid::from_u128(7).into(),
            created_at: at(hour),
            was_changed_lately,
        };
        let agree = |second| can_agree(&AuditActor::LocalCli, None, &second, at(90), at(100));

        assert_eq!(agree(staff(0, false)), Ok(()));
        assert_eq!(agree(staff(0, true)), Err(Refusal::RequestTooNew));
        assert_eq!(agree(staff(91, false)), Err(Refusal::RequestTooNew));
    }
}
