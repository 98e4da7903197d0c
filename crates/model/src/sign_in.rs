//! Ways in for staff: tickets, sessions, and the record of who gave whom what.

use jiff::{SignedDuration, Timestamp};

use crate::{
    CeremonyId, CredentialId, EventId, Line, Sensitive, SessionId, Sha256, StaffId, TicketId,
};

/// What a ticket is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TicketKind {
    /// To come for the first time, or anew, and set up a way in of one's own.
    Welcome,
    /// To enter once without it: made at the machine only.
    Enter,
}

impl TicketKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Welcome, Self::Enter];

    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Welcome => "welcome",
            Self::Enter => "enter",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A way in that was handed out, without its text: used once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Its id.
    pub id: TicketId,
    /// For whom.
    pub staff: StaffId,
    /// What for.
    pub kind: TicketKind,
    /// SHA-256 of its text, which has 256 random bits.
    pub digest: Sha256,
    /// From when on it opens nothing.
    pub expires_at: Timestamp,
}

/// Somebody is signed in, in one browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Who.
    pub staff: StaffId,
    /// SHA-256 of what all its cookies begin with, which has 256 random bits: the session is found
    /// by it, also from a cookie that was replaced long ago.
    pub family: Sha256,
    /// SHA-256 of the cookie, which has 256 more.
    pub digest: Sha256,
    /// Of the cookie before it, if that still counts.
    pub digest_before: Option<Sha256>,
    /// What forms must carry.
    pub csrf: Sensitive<[u8; 32]>,
    /// When they last proved who they are.
    pub proved_at: Timestamp,
    /// When the cookie last changed.
    pub rotated_at: Timestamp,
    /// When the changed cookie first came back.
    pub confirmed_at: Option<Timestamp>,
    /// When they last did something, to the minute.
    pub seen_at: Timestamp,
    /// When it ends, whatever they do.
    pub expires_at: Timestamp,
}

/// How long sessions and their cookies last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLimits {
    /// How long somebody may do nothing.
    pub idle: SignedDuration,
    /// How long a cookie is used before it changes.
    pub rotation: SignedDuration,
    /// How long the cookie before still works after the new one came back: for requests that were
    /// on their way.
    pub overlap: SignedDuration,
}

/// What a cookie is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The session is over.
    Over,
    /// The cookie was replaced, and the new one has come back since: two browsers have this session,
    /// and one of them stole it.
    Replayed,
    /// The cookie was replaced a moment ago, so this may have been on its way. It opens nothing, and
    /// accuses nobody.
    Behind,
    /// The session lives.
    Live {
        /// The new cookie came back for the first time.
        is_confirmed_now: bool,
        /// It is time for another cookie.
        is_due: bool,
        /// It is time to write down that they were here.
        is_seen_due: bool,
    },
}

impl Session {
    /// How exactly it is kept when somebody was last here.
    pub const SEEN_EVERY: SignedDuration = SignedDuration::from_mins(1);

    /// What a cookie of this session's family, whose digest is `shown`, is worth at `now`.
    ///
    /// An answer with a new cookie may be lost. So the one before works until the new one came back,
    /// and is replaced anew if that takes long. Every other of the family was replaced before.
    pub fn standing(&self, shown: &Sha256, limits: SessionLimits, now: Timestamp) -> Standing {
        if now >= self.expires_at || now.duration_since(self.seen_at) >= limits.idle {
            return Standing::Over;
        }
        let is_seen_due = now.duration_since(self.seen_at) >= Self::SEEN_EVERY;
        let age = now.duration_since(self.rotated_at);
        if *shown == self.digest {
            let is_confirmed_now = self.digest_before.is_some() && self.confirmed_at.is_none();
            return Standing::Live {
                is_confirmed_now,
                is_due: age >= limits.rotation,
                is_seen_due,
            };
        }
        if self.digest_before != Some(*shown) {
            let is_behind = age <= limits.overlap;
            return if is_behind { Standing::Behind } else { Standing::Replayed };
        }
        match self.confirmed_at {
            Some(confirmed_at) if now.duration_since(confirmed_at) > limits.overlap => {
                Standing::Replayed
            }
            Some(_) => Standing::Live { is_confirmed_now: false, is_due: false, is_seen_due },
            None => {
                let is_due = age >= limits.overlap;
                Standing::Live { is_confirmed_now: false, is_due, is_seen_due }
            }
        }
    }
}

