//! Sign-in of staff: one-time links, sessions, credentials, and the record of changes to staff
//! accounts.

use jiff::{SignedDuration, Timestamp};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::{CeremonyId, CredentialId, Line, Sensitive, SessionId, Sha256, SignInLinkId, StaffId};

/// What a one-time link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum SignInLinkKind {
    /// An enrolment link: its owner sets up sign-in methods, for the first time or after losing
    /// them.
    Enroll,
    /// A sign-in link: signs its owner in once without a sign-in method. Made on the command line
    /// only.
    SignIn,
}

impl SignInLinkKind {
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
}

/// A one-time link without its secret text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInLink {
    /// Id of this link; text form `link_…`.
    pub id: SignInLinkId,
    /// The staff member who may use it.
    pub staff: StaffId,
    /// What the link is for.
    pub kind: SignInLinkKind,
    /// SHA-256 of the link's text, which has 256 random bits.
    pub digest: Sha256,
    /// Time from which it is no longer accepted.
    pub expires_at: Timestamp,
}

/// The session of a staff member in one browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Id of this session; text form `sess_…`.
    pub id: SessionId,
    /// The staff member who is signed in.
    pub staff: StaffId,
    /// SHA-256 of the common prefix of all cookies of the session, which has 256 random bits. The
    /// session is found by it, even from a cookie that was replaced long ago.
    pub family: Sha256,
    /// SHA-256 of the current cookie, which has another 256 random bits.
    pub digest: Sha256,
    /// SHA-256 of the previous cookie, as long as it is still accepted.
    pub digest_before: Option<Sha256>,
    /// The token that every form must carry.
    pub csrf: Sensitive<[u8; 32]>,
    /// Time at which the staff member last proved their identity, by signing in or by a renewed
    /// proof.
    pub proved_at: Timestamp,
    /// Time at which the cookie was last replaced.
    pub rotated_at: Timestamp,
    /// Time at which the browser first sent the current cookie.
    pub confirmed_at: Option<Timestamp>,
    /// Time of the last request, accurate to [`Self::SEEN_EVERY`].
    pub seen_at: Timestamp,
    /// Time at which the session ends, regardless of activity.
    pub expires_at: Timestamp,
}

/// How long sessions and their cookies last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLimits {
    /// The longest inactivity.
    pub idle: SignedDuration,
    /// How long a cookie is used before it is replaced.
    pub rotation: SignedDuration,
    /// How long the previous cookie is still accepted after the new one was first sent: for
    /// requests that were on their way.
    pub overlap: SignedDuration,
}

/// Whether a cookie is accepted, and if not, why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CookieStatus {
    /// The session has ended.
    Ended,
    /// The cookie was replaced, and the browser has sent the new one since. So two browsers have
    /// this session, and one of them stole it.
    Replayed,
    /// The cookie was replaced a moment ago, so the request may have been on its way. It is not
    /// accepted, but it does not end the session either.
    JustReplaced,
    /// The session is valid.
    Live {
        /// Whether the current cookie was sent for the first time.
        is_confirmed_now: bool,
        /// Whether the cookie must be replaced.
        is_due: bool,
        /// Whether the time of the last request must be stored again.
        is_seen_due: bool,
    },
}

impl Session {
    /// The accuracy with which the time of the last request is stored.
    pub const SEEN_EVERY: SignedDuration = SignedDuration::from_mins(1);

    /// Judges a cookie of this session's family, whose digest is `sent_digest`, at the time `now`.
    ///
    /// A response that carries a new cookie may be lost. So the previous cookie stays valid until
    /// the new one is sent, and another new one is issued if that takes longer than
    /// [`SessionLimits::overlap`]. Any other cookie of the family was replaced earlier.
    pub fn cookie_status(
        &self,
        sent_digest: &Sha256,
        limits: SessionLimits,
        now: Timestamp,
    ) -> CookieStatus {
        if now >= self.expires_at || now.duration_since(self.seen_at) >= limits.idle {
            return CookieStatus::Ended;
        }
        let is_seen_due = now.duration_since(self.seen_at) >= Self::SEEN_EVERY;
        let age = now.duration_since(self.rotated_at);
        if *sent_digest == self.digest {
            let is_confirmed_now = self.digest_before.is_some() && self.confirmed_at.is_none();
            return CookieStatus::Live {
                is_confirmed_now,
                is_due: age >= limits.rotation,
                is_seen_due,
            };
        }
        if self.digest_before != Some(*sent_digest) {
            let is_just_replaced = age <= limits.overlap;
            return if is_just_replaced {
                CookieStatus::JustReplaced
            } else {
                CookieStatus::Replayed
            };
        }
        match self.confirmed_at {
            Some(confirmed_at) if now.duration_since(confirmed_at) > limits.overlap => {
                CookieStatus::Replayed
            }
            Some(_) => CookieStatus::Live { is_confirmed_now: false, is_due: false, is_seen_due },
            None => {
                let is_due = age >= limits.overlap;
                CookieStatus::Live { is_confirmed_now: false, is_due, is_seen_due }
            }
        }
    }
}

/// The kind of a sign-in credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum CredentialKind {
    /// A passkey: sufficient on its own.
    Passkey,
    /// A password: needs a TOTP code as well.
    Password,
    /// The secret of TOTP codes: needs a password as well.
    Totp,
    /// An account at the organisation's sign-in provider: sufficient on its own.
    Oidc,
}

