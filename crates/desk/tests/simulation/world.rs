//! What the one who plays knows: what was answered, and so must be true.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mamori_desk::Caller;
use mamori_model::{Bank, EndpointId, EntryId, MatchId, Verdict};

use crate::common::receiver::Receiver;

/// Whether a hash is in its bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listed {
    /// It is: the desk said so.
    As(EntryId),
    /// It is not.
    Not,
    /// A crash left it open.
    Unknown,
}

/// A service as the world sees it.
pub struct Service {
    pub caller: Caller,
    pub receiver: Receiver,
    pub endpoints: Vec<EndpointId>,
}

/// A check's answer, which promised a record.
pub struct Answered {
    pub found: MatchId,
    pub verdict: Verdict,
    /// No earlier than the record's last change.
    pub at: Timestamp,
}

/// Everything that was answered.
pub struct World {
    /// The banks, by the verdict that a hit in each brings.
    pub banks: Vec<Bank>,
    pub services: Vec<Service>,
    /// By bank and the hash's byte.
    pub listed: BTreeMap<(usize, u8), Listed>,
    /// By service and the item's name.
    pub answered: BTreeMap<(usize, String), Answered>,
}

impl World {
    /// The verdict that a check of this hash must get; `None` where a crash left it open.
    pub fn verdict_of(&self, hash: u8) -> Option<Verdict> {
        let mut verdict = Verdict::Allow;
        for (number, bank) in self.banks.iter().enumerate() {
            match self.listed.get(&(number, hash)) {
                Some(Listed::As(_)) => verdict = verdict.max(bank.action.into()),
                Some(Listed::Unknown) => return None,
                Some(Listed::Not) | None => {}
            }
        }
        Some(verdict)
    }
}
