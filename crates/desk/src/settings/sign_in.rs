//! The limits of staff sign-in and of sessions.

use jiff::SignedDuration;
use mamori_model::sign_in::{AttemptLimits, SessionLimits};
use url::Url;

use super::OidcSettings;

/// Limits of staff sign-in and of sessions.
#[derive(Clone, Debug)]
pub struct SignInSettings {
    /// Where browsers find the console; passkeys are bound to it. `None`: there is no console.
    pub origin: Option<Url>,
    /// The organisation's sign-in provider; `None`: staff sign in with methods of Mamori only.
    pub oidc: Option<OidcSettings>,
    /// How long a sign-in at the provider may take, with everything that it asks of the person.
    pub provider_max: SignedDuration,
    /// How long sessions and their cookies last. The cookie changes so that a stolen one is
    /// detected: a request that shows a replaced cookie ends the session.
    pub session: SessionLimits,
    /// How long a session lasts at most, whatever the staff member does.
    pub session_max: SignedDuration,
    /// How long after authentication a staff member may do what concerns staff accounts, sign-in
    /// methods or second approvals; after that they authenticate again.
    pub proof_max: SignedDuration,
    /// How long every page notifies a staff member that a sign-in method was added, in case an
    /// attacker added it.
    pub new_sign_in_method_notice: SignedDuration,
    /// How long an enrolment link works: until the next day, as staff members are not always at
    /// their desk.
    pub enroll_link_max: SignedDuration,
    /// How long a sign-in link from the command line works: as long as it takes to open it.
    pub sign_in_link_max: SignedDuration,
    /// How many attempts may fail: NIST SP 800-63B, 5.2.2 allows at most 100 in a row; a few within
    /// minutes are enough for a person who mistypes.
    pub attempts: AttemptLimits,
    /// How long a browser may take to answer for a passkey, as the specification advises.
    pub ceremony_max: SignedDuration,
    /// The most requests for new passkeys of one staff member that wait for an answer; the oldest
    /// are dropped.
    pub ceremonies_max: u32,
}

impl Default for SignInSettings {
    fn default() -> Self {
        Self {
            origin: None,
            oidc: None,
            provider_max: SignedDuration::from_mins(10),
            session: SessionLimits {
                idle: SignedDuration::from_mins(30),
                rotation: SignedDuration::from_mins(15),
                overlap: SignedDuration::from_mins(1),
            },
            session_max: SignedDuration::from_hours(12),
            proof_max: SignedDuration::from_mins(15),
            new_sign_in_method_notice: SignedDuration::from_hours(3 * 24),
            enroll_link_max: SignedDuration::from_hours(24),
            sign_in_link_max: SignedDuration::from_mins(5),
            attempts: AttemptLimits {
                of_name: 5,
                of_name_in: SignedDuration::from_mins(15),
                of_all: 300,
                of_all_in: SignedDuration::from_mins(1),
            },
            ceremony_max: SignedDuration::from_mins(5),
            ceremonies_max: 16,
        }
    }
}