impl CredentialKind {
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
}

/// A sign-in credential of a staff member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// Id of this credential; text form `cred_…`.
    pub id: CredentialId,
    /// The staff member whom it belongs to.
    pub staff: StaffId,
    /// The kind of credential.
    pub kind: CredentialKind,
    /// The name that its owner gave it.
    pub name: Line,
    /// The authenticator's own id of a passkey; `None` for other kinds.
    pub passkey_id: Option<Vec<u8>>,
    /// SHA-256 of the provider's issuer and of what identifies the person there; `None` for other
    /// kinds.
    pub identity: Option<Sha256>,
    /// The JSON of a passkey, the Argon2id hash of a password in PHC form, or the sealed TOTP
    /// secret; empty for an account at a provider.
    pub data: Sensitive<Vec<u8>>,
    /// For TOTP: number of the last 30-second step whose code was accepted, so that no code works
    /// twice.
    pub last_step: Option<u64>,
    /// Creation time.
    pub created_at: Timestamp,
    /// Time of the last successful sign-in with it.
    pub used_at: Option<Timestamp>,
}

/// Checks whether a person with these kinds of credential, which may occur more than once, can sign
/// in.
pub fn can_sign_in(kinds: impl IntoIterator<Item = CredentialKind>) -> bool {
    let (mut has_password, mut has_codes) = (false, false);
    for kind in kinds {
        match kind {
            CredentialKind::Passkey | CredentialKind::Oidc => return true,
            CredentialKind::Password => has_password = true,
            CredentialKind::Totp => has_codes = true,
        }
    }
    has_password && has_codes
}

/// A registration challenge for a new passkey that waits for the browser's response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ceremony {
    /// Id of this challenge; text form `cer_…`.
    pub id: CeremonyId,
    /// The staff member who was asked.
    pub staff: StaffId,
    /// The state that is needed to verify the response.
    pub state: Sensitive<String>,
    /// Time from which no response is accepted.
    pub expires_at: Timestamp,
}

/// How many failed sign-in attempts are allowed, for one name and for all names together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttemptLimits {
    /// The most failures for one name within [`Self::of_name_in`].
    pub of_name: u32,
    /// How far back the failures for one name count.
    pub of_name_in: SignedDuration,
    /// The most failures for all names within [`Self::of_all_in`].
    pub of_all: u32,
    /// How far back the failures for all names count.
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

    /// A session that was rotated at second 1,000, whose cookie is 2 and was 1 before.
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
    fn a_cookie_is_judged_by_its_age_and_the_use_of_its_successor() {
        let live = |is_confirmed_now, is_due, is_seen_due| CookieStatus::Live {
            is_confirmed_now,
            is_due,
            is_seen_due,
        };
        let (new, confirmed) = (session(None), session(Some(at(1_100))));
        let table = [
            ("the new one, first time", &new, 2, 1_010, live(true, false, false)),
            ("the new one, again", &confirmed, 2, 1_110, live(false, false, true)),
            ("the new one, due", &confirmed, 2, 1_900, live(false, true, true)),
            ("the old one, on its way", &new, 1, 1_010, live(false, false, false)),
            ("the old one, the answer was lost", &new, 1, 1_060, live(false, true, true)),
            (
                "the old one, on its way as the new one was sent",
                &confirmed,
                1,
                1_160,
                live(false, false, true),
            ),
            ("the old one, elsewhere", &confirmed, 1, 1_161, CookieStatus::Replayed),
            ("one from long ago, on its way", &new, 7, 1_060, CookieStatus::JustReplaced),
            ("one from long ago, elsewhere", &new, 7, 1_061, CookieStatus::Replayed),
            ("idle", &confirmed, 2, 1_000 + 1_800, CookieStatus::Ended),
            ("not quite idle", &confirmed, 2, 1_000 + 1_799, live(false, true, true)),
        ];
        for (what, session, cookie, now, expected) in table {
            assert_eq!(session.cookie_status(&digest(cookie), LIMITS, at(now)), expected, "{what}");
        }
    }

    #[test]
    fn an_active_session_ends_at_its_expiry() {
        let session = Session { seen_at: at(43_199), ..session(Some(at(1_100))) };

        assert_eq!(session.cookie_status(&digest(2), LIMITS, at(43_200)), CookieStatus::Ended);
        assert_ne!(session.cookie_status(&digest(2), LIMITS, at(43_199)), CookieStatus::Ended);
    }

    #[test]
    fn a_passkey_and_an_account_elsewhere_are_sign_in_methods_and_a_password_only_with_codes() {
        use CredentialKind::{Oidc, Passkey, Password, Totp};

        let table: [(&[CredentialKind], bool); 7] = [
            (&[], false),
            (&[Password], false),
            (&[Totp], false),
            (&[Password, Totp], true),
            (&[Passkey], true),
            (&[Password, Passkey], true),
            (&[Oidc], true),
        ];
        for (kinds, expected) in table {
            assert_eq!(can_sign_in(kinds.iter().copied()), expected, "{kinds:?}");
        }
    }

    #[test]
    fn every_word_reads_back_as_itself() {
        for &kind in CredentialKind::ALL {
            assert_eq!(CredentialKind::parse(kind.as_str()), Some(kind));
        }
        for &kind in SignInLinkKind::ALL {
            assert_eq!(SignInLinkKind::parse(kind.as_str()), Some(kind));
        }
    }
}