/// What happened to somebody of the staff.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StaffEventKind {
    /// They came.
    Added,
    /// Their roles changed.
    Roles,
    /// Their own dose changed.
    Dose,
    /// A ticket was made for them.
    Ticket,
    /// A passkey, a password or a code was added.
    CredentialAdded,
    /// One was removed.
    CredentialRemoved,
    /// They may enter no more.
    Ended,
    /// They entered by a ticket.
    Entered,
    /// Their name was forgotten.
    Left,
    /// A session of theirs was ended, because its cookie was shown in two places.
    SessionEnded,
}

impl StaffEventKind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::Added,
        Self::Roles,
        Self::Dose,
        Self::Ticket,
        Self::CredentialAdded,
        Self::CredentialRemoved,
        Self::Ended,
        Self::Entered,
        Self::Left,
        Self::SessionEnded,
    ];

    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Roles => "roles",
            Self::Dose => "dose",
            Self::Ticket => "ticket",
            Self::CredentialAdded => "credential_added",
            Self::CredentialRemoved => "credential_removed",
            Self::Ended => "ended",
            Self::Entered => "entered",
            Self::Left => "left",
            Self::SessionEnded => "session_ended",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// One line of the record of people, for auditors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffEvent {
    /// Its id.
    pub id: EventId,
    /// About whom.
    pub staff: StaffId,
    /// By whom; `None`: at the machine, or the machine itself.
    pub by: Option<StaffId>,
    /// What.
    pub kind: StaffEventKind,
    /// What changed, as JSON, without secrets.
    pub about: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// What somebody can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CredentialKind {
    /// A passkey: enough by itself.
    Passkey,
    /// A password: needs a code beside it.
    Password,
    /// The secret of codes: needs a password beside it.
    Totp,
}

impl CredentialKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Passkey, Self::Password, Self::Totp];

    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passkey => "passkey",
            Self::Password => "password",
            Self::Totp => "totp",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Something that somebody can show to be let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// Its id.
    pub id: CredentialId,
    /// Whose it is.
    pub staff: StaffId,
    /// What it is.
    pub kind: CredentialKind,
    /// What the person calls it.
    pub name: Line,
    /// The authenticator's own id, of a passkey.
    pub passkey_id: Option<Vec<u8>>,
    /// A passkey's JSON, a password's Argon2id in PHC form, or the secret of codes, sealed.
    pub data: Sensitive<Vec<u8>>,
    /// Of codes: the last step of 30 seconds that let somebody in.
    pub last_step: Option<u64>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last let somebody in.
    pub used_at: Option<Timestamp>,
}

/// Whether these kinds, among which one may stand more than once, let somebody in.
pub fn lets_in(kinds: impl IntoIterator<Item = CredentialKind>) -> bool {
    let (mut has_password, mut has_codes) = (false, false);
    for kind in kinds {
        match kind {
            CredentialKind::Passkey => return true,
            CredentialKind::Password => has_password = true,
            CredentialKind::Totp => has_codes = true,
        }
    }
    has_password && has_codes
}

/// A question for a new passkey that waits for its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ceremony {
    /// Its id.
    pub id: CeremonyId,
    /// Who was asked.
    pub staff: StaffId,
    /// What whoever checks the answer must know.
    pub state: Sensitive<String>,
    /// From when on no answer counts.
    pub expires_at: Timestamp,
}

