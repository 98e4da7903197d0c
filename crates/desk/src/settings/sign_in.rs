//! How staff sign in, and for how long.

use jiff::SignedDuration;
use mamori_model::sign_in::{AttemptLimits, SessionLimits};
use url::Url;

/// How staff sign in, and for how long.
#[derive(Clone, Debug)]
pub struct SignInSettings {
    /// Where browsers find the console; passkeys are bound to it. `None`: there is no console.
    pub origin: Option<Url>,
    /// How long sessions and their cookies last. The cookie changes so that a stolen one is found
    /// out: whoever shows an old one ends the session.
    pub session: SessionLimits,
    /// How long a session lasts, whatever somebody does.
    pub session_max: SignedDuration,
    /// How long ago somebody may have proved who they are, before they do what touches people,
    /// credentials or a second decision.
    pub proof_max: SignedDuration,
    /// How long each of somebody's pages says that a way in was added, in case it was not they.
    pub new_way_told: SignedDuration,
    /// How long a welcome link works: until tomorrow, as people are not always at their desk.
    pub welcome_max: SignedDuration,
    /// How long an enter link works: as long as it takes to open it.
    pub enter_max: SignedDuration,
    /// How often somebody may be wrong: NIST SP 800-63B, 5.2.2 allows at most 100 in a row; a few
    /// within minutes is what people need.
    pub attempts: AttemptLimits,
    /// How long a browser may take to answer for a passkey, as the specification advises.
    pub ceremony_max: SignedDuration,
    /// How many questions for new passkeys of one person may wait for their answers; the oldest go.
    pub ceremonies_max: u32,
}

impl Default for SignInSettings {
    fn default() -> Self {
        Self {
            origin: None,
            session: SessionLimits {
                idle: SignedDuration::from_mins(30),
                rotation: SignedDuration::from_mins(15),
                overlap: SignedDuration::from_mins(1),
            },
            session_max: SignedDuration::from_hours(12),
            proof_max: SignedDuration::from_mins(15),
            new_way_told: SignedDuration::from_hours(3 * 24),
            welcome_max: SignedDuration::from_hours(24),
            enter_max: SignedDuration::from_mins(5),
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
