//! The state that the answers so far imply, and that therefore must be true.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use jiff::Timestamp;
use mamori_desk::cases::claim_case::Claimed;
use mamori_model::action::Answer;
use mamori_model::{
    ActionId, Bank, CaseId, Clarity, EndpointId, EntryId, MatchId, Pdq, Sensitive, ServiceId,
    StaffId, Verdict, ViewId,
};

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

/// A service, its receiver and its endpoints.
pub struct Service {
    pub id: ServiceId,
    /// The text of its key.
    pub token: Sensitive<String>,
    pub receiver: Receiver,
    pub endpoints: Vec<EndpointId>,
}

/// A check's answer that named a recorded match.
pub struct Answered {
    pub found: MatchId,
    pub verdict: Verdict,
    /// A time no earlier than the match's last change.
    pub at: Timestamp,
}

/// The case that a person has claimed, as far as the answers say.
#[derive(Clone, Debug)]
pub enum Hand {
    /// No case.
    Nothing,
    /// This case, until then.
    Has { claimed: Claimed, until: Timestamp },
    /// A crash left it open.
    Unknown,
}

impl Hand {
    /// The case that the person must have at `now`.
    pub fn case(&self, now: Timestamp) -> Option<CaseId> {
        match self {
            Self::Has { claimed, until } if *until > now => Some(claimed.case),
            Self::Has { .. } | Self::Nothing | Self::Unknown => None,
        }
    }
}

/// A cookie and its session.
#[derive(Clone)]
pub struct SignedIn {
    pub cookie: Sensitive<String>,
    /// When the person signed in.
    pub at: Timestamp,
    /// When the person last opened a page.
    pub seen: Timestamp,
}

/// A staff member.
pub struct Person {
    pub id: StaffId,
    pub is_lead: bool,
    pub signed_in: Option<SignedIn>,
    pub hand: Hand,
    /// The last view that the person opened, as far as they know.
    pub view: Option<ViewId>,
}

/// A picture that was drawn for this world.
pub struct Picture {
    pub bytes: Bytes,
    pub pdq: Pdq,
    /// The rendition that a person gets.
    pub blurred: Bytes,
    pub clear: Bytes,
}

impl Picture {
    /// The rendition that a person gets.
    pub fn shown(&self, clarity: Clarity) -> &Bytes {
        match clarity {
            Clarity::Blurred => &self.blurred,
            Clarity::Clear => &self.clear,
            Clarity::Context => panic!("a context page is no picture"),
        }
    }
}

/// A picture that a person got.
pub struct Saw {
    pub view: ViewId,
    pub by: StaffId,
    pub case: CaseId,
    pub item: MatchId,
    pub clarity: Clarity,
    pub at: Timestamp,
}

/// Everything that the answers said.
pub struct World {
    /// The banks, by the verdict that a hit in each brings.
    pub banks: Vec<Bank>,
    pub services: Vec<Service>,
    /// The texts of the hostile administrator's keys. The first is accepted from the beginning.
    pub hostile: Vec<Sensitive<String>>,
    /// The text of another administrator's key, who answers requests.
    pub colleague: Sensitive<String>,
    pub people: Vec<Person>,
    /// The staff member who edits policies and resolves disputes.
    pub editor: StaffId,
    /// The pictures; the first hashes are theirs.
    pub pictures: Vec<Picture>,
    /// By bank and the hash's byte.
    pub listed: BTreeMap<(usize, u8), Listed>,
    /// By service and the item's name.
    pub answered: BTreeMap<(usize, String), Answered>,
    /// By service and the item's name: the hashes whose pictures were sent.
    pub sent: BTreeMap<(usize, String), BTreeSet<u8>>,
    /// Every picture that a person got.
    pub seen: Vec<Saw>,
    /// The answers of services to actions.
    pub actions: BTreeMap<ActionId, Answer>,
    /// Every case that was undecided at some time.
    pub undecided: BTreeSet<String>,
}

impl World {
    /// The index of a person.
    pub fn person(&self, id: &str) -> usize {
        self.people.iter().position(|person| person.id.to_string() == id).unwrap()
    }

    /// The index of a service.
    pub fn service(&self, id: &str) -> usize {
        let is_it = |one: &Service| one.id.to_string() == id;
        self.services.iter().position(is_it).unwrap()
    }

    /// The verdict that a check of this hash must get if these entries are disputed; `None` if a
    /// crash left it open.
    pub fn verdict_of(&self, hash: u8, disputed: &BTreeSet<String>) -> Option<Verdict> {
        let mut verdict = Verdict::Allow;
        for (number, bank) in self.banks.iter().enumerate() {
            match self.listed.get(&(number, hash)) {
                Some(Listed::As(entry)) if disputed.contains(&entry.to_string()) => {}
                Some(Listed::As(_)) => verdict = verdict.max(bank.action.into()),
                Some(Listed::Unknown) => return None,
                Some(Listed::Not) | None => {}
            }
        }
        Some(verdict)
    }
}