/// How many attempts fail before others wait, of one name and of all together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttemptLimits {
    /// The most failures of one name within [`Self::of_name_in`].
    pub of_name: u32,
    /// How far back they count.
    pub of_name_in: SignedDuration,
    /// The most failures of all names within [`Self::of_all_in`].
    pub of_all: u32,
    /// How far back they count.
    pub of_all_in: SignedDuration,
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: SessionLimits = SessionLimits {
        idle: SignedDuration::from_mins(30),
        rotation: SignedDuration::from_mins(15),
        overlap: SignedDuration::from_mins(1),
    };

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    fn digest(number: u8) -> Sha256 {
        Sha256::from([number; 32])
    }

    /// A session whose cookie is 2 and was 1 before, since the second 1,000.
    fn session(confirmed_at: Option<Timestamp>) -> Session {
        Session {
            id: uuid::Uuid::nil().into(),
            staff: uuid::Uuid::nil().into(),
            family: digest(9),
            digest: digest(2),
            digest_before: Some(digest(1)),
            csrf: Sensitive::new([0; 32]),
            proved_at: at(0),
            rotated_at: at(1_000),
            confirmed_at,
            seen_at: at(1_000),
            expires_at: at(43_200),
        }
    }

    #[test]
    fn what_a_cookie_is_worth() {
        let live = |is_confirmed_now, is_due, is_seen_due| Standing::Live {
            is_confirmed_now,
            is_due,
            is_seen_due,
        };
        let (new, confirmed) = (session(None), session(Some(at(1_100))));
        let table = [
            ("the new one, first time", &new, 2, 1_010, live(true, false, false)),
            ("the new one, again", &confirmed, 2, 1_110, live(false, false, true)),
            ("the new one, due", &confirmed, 2, 1_900, live(false, true, true)),
            ("the old one, under way", &new, 1, 1_010, live(false, false, false)),
            ("the old one, the answer was lost", &new, 1, 1_060, live(false, true, true)),
            (
                "the old one, under way as the new came",
                &confirmed,
                1,
                1_160,
                live(false, false, true),
            ),
            ("the old one, elsewhere", &confirmed, 1, 1_161, Standing::Replayed),
            ("one from long ago, on its way", &new, 7, 1_060, Standing::Behind),
            ("one from long ago, elsewhere", &new, 7, 1_061, Standing::Replayed),
            ("idle", &confirmed, 2, 1_000 + 1_800, Standing::Over),
            ("not quite idle", &confirmed, 2, 1_000 + 1_799, live(false, true, true)),
        ];
        for (what, session, cookie, now, expected) in table {
            assert_eq!(session.standing(&digest(cookie), LIMITS, at(now)), expected, "{what}");
        }
    }

    #[test]
    fn a_session_ends_whatever_somebody_does() {
        let session = Session { seen_at: at(43_199), ..session(Some(at(1_100))) };

        assert_eq!(session.standing(&digest(2), LIMITS, at(43_200)), Standing::Over);
        assert_ne!(session.standing(&digest(2), LIMITS, at(43_199)), Standing::Over);
    }

    #[test]
    fn a_passkey_is_a_way_in_and_a_password_only_with_codes() {
        use CredentialKind::{Passkey, Password, Totp};

        let table: [(&[CredentialKind], bool); 6] = [
            (&[], false),
            (&[Password], false),
            (&[Totp], false),
            (&[Password, Totp], true),
            (&[Passkey], true),
            (&[Password, Passkey], true),
        ];
        for (kinds, expected) in table {
            assert_eq!(lets_in(kinds.iter().copied()), expected, "{kinds:?}");
        }
    }

    #[test]
    fn every_word_reads_back_as_itself() {
        for kind in CredentialKind::ALL {
            assert_eq!(CredentialKind::parse(kind.as_str()), Some(kind));
        }
        for kind in StaffEventKind::ALL {
            assert_eq!(StaffEventKind::parse(kind.as_str()), Some(kind));
        }
        for kind in TicketKind::ALL {
            assert_eq!(TicketKind::parse(kind.as_str()), Some(kind));
        }
    }
}
